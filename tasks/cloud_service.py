"""The service of a deployment in a cloud: which image runs, and another one rolled out, migrated and asked for."""

import time

from stackwright.deployment.config import Deployment
from stackwright.deployment.health import Health, Judgement
from stackwright.deployment.hosting.site import Site
from stackwright.deployment.rolling.look import budget_s
from stackwright.errors import ProjectError
from stackwright.value import Value
from tasks import rolling, terraform
from tasks.cloud_site import Access, place_of
from tasks.effect import effect
from tasks.rehearsal import running as rehearsed
from tasks.rolling.served import Service, Tell

ASKED, PAUSE_S, WAIT_S = 3, 2.0, 10.0  # times, between two, and for one answer


@effect(retries=2, timeout_s=300)
def running_image(site: Site, deployment: Deployment, access: Access) -> str:
    """The image that serves now; empty: none does, or nothing was made yet.

    Raises:
        ProjectError: The provider refuses to tell, or cannot be reached.
    """
    place = place_of(site, access)
    if access.rehearses:
        return rehearsed.running(place.rehearsal)
    service = _service(site, deployment, access)
    return rolling.running(service) if service.outputs else ""


@effect(timeout_s=7200)
def migrate_with(
    site: Site, deployment: Deployment, access: Access, image: str, tell: Tell
) -> None:
    """Run the migrations of an image at the provider.

    Raises:
        ProjectError: They fail; the message has their last lines.
    """
    if access.rehearses:
        rehearsed.migrate(image, tell)
        return
    service = _service(site, deployment, access)
    rolling.migrate(service, image, tell, budget_s=budget_s(deployment))


@effect(timeout_s=7200)
def roll_image_out(
    site: Site, deployment: Deployment, access: Access, image: str, tell: Tell
) -> None:
    """Let the service run an image, and follow it until it is steady.

    Raises:
        ProjectError: It does not become so; the message has its last lines.
    """
    if access.rehearses:
        place = place_of(site, access)
        judged = rehearsed.roll_out(place.rehearsal, image, tell)
    else:
        service = _service(site, deployment, access)
        judged = rolling.roll_out(service, image, tell, budget_s=budget_s(deployment))
    must_be_healthy(judged)


def must_be_healthy(judged: Judgement) -> None:
    """Go on when it is.

    Raises:
        ProjectError: It is not; the message has its last lines.
    """
    if judged.health is not Health.HEALTHY:
        said = "".join(f"\n  {line}" for line in judged.log[-8:])
        raise ProjectError(f"{judged.sentence}{said}", http_status=409)


class Asked(Value):
    """What a visitor gets."""

    status: int  # of the answer; 0: there is none
    sentence: str

    @property
    def is_good(self) -> bool:
        """Whether it is well."""
        return 200 <= self.status < 300


@effect(timeout_s=300)
def ask(url: str, path: str) -> Asked:
    """Ask for its health as a visitor would, three times at most."""
    import httpx  # takes a while

    address = f"{url.rstrip('/')}{path}"
    asked = Asked(status=0, sentence="")
    for attempt in range(ASKED):
        if attempt:
            time.sleep(PAUSE_S)
        try:
            status = httpx.get(address, timeout=WAIT_S, follow_redirects=True).status_code
            asked = Asked(status=status, sentence=f"{address} answers {status}.")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            said = f"{address} does not answer ({type(error).__name__})."
            asked = Asked(status=0, sentence=said)
        if asked.is_good:
            break
    return asked


@effect(timeout_s=300)
def ask_as_visitor(url: str, path: str) -> str:
    """The same after a release; a sentence with the answer.

    A name that leads nowhere yet is no failure: records may have to be made, and take their time.

    Raises:
        ProjectError: It answers, and not well.
    """
    asked = ask(url, path)
    if asked.status and not asked.is_good:
        raise ProjectError(asked.sentence, hint="The service is steady, but visitors get this.")
    more = " Does its name lead there? The outputs of the stack say which records it needs."
    return asked.sentence + ("" if asked.is_good else more)


def _service(site: Site, deployment: Deployment, access: Access) -> Service:
    return Service(
        target=deployment.cloud.target,
        outputs=terraform.outputs(place_of(site, access)),
        secrets=access.secrets,
        values=access.values,
    )
