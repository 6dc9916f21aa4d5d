"""Conditions on a record's metadata, to be asked of one record or of many at once, as sets of their numbers.

Metadata are scalars by name. Values of different kinds are different and not compared: ``True`` is not 1, nor is
``"1"``, but 1.0 is.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

Scalar = str | int | float | bool | None

Order = Literal["<", "<=", ">", ">="]

KINDS: Final = range(4)

NULL, BOOLEAN, NUMBER, TEXT = KINDS

ORDERS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def kind_of(value: Scalar) -> int:
    """Which kind a value is of: of one kind they can be compared."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return BOOLEAN
    return TEXT if isinstance(value, str) else NUMBER


@dataclass(frozen=True, slots=True)
class Has:
    """There is a value of that name."""

    name: str

    def holds(self, metadata: Mapping[str, Scalar]) -> bool:
        """Whether it is so."""
        return self.name in metadata


@dataclass(frozen=True, slots=True)
class Among:
    """The value of that name is one of ``values``."""

    name: str
    values: frozenset[tuple[int, Scalar]]

    def holds(self, metadata: Mapping[str, Scalar]) -> bool:
        """Whether it is so."""
        if self.name not in metadata:
            return False
        value = metadata[self.name]
        return (kind_of(value), value) in self.values


@dataclass(frozen=True, slots=True)
class Compared:
    """The value of that name is of the kind of ``value``, and smaller or larger."""

    name: str
    order: Order
    value: str | int | float

    def holds(self, metadata: Mapping[str, Scalar]) -> bool:
        """Whether it is so."""
        value = metadata.get(self.name)
        return kind_of(value) == kind_of(self.value) and ORDERS[self.order](value, self.value)


@dataclass(frozen=True, slots=True)
class Every:
    """All of ``parts``; without parts, always."""

    parts: tuple[Condition, ...] = ()

    def holds(self, metadata: Mapping[str, Scalar]) -> bool:
        """Whether it is so."""
        return all(part.holds(metadata) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of ``parts``."""

    parts: tuple[Condition, ...]

    def holds(self, metadata: Mapping[str, Scalar]) -> bool:
        """Whether it is so."""
        return any(part.holds(metadata) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    """Not ``part``: also where there is no value of its name."""

    part: Condition

    def holds(self, metadata: Mapping[str, Scalar]) -> bool:
        """Whether it is so."""
        return not self.part.holds(metadata)


Asked = Has | Among | Compared
"""What is asked of one name."""

Condition = Asked | Every | Some | Not

ALWAYS: Final = Every()
"""What every record satisfies."""


def satisfying(condition: Condition, every: Callable[[], set[int]], asked: Callable[[Asked], set[int]]) -> set[int]:
    """The numbers of the records that satisfy a condition; ``every`` gives all, ``asked`` those for one name."""
    if isinstance(condition, Has | Among | Compared):
        return asked(condition)
    if isinstance(condition, Not):
        return every() - satisfying(condition.part, every, asked)
    if isinstance(condition, Some):
        return set().union(*[satisfying(part, every, asked) for part in condition.parts])
    without = [part.part for part in condition.parts if isinstance(part, Not)]
    found = [satisfying(part, every, asked) for part in condition.parts if not isinstance(part, Not)]
    left = set.intersection(*found) if found else every()
    return left.difference(*[satisfying(part, every, asked) for part in without])
