"""What a deployment went through: its releases, the newest last, and who may change it now."""

from stackwright.deployment.config import Deployment
from stackwright.deployment.drift import Ignored
from stackwright.deployment.lease import Lease
from stackwright.deployment.release import Release
from stackwright.value import Value


class SwitchRecord(Value):
    """What people noticed of the switch to a release."""

    release: int
    requests: int
    dropped: int  # no answer, or one of a broken server (5xx)
    p99_ms: float
    sentence: str


class History(Value):
    """Everything that is kept of a deployment on this machine, besides what runs."""

    deployment: Deployment
    port: int  # where its proxy listens; 0: it runs at a provider
    url: str = ""  # where people reach it at a provider, as far as that is known
    releases: tuple[Release, ...] = ()
    switches: tuple[SwitchRecord, ...] = ()
    lease: Lease | None = None
    ignored: tuple[Ignored, ...] = ()  # differences that nobody wants to hear of

    @property
    def next_number(self) -> int:
        """The number of the next release; numbers are never used twice."""
        return max((one.number for one in self.releases), default=0) + 1

    def with_release(self, release: Release) -> "History":
        """The history with this release, in place of what was known of it."""
        others = [one for one in self.releases if one.number != release.number]
        releases = sorted([*others, release], key=lambda one: one.number)
        return self.model_copy(update={"releases": tuple(releases)})
