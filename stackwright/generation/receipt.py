"""What was really done: the rendered files of a batch, the outcome of a write."""

from stackwright.rendering.pack import Kind
from stackwright.value import Value


class Rendered(Value):
    """A rendered file that waits in the staging folder."""

    path: str  # in the project
    content: str  # digest; also its name in the staging folder
    made_from: str
    pack: str
    unit: str
    kind: Kind
    lines: int
    size_bytes: int
    tests: int = 0


class BatchReceipt(Value):
    """A rendered batch: references, not contents."""

    batch: str
    files: tuple[Rendered, ...]


class WriteReceipt(Value):
    """What a write changed."""

    out: str
    created: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    kept: dict[str, str] = {}  # path → why it is left alone
    unchanged: int = 0
    files: int = 0  # files of the project now
    lines: int = 0
    tests: int = 0
    size_bytes: int = 0
