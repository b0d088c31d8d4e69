"""Stand-ins in example rows for what exists only once a test runs: ids of other rows and of files."""

from typing import NamedTuple


class Link(NamedTuple):
    """The id of another entity's example row."""

    name: str  # module of the entity, or `user`
    number: int


class Upload(NamedTuple):
    """The id of an uploaded file."""

    name: str
