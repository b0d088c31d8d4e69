"""The service of a rehearsed cloud: it runs any image at once, but one whose tag says that it fails."""

from pathlib import Path

from stackwright.deployment.events import Event, EventType
from stackwright.deployment.health import Health, Judgement
from stackwright.deployment.image import short_name
from tasks.host import records
from tasks.rolling.served import Tell

FAILS = "fails"  # the tag of an image that never becomes healthy here
_FILE = "service.txt"


def running(folder: Path) -> str:
    """The image that is said to run; empty: none was rolled out."""
    try:
        return (folder / _FILE).read_text("utf-8")
    except FileNotFoundError:
        return ""


def migrate(image: str, tell: Tell) -> None:
    """Say that its migrations are done."""
    tell(_event(f"The migrations of {short_name(image)} are done.", "schema", "migrate"))


def roll_out(folder: Path, image: str, tell: Tell) -> Judgement:
    """Let it run an image. One whose tag is `fails` runs and is not healthy."""
    records.write_bytes(folder / _FILE, image.encode())
    name = short_name(image)
    if name.endswith(f":{FAILS}"):
        tell(_event(f"{name} does not answer.", "service", "roll_out", EventType.FAILED))
        return Judgement(
            health=Health.FAILED,
            sentence=f"{name} ended and was started again 3 times: it crashes at each start.",
            resource="service",
            log=("This is a rehearsal: an image with this tag fails.",),
        )
    tell(_event(f"{name} is steady.", "service", "roll_out"))
    return Judgement(health=Health.HEALTHY, sentence=f"{name} is steady.", resource="service")


def _event(message: str, address: str, action: str, type_: EventType = EventType.PROGRESS) -> Event:
    return Event(seq=1, type=type_, address=address, action=action, message=message)
