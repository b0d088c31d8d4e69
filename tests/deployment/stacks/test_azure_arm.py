"""Azure by templates: the same choices, worked out to the last resource and held against Azure's own libraries."""

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from stackwright.deployment.config import Deployment
from stackwright.deployment.stacks.azure_arm import SECURE, assemble, limits, parameters
from stackwright.deployment.targets.arm import KINDS
from stackwright.deployment.targets.terraform import service_of
from stackwright.errors import ProjectError
from tests.deployment.arm import properties
from tests.deployment.arm.cloud import Cloud
from tests.deployment.arm.expressions import TemplateError
from tests.deployment.examples import production
from tests.deployment.stacks.azure_templates import templates
from tests.deployment.stacks.options import IMAGE, unheard
from tests.deployment.tools import UV

AZURE = production("azure")
RICH: dict[str, dict[str, Any]] = {
    "cache": {"enabled": True},
    "address": {
        "aliases": ["www.example.com", "example.com"],
        "manage_dns": True,
        "cdn": {"enabled": True, "pages_s": 60},
        "firewall": {
            "visitors": ["203.0.113.0/24", "::/0"],
            "rules": [
                {"port": 5432, "sources": ["203.0.113.0/24"], "why": "look into tables"},
                {"port": 8080, "sources": ["203.0.113.0/24", "::/0"], "why": "look inside"},
            ],
        },
    },
    "watching": {"traces": True},
    "setting": {
        "variables": {"GREETING": "hello"},
        "secrets": {"SECRET_KEY": {"store": "shop-vault", "key": "signing", "version": "3"}},
    },
    "scaling": {"requests_per_instance": 40},
    "recovery": {"second_region": "northeurope"},
}
LIBRARIES = (
    "azure-mgmt-appcontainers==5.1.0",
    "azure-mgmt-applicationinsights==4.1.0",
    "azure-mgmt-authorization==4.0.0",
    "azure-mgmt-cdn==14.1.0",
    "azure-mgmt-containerregistry==15.0.0",
    "azure-mgmt-dataprotection==2.2.0",
    "azure-mgmt-dns==9.0.0",
    "azure-mgmt-frontdoor==2.0.0",
    "azure-mgmt-keyvault==14.1.0",
    "azure-mgmt-loganalytics==14.0.0",
    "azure-mgmt-mongocluster==1.2.0",
    "azure-mgmt-monitor==7.0.0",
    "azure-mgmt-msi==7.1.0",
    "azure-mgmt-mysqlflexibleservers==1.0.0",
    "azure-mgmt-network==33.1.0",
    "azure-mgmt-postgresqlflexibleservers==3.0.0",
    "azure-mgmt-privatedns==2.0.0",
    "azure-mgmt-redisenterprise==3.1.0",
    "azure-mgmt-storage==25.3.0",
)


def resources(deployment: Deployment) -> dict[str, dict[str, Any]]:
    """Identifier → each resource that the templates make of these choices."""
    given = {**parameters(deployment, IMAGE), "databasePassword": {"value": "only-here"}}
    return Cloud().wanted({"template": whole(), "parameters": given})


def whole() -> dict[str, Any]:
    files = templates()
    return assemble(files["azuredeploy.json"], files)


def one(made: Mapping[str, dict[str, Any]], type_: str) -> dict[str, Any]:
    """The only resource of its type."""
    (found,) = [resource for resource in made.values() if resource["type"] == type_]
    return found


def test_what_is_given_is_declared_and_what_is_needed_is_given() -> None:
    given = parameters(AZURE, IMAGE)
    declared = templates()["azuredeploy.json"]["parameters"]
    assert {*given} <= {*declared}
    needed = {name for name, block in declared.items() if "defaultValue" not in block}
    assert needed - {*SECURE} <= {*given}
    assert not {*SECURE} & {*given}
    assert {n for n, b in declared.items() if b["type"].startswith("secure")} == {*SECURE}


def test_every_parameter_and_variable_is_described_and_used() -> None:
    for path, template in templates().items():
        text = json.dumps(template)
        for name, block in template["parameters"].items():
            assert len(block["metadata"]["description"]) >= 7, f"{path}: {name}"
            assert f"parameters('{name}')" in text, f"{path}: {name}"
        for name in template.get("variables", {}):
            assert f"variables('{name}')" in text, f"{path}: {name}"


def test_every_option_changes_a_parameter_or_is_answered() -> None:
    assert unheard("azure", parameters, limits) == []


def test_every_type_has_a_service_under_which_a_plan_shows_it() -> None:
    types = {one["type"] for template in templates().values() for one in template["resources"]} - {
        "Microsoft.Resources/deployments"
    }
    assert {type_ for type_ in types if service_of(KINDS[type_]) == "More"} == set()


def test_growing_ends_where_it_was_told_to() -> None:
    made = resources(production("azure", database={"storage_limit_gb": 200}))
    storage = one(made, "Microsoft.DBforPostgreSQL/flexibleServers")["properties"]["storage"]
    assert storage["autoGrowMaxThresholdMb"] == 200 * 1024


