import hmac
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwright.deployment.webhook import Delivery, Push, read_push, replayed, starts, verify
from stackwright.errors import ProjectError

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
SECRET = "It's a Secret to Everybody"
KEY = b"0123456789abcdef0123456789abcdef"
SIGNING = "whsec_" + b64encode(KEY).decode()
BEFORE, COMMIT, TAG = "6113728f27ae82c7b1a177c8d03f9e96e0adf246", "a" * 40, "b" * 40
ZEROS = "0" * 40


def github_push(**more: Any) -> dict[str, Any]:
    """A push as GitHub sends it, without the parts that nobody here reads."""
    return {
        "ref": "refs/heads/main",
        "before": BEFORE,
        "after": COMMIT,
        "repository": {
            "id": 186853002,
            "name": "bookshop",
            "full_name": "Ada/bookshop",
            "private": True,
            "owner": {"name": "Ada", "login": "Ada"},
            "default_branch": "main",
            "created_at": 1557933565,
            "pushed_at": int(NOON.timestamp()) - 2,
        },
        "pusher": {"name": "ada", "email": "ada@example.com"},
        "sender": {"login": "ada", "type": "User"},
        "created": False,
        "deleted": False,
        "forced": False,
        "base_ref": None,
        "compare": "https://git.example.com/Ada/bookshop/compare/6113728f27ae...aaaaaaaaaaaa",
        "commits": [{"id": COMMIT, "message": "Sell books."}],
        "head_commit": {"id": COMMIT, "timestamp": "2026-11-28T11:59:00Z"},
        **more,
    }


def gitlab_push(**more: Any) -> dict[str, Any]:
    """A push as GitLab sends it, likewise."""
    return {
        "object_kind": "push",
        "event_name": "push",
        "before": BEFORE,
        "after": COMMIT,
        "ref": "refs/heads/main",
        "ref_protected": True,
        "checkout_sha": COMMIT,
        "user_id": 4,
        "user_name": "Ada Lovelace",
        "user_username": "ada",
        "project_id": 15,
        "project": {"id": 15, "name": "Bookshop", "path_with_namespace": "ada/bookshop"},
        "commits": [{"id": COMMIT, "message": "Sell books."}],
        "total_commits_count": 1,
        **more,
    }


def from_github(
    said: dict[str, Any], secret: str = SECRET, **more: str
) -> tuple[dict[str, str], bytes]:
    body = json.dumps(said).encode()
    signature = hmac.new(secret.encode(), body, sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/044aadd",
        "X-GitHub-Event": "push",
        "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "X-GitHub-Hook-ID": "292430182",
        "X-Hub-Signature": "sha1=7d38cdd689735b008b3c702edd92eea23791c5f6",
        "X-Hub-Signature-256": f"sha256={signature}",
    }
    return {**headers, **more}, body


def from_gitlab(said: dict[str, Any], **more: str) -> tuple[dict[str, str], bytes]:
    headers = {
        "Content-Type": "application/json",
        "X-Gitlab-Event": "Push Hook",
        "X-Gitlab-Event-UUID": "13792a34-cac6-4fda-95a8-c58e00a3954e",
        "X-Gitlab-Webhook-UUID": "1d0f9c38-09a4-4bdb-9f5d-3f4b7e8e4a0c",
        "Idempotency-Key": "f5e57ab4-8d8e-4d5c-9b4a-0f7a9f4f6f10",
    }
    return {**headers, **more}, json.dumps(said).encode()


def signed(
    said: dict[str, Any], at: datetime = NOON, key: bytes = KEY
) -> tuple[dict[str, str], bytes]:
    headers, body = from_gitlab(said)
    name, sent = headers["Idempotency-Key"], str(int(at.timestamp()))
    digest = hmac.new(key, f"{name}.{sent}.".encode() + body, sha256).digest()
    more = {
        "webhook-id": name,
        "webhook-timestamp": sent,
        "webhook-signature": f"v1,{b64encode(b'another').decode()} v1,{b64encode(digest).decode()}",
    }
    return {**headers, **more}, body


def read(request: tuple[dict[str, str], bytes], *secrets: str) -> tuple[Delivery, Push | None]:
    headers, body = request
    delivery = verify(headers, body, secrets)
    return delivery, read_push(delivery, body)


