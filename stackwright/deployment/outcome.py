"""What came of a deployment."""

from stackwright.deployment.hosting.figures import Figures
from stackwright.deployment.release import Release
from stackwright.value import Value


class Outcome(Value):
    """What came of it."""

    release: Release
    serves: int  # the release that people are sent to now; 0: none
    figures: Figures | None = None  # of the switch; none: nobody was served before
    took_back: bool = False
    url: str = ""  # where people reach it at a provider, as far as that is known
    why: str = ""  # it was taken back, or failed; empty: all is well
