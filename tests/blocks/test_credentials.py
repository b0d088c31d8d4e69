"""Every kind of credentials asks its provider who we are, and tells wrong, expired and unreachable apart."""

import base64
import json
import logging
import stat
import subprocess
import time
import traceback
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import yaml
from joserfc import jwt
from joserfc.jwk import RSAKey

from blocks import azure, google, kubernetes
from blocks.kinds import KINDS, kind_of, opened
from stackwright.deployment.options.place import Target
from stackwright.errors import ProjectError
from tests.blocks.providers import (
    CANARY,
    FIELDS,
    GOOD,
    ID,
    NOBODY,
    WRONG,
    Case,
    a_cluster,
    a_key,
    failure,
    made,
    standin,
)
from tests.blocks.standin import Answer, StandIn

__all__ = ["standin"]  # a fixture


@pytest.mark.parametrize("kind", sorted(GOOD))
def test_who_we_are_where_and_that_nothing_is_missing(kind: str, standin: StandIn) -> None:
    standin.answers.update(GOOD[kind])
    said = made(kind, standin.url).ask()
    assert not said.missing
    assert said.sentence().startswith(f"Connected as {said.who} to {said.where}.")
    assert said.who and said.where  # noqa: PT018
    assert CANARY not in said.model_dump_json()


@pytest.mark.parametrize("case", WRONG, ids=lambda case: f"{case.kind}-{case.sentence[:30]}")
def test_wrong_and_expired_have_their_own_sentences(case: Case, standin: StandIn) -> None:
    standin.answers.update({**GOOD.get(case.kind, {}), case.asked: case.answer})
    error = failure(made(case.kind, standin.url))
    assert case.sentence in error.message
    assert case.hint in error.hint


@pytest.mark.parametrize("kind", sorted(FIELDS.keys() - {"stackwright-terraform"}))
def test_nobody_answers(kind: str) -> None:
    error = failure(made(kind))
    assert f"cannot be reached at {NOBODY}" in error.message
    assert "network" in error.hint
    assert error.http_status == 502


def test_rights_of_google_that_are_missing(standin: StandIn) -> None:
    path = "POST /v1/projects/shop-4711:testIamPermissions"
    standin.answers.update(GOOD["stackwright-gcp"])
    standin.answers[path] = Answer(body={"permissions": list(google.RIGHTS[1:])})
    said = made("stackwright-gcp", standin.url).ask()
    assert said.missing == google.RIGHTS[:1]
    assert f"Missing rights: {google.RIGHTS[0]}." in said.sentence()
    claim = parse_qs(standin.asked[0].body)["assertion"][0]
    token = jwt.decode(claim, RSAKey.import_key(a_key()[1]))
    assert token.claims["iss"] == "deploy@shop.example"
    assert token.claims["exp"] - token.claims["iat"] <= 3600
    assert standin.asked[1].headers["Authorization"] == "Bearer short-lived"
    standin.answers[path] = Answer(403, {"error": {"message": "The caller has no permission"}})
    assert "not there for it" in made("stackwright-gcp", standin.url).ask().sentence()


def test_rights_of_azure_that_no_role_gives(standin: StandIn) -> None:
    contributor = {"actions": ["*"], "notActions": ["Microsoft.Authorization/*/Write"]}
    standin.answers.update(GOOD["stackwright-azure"])
    path = f"GET /subscriptions/{ID}/providers/Microsoft.Authorization/permissions"
    standin.answers[path] = Answer(body={"value": [contributor]})
    said = made("stackwright-azure", standin.url).ask()
    assert said.missing == ("Microsoft.Authorization/roleAssignments/write",)
    granting = {"actions": ["microsoft.authorization/roleassignments/*"]}
    standin.answers[path] = Answer(body={"value": [contributor, granting]})
    assert made("stackwright-azure", standin.url).ask().missing == ()
    standin.answers[f"GET /subscriptions/{ID}"] = Answer(404, {})
    assert azure.MANAGEMENT not in made("stackwright-azure", standin.url).ask().sentence()


def test_scopes_that_are_missing(standin: StandIn) -> None:
    standin.answers.update(GOOD["stackwright-digitalocean"])
    standin.answers["GET /v2/databases"] = Answer(403, {})
    assert made("stackwright-digitalocean", standin.url).ask().missing == ("database:read",)
    standin.answers["GET /user"] = Answer(
        body={"login": "ada"}, headers={"X-OAuth-Scopes": "read:org"}
    )
    assert made("stackwright-git", standin.url).ask().missing == ("repo",)


def test_a_cluster_that_refuses_to_make_things(standin: StandIn) -> None:
    standin.answers.update(GOOD["stackwright-kubernetes"])
    standin.answers[f"POST {kubernetes.REVIEWS}"] = Answer(201, {"status": {"allowed": False}})
    said = made("stackwright-kubernetes", standin.url).ask()
    assert said.missing[0] == "create namespaces"
    assert "create deployments.apps" in said.missing
    assert len(said.missing) == len(kubernetes.RIGHTS)


def test_a_token_of_a_cluster_that_has_expired(standin: StandIn) -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": time.time() - 60}).encode()).decode()
    standin.answers["GET /version"] = Answer(401, {"message": "Unauthorized"})
    fields = a_cluster(standin.url, f"e30.{claims.rstrip('=')}.{CANARY}")
    error = failure(opened("stackwright-kubernetes", fields))
    assert "The credentials for Kubernetes have expired: “since " in error.message


