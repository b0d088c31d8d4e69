"""What a Git host tells by a webhook: whether it is really the host, whether it is new, and which push it is."""

import binascii
import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import Field

from stackwright.errors import ProjectError
from stackwright.value import Value

SIGNED_FOR = timedelta(minutes=5)  # a signature with a time is good for that long, before and after
PUSHED_FOR = timedelta(hours=1)  # an older push is not deployed by itself: a newer one may serve
SIGNING = "whsec_"  # begins the signing tokens of Standard Webhooks
SHA = 40  # characters of a commit's name, or 64
GONE = "0"  # a ref that is deleted points at a commit of zeros


class Sender(StrEnum):
    """Who sends webhooks."""

    GITHUB = "github"
    GITLAB = "gitlab"


class Delivery(Value):
    """A request that really came from the host."""

    sender: Sender
    event: Annotated[str, Field(description="The host's own word, such as push or Push Hook.")]
    id: Annotated[str, Field(description="The host's name of this delivery.")]
    marks: Annotated[
        tuple[str, ...],
        Field(description="To be remembered: whoever brings one of them again replays it."),
    ]
    sent_at: Annotated[
        datetime | None, Field(description="When it was sent, as signed; null: not signed.")
    ] = None


class Push(Value):
    """A branch or tag that points at a new commit."""

    sender: Sender
    repository: Annotated[str, Field(description="Owner and name, as the host writes them.")]
    kind: Literal["branch", "tag"]
    name: Annotated[str, Field(description="Of the branch or tag.")]
    commit: str
    by: Annotated[str, Field(description="Who pushed.")] = ""
    pushed_at: Annotated[
        datetime | None, Field(description="As the host says; null: it does not.")
    ] = None

    @property
    def why(self) -> str:
        """Why a deployment is started, for people."""
        by = f" by {self.by}" if self.by else ""
        return f"{self.kind} {self.name} of {self.repository} was pushed{by} at {self.commit[:12]}"


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> Delivery:
    """The delivery, if it was sent by somebody who knows one of the secrets. Nothing of the body is read before.

    Args:
        headers: Of the request.
        body: As it came, to the byte.
        secrets: Of this webhook: the one that is used, and the one before it while it is changed.

    Raises:
        ProjectError: It is from somebody else (HTTP 401), or no webhook that we know (HTTP 400).

    Source: GitHub documentation, "Validating webhook deliveries"; GitLab documentation, "Webhooks";
        Standard Webhooks specification, version 1.
    """
    said = {name.lower(): value for name, value in headers.items()}
    usable = [secret for secret in secrets if secret]
    if "x-gitlab-event" in said:
        return _gitlab(said, body, usable)
    if "x-github-event" in said:
        return _github(said, body, usable)
    raise ProjectError(
        "The request is no webhook of GitHub or GitLab: it names no event.",
        hint="Enter this address as a webhook for pushes at your Git host.",
        http_status=400,
    )


def replayed(delivery: Delivery, push: Push | None, seen: Collection[str], now: datetime) -> str:
    """Why a delivery is not carried out (again): a sentence; empty: it is new.

    Args:
        delivery: A verified one.
        push: What it says.
        seen: The marks of earlier deliveries, kept for longer than a day.
        now: The time.
    """
    if any(mark in seen for mark in delivery.marks):
        return f"Delivery {delivery.id} was carried out already."
    if delivery.sent_at is not None and abs(now - delivery.sent_at) > SIGNED_FOR:
        return (
            f"Delivery {delivery.id} was sent at {_time(delivery.sent_at)}: that is more than "
            f"{_minutes(SIGNED_FOR)} from now. Look at the clocks of both machines."
        )
    if push is not None and push.pushed_at is not None and now - push.pushed_at > PUSHED_FOR:
        return (
            f"Delivery {delivery.id} tells of a push at {_time(push.pushed_at)}, more than "
            f"{_minutes(PUSHED_FOR)} ago. Deploy by hand if it is still wanted."
        )
    return ""


def read_push(delivery: Delivery, body: bytes) -> Push | None:
    """The push that a verified delivery tells of; None: it tells of something else, such as a ref that is deleted.

    Raises:
        ProjectError: The body is not what the host sends (HTTP 400).
    """
    wanted = {"push", "Push Hook", "Tag Push Hook"}
    if delivery.event not in wanted:
        return None
    try:
        said = json.loads(body)
        return _push(delivery.sender, said)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ProjectError(
            f"Delivery {delivery.id} is no push as {delivery.sender.value} tells it.",
            hint="Let the webhook send application/json.",
            http_status=400,
        ) from error


def starts(push: Push, ref: str, repository: str = "") -> bool:
    """Whether this push starts a deployment of this branch or tag; an empty one starts none.

    Args:
        push: What happened.
        ref: The branch or tag that the deployment follows.
        repository: Owner and name that it must come from; empty: the secret says enough.
    """
    same = not repository or push.repository.casefold() == repository.casefold()
    return bool(ref) and same and push.name == ref


