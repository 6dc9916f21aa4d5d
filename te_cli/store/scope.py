"""What a query's filters admit in one snapshot: as a condition in SQL, as files and as units."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from te_cli.store.records import path_matcher
from te_cli.store.sums import QUALIFIED_NAME
from te_cli.words import terms_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from te_cli.model import Filters
    from te_cli.store.catalog import Catalog

_JOINTS = re.compile(r"::|->|[./\\#:]+")


class Scope:
    """The units that satisfy some filters. Worked out once, then asked by every retriever."""

    def __init__(self, catalog: Catalog, filters: Filters) -> None:
        self._catalog = catalog
        self._filters = filters
        self._ids: NDArray[np.int64] | None = None
        by_path = filters.paths or filters.without.paths or filters.without.words
        self.file_ids = self._files() if by_path else None

    @property
    def fine(self) -> bool:
        """Whether there is a condition that the text indexes know nothing of."""
        return bool(self._filters.modules or self._filters.without)

    @property
    def ids(self) -> NDArray[np.int64]:
        """Every unit within, shape (units,), rising."""
        if self._ids is None:
            condition, values = self.sql()
            # Where files are chosen, theirs are looked up one by one: nothing is asked of the units of the others.
            by_file = self.file_ids is not None or self._filters.languages or self._filters.contents
            source = "files f CROSS JOIN units u" if by_file else "units u JOIN files f"
            rows = self._catalog.rows(f"SELECT u.id FROM {source} ON f.id = u.file_id WHERE {condition}", values)
            self._ids = np.sort(np.fromiter((row[0] for row in rows), np.int64, len(rows)))
        return self._ids

    def sql(self) -> tuple[str, list[object]]:
        """A condition on ``u`` and ``f`` with its values; the functions that it calls are defined with it.

        Without modules, kinds and what is left out, it says nothing of ``u``.
        """
        filters, without = self._filters, self._filters.without
        conditions, values = ["f.skip IS NULL"], list[object]()
        for column, wanted, test in (
            ("u.kind", filters.kinds, "IN"),
            ("f.language", filters.languages, "IN"),
            ("f.content", filters.contents, "IN"),
            ("u.kind", without.kinds, "NOT IN"),
            ("f.language", without.languages, "NOT IN"),
            ("f.content", without.contents, "NOT IN"),
        ):
            if wanted:
                conditions.append(f"{column} {test} ({','.join('?' * len(wanted))})")
                values += wanted
        if (file_ids := self.file_ids) is not None:
            self._catalog.define("file_wanted", lambda file_id: file_id in file_ids)
            conditions.append("file_wanted(f.id)")
        if filters.modules:
            self._catalog.define("module_wanted", _within(filters.modules))
            conditions.append("module_wanted(u.module)")
        if without.modules:
            self._catalog.define("module_unwanted", _within(without.modules))
            conditions.append("NOT module_unwanted(u.module)")
        if without.words:
            held = _holding(without.words)
            self._catalog.define("word_held", held)
            # SQLite looks first: calling back for each of a hundred thousand names takes a tenth of a second.
            ways = [f"instr(lower({QUALIFIED_NAME}), ?)" if word.isascii() else "1" for word in without.words]
            conditions.append(f"NOT (({' OR '.join(ways)}) AND word_held({QUALIFIED_NAME}))")
            values += [_singular(word.lower()) for word in without.words if word.isascii()]
        return " AND ".join(conditions), values

    def _files(self) -> frozenset[int]:
        """The files whose paths will do."""
        wanted = path_matcher(self._filters.paths)
        unwanted = [re.compile(pattern) for pattern in self._filters.without.paths]
        held = _holding(self._filters.without.words)
        return frozenset(
            int(file_id)
            for file_id, path in self._catalog.rows("SELECT id, path FROM files WHERE skip IS NULL")
            if (wanted is None or wanted.match(path)) and not held(path) and not any(p.search(path) for p in unwanted)
        )


def among(ids: NDArray[np.int64], known: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of ``ids`` are among ``known``, which rise. numpy's own way to ask imports 10 ms of masked arrays."""
    if not len(known):
        return np.zeros(len(ids), bool)
    held: NDArray[np.bool_] = known[np.minimum(np.searchsorted(known, ids), len(known) - 1)] == ids
    return held


def _within(names: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether a module is one of ``names``, lies in one, or has one among its components, whatever joins them."""
    wanted = [f".{_dotted(name)}." for name in names]

    @lru_cache(maxsize=4096)
    def test(module: str) -> bool:
        dotted = f".{_dotted(module)}."
        return any(name in dotted for name in wanted)

    return test


def _dotted(module: str) -> str:
    return _JOINTS.sub(".", module.lower()).strip(".")


def _holding(words: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether one of ``words``, in the singular or the plural, is a word of a path or of a name."""
    wanted = frozenset(_singular(word.lower()) for word in words)
    return lambda text: bool(wanted) and not wanted.isdisjoint(map(_singular, terms_of(text)))


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
