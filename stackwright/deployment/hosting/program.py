"""What is to run and what was seen of it: two records a program, both of them data."""

from typing import Literal

from pydantic import Field

from stackwright.value import Value

State = Literal["starting", "running", "waiting", "stopping"]


class Program(Value):
    """A program that is to run from now on, until its record is removed.

    Its secrets are not in here: `secrets` names the version of those that lie beside it.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,99}$")
    title: str  # what people call it
    words: tuple[str, ...]
    folder: str  # where it runs
    settings: dict[str, str] = {}  # its environment, secrets apart
    path: tuple[str, ...] = ()  # folders before those of the machine's PATH
    secrets: str = ""  # the version of its secrets; none: it has none
    user: str | None = None  # who it runs as; none: whoever runs the host
    stop_signal: int = 15
    grace_s: float = 10.0  # from the signal to the end by force
    rank: int = 1  # those of lower rank end first when everything ends


class Seen(Value):
    """What the host did with a program and saw of it."""

    name: str
    title: str
    state: State
    program: str  # digest of what was started
    pid: int = 0  # 0: it does not run
    identity: str = ""  # of the process: a later one with the same pid has another
    since: float = 0.0  # when it came into this state, seconds since 1970
    crashes: int = 0  # one after the other, without a calm minute between them
    starts: int = 0  # in all
    next_at: float = 0.0  # waiting: when it is started again; stopping: when it is ended by force
    last: str = ""  # how it ended last
    stop_signal: int = 15
    grace_s: float = 10.0
    rank: int = 1

    def sentence(self, now: float) -> str:
        """What to tell people about it."""
        again = f"; it crashed {self.crashes} times in a row" if self.crashes > 1 else ""
        match self.state:
            case "waiting":
                return f"{self.title} {self.last}; it is started again in {max(0.0, self.next_at - now):.1f} s{again}."
            case "stopping":
                return f"{self.title} is ending."
            case "starting":
                return f"{self.title} has just been started{again}."
            case "running":
                return f"{self.title} runs since {now - self.since:.0f} s."
