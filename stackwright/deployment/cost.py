"""What resources cost a month, from a dated table of list prices, and what a plan changes about it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import Field

from stackwright.deployment.step import Fact, Resource
from stackwright.errors import Finding
from stackwright.value import Value

TABLE = Path(__file__).with_name("prices.yaml")
MAX_AGE_DAYS = 180


class Source(Value):
    """Where the prices of a provider come from."""

    provider: str
    name: str
    region: str
    date: date


class Price(Value):
    """How one kind of resource is charged: (flat + size + attributes) × count, doubled where it says so."""

    source: str
    flat: Annotated[float, Field(description="US dollars a month for each.")] = 0
    size: Annotated[str, Field(description="The attribute that names the size.")] = ""
    monthly: Annotated[dict[str, float], Field(description="Size → US dollars a month.")] = {}
    each: Annotated[
        dict[str, float], Field(description="Attribute → US dollars a month for each of its units.")
    ] = {}
    count: Annotated[
        str, Field(description="The attribute that says how many there are, or `one or another`.")
    ] = ""
    doubled: Annotated[
        dict[str, Fact], Field(description="Attribute → the value with which all is doubled.")
    ] = {}


class Prices(Value):
    """The whole table."""

    currency: str
    sources: dict[str, Source]
    prices: dict[str, Price]
    free: frozenset[str]  # kinds that cost nothing by themselves
    by_use: dict[str, str]  # kinds that are charged by what they are used for → in which unit


class Line(Value):
    """What one resource costs."""

    address: str
    before_usd_per_month: float
    after_usd_per_month: float

    @property
    def delta_usd_per_month(self) -> float:
        """What changes; below zero: it becomes cheaper."""
        return round(self.after_usd_per_month - self.before_usd_per_month, 2)


class Cost(Value):
    """What a plan changes about the bill, by list prices of a day, without taxes and rebates."""

    lines: Annotated[tuple[Line, ...], Field(description="What is charged by the month.")] = ()
    by_use: Annotated[
        tuple[str, ...], Field(description="Resources that are charged by use: not counted.")
    ] = ()
    unknown: Annotated[
        tuple[str, ...], Field(description="Resources whose price is not in the table.")
    ] = ()
    sources: tuple[Source, ...] = ()

    @property
    def before_usd_per_month(self) -> float:
        """What is charged now."""
        return round(sum(line.before_usd_per_month for line in self.lines), 2)

    @property
    def after_usd_per_month(self) -> float:
        """What will be charged."""
        return round(sum(line.after_usd_per_month for line in self.lines), 2)

    @property
    def delta_usd_per_month(self) -> float:
        """What changes; below zero: it becomes cheaper."""
        return round(self.after_usd_per_month - self.before_usd_per_month, 2)

    def reversed(self) -> "Cost":
        """What taking it back changes."""
        lines = (
            Line(
                address=line.address,
                before_usd_per_month=line.after_usd_per_month,
                after_usd_per_month=line.before_usd_per_month,
            )
            for line in self.lines
        )
        return self.model_copy(update={"lines": tuple(lines)})


@cache
def prices() -> Prices:
    """The table that comes with Stackwright."""
    return Prices.model_validate(yaml.safe_load(TABLE.read_text("utf-8")))


def monthly_usd(resource: Resource, table: Prices) -> float | None:
    """What it costs a month, or None when the table does not say."""
    price = table.prices.get(resource.kind)
    if price is None:
        return 0.0 if resource.kind in table.free else None
    facts = resource.facts
    total = price.flat
    if price.size:
        by_size = price.monthly.get(str(facts.get(price.size)))
        if by_size is None:
            return None
        total += by_size
    for attribute, usd in price.each.items():
        amount = _number(facts.get(attribute))
        if amount is None:
            return None
        total += usd * amount
    if price.count:
        counts = [facts[one] for one in price.count.split(" or ") if facts.get(one) is not None]
        count = _number(counts[0] if counts else 1)
        if count is None:
            return None
        total *= count
    if any(facts.get(attribute) == value for attribute, value in price.doubled.items()):
        total *= 2
    return round(total, 2)


def cost(
    before: Sequence[Resource], after: Sequence[Resource], table: Prices | None = None
) -> Cost:
    """What changes about the bill from these resources to those; unchanged ones count in both."""
    table = table or prices()
    old, new = ({one.address: one for one in part} for part in (before, after))
    lines, unknown, by_use = [], [], []
    for address in sorted({*old, *new}):
        both = [old.get(address), new.get(address)]
        if any(one is not None and one.kind in table.by_use for one in both):
            by_use.append(address)
            continue
        usd = [0.0 if one is None else monthly_usd(one, table) for one in both]
        if usd[0] is None or usd[1] is None:
            unknown.append(address)
        elif usd[0] or usd[1]:
            line = Line(address=address, before_usd_per_month=usd[0], after_usd_per_month=usd[1])
            lines.append(line)
    return Cost(
        lines=tuple(lines),
        by_use=tuple(by_use),
        unknown=tuple(unknown),
        sources=_sources((*before, *after), table),
    )


def staleness(today: date, table: Prices | None = None) -> tuple[Finding, ...]:
    """Which prices are older than half a year; not part of a plan, as it changes by itself."""
    found = []
    for name, source in (table or prices()).sources.items():
        age_days = (today - source.date).days
        if age_days > MAX_AGE_DAYS:
            found.append(
                Finding(
                    level="warning",
                    where=f"sources.{name}",
                    message=f"The prices of {source.provider} are {age_days} days old.",
                    hint="Look them up at the provider before you rely on them.",
                )
            )
    return tuple(found)


def over_budget(found: Cost, budget_usd_per_month: float | None) -> tuple[Finding, ...]:
    """The finding that the plan costs more than is allowed, if it does."""
    usd = found.after_usd_per_month
    if budget_usd_per_month is None or usd <= budget_usd_per_month:
        return ()
    return (
        Finding(
            level="error",
            where="review.budget_usd_per_month",
            message=f"It would cost {usd:.2f} USD a month; the budget is {budget_usd_per_month:.2f}.",
            hint="Choose smaller sizes, or raise the budget.",
        ),
    )


def _sources(resources: Iterable[Resource], table: Prices) -> tuple[Source, ...]:
    priced: Mapping[str, Price] = table.prices
    names = {priced[one.kind].source for one in resources if one.kind in priced}
    return tuple(table.sources[name] for name in sorted(names))


def _number(value: Fact) -> float | None:
    try:
        return None if value is None or isinstance(value, bool) else float(value)
    except ValueError:
        return None