@pytest.mark.parametrize(
    ("user", "sentence"),
    [
        ({"exec": {"command": "aws"}}, "calls a program"),
        ({"client-key": "/keys/ada.pem"}, "names files of another machine: client-key"),
        ({"client-key-data": "%%%"}, "client-key-data in the kubeconfig cannot be read"),
    ],
)
def test_a_kubeconfig_that_does_not_stand_alone(user: Any, sentence: str) -> None:
    config = yaml.safe_load(a_cluster(NOBODY)["kubeconfig"])
    config["users"][0]["user"] = user
    credentials = opened("stackwright-kubernetes", {"kubeconfig": yaml.safe_dump(config)})
    with pytest.raises(ProjectError, match=sentence):
        credentials.environment()


def test_a_context_that_is_not_there() -> None:
    fields = a_cluster(NOBODY) | {"context": "other"}
    with pytest.raises(ProjectError, match=r"no context “other”.*It has: here"):
        opened("stackwright-kubernetes", fields).ask()


def test_aws_says_who_we_are() -> None:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        said = made("stackwright-aws", "http://{}:{}".format(*server.get_host_and_port())).ask()
    finally:
        server.stop()
    assert said.where == "account 123456789012 in eu-central-1"
    assert said.who.startswith("arn:aws:sts::123456789012:")
    assert "rights are not known" in said.sentence()


def test_rights_of_aws_that_are_missing(standin: StandIn) -> None:
    arn = "arn:aws:sts::1:assumed-role/deploy/ada"
    identity = f"<Arn>{arn}</Arn><Account>1</Account><UserId>x</UserId>"
    member = (
        "<EvalActionName>iam:PassRole</EvalActionName><EvalDecision>implicitDeny</EvalDecision>"
    )
    # both services are asked at one path: the stand-in answers with both results, each reads its own
    standin.answers["POST /"] = Answer(
        body="<R>"
        f"<GetCallerIdentityResult>{identity}</GetCallerIdentityResult>"
        f"<SimulatePrincipalPolicyResult><EvaluationResults><member>{member}</member></EvaluationResults>"
        "</SimulatePrincipalPolicyResult></R>"
    )
    said = made("stackwright-aws", standin.url).ask()
    assert said.who == arn
    assert said.missing == ("iam:PassRole",)
    assert "arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fdeploy" in standin.asked[1].body


def _program(tmp_path: Path, says: str) -> str:
    path = tmp_path / "terraform"
    path.write_text(f"#!/bin/sh\nprintf '%s' '{says}'\n", "utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_a_terraform_of_ones_own(tmp_path: Path) -> None:
    program = _program(tmp_path, '{"terraform_version": "1.10.2"}')
    fields = FIELDS["stackwright-terraform"]("") | {"program": program}
    said = opened("stackwright-terraform", fields).ask()
    assert said.sentence() == (
        f"Connected as version 1.10.2 to {program}. The token for app.terraform.io was not tried."
    )
    _program(tmp_path, '{"terraform_version": "1.5.7"}')
    assert "1.6 or later" in failure(opened("stackwright-terraform", fields)).message
    _program(tmp_path, "hello")
    assert "does not say" in failure(opened("stackwright-terraform", fields)).message
    assert "cannot be run" in failure(made("stackwright-terraform")).message


VARIABLES = {
    "stackwright-aws": {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"},
    "stackwright-gcp": {"GOOGLE_CREDENTIALS", "GOOGLE_PROJECT", "GOOGLE_REGION"},
    "stackwright-azure": {"ARM_CLIENT_ID", "ARM_CLIENT_SECRET", "ARM_TENANT_ID"},
    "stackwright-digitalocean": {"DIGITALOCEAN_TOKEN"},
    "stackwright-kubernetes": {"KUBE_HOST", "KUBE_TOKEN"},
    "stackwright-git": {"GITHUB_TOKEN", "GIT_CONFIG_VALUE_0"},
    "stackwright-terraform": {"TF_TOKEN_app_terraform_io"},
}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_secret_is_in_the_environment_and_nowhere_else(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    credentials = made(kind)
    there = credentials.environment()
    assert VARIABLES[kind] <= there.keys()
    assert any(CANARY in one.get_secret_value() for one in there.values())
    failure(credentials)
    shown = [repr(credentials), str(credentials), credentials.model_dump_json(), repr(there)]
    shown += [str(credentials.model_dump()), caplog.text, str(credentials.model_json_schema())]
    assert not [one for one in shown if CANARY in one]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_wrong_field_is_named_and_not_repeated(kind: str) -> None:
    fields = dict.fromkeys(FIELDS[kind](NOBODY), CANARY) | {"other": CANARY}
    with pytest.raises(ProjectError) as caught:
        opened(kind, fields)
    assert "other: Extra inputs" in caught.value.message
    assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_git_sends_the_token_to_its_host_alone(tmp_path: Path) -> None:
    there = {
        name: one.get_secret_value() for name, one in made("stackwright-git").environment().items()
    }

    def header(url: str) -> str:
        done = subprocess.run(
            ["git", "config", "--get-urlmatch", "http.extraHeader", url],
            cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), **there},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout

    sent = header("https://github.com/ada/shop.git").removeprefix("Authorization: Basic ")
    assert base64.b64decode(sent).decode() == f"x-access-token:{CANARY}"
    assert header("https://other.example/ada/shop.git") == ""


def test_every_cloud_has_a_kind() -> None:
    assert {target for target in Target if kind_of(target.value) is None} == {Target.LOCAL}
