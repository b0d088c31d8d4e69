"""Changes of a model by forms: which one is asked for, and the text after it."""

from stackwright.domain import editing
from stackwright.domain.editing import Edit
from stackwright.errors import ProjectError
from stackwright.value import Value

ALONE = "-alone"  # behind the name of a removal: whatever breaks
ASKS_FIRST = frozenset({"remove-entity", "remove-field"})  # when something would break


class Asked(Value):
    """What somebody wants to change: the fields of all forms beside the editor, and which of them was sent."""

    act: str = ""
    new_entity: str = ""
    old_entity: str = ""
    new_name: str = ""
    field_entity: str = ""
    field_name: str = ""
    field_type: str = "string"
    field_required: str = ""
    relation_entity: str = ""
    relation_name: str = ""
    relation_kind: str = "many_to_one"
    relation_target: str = ""
    relation_required: str = ""


def changed(text: str, asked: Asked) -> Edit:
    """The text after the change.

    Raises:
        ProjectError: It cannot be done, with what to do instead.
    """
    match asked.act.removesuffix(ALONE):
        case "add-entity":
            return editing.add_entity(text, asked.new_entity.strip())
        case "rename-entity":
            return editing.rename_entity(text, asked.old_entity.strip(), asked.new_name.strip())
        case "remove-entity":
            return editing.remove_entity(text, asked.old_entity.strip())
        case "remove-entity-with-relations":
            return editing.remove_entity(text, asked.old_entity.strip(), with_relations=True)
        case "add-field":
            return editing.add_field(
                text,
                asked.field_entity.strip(),
                asked.field_name.strip(),
                asked.field_type,
                required=bool(asked.field_required),
            )
        case "remove-field":
            return editing.remove_field(text, asked.field_entity.strip(), asked.field_name.strip())
        case "add-relation":
            return editing.add_relation(
                text,
                asked.relation_entity.strip(),
                asked.relation_name.strip(),
                asked.relation_kind,
                asked.relation_target.strip(),
                required=bool(asked.relation_required),
            )
    raise ProjectError.bad_input(
        "This is no change of a model.", hint="Use the forms beside the editor."
    )