def test_the_example_of_githubs_documentation_fits() -> None:
    body = b"Hello, World!"
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    headers = {"X-GitHub-Event": "ping", "X-Hub-Signature-256": signature}
    assert verify(headers, body, [SECRET]).event == "ping"


def test_a_push_to_github_is_understood() -> None:
    delivery, push = read(from_github(github_push()), SECRET)
    assert delivery.id == "72d3162e-cc78-11e3-81ab-4c9367dc0958"
    assert push == Push(
        sender="github",  # type: ignore[arg-type]
        repository="Ada/bookshop",
        kind="branch",
        name="main",
        commit=COMMIT,
        by="ada",
        pushed_at=NOON - timedelta(seconds=2),
    )
    assert push.why == "branch main of Ada/bookshop was pushed by ada at aaaaaaaaaaaa"


@pytest.mark.parametrize("request_", [from_gitlab(gitlab_push(), **{"X-Gitlab-Token": SECRET})])
def test_a_push_to_gitlab_is_understood(request_: tuple[dict[str, str], bytes]) -> None:
    delivery, push = read(request_, SECRET)
    assert delivery.id == "f5e57ab4-8d8e-4d5c-9b4a-0f7a9f4f6f10"
    assert push
    assert (push.repository, push.name, push.commit) == ("ada/bookshop", "main", COMMIT)
    assert push.by == "ada"


def test_a_signed_push_to_gitlab_has_a_time() -> None:
    delivery, push = read(signed(gitlab_push()), SIGNING)
    assert delivery.sent_at == NOON
    assert push


def test_a_tag_is_the_commit_that_it_points_at() -> None:
    tag = {"ref": "refs/tags/v1.2.0", "before": ZEROS, "after": TAG}
    _, github = read(from_github(github_push(**tag, created=True)), SECRET)
    request = from_gitlab(gitlab_push(object_kind="tag_push", **tag), **{"X-Gitlab-Token": SECRET})
    request[0]["X-Gitlab-Event"] = "Tag Push Hook"
    _, gitlab = read(request, SECRET)
    for push in (github, gitlab):
        assert push
        assert (push.kind, push.name, push.commit) == ("tag", "v1.2.0", COMMIT)


def test_branches_may_have_slashes_in_their_names() -> None:
    _, push = read(from_github(github_push(ref="refs/heads/release/2026/11")), SECRET)
    assert push
    assert push.name == "release/2026/11"


@pytest.mark.parametrize(
    "request_",
    [
        from_github(github_push(deleted=True, after=ZEROS, head_commit=None)),
        from_github(github_push(ref="refs/notes/commits")),
        from_github({"zen": "Keep it logically awesome."}, **{"X-GitHub-Event": "ping"}),
        from_github({"action": "opened"}, **{"X-GitHub-Event": "pull_request"}),
        from_gitlab(gitlab_push(after=ZEROS, checkout_sha=None), **{"X-Gitlab-Token": SECRET}),
        from_gitlab(
            {"object_kind": "note"}, **{"X-Gitlab-Token": SECRET, "X-Gitlab-Event": "Note Hook"}
        ),
    ],
)
def test_what_is_no_push_starts_nothing(request_: tuple[dict[str, str], bytes]) -> None:
    assert read(request_, SECRET)[1] is None


def without(request: tuple[dict[str, str], bytes], name: str) -> tuple[dict[str, str], bytes]:
    return {key: value for key, value in request[0].items() if key != name}, request[1]


@pytest.mark.parametrize(
    ("request_", "secrets"),
    [
        (from_github(github_push()), ["another"]),
        (from_github(github_push()), []),
        (from_github(github_push()), [""]),
        (from_github(github_push(), secret=""), [""]),
        (without(from_github(github_push()), "X-Hub-Signature-256"), [SECRET]),
        ((from_github(github_push())[0], b"{}"), [SECRET]),
        (from_gitlab(gitlab_push(), **{"X-Gitlab-Token": "another"}), [SECRET]),
        (from_gitlab(gitlab_push(), **{"X-Gitlab-Token": ""}), [""]),
        (from_gitlab(gitlab_push()), [SECRET]),
        (from_gitlab(gitlab_push(), **{"X-Gitlab-Token": SIGNING}), [SIGNING]),
        (signed(gitlab_push(), key=b"another"), [SIGNING]),
        ((signed(gitlab_push())[0], b"{}"), [SIGNING]),
        (
            ({**signed(gitlab_push())[0], "webhook-timestamp": "1"}, signed(gitlab_push())[1]),
            [SIGNING],
        ),
        (
            ({**signed(gitlab_push())[0], "webhook-id": "other"}, signed(gitlab_push())[1]),
            [SIGNING],
        ),
    ],
)
def test_nobody_else_is_listened_to(
    request_: tuple[dict[str, str], bytes], secrets: list[str]
) -> None:
    with pytest.raises(ProjectError, match="The webhook is not from") as refused:
        verify(*request_, secrets)
    assert refused.value.http_status == 401
    assert not any(secret and secret in str(refused.value) for secret in secrets)


