"""The sections of the dashboard, in the order in which they are shown. Shown are those whose page exists."""

from collections.abc import Collection

from pydantic import Field

from stackwright.access.rights import Action, Role, may
from stackwright.value import Value


class Section(Value):
    """A part of the dashboard that can be reached from everywhere."""

    name: str = Field(description="What the link says.")
    path: str = Field(description="Address of its first page; all of its pages lie below it.")
    key: str = Field(description="The letter that leads there after `g`.", pattern="^[a-z]$")
    action: Action = Field(description="What somebody has to be allowed to do to see it.")

    def holds(self, path: str) -> bool:
        """Whether the page with this address belongs to the section."""
        return path == self.path or path.startswith(f"{self.path}/")


SECTIONS = (
    Section(name="Projects", path="/projects", key="p", action=Action.READ_PROJECTS),
    Section(name="Runs", path="/runs", key="r", action=Action.READ_RUNS),
    Section(name="Deployments", path="/deployments", key="d", action=Action.READ_DEPLOYMENTS),
    Section(name="Accounts", path="/accounts", key="a", action=Action.ADMINISTER_ACCOUNTS),
    Section(name="Audit", path="/audit", key="u", action=Action.READ_AUDIT),
)


def open_to(role: Role, paths: Collection[str]) -> tuple[Section, ...]:
    """The sections that this role may see, of those whose page has an address."""
    return tuple(one for one in SECTIONS if one.path in paths and may(role, None, one.action))
