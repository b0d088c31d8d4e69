"""Changes of a model's text that leave everything else as it was written, comments and all."""

from stackwright.domain.editing.changes import (
    Edit,
    add_entity,
    add_field,
    add_relation,
    remove_entity,
    remove_field,
    rename_entity,
)

__all__ = [
    "Edit",
    "add_entity",
    "add_field",
    "add_relation",
    "remove_entity",
    "remove_field",
    "rename_entity",
]
