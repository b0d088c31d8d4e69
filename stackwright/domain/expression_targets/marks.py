"""Where a long expression may break: marks for a layout that is resolved later."""

from collections.abc import Sequence
from typing import NamedTuple


class Marks(NamedTuple):
    """What stands at the places where an expression may break; without marks it is one line.

    Attributes:
        open: Begins a group whose breaks are one step further in.
        close: Ends it.
        open_level: Begins a group whose breaks are on the same level.
        close_level: Ends it.
        soft: A break that is nothing when its group is on one line.
        line: A break that is a space when its group is on one line.
        comma: A comma when its group is broken.
    """

    open: str = ""
    close: str = ""
    open_level: str = ""
    close_level: str = ""
    soft: str = ""
    line: str = " "
    comma: str = ""

    def level(self, text: str) -> str:
        """A group on the same level."""
        return f"{self.open_level}{text}{self.close_level}"

    def step(self, text: str) -> str:
        """A group whose breaks are one step further in."""
        return f"{self.open}{text}{self.close}"

    def inside(self, text: str) -> str:
        """What stands between brackets that get lines of their own."""
        return f"{self.open}{self.soft}{text}{self.soft}{self.close}"

    def listed(self, parts: Sequence[str]) -> str:
        """Parts with commas between them."""
        return f",{self.line}".join(parts) + self.comma


FLAT = Marks()
