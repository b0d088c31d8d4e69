"""What CloudFormation would do (the changes of a change set), as our own steps."""

from collections.abc import Mapping, Sequence
from typing import Any

from stackwright.deployment.desired import Infrastructure
from stackwright.deployment.risk import HARMLESS_REPLACEMENTS, Risk, lost_by, lost_with
from stackwright.deployment.step import SECRET, UNKNOWN, Action, Fact, Facts, Resource, Step, Undo
from stackwright.deployment.targets.cloudformation_kinds import kind_of, name_of
from stackwright.deployment.targets.terraform import flatten, service_of

TITLES = {
    Action.CREATE: ("Make", "Delete"),
    Action.UPDATE: ("Change", "Change back"),
    Action.REPLACE: ("Replace", "Replace back"),
    Action.DELETE: ("Delete", "Make again"),
}


def resources_of(
    template: Mapping[str, Any], parameters: Mapping[str, str]
) -> tuple[Resource, ...]:
    """All that a template without conditions describes, as far as it is known before it is made."""
    found = []
    for address, one in sorted(template.get("Resources", {}).items()):
        facts: Facts = {}
        for path, value in flatten(_resolved(one.get("Properties", {}), parameters)):
            name = name_of(one["Type"], path)
            facts[name] = _typed(value) if name != path else value
        found.append(Resource(kind=kind_of(one["Type"]), address=address, facts=facts))
    return _joined(tuple(found))


def read_changes(
    changes: Sequence[Mapping[str, Any]], before: Sequence[Resource], after: Sequence[Resource]
) -> Infrastructure:
    """The steps of a change set.

    Args:
        changes: `Changes` of `DescribeChangeSet`.
        before: All that the stack describes now.
        after: All that it will describe.

    Source: AWS CloudFormation API reference, “ResourceChange”.
    """
    old, new = ({one.address: one for one in part} for part in (before, after))
    steps = []
    for entry in changes:
        change = entry.get("ResourceChange")
        if change is None:
            continue
        address = change["LogicalResourceId"]
        kind = kind_of(change["ResourceType"])
        was = old[address].facts if address in old else {}
        will = new[address].facts if address in new else {}
        steps.append(_step(kind, address, change, was, will))
    return Infrastructure(steps=tuple(steps), before=tuple(before), after=tuple(after))


def _step(kind: str, address: str, change: Mapping[str, Any], was: Facts, will: Facts) -> Step:
    replacement = str(change.get("Replacement", ""))
    before, after = _difference(was, will)
    old: Facts | None
    new: Facts | None
    match change["Action"]:
        case "Add" | "Import":
            action, old, new = Action.CREATE, None, will
        case "Remove":
            action, old, new = Action.DELETE, was, None
        case _:
            action = Action.REPLACE if replacement == "True" else Action.UPDATE
            old, new = before, after
    risk, reasons = _risk(kind, action, change, before, after)
    lost = risk is Risk.DATA_LOSS
    keep = action is Action.CREATE and bool(lost_with(kind))
    title, undo_title = TITLES[action]
    return Step(
        kind=kind,
        address=address,
        verb="apply",
        title=f"{title} {address}",
        group=service_of(kind),
        action=action,
        risk=risk,
        reasons=reasons,
        before=old,
        after=new,
        undo=Undo.NEVER if lost else Undo.KEEP if keep else Undo.REVERSE,
        undo_verb="apply",
        undo_title=f"{undo_title} {address}",
    )


def _risk(
    kind: str, action: Action, change: Mapping[str, Any], before: Facts, after: Facts
) -> tuple[Risk, tuple[str, ...]]:
    if action is Action.CREATE or (kind in HARMLESS_REPLACEMENTS and action is not Action.DELETE):
        return Risk.SAFE, ()
    causes = sorted(
        {
            str(detail["Target"].get("Name") or detail["Target"].get("Attribute", ""))
            for detail in change.get("Details", ())
            if detail.get("Target", {}).get("RequiresRecreation") == "Always"
        }
    )
    reasons = tuple(f"{cause} cannot be changed in place." for cause in causes)
    what = lost_with(kind)
    if action is Action.UPDATE:
        lost = tuple(
            f"With {path} goes {gone}."
            for path in sorted(before)
            if (gone := lost_by(kind, path, before[path], after.get(path)))
        )
        if lost:
            return Risk.DATA_LOSS, lost
        if change.get("Replacement") != "Conditional":
            return Risk.SAFE, ()
        return Risk.REPLACE, (*reasons, "Whether it is replaced is known only when it is changed.")
    if what:
        return Risk.DATA_LOSS, (*reasons, f"With it goes {what}.")
    return Risk.REPLACE, (*reasons, "What runs there is taken away.")


def _difference(old: Facts, new: Facts) -> tuple[Facts, Facts]:
    changed = {
        path
        for path in {*old, *new}
        if (path in old, old.get(path)) != (path in new, new.get(path))
    }
    return (
        {path: value for path, value in sorted(old.items()) if path in changed},
        {path: value for path, value in sorted(new.items()) if path in changed},
    )


def _resolved(value: Any, parameters: Mapping[str, str]) -> Any:
    """The same with parameters filled in; what is known only when it is made is said to be so."""
    if isinstance(value, list):
        return [_resolved(one, parameters) for one in value]
    if not isinstance(value, Mapping):
        return SECRET if "{{resolve:secretsmanager" in str(value) else value
    if len(value) == 1:
        ((function, argument),) = value.items()
        if function == "Ref":
            return parameters.get(argument, UNKNOWN)
        if function == "Fn::Sub" and isinstance(argument, str):
            return _filled(argument, parameters)
        if function.startswith("Fn::"):
            return UNKNOWN
    return {key: _resolved(one, parameters) for key, one in value.items()}


def _filled(text: str, parameters: Mapping[str, str]) -> str:
    if "{{resolve:secretsmanager" in text:
        return SECRET
    for name, value in parameters.items():
        text = text.replace(f"${{{name}}}", value)
    return UNKNOWN if "${" in text else text


def _typed(value: Fact) -> Fact:
    """Numbers and yes or no, which CloudFormation takes as text."""
    if isinstance(value, str):
        if value in ("true", "false"):
            return value == "true"
        if value.isdecimal():
            return int(value)
    return value


def _joined(resources: tuple[Resource, ...]) -> tuple[Resource, ...]:
    """The service with processor, memory and number of its instances, which its price depends on."""
    by_kind = {one.kind: one for one in resources}
    task, range_ = by_kind.get("aws_ecs_task_definition"), by_kind.get("aws_appautoscaling_target")
    more: Facts = {
        name: part.facts[name]
        for part, names in ((task, ("cpu", "memory")), (range_, ("desired_count",)))
        if part is not None
        for name in names
        if name in part.facts
    }
    return tuple(
        one.model_copy(update={"facts": {**one.facts, **more}})
        if one.kind == "aws_ecs_service"
        else one
        for one in resources
    )
