"""Every choice of the wizard says something in the overlay, or the limits say that it does not."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from stackwright.deployment.config import Deployment
from stackwright.deployment.stacks.kubernetes import limits, namespace, overlay
from stackwright.deployment.stacks.kubernetes_cluster import Cluster, Entry
from tests.deployment.examples import production, shop
from tests.deployment.stacks.options import unheard

TEMPLATE = Path(__file__).parents[3] / "deployment_templates/kubernetes"
IMAGE = "registry.example.com:5000/shop/backend@sha256:" + "a" * 64
PAGES = "registry.example.com:5000/shop/frontend:7"
HOOK = {"store": "hook", "key": "url"}


def small(**choices: Any) -> Deployment:
    """A staging deployment that uses every part."""
    base: dict[str, Any] = {
        "cloud": {"target": "kubernetes", "credentials": "ours"},
        "address": {"domain": "shop.example.com"},
        "cache": {"enabled": True},
    }
    for page, values in choices.items():
        base[page] = {**base.get(page, {}), **values}
    return shop(**base)


def said(deployment: Deployment, **more: Any) -> str:
    files = overlay(deployment, IMAGE, pages=PAGES, **more)
    return "\n".join(f"--- {path}\n{text}" for path, text in sorted(files.items()))


OPTIONS: tuple[dict[str, Any], ...] = (
    {"setting": {"environment": "production"}},
    {"setting": {"variables": {"GREETING": "hello"}}},
    {"setting": {"secrets": {"MAIL_KEY": {"store": "mail", "key": "password"}}}},
    {"database": {"engine": "mysql"}},
    {"database": {"engine": "mongodb"}},
    {"database": {"version": "17"}},
    {"database": {"size": "large"}},
    {"database": {"storage_gb": 50}},
    {"database": {"connections": 25}},
    {"database": {"deletion_protection": False}},
    {"address": {"domain": "store.example.com"}},
    {"address": {"aliases": ["www.example.com"]}},
    {"address": {"tls": {"certificate": "none"}}},
    {"address": {"tls": {"certificate": "own", "reference": "our-certificate"}}},
    {"address": {"tls": {"redirect": False}}},
    {"address": {"tls": {"hsts": False}}},
    {"address": {"firewall": {"visitors": ["203.0.113.0/24"]}}},
    {
        "address": {
            "firewall": {"rules": [{"port": 9000, "sources": ["10.1.0.0/16"], "why": "The till"}]}
        }
    },
    {"scaling": {"size": "xlarge"}},
    {"scaling": {"minimum": 2}},
    {"scaling": {"maximum": 9}},
    {"scaling": {"cpu_percent": 75}},
    {"scaling": {"requests_per_instance": 40}},
    {"scaling": {"cooldown_s": 600}},
    {"scaling": {"zones": 1}},
    {"scaling": {"rollout": "rolling"}},
    {"scaling": {"rollout": "recreate"}},
    {"scaling": {"health_path": "/ready"}},
    {"scaling": {"health_budget_s": 300}},
    {"scaling": {"drain_s": 90}},
    {"scaling": {"request_timeout_s": 60}},
    {"cache": {"enabled": False}},
    {"cache": {"size": "medium"}},
    {"watching": {"metrics": False}},
    {"watching": {"log_level": "debug"}},
    {"watching": {"log_days": 90}},
    {"watching": {"access_log": False}},
    {"watching": {"alarms": [{"measure": "restarts", "above": 5}]}},
    {"watching": {"mails": ["on-call@example.com"]}},
    {"watching": {"webhook": HOOK}},
    {"watching": {"health_every_s": 60}},
    {"recovery": {"backups": False, "point_in_time": False}},
    {"recovery": {"backup_days": 14}},
    {"recovery": {"backup_hour": 5}},
    {"recovery": {"releases": 9}},
    {"review": {"tags": {"team": "books"}}},
)


@pytest.mark.parametrize("choice", OPTIONS, ids=str)
def test_every_choice_changes_the_overlay(choice: dict[str, Any]) -> None:
    assert said(small(**choice)) != said(small())


NEEDS_ANOTHER = {
    "address.manage_dns": "`review` refuses it",
    "address.tls.reference": "of an own certificate",
    "address.cdn.assets_s": "of a CDN",
    "address.cdn.pages_s": "of a CDN",
    "address.cdn.compress": "of a CDN",
    "cache.size": "of a cache",
}


@pytest.mark.no_cover  # it does the same over and over, at a third of the price
@pytest.mark.parametrize("place", ["inside", "outside"])
def test_no_choice_is_unheard(place: str) -> None:
    cluster = Cluster.model_validate({"database": place})
    missed = unheard(
        "kubernetes",
        lambda deployment, image: {"overlay": said(deployment, cluster=cluster)},
        lambda deployment: limits(deployment, cluster),
    )
    assert sorted(missed) == sorted(NEEDS_ANOTHER)


CLUSTERS: tuple[dict[str, Any], ...] = (
    {"entry": "ingress"},
    {"entry_class": "traefik"},
    {"entry_namespace": "traefik"},
    {"issuer": "ours"},
    {"secret_store": "vault"},
    {"storage_class": "encrypted"},
    {"database": "outside"},
    {"database": "outside", "database_networks": ["10.9.0.0/16"]},
    {"prometheus": False},
    {"prometheus_namespace": "watching"},
    {"traces_to": "http://collector.tracing:4318"},
)


@pytest.mark.parametrize("cluster", CLUSTERS, ids=str)
def test_every_property_of_a_cluster_changes_the_overlay(cluster: dict[str, Any]) -> None:
    traced = small(watching={"traces": True})
    assert said(traced, cluster=Cluster.model_validate(cluster)) != said(traced)


@pytest.mark.parametrize(
    ("choice", "where"),
    [
        ({"database": {"high_availability": True}}, "database.high_availability"),
        ({"database": {"replicas": 1}}, "database.replicas"),
        ({"database": {"public": True}}, "database.public"),
        ({"address": {"cdn": {"enabled": True}}}, "address.cdn.enabled"),
        ({"recovery": {"second_region": "eu-west-1"}}, "recovery.second_region"),
        (
            {"setting": {"secrets": {"A_KEY": {"store": "Not A Name"}}}},
            "setting.secrets.A_KEY.store",
        ),
    ],
)
def test_what_a_cluster_cannot_do_is_an_error(choice: dict[str, Any], where: str) -> None:
    errors = [one.where for one in limits(small(**choice)) if one.level == "error"]
    assert errors == [where]


@pytest.mark.parametrize(
    ("choice", "where"),
    [
        ({"address": {"tls": {"minimum_version": "1.3"}}}, "address.tls.minimum_version"),
        ({"address": {"firewall": {"visitors": ["10.0.0.0/8"]}}}, "address.firewall.visitors"),
        ({"scaling": {"requests_per_instance": 5}}, "scaling.requests_per_instance"),
        ({"watching": {"traces": True}}, "watching.traces"),
        ({"watching": {"log_days": 90}}, "watching.log_days"),
        ({"recovery": {"point_in_time": True}}, "recovery.point_in_time"),
        ({"database": {"storage_limit_gb": 500}}, "database.storage_limit_gb"),
        (
            {"setting": {"secrets": {"A_KEY": {"store": "mail", "version": "3"}}}},
            "setting.secrets.A_KEY.version",
        ),
    ],
)
def test_what_means_something_else_in_a_cluster_is_said(choice: dict[str, Any], where: str) -> None:
    found = [one for one in limits(small(**choice)) if one.where == where]
    assert [(one.level, bool(one.hint)) for one in found] == [("warning", True)]


def test_an_ingress_says_what_it_cannot() -> None:
    found = {one.where for one in limits(small(), Cluster(entry=Entry.INGRESS))}
    assert {"address.tls.redirect", "address.tls.hsts", "scaling.request_timeout_s"} <= found


def test_images_are_named_as_they_are_given() -> None:
    (images,) = [
        yaml.safe_load(overlay(small(), image, pages=PAGES)["kustomization.yaml"])["images"]
        for image in [IMAGE]
    ]
    by_name = {one["name"]: one for one in images}
    assert by_name["backend"]["newName"] == "registry.example.com:5000/shop/backend"
    assert by_name["backend"]["digest"] == "sha256:" + "a" * 64
    assert by_name["frontend"] == {
        "name": "frontend", "newName": "registry.example.com:5000/shop/frontend", "newTag": "7",
    }  # fmt: skip


def test_a_variable_is_kept_to_the_letter() -> None:
    tricky = '"quoted" = and\nof two lines'
    files = overlay(small(setting={"variables": {"TEXT": tricky}}), IMAGE)
    assert files["settings/TEXT"] == tricky
    settings = yaml.safe_load(files["kustomization.yaml"])["configMapGenerator"][0]
    assert "settings/TEXT" in settings["files"]


def test_no_value_of_a_secret_can_be_in_it() -> None:
    secrets = {"MAIL_KEY": {"store": "mail", "key": "password", "version": "7"}}
    text = said(small(setting={"secrets": secrets}), cluster=Cluster(secret_store="vault"))
    assert "kind: Secret\n" not in text
    assert "version: '7'" in text
    assert "property: password" in text


def test_the_same_choices_give_the_same_bytes() -> None:
    assert overlay(production("kubernetes"), IMAGE) == overlay(production("kubernetes"), IMAGE)


def test_each_environment_has_a_namespace_of_its_own() -> None:
    assert namespace(shop()) == "bookshop-staging"
    assert namespace(production()) == "bookshop-production"


@pytest.mark.parametrize("choice", [{}, *OPTIONS], ids=str)
def test_every_part_that_is_named_is_in_the_template(choice: dict[str, Any]) -> None:
    kustomization = yaml.safe_load(
        overlay(small(**choice), IMAGE, pages=PAGES)["kustomization.yaml"]
    )
    folder = TEMPLATE / "overlays" / "any"
    for component in kustomization["components"]:
        assert (folder / component).resolve().joinpath("kustomization.yaml").is_file(), component
    there = "\n".join(
        path.read_text() for path in TEMPLATE.rglob("*.yaml") if "overlays" not in path.parts
    )
    for patch in kustomization["patches"]:
        for name in patch["target"]["name"].split("|"):
            assert f"name: {name}\n" in there, patch["target"]
