"""How pages say what state a run is in, how long something took and how large it is."""

from collections.abc import Mapping

from stackwright.generation.config import Config
from stackwright.runs.expected import Expected
from stackwright.runs.state import RunState

SENTENCES: Mapping[RunState, str] = {
    RunState.QUEUED: "The run waits for its turn.",
    RunState.RUNNING: "The run is under way.",
    RunState.PAUSED: "The run is paused. Its finished steps are kept.",
    RunState.CANCELLING: "The run is being cancelled. The last output stays as it is.",
    RunState.DONE: "The run is done.",
    RunState.FAILED: "The run failed.",
    RunState.CRASHED: "The run broke off.",
    RunState.CANCELLED: "The run was cancelled. The last output stays as it was.",
}
AWAY = (
    "The orchestrator does not answer, so what you see is the last that was heard of the run. "
    "It is asked again every second; the run waits for it, too."
)
MINUTE_S = 60
EXACT_S = 10  # below it, tenths of a second are worth telling


def duration(seconds: float) -> str:
    """A time that has passed: `0.4 s`, `12 s`, `2 min 5 s`."""
    if seconds < EXACT_S:
        return f"{seconds:.1f} s"
    return whole(seconds)


def whole(seconds: float) -> str:
    """The same in whole seconds; `run-clock.js` writes it alike."""
    minutes, rest = divmod(round(seconds), MINUTE_S)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def before(known: Expected) -> str:
    """What a step took before, with its spread: `2.9 ± 0.4 s`."""
    spread = (known.high_s - known.low_s) / 2
    if known.seconds >= MINUTE_S or spread >= MINUTE_S:
        return f"{whole(known.seconds)} ± {whole(spread)}"
    return f"{known.seconds:.1f} ± {spread:.1f} s"


def size(size_bytes: int) -> tuple[str, str]:
    """A size and its unit: `("412", "kB")`."""
    if size_bytes < 1000:
        return str(size_bytes), "B"
    if size_bytes < 1_000_000:
        return f"{size_bytes / 1000:.0f}", "kB"
    return f"{size_bytes / 1_000_000:.1f}", "MB"


def count(number: int) -> str:
    """A number with its thousands apart: `12 880`."""
    return f"{number:,}".replace(",", "\u202f")


def several(number: int, one: str, more: str = "") -> str:
    """A number of things: `1 file`, `2 files`."""
    return f"{count(number)} {one if number == 1 else more or one + 's'}"


def choices(config: Config) -> str:
    """What was chosen, in one line."""
    chosen = [" and ".join(platform.value for platform in config.platforms), config.style.value]
    chosen.append(config.database.value)
    if config.entities is not None:
        chosen.append(several(len(config.entities), "entity", "entities"))
    names = ("tests", "docs", "sample_data", "docker", "env_configs")
    left_out = [name.replace("_", " ") for name in names if not getattr(config, name)]
    return ", ".join(chosen) + (f", without {', '.join(left_out)}" if left_out else "")