def _github(said: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> Delivery:
    signature = said.get("x-hub-signature-256", "")
    signed = [f"sha256={hmac.new(secret.encode(), body, sha256).hexdigest()}" for secret in secrets]
    if not _is_one_of(signature, signed):
        raise _refused("GitHub", "X-Hub-Signature-256", given=bool(signature))
    name = said.get("x-github-delivery", "")
    # The name is not signed, so whoever replays it may change it: the content is remembered, too.
    digest = sha256(body).hexdigest()
    return Delivery(
        sender=Sender.GITHUB,
        event=said["x-github-event"],
        id=name or digest[:12],
        marks=tuple(f"github:{mark}" for mark in (name, digest) if mark),
    )


def _gitlab(said: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> Delivery:
    keys = [secret for secret in secrets if secret.startswith(SIGNING)]
    name = (
        said.get("webhook-id") or said.get("idempotency-key") or said.get("x-gitlab-event-uuid", "")
    )
    sent_at = None
    if keys:  # one that signs is never satisfied by a token
        sent_at = _signed(said, body, keys)
    else:
        token = said.get("x-gitlab-token", "")
        if not _is_one_of(token, secrets):
            raise _refused("GitLab", "X-Gitlab-Token", given=bool(token))
    return Delivery(
        sender=Sender.GITLAB,
        event=said["x-gitlab-event"],
        id=name or sha256(body).hexdigest()[:12],
        marks=(f"gitlab:{name or sha256(body).hexdigest()}",),
        sent_at=sent_at,
    )


def _signed(said: Mapping[str, str], body: bytes, keys: Sequence[str]) -> datetime:
    """The time that a signature of Standard Webhooks covers."""
    name, sent = said.get("webhook-id", ""), said.get("webhook-timestamp", "")
    content = b".".join((name.encode(), sent.encode(), body))
    signed = [b64encode(hmac.new(_key(key), content, sha256).digest()).decode() for key in keys]
    given = said.get("webhook-signature", "").split()
    versions = [one.removeprefix("v1,") for one in given if one.startswith("v1,")]
    if not (name and sent.isdecimal()) or not any(_is_one_of(one, signed) for one in versions):
        raise _refused("GitLab", "webhook-signature", given=bool(given))
    try:
        return datetime.fromtimestamp(int(sent), UTC)
    except (OverflowError, ValueError) as error:
        raise _refused("GitLab", "webhook-timestamp", given=True) from error


def _key(token: str) -> bytes:
    text = token.removeprefix(SIGNING)
    try:
        return b64decode(text, validate=True)
    except binascii.Error:
        return text.encode()


def _is_one_of(given: str, right: Sequence[str]) -> bool:
    """Whether it is one of them, in a time that does not tell how much of it fits."""
    found = [hmac.compare_digest(given.encode(), one.encode()) for one in right]
    return bool(given) and any(found)


def _push(sender: Sender, said: Mapping[str, Any]) -> Push | None:
    ref, after = str(said["ref"]), str(said["after"])
    _, area, name = ref.split("/", 2)
    if area not in {"heads", "tags"} or said.get("deleted") or not after.strip(GONE):
        return None
    github = sender is Sender.GITHUB
    # An annotated tag is an object of its own: these name the commit that it points at.
    commit = (said.get("head_commit") or {}).get("id") if github else said.get("checkout_sha")
    commit = str(commit or after)
    if len(commit) not in {SHA, 64} or not set(commit) <= set("0123456789abcdef"):
        raise ValueError(commit)
    place = said["repository"]["full_name"] if github else said["project"]["path_with_namespace"]
    by = (said.get("pusher") or {}).get("name") if github else said.get("user_username")
    return Push(
        sender=sender,
        repository=place,
        kind="branch" if area == "heads" else "tag",
        name=name,
        commit=commit,
        by=str(by or ""),
        pushed_at=_moment(said["repository"].get("pushed_at")) if github else None,
    )


def _moment(said: object) -> datetime | None:
    """Seconds since 1970 in pushes, a time as text in older ones."""
    if isinstance(said, int):
        return datetime.fromtimestamp(said, UTC)
    if not isinstance(said, str):
        return None
    moment = datetime.fromisoformat(said)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _refused(host: str, header: str, *, given: bool) -> ProjectError:
    what = "does not fit" if given else "is missing"
    return ProjectError(
        f"The webhook is not from {host} as it was set up here: {header} {what}.",
        hint="Enter the secret of this webhook at the Git host.",
        http_status=401,
    )


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _minutes(span: timedelta) -> str:
    return f"{span.total_seconds() / 60:g} minutes"
