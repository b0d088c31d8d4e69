"""GitOps: a signed push of the branch or tag that a deployment follows asks for a rollout of exactly that commit."""

import hmac
from base64 import b64encode
from datetime import timedelta
from hashlib import sha256
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from app.api.deployments import the_deployment
from app.api.rollouts import NewRollout, ask_for
from app.edge.identity import demand
from app.edge.parts import Its, Parts, Work, address_of
from app.edge.problems import forbidden, not_found
from app.live.door import Live
from app.storage import accounts, deployments, webhooks
from app.storage.deployments import Stored
from app.storage.engine import Session
from app.storage.trail import note
from app.storage.webhooks import Webhook
from stackwright.access.accounts import Caller
from stackwright.access.rights import Action, may
from stackwright.deployment.webhook import SIGNING, Push, read_push, replayed, starts, verify
from stackwright.errors import ProjectError
from stackwright.runs.rollout import Pushed
from stackwright.value import Value

router = APIRouter(prefix="/api/v1", tags=["webhooks"])

Reader = Annotated[Caller, Depends(demand(Action.READ_DEPLOYMENTS))]
Writer = Annotated[Caller, Depends(demand(Action.ROLL_OUT))]
OF_DEPLOYMENT = "/deployments/{deployment_id}/webhook"
OLD_SECRET = timedelta(hours=1)  # it is taken that long beside the new one
PLAIN, SIGNED = "plain", "signed"


class Told(Value):
    """How pushes deploy."""

    url: str = Field(description="What is entered at the Git host as the webhook's address.")
    branch: str = Field(description="The branch or tag that it follows; empty: none, as chosen.")
    by: UUID = Field(description="In whose name pushes deploy.")
    secret: str = Field("", description="Of GitHub, and of GitLab's secret token; shown once.")
    signing: str = Field("", description="GitLab's signing token, the safer one; shown once.")


class Answer(Value):
    """What became of a delivery."""

    sentence: str
    rollout: UUID | None = Field(None, description="Null: none was started.")


@router.get(OF_DEPLOYMENT)
async def show_webhook(deployment_id: UUID, caller: Reader, parts: Its, session: Work) -> Told:
    """How pushes deploy; the secret was shown once."""
    stored = await the_deployment(session, deployment_id, caller)
    webhook = await webhooks.find(session, stored.id)
    if webhook is None:
        raise not_found("webhook")
    return _told(parts, stored, webhook)


@router.put(OF_DEPLOYMENT)
async def renew_webhook(deployment_id: UUID, caller: Writer, parts: Its, session: Work) -> Told:
    """Let pushes deploy in one's own name, with a new secret; the one before is taken for another hour."""
    stored = await the_deployment(session, deployment_id, caller, hold=True)
    webhook = await webhooks.renew(session, stored.id, caller.account.id, parts.now())
    note(session, caller.did("webhook.renew", parts.now(), stored.id))
    plain = _secret(parts, webhook, PLAIN, webhook.generation)
    signing = _secret(parts, webhook, SIGNED, webhook.generation)
    return _told(parts, stored, webhook).model_copy(update={"secret": plain, "signing": signing})


@router.delete(OF_DEPLOYMENT, status_code=204)
async def remove_webhook(deployment_id: UUID, caller: Writer, parts: Its, session: Work) -> None:
    """Let pushes deploy no more."""
    stored = await the_deployment(session, deployment_id, caller, hold=True)
    await webhooks.remove(session, stored.id)
    note(session, caller.did("webhook.remove", parts.now(), stored.id))


@router.post("/webhooks/{deployment_id}", status_code=202)
async def deliver(
    deployment_id: UUID, request: Request, response: Response, parts: Its, hub: Live
) -> Answer:
    """What a Git host sends. Forged and repeated deliveries are refused, other branches are answered and left alone."""
    body = await request.body()
    async with parts.storage.session() as session:
        webhook = await webhooks.find(session, deployment_id)
        stored = await deployments.get(session, deployment_id) if webhook else None
        if webhook is None or stored is None:
            raise not_found("webhook")
        kind = SIGNED if "webhook-signature" in request.headers else PLAIN
        delivery = verify(dict(request.headers), body, _secrets(parts, webhook, kind))
        push = read_push(delivery, body)
        known = await webhooks.seen(session, stored.id, delivery.marks)
        again = replayed(delivery, push, known, parts.now())
        new = await webhooks.remember(session, stored.id, delivery.marks, parts.now())
        if again or not new:
            sentence = again or f"Delivery {delivery.id} is being carried out already."
            raise ProjectError(sentence, hint="Push again to deploy again.", http_status=409)
    if push is None or not starts(push, stored.config.setting.branch):
        response.status_code = 200
        return Answer(sentence=_left_alone(stored, push))
    async with parts.storage.session() as session:
        caller = await _caller(session, webhook, request)
        pushed = Pushed(
            repository=stored.config.setting.repository, commit=push.commit, why=push.why
        )
        rollout = await ask_for(session, stored.id, NewRollout(), caller, parts, pushed)
    hub.rollouts.nudge()
    return Answer(sentence=f"{pushed.why}: rollout {rollout.number} begins.", rollout=rollout.id)


def _left_alone(stored: Stored, push: Push | None) -> str:
    follows = stored.config.setting.branch
    if not follows:
        return "The deployment follows no branch or tag, so nothing is deployed."
    if push is None:
        return f"This tells of no push of {follows}, so nothing is deployed."
    return f"{push.kind} {push.name} is not {follows}, so nothing is deployed."


async def _caller(session: Session, webhook: Webhook, request: Request) -> Caller:
    """Whoever lets pushes deploy, if they still may."""
    account = await accounts.by_id(session, webhook.account_id)
    if account is None or account.disabled or not may(account.role, None, Action.ROLL_OUT):
        raise forbidden(
            "Whoever made this webhook may not roll out any more.",
            "Somebody who may has to renew it.",
        )
    return Caller(account=account, address=address_of(request))


def _told(parts: Parts, stored: Stored, webhook: Webhook) -> Told:
    return Told(
        url=f"{parts.settings.public_url.rstrip('/')}/api/v1/webhooks/{stored.id}",
        branch=stored.config.setting.branch,
        by=webhook.account_id,
    )


def _secrets(parts: Parts, webhook: Webhook, kind: str) -> list[str]:
    """The secrets of this kind that are taken now. Where one kind is used, the other one is known to nobody."""
    generations = [webhook.generation]
    if webhook.generation > 1 and parts.now() - webhook.made_at < OLD_SECRET:
        generations.append(webhook.generation - 1)
    return [_secret(parts, webhook, kind, number) for number in generations]


def _secret(parts: Parts, webhook: Webhook, kind: str, generation: int) -> str:
    """A secret of this webhook: derived from our own key, so that it need not be kept."""
    about = f"webhook/{webhook.deployment_id}/{kind}/{generation}".encode()
    derived = hmac.new(parts.settings.key(), about, sha256).digest()
    return f"{SIGNING}{b64encode(derived).decode()}" if kind == SIGNED else derived.hex()
