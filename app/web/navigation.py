"""The sections of the dashboard, in the order in which they are shown. A page that exists has its line here."""

from pydantic import Field

from stackwright.value import Value


class Section(Value):
    """A part of the dashboard that can be reached from everywhere."""

    name: str = Field(description="What the link says.")
    path: str = Field(description="Address of its first page; all of its pages lie below it.")
    key: str = Field(description="The letter that leads there after `g`.", pattern="^[a-z]$")

    def holds(self, path: str) -> bool:
        """Whether the page with this address belongs to the section."""
        return path == self.path or path.startswith(f"{self.path}/")


SECTIONS = (Section(name="Parts", path="/parts", key="p"),)