@pytest.mark.parametrize("engine", ["postgresql", "mysql", "mongodb"])
@pytest.mark.parametrize("more", [{}, RICH], ids=["plain", "rich"])
def test_templates_make_the_same_with_each_database(engine: str, more: dict[str, Any]) -> None:
    made = resources(production("azure", database={"engine": engine}, **more))
    types = [resource["type"] for resource in made.values()]
    assert types.count("Microsoft.App/containerApps") == 1
    servers = [name for name in types if re.search("flexibleServers$|mongoClusters$", name)]
    assert len(servers) == 1
    assert ("Microsoft.Cache/redisEnterprise" in types) == bool(more)
    assert ("Microsoft.Storage/storageAccounts" in types) == bool(more)
    assert "securestring" not in json.dumps([*made.values()])


def test_the_back_end_is_told_where_its_secrets_lie_and_never_what_they_are() -> None:
    made = resources(production("azure", **RICH))
    app = one(made, "Microsoft.App/containerApps")["properties"]
    said = {entry["name"]: entry for entry in app["template"]["containers"][0]["env"]}
    assert said["GREETING"]["value"] == "hello"
    assert said["SECRET_KEY"]["secretRef"] == "secret-key"
    urls = {entry["name"]: entry["keyVaultUrl"] for entry in app["configuration"]["secrets"]}
    assert urls["secret-key"] == "https://shop-vault.vault.azure.net/secrets/signing/3"
    assert urls["database-url"].endswith("/secrets/database-url")
    holding = [r["type"] for r in made.values() if "only-here" in json.dumps(r)]
    assert sorted(holding) == [
        "Microsoft.DBforPostgreSQL/flexibleServers",
        "Microsoft.KeyVault/vaults/secrets",
    ]


def test_visitors_come_through_front_door_alone_when_there_is_one() -> None:
    def let_in(deployment: Deployment) -> Any:
        made = resources(deployment)
        group = next(r for r in made.values() if r["name"].endswith("-apps"))
        rules = {rule["name"]: rule["properties"] for rule in group["properties"]["securityRules"]}
        assert rules["rest"]["access"] == "Deny"
        return rules["visitors"]

    assert let_in(AZURE)["sourceAddressPrefix"] == "AzureFrontDoor.Backend"
    few = {"domain": None, "firewall": {"visitors": ["203.0.113.0/24", "::/0"]}}
    assert let_in(production("azure", address=few))["sourceAddressPrefixes"] == ["203.0.113.0/24"]
    assert (
        let_in(production("azure", address={"domain": None}))["sourceAddressPrefix"] == "Internet"
    )


def test_records_lie_in_the_zone_and_those_of_others_are_left_out() -> None:
    made = resources(production("azure", **RICH))
    names = {r["name"] for r in made.values() if "dnsZones" in r["type"]}
    zone = "example.com"
    assert names == {
        *(f"{zone}/{name}" for name in ("shop", "www", "@")),
        *(f"{zone}/{name}" for name in ("_dnsauth.shop", "_dnsauth.www", "_dnsauth")),
    }


def test_traffic_stays_where_it_is_when_that_is_said() -> None:
    stays: Any = ({"revisionName": "bookshop-production--r7", "weight": 100},)
    given = parameters(AZURE, IMAGE, stays)
    assert given["traffic"] == {"value": [dict(stays[0])]}
    assert "traffic" not in parameters(AZURE, IMAGE)


def test_a_link_to_a_template_that_is_missing_is_said() -> None:
    files = templates()
    with pytest.raises(ProjectError, match=r"links to nested/network\.json, which is not there"):
        assemble(files["azuredeploy.json"], {})


def test_what_azure_would_refuse_is_refused_here() -> None:
    broken = whole()
    del broken["resources"][0]["properties"]["parameters"]["location"]
    given = {**parameters(AZURE, IMAGE), "databasePassword": {"value": "only-here"}}
    with pytest.raises(TemplateError, match="The parameter location is missing"):
        Cloud().wanted({"template": broken, "parameters": given})


def test_templates_say_what_they_do_not_do_with_secrets_of_other_vaults() -> None:
    found = {finding.where: finding for finding in limits(production("azure", **RICH))}
    assert "shop-vault" in found["setting.secrets"].message
    own = production("azure", address={"tls": {"certificate": "own", "reference": "https://x"}})
    assert [f.where for f in limits(own) if f.level == "error"] == ["address.tls.reference"]


@pytest.mark.toolchain
def test_every_property_is_known_to_the_libraries_of_azure(tmp_path: Path) -> None:
    made = [
        resource
        for engine in ("postgresql", "mysql", "mongodb")
        for resource in resources(
            production("azure", database={"engine": engine, "public": True}, **RICH)
        ).values()
    ]
    wrong = json.loads(json.dumps(one(resources(AZURE), "Microsoft.App/containerApps")))
    wrong["name"] = "wrong"
    wrong["properties"]["configuration"]["ingress"]["targetPorts"] = 1
    wrong["properties"]["template"]["containers"][0]["probes"][0]["type"] = "Alive"
    path = tmp_path / "resources.json"
    path.write_text(json.dumps([*made, wrong]), "utf-8")
    beside = [part for name in LIBRARIES for part in ("--with", name)]
    words = [str(UV), "run", "--no-project", *beside, "python", properties.__file__, str(path)]
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    said = json.loads(ended.stdout)
    at = "wrong: Microsoft.App/containerApps.properties"
    assert [sentence.partition(" may not")[0] for sentence in said["wrong"]] == [
        f"{at}.configuration.ingress: there is no targetPorts",
        f"{at}.template.containers.0.probes.0.type",
    ]
    assert said["unchecked"] == [
        "Microsoft.Authorization/locks",
        "Microsoft.Insights/diagnosticSettings",
    ]