def test_a_secret_can_be_changed_without_a_push_being_lost() -> None:
    assert read(from_github(github_push(), secret="old"), "new", "old")[1]
    assert read(from_gitlab(gitlab_push(), **{"X-Gitlab-Token": "old"}), "new", "old")[1]
    assert read(signed(gitlab_push()), SIGNING, "old")[1]


def test_what_names_no_event_is_no_webhook() -> None:
    with pytest.raises(ProjectError, match="names no event") as refused:
        verify({"X-Gitea-Event": "push"}, b"{}", [SECRET])
    assert refused.value.http_status == 400


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"ref": "main", "after": COMMIT},
        github_push(repository=None),
        github_push(head_commit={"id": "--upload-pack=x"}),
        [],
    ],
)
def test_a_push_that_is_none_is_told(said: Any) -> None:
    headers, body = from_github(said)
    with pytest.raises(ProjectError, match="is no push as github tells it") as refused:
        read_push(verify(headers, body, [SECRET]), body)
    assert refused.value.http_status == 400


def test_a_delivery_is_carried_out_once() -> None:
    delivery, push = read(from_github(github_push()), SECRET)
    assert replayed(delivery, push, (), NOON) == ""
    assert replayed(delivery, push, set(delivery.marks), NOON) == (
        "Delivery 72d3162e-cc78-11e3-81ab-4c9367dc0958 was carried out already."
    )


def test_another_name_does_not_make_an_old_delivery_new() -> None:
    delivery, push = read(from_github(github_push()), SECRET)
    renamed, _ = read(from_github(github_push(), **{"X-GitHub-Delivery": "new"}), SECRET)
    assert renamed.id == "new"
    assert replayed(renamed, push, set(delivery.marks), NOON)


def test_going_there_and_back_and_there_again_are_three_pushes_at_gitlab() -> None:
    token = {"X-Gitlab-Token": SECRET}
    first, push = read(from_gitlab(gitlab_push(), **token), SECRET)
    third, _ = read(from_gitlab(gitlab_push(), **token, **{"Idempotency-Key": "third"}), SECRET)
    assert replayed(third, push, set(first.marks), NOON) == ""


@pytest.mark.parametrize(("minutes", "new"), [(-6, False), (-4, True), (4, True), (6, False)])
def test_a_signature_is_good_for_minutes(minutes: int, *, new: bool) -> None:
    delivery, push = read(signed(gitlab_push(), at=NOON + timedelta(minutes=minutes)), SIGNING)
    assert (replayed(delivery, push, (), NOON) == "") is new


def test_a_push_of_long_ago_is_left_to_people() -> None:
    delivery, push = read(from_github(github_push()), SECRET)
    said = replayed(delivery, push, (), NOON + timedelta(hours=2))
    assert said.endswith("more than 60 minutes ago. Deploy by hand if it is still wanted.")


def test_a_deployment_follows_one_branch_or_tag() -> None:
    _, push = read(from_github(github_push()), SECRET)
    assert push
    assert starts(push, "main")
    assert starts(push, "main", "ada/Bookshop")
    assert not starts(push, "main", "eve/bookshop")
    assert not starts(push, "ma")
    assert not starts(push, "")


@given(st.binary(max_size=200), st.dictionaries(st.text(max_size=20), st.text(max_size=20)))
def test_whatever_comes_is_refused_and_nothing_breaks(body: bytes, headers: dict[str, str]) -> None:
    for event in ("X-GitHub-Event", "X-Gitlab-Event"):
        with pytest.raises(ProjectError):
            verify({**headers, event: "push"}, body, [SECRET, SIGNING])
