"""Relations: targets that exist, rules that can be kept, cycles that could never be entered."""

from collections.abc import Iterable, Mapping
from itertools import combinations

from stackwright.domain import naming
from stackwright.domain.checks.model import Model
from stackwright.domain.entity import BUILT_IN_USER
from stackwright.domain.reading.relations import Declared
from stackwright.domain.relation import OnDelete, Relation, RelationKind
from stackwright.domain.report import Report
from stackwright.domain.suggestion import closest

_COMPARED = 40  # relations between the same two entities that are compared with each other


def check_target(declared: Declared, known: Iterable[str], report: Report) -> bool:
    """Whether the target exists (reported if not)."""
    names = [*known, BUILT_IN_USER]
    if declared.target in names:
        return True
    spelling = naming.pascal(declared.target)
    hint = f"Did you mean `{spelling}`?" if spelling in names else closest(declared.target, names)
    single = next((n for n in names if naming.plural(n) == declared.target), None)
    hint = f"Did you mean `{single}`?" if single else hint
    hint = hint or f"Add an entity `{declared.target}` under `entities`."
    report.error(f"{declared.where}.target", f"There is no entity `{declared.target}`.", hint)
    return False


def check_relations(model: Model, report: Report) -> None:
    """Every relation by itself, then all of them together."""
    for relation in model.relations():
        _rules(relation, report)
        _inverse(relation, report)
    _alike(model, report)
    _cycles(model, report)


def _rules(relation: Relation, report: Report) -> None:
    path = f"{relation.where}.on_delete"
    if relation.on_delete is OnDelete.SET_NULL:
        if relation.kind is RelationKind.MANY_TO_MANY:
            hint = "Write restrict or cascade."
            report.error(path, "A many_to_many relation has nothing to set to null.", hint)
        elif relation.required:
            message = f"`{relation.name}` is required, so it cannot be set to null."
            report.error(path, message, "Write restrict or cascade, or delete `required`.")


def _inverse(relation: Relation, report: Report) -> None:
    if relation.inverse is None:
        return
    path = f"{relation.where}.inverse"
    if relation.is_self and relation.inverse == relation.name:
        message = f"`{relation.name}` and its inverse need different names."
        report.error(path, message, "Name what the other row is: `manager` and `reports`.")
    elif relation.target == BUILT_IN_USER:
        message = "The built-in User shows no names of its relations."
        report.warning(path, message, "Delete `inverse`.")


def _alike(model: Model, report: Report) -> None:
    """Pairs that are probably one relation, declared on both sides without naming each other."""
    between: dict[frozenset[str], list[Relation]] = {}
    for relation in model.relations():
        between.setdefault(frozenset((relation.owner, relation.target)), []).append(relation)
    for relations in between.values():
        for one, two in combinations(relations[:_COMPARED], 2):
            ends = (one.owner, one.target, one.kind)
            is_turned = one.where.startswith(f"entities.{one.target}.") is not two.where.startswith(
                f"entities.{two.target}."
            )
            same = ends == (two.owner, two.target, two.kind) and is_turned and not one.is_self
            back = (
                one.kind is two.kind is not RelationKind.MANY_TO_ONE
                and (two.target, two.owner) == (one.owner, one.target)
                and one.inverse is None
                and two.inverse is None
                and not one.is_self
            )
            if same or back:
                first = _written(one)
                message = f"`{_written(two)}` and `{first}` may be the same relation."
                hint = "If so, give one of them `inverse` with the name of the other."
                report.warning(two.where, message, hint)


def _written(relation: Relation) -> str:
    """`Entity.relation` as it stands in the file."""
    parts = relation.where.split(".")
    return f"{parts[1]}.{parts[-1]}"


def _cycles(model: Model, report: Report) -> None:
    """Entities that need each other before either can be entered."""
    needs: dict[str, dict[str, Relation]] = {entity.name: {} for entity in model.entities}
    for relation in model.relations():
        if relation.required and relation.target in needs:
            needs[relation.owner].setdefault(relation.target, relation)
    reported: set[frozenset[str]] = set()
    for entity in model.entities:
        cycle = _shortest_cycle(entity.name, needs)
        if not cycle or frozenset(r.owner for r in cycle) in reported:
            continue
        reported.add(frozenset(relation.owner for relation in cycle))
        path = " → ".join([f"{r.owner}.{r.name}" for r in cycle] + [cycle[0].owner])
        weakest = next((r for r in cycle if r.kind is RelationKind.MANY_TO_MANY), cycle[-1])
        message = (
            f"These required relations need each other, so no row could ever be first: {path}."
        )
        hint = f"Make one of them optional, for example `{weakest.owner}.{weakest.name}`."
        report.error(f"{cycle[0].where}.required", message, hint)


def _shortest_cycle(start: str, needs: Mapping[str, Mapping[str, Relation]]) -> list[Relation]:
    """The relations of a shortest way from an entity back to it, or nothing."""
    paths: dict[str, list[Relation]] = {start: []}
    queue = [start]
    while queue:
        here = queue.pop(0)
        for target, relation in needs[here].items():
            if target == start:
                return [*paths[here], relation]
            if target not in paths:
                paths[target] = [*paths[here], relation]
                queue.append(target)
    return []
