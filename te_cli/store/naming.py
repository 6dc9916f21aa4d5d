"""Names in the catalog: their bearers, and names to take for one that nothing bears."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from te_cli.store.records import KIND_RANK, ORDER
from te_cli.store.spelled import Spelled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from te_cli.store.catalog import Catalog
    from te_cli.store.scope import Scope

LOOKED_AT = 30_000
"""Distinct names handed out to be compared one by one: a tenth of a second."""

_UNITS = "FROM units u JOIN files f ON f.id = u.file_id"


class Names:
    """The names of one snapshot's units."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._searches = 0
        self._all: Spelled | None = None

    def bearers(self, names: Sequence[str], count: int, scope: Scope, *, prefix: bool = False) -> list[int]:
        """Units whose name is (or, with ``prefix``, starts with) one of ``names``, whatever the case.

        Of each name at most ``count``: those in the very case that was typed first, then types before what belongs to
        them, shorter names before longer ones, and then the total order.
        """
        condition, values = scope.sql()
        test = "u.name_lower >= ? AND u.name_lower < ? || char(1114111)" if prefix else "u.name_lower = ?"
        exact = "substr(u.name, 1, length(?)) != ?" if prefix else "length(?) AND u.name != ?"
        sql = (
            f"SELECT u.id {_UNITS} WHERE {test} AND {condition}"
            f" ORDER BY {exact}, {KIND_RANK}, length(u.name), {ORDER} LIMIT ?"
        )
        found: list[int] = []
        for name in names:
            lowered = (name.lower(),) * (2 if prefix else 1)
            found += [row[0] for row in self._catalog.rows(sql, (*lowered, *values, name, name, count))]
        return list(dict.fromkeys(found))

    def beginning(self, prefix: str, count: int) -> list[str]:
        """At most ``count`` distinct lowered names that begin with ``prefix``, whatever its case."""
        sql = "SELECT DISTINCT name_lower FROM units WHERE name_lower >= ? AND name_lower < ? || char(1114111) LIMIT ?"
        return [row[0] for row in self._catalog.rows(sql, (prefix.lower(), prefix.lower(), count))]

    def holding(self, pieces: Sequence[str], word: str, lost: int) -> list[str]:
        """Distinct names, as they are written, with any of ``pieces`` in them, whatever the case.

        Those that lack more than ``lost`` of the letters of ``word`` may be missing.
        """
        wanted = [piece.lower() for piece in pieces]
        if not wanted:
            return []
        if (spelled := self._spelled()) is not None:
            held = re.compile("|".join(map(re.escape, wanted))).search  # a quarter of the time of asking one by one
            return [name for name in spelled.having(word.lower(), lost) if held(name.lower())]
        test = " OR ".join(["instr(name_lower, ?)"] * len(wanted))
        return self._distinct(test, wanted)

    def spaced(self, letters: str) -> list[str]:
        """Distinct names, as they are written, that begin with the first of ``letters`` and hold the others."""
        letters = letters.lower().replace("_", "")
        if (spelled := self._spelled()) is not None:
            fits = re.compile(f"[_$@.]*{'.*'.join(map(re.escape, letters))}", re.DOTALL).match
            return [name for name in spelled.having(letters, 0) if fits(name.lower())]
        return self._distinct("ltrim(name_lower, '_$@.') LIKE ?", [f"{'%'.join(letters)}%"])

    def _spelled(self) -> Spelled | None:
        """All names in memory, from the second time on that somebody looks through all of them."""
        self._searches += 1
        if self._searches > 1 and self._all is None:
            self._all = Spelled(row[0] for row in self._catalog.each("SELECT name FROM units"))
        return self._all

    def _distinct(self, test: str, values: list[str]) -> list[str]:
        # The names as they are written are in the rows, all of which would have to be read to test them.
        inner = f"SELECT name_lower FROM units WHERE {test}"
        sql = f"SELECT DISTINCT name FROM units WHERE name_lower IN ({inner}) ORDER BY name LIMIT {LOOKED_AT}"
        return [row[0] for row in self._catalog.rows(sql, values)]
