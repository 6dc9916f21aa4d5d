"""The metadata of records in memory, by name: a filter goes through one name's values, not through all records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from te_cli.store import conditions
from te_cli.store.conditions import KINDS, ORDERS, Compared, Has, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from te_cli.store.conditions import Asked, Condition, Scalar


class Columns:
    """For each name, and each kind of value, the values of the records that have one, by their numbers."""

    def __init__(self) -> None:
        self._columns: dict[tuple[str, int], dict[int, Scalar]] = {}

    def put(self, number: int, metadata: Mapping[str, Scalar]) -> None:
        """Keep the metadata of a record that is not there."""
        for name, value in metadata.items():
            self._columns.setdefault((name, kind_of(value)), {})[number] = value

    def remove(self, number: int, metadata: Mapping[str, Scalar]) -> None:
        """Forget the metadata of a record."""
        for name, value in metadata.items():
            column = self._columns[name, kind_of(value)]
            del column[number]
            if not column:
                del self._columns[name, kind_of(value)]

    def satisfying(self, condition: Condition, records: Mapping[int, object]) -> set[int]:
        """The numbers of those of all ``records`` that satisfy a condition."""
        return conditions.satisfying(condition, lambda: set(records), self._asked)

    def _asked(self, condition: Asked) -> set[int]:
        def column(kind: int) -> dict[int, Scalar]:
            return self._columns.get((condition.name, kind), {})

        if isinstance(condition, Has):
            return set().union(*map(column, KINDS))
        if isinstance(condition, Compared):
            holds, edge = ORDERS[condition.order], condition.value
            return {number for number, value in column(kind_of(edge)).items() if holds(value, edge)}
        found: set[int] = set()
        for kind in {kind for kind, _ in condition.values}:
            wanted = {value for other, value in condition.values if other == kind}
            found.update([number for number, value in column(kind).items() if value in wanted])
        return found
