"""Reading an index: one snapshot of the truth, with the two derived indexes as they were no later than it.

A reader notes the number of the last published run, opens text and vectors, then fixes the catalog's snapshot; if a
run was published meanwhile it starts over. So text and vectors hold all that the snapshot names, and what they hold
beyond it is dropped.
"""

from __future__ import annotations

from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from te_cli.errors import IndexBusy, IndexDamaged, NotWritable
from te_cli.model import Filters
from te_cli.store.catalog import Catalog
from te_cli.store.folder import base_path
from te_cli.store.lexical import TextIndex
from te_cli.store.naming import Names
from te_cli.store.records import FILE_COLUMNS, ORDER, UNIT_COLUMNS, FileRecord, UnitRecord
from te_cli.store.references import mark_of_name, unpack
from te_cli.store.scope import Scope, among
from te_cli.store.vectors import open_base, scored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from tempfile import TemporaryDirectory
    from types import TracebackType
    from typing import Self

    from numpy.typing import NDArray

    from te_cli.model import Reference, Symbol
    from te_cli.store.folder import Place
    from te_cli.store.lexical import Word
    from te_cli.store.vectors import Base

ATTEMPTS = 20
"""How often to start over when a writer publishes between two looks; each takes milliseconds."""

SCOPES_KEPT = 4
"""What so many different filters admit is remembered between questions: at most 8 bytes a unit each."""

EXACT_ROWS = 20_000
"""Rows scored exactly rather than through the graph: 20 ms, and a narrow filter never comes back empty."""

LISTED_UNITS = 2_000
"""Units that a text search is told one by one to stay within; past them it goes on until enough of them turn up."""

Scored = list[tuple[int, float]]
"""Ids of units with their scores, best first."""

_UNITS = "FROM units u JOIN files f ON f.id = u.file_id"


class Reader:
    """Everything a search asks. Close it, or use it as a context manager."""

    def __init__(self, place: Place, *, doubtful: bool = False) -> None:
        """Open the index; a ``doubtful`` one is looked through before.

        Raises:
            IndexDamaged: a part is missing or does not check out.
        """
        self._doubtful, self._given = doubtful, place
        self._notes: dict[str, str] | None = None
        self._shadow: TemporaryDirectory[str] | None = None
        self._open_files = ExitStack()
        try:
            self._begin(shadowed=place.read_only)
        except NotWritable:  # a full disk has no room for what readers share; that of temporary files may have some
            if place.read_only:
                raise
            self._begin(shadowed=True)

    def _begin(self, *, shadowed: bool) -> None:
        if shadowed:
            from tempfile import TemporaryDirectory  # with shutil and random: for read-only folders and full disks

            self._shadow = TemporaryDirectory(prefix="te-")
        self._place = self._given.shadow(Path(self._shadow.name)) if self._shadow else self._given
        try:
            for _ in range(ATTEMPTS):
                self.catalog = Catalog(self._place.catalog, use="read")
                self._open_files.callback(self.catalog.close)
                if self._open():
                    return
                self._open_files.close()
        except BaseException:
            self.close()
            raise
        self.close()
        raise IndexBusy("The index is being rewritten faster than it can be read.", "Try again in a moment.")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files."""
        self._open_files.close()
        if self._shadow is not None:
            self._shadow.cleanup()

    def rest(self) -> None:
        """Let go of the catalog's snapshot, which writers' logs would have to keep, until :meth:`resume`."""
        self.catalog.rollback()
        self._notes = None
        if len(self._scopes) > SCOPES_KEPT:
            self._scopes.clear()

    def resume(self) -> bool:
        """Fix a snapshot anew; whether it is still that of the run that was opened."""
        self.catalog.begin()
        return self.catalog.meta("run") == self._run

    def _open(self) -> bool:
        """Whether one run's state was caught whole."""
        self._run = before = self.catalog.meta("run")
        if before == "0":
            raise IndexDamaged("The index was never built to its end.", "Run `te index` to build it.")
        generation = self.catalog.number("generation")
        self.dimensions = self.catalog.number("dimensions")
        try:
            if self._doubtful:
                from te_cli.store.scrutiny import refuse_damage

                refuse_damage(self._given, self.catalog)
            text = self._place.text / self.catalog.meta("text", "0")
            self.units_text = TextIndex(text / "units")
            self.files_text = TextIndex(text / "files")
            self.base = self._open_base(generation)
            if self.base is not None:
                self._open_files.callback(self.base.close)
        except IndexDamaged:
            if self.catalog.meta("run") != before:
                return False
            raise
        self.catalog.begin()
        self._notes = None
        self._counts: tuple[int, int] | None = None
        self._exact: bool | None = None
        self._whole: bool | None = None
        self._delta: tuple[NDArray[np.int64], NDArray[np.int8]] | None = None
        self._scopes: dict[Filters, Scope] = {}
        self.names = Names(self.catalog)
        if self._doubtful and (fault := self.fault()):
            raise IndexDamaged(f"The index's {fault} damaged.", "Run `te doctor --repair`.")
        return self.catalog.meta("run") == before

    def _open_base(self, generation: int) -> Base | None:
        if not generation:
            return None
        path = base_path(self._place.folder, generation)
        if not path.is_file():
            raise IndexDamaged(f"The vector file {path.name} is missing.", "Run `te doctor --repair`.")
        return open_base(self._place.folder, generation, self.dimensions)

    # Rows

    def note(self, key: str, default: str = "") -> str:
        """One value of the catalog's own notes, which are read together."""
        if self._notes is None:
            self._notes = dict(self.catalog.notes())
        return self._notes.get(key, default)

    def counts(self) -> tuple[int, int]:
        """Files and units in the index."""
        if self._counts is None:
            files = self.catalog.rows("SELECT count(*) FROM files WHERE skip IS NULL")[0][0]
            self._counts = int(files), int(self.catalog.rows("SELECT count(*) FROM units")[0][0])
        return self._counts

    def files(self, paths: Iterable[str] | None = None) -> list[FileRecord]:
        """All files that the last run met, or those of ``paths``; in order of path."""
        sql = f"SELECT {FILE_COLUMNS} FROM files f"
        if paths is None:
            return [FileRecord.of(row) for row in self.catalog.rows(f"{sql} ORDER BY f.path")]
        return sorted(
            (FileRecord.of(row) for row in self.catalog.rows_in(f"{sql} WHERE f.path IN ({{}})", paths)),
            key=lambda record: record.path,
        )

    def units(self, ids: Iterable[int]) -> dict[int, UnitRecord]:
        """The units of ``ids`` that the snapshot has."""
        sql = f"SELECT {UNIT_COLUMNS} {_UNITS} WHERE u.id IN ({{}})"
        return {row[0]: UnitRecord.of(row) for row in self.catalog.rows_in(sql, ids)}

    def admitted(self, ids: Iterable[int], filters: Filters) -> set[int]:
        """Those of ``ids`` that satisfy the filters."""
        condition, values = self._scope(filters).sql()
        sql = f"SELECT u.id {_UNITS} WHERE {condition} AND u.id IN ({{}})"
        return {row[0] for row in self.catalog.rows_in(sql, ids, values)}

    def symbols(self, file_id: int) -> list[Symbol]:
        """A file's symbols in their order, the module unit first."""
        sql = f"SELECT {UNIT_COLUMNS} {_UNITS} WHERE u.file_id = ? ORDER BY u.position"
        return [UnitRecord.of(row).symbol for row in self.catalog.rows(sql, (file_id,))]

    def units_of(self, file_id: int, positions: Iterable[int]) -> dict[int, UnitRecord]:
        """Some of a file's units, by their position.

        Raises:
            IndexDamaged: one of them is not there.
        """
        wanted = frozenset(positions)
        sql = f"SELECT {UNIT_COLUMNS} {_UNITS} WHERE u.file_id = ? AND u.position IN ({{}})"
        rows = self.catalog.rows_in(sql, wanted, (file_id,))
        found = {record.position: record for record in map(UnitRecord.of, rows)}
        if len(found) != len(wanted):
            raise IndexDamaged("A unit that a reference lies in is not in the index.", "Run `te doctor --repair`.")
        return found

    def references_to(self, name: str, filters: Filters) -> Iterator[tuple[FileRecord, list[Reference]]]:
        """The references to what is called exactly ``name``, file by file in order of path; kinds of units apart."""
        condition, values = self._scope(Filters(filters.languages, (), filters.paths, filters.contents)).sql()
        sql = (
            f"SELECT {FILE_COLUMNS}, r.packed FROM ref_names n JOIN refs r ON r.file_id = n.file_id"
            f" JOIN files f ON f.id = n.file_id WHERE n.mark = ? AND {condition} ORDER BY f.path"
        )
        for *columns, packed in self.catalog.rows(sql, (mark_of_name(name), *values)):
            if found := [each for each in unpack(packed) if each.name == name]:
                yield FileRecord.of(tuple(columns)), found

    def modules(self, file_ids: Iterable[int]) -> dict[int, int]:
        """The id of each file's module unit."""
        sql = "SELECT file_id, id FROM units WHERE position = 0 AND file_id IN ({})"
        return dict(self.catalog.rows_in(sql, file_ids))

    def members(self, file_ids: Iterable[int]) -> dict[int, int]:
        """The file of each unit of certain files, module units apart."""
        return dict(self.catalog.rows_in("SELECT id, file_id FROM units WHERE position AND file_id IN ({})", file_ids))

    def fault(self) -> str:
        """Which derived part does not hold what the catalog says; empty where all do."""
        from te_cli.store.scrutiny import disagreement

        return disagreement(self.catalog, {False: self.units_text, True: self.files_text}, self.base)

    # Retrievers: each applies the filters before its cut, and breaks ties at the cut by the total order

    def by_words(self, words: Sequence[Word], count: int, filters: Filters) -> Scored:
        """The best units (module units apart) for ``words`` by BM25."""
        return self._by_text(self.units_text, words, count, filters)

    def by_file_words(self, words: Sequence[Word], count: int, filters: Filters) -> Scored:
        """The module units of the best files for ``words`` by BM25."""
        return self._by_text(self.files_text, words, count, filters)

    def by_vector(self, query: NDArray[np.float32], count: int, filters: Filters) -> Scored:
        """The nearest units to a unit ``query``, by cosine: the delta exactly, a large base through its graph."""
        if not query.any():
            return []
        allowed = self._scope(filters).ids if filters else None
        if allowed is not None and len(allowed) <= EXACT_ROWS:
            return self._cut(lambda _: (self._score(query, allowed), True), count, exact=True)
        fresh = self.delta()[0]
        if allowed is not None:
            fresh = fresh[np.isin(fresh, allowed)]
        found = self._cut(lambda _: (self._score(query, fresh), True), count, exact=True)
        if self.base is not None:
            # On its own, so that what the delta holds is not taken for what the base still has to give.
            found += self._cut(lambda wanted: self._of_base(query, wanted, allowed), count, exact=self._base_exact)
        return self._cut(lambda _: (sorted(found, key=lambda pair: -pair[1]), True), count, exact=True)

    def by_name(self, names: Sequence[str], count: int, filters: Filters, *, prefix: bool = False) -> list[int]:
        """Units whose name is (or, with ``prefix``, starts with) one of ``names``: :meth:`Names.bearers`."""
        return self.names.bearers(names, count, self._scope(filters), prefix=prefix)

    def similarities(self, query: NDArray[np.float32], ids: Iterable[int]) -> dict[int, float]:
        """Cosine of a unit ``query`` with the vectors of certain units; those without one are missing."""
        return dict(self._score(query, np.fromiter(ids, np.int64)))

    def by_all_words(self, words: Sequence[Word], count: int, filters: Filters) -> Scored:
        """The best units, module units among them, that hold every one of ``words``."""
        units = self._by_text(self.units_text, words, count, filters, every=True)
        return units + self._by_text(self.files_text, words, count, filters, every=True)

    def _by_text(
        self, index: TextIndex, words: Sequence[Word], count: int, filters: Filters, *, every: bool = False
    ) -> Scored:
        scope = self._scope(filters)
        ids = scope.ids if scope.fine else None
        few = ids is not None and len(ids) <= LISTED_UNITS
        chosen = index.scope(filters, scope.file_ids, ids.tolist() if ids is not None and few else None)

        def fetch(wanted: int) -> tuple[Scored, bool]:
            found = index.nearest(words, wanted, chosen, every=every)
            complete = len(found) < wanted
            if ids is not None and not few and found:
                within = np.isin(np.array([unit_id for unit_id, _ in found], np.int64), ids)
                found = [pair for pair, is_within in zip(found, within, strict=True) if is_within]
            return found, complete

        return self._cut(fetch, count, exact=self.exact)

    def _cut(self, fetch: Callable[[int], tuple[Scored, bool]], count: int, *, exact: bool = False) -> Scored:
        """The best ``count`` that the snapshot has; equals at the cut are chosen by the total order.

        ``fetch`` gives about as many as it is asked for, best first, and whether there are no more. Derived indexes may
        hold units that the catalog no longer has (not ``exact`` ones): more are fetched until enough are left, and
        until the fetched list reaches past the scores that tie at the cut.
        """
        wanted = count + count // 2 + 10
        while True:
            fetched, complete = fetch(wanted)
            live = fetched if exact else self._live(fetched)
            if complete or (len(live) > count and live[-1][1] < live[count - 1][1]):
                return self._ordered(live, count)
            wanted *= 4

    def _live(self, found: Scored) -> Scored:
        """Those of ``found`` that the snapshot has."""
        ids = (unit_id for unit_id, _ in found)
        held = {row[0] for row in self.catalog.rows_in("SELECT id FROM units WHERE id IN ({})", ids)}
        return [pair for pair in found if pair[0] in held]

    def _ordered(self, found: Scored, count: int) -> Scored:
        """The first ``count`` of ``found``, which come best first: equal scores in the total order of their units."""
        last = found[min(count, len(found)) - 1][1] if found else 0.0
        tied = {score for (_, score), (_, after) in pairwise(found) if score == after and score >= last}
        if not tied:
            return found[:count]
        sql = f"SELECT u.id, {ORDER} {_UNITS} WHERE u.id IN ({{}})"
        rows = self.catalog.rows_in(sql, (unit_id for unit_id, score in found if score in tied))
        place = {row[0]: row[1:] for row in rows}
        return sorted(found, key=lambda pair: (-pair[1], place.get(pair[0], ())))[:count]

    @property
    def exact(self) -> bool:
        """Whether the text indexes hold nothing beyond the snapshot. They hold all of it: so they are only counted."""
        if self._exact is None:
            files, units = self.counts()
            self._exact = (self.files_text.documents, self.units_text.documents) == (files, units - files)
        return self._exact

    def _scope(self, filters: Filters) -> Scope:
        """What ``filters`` admit, worked out at the first use."""
        if filters not in self._scopes:
            self._scopes[filters] = Scope(self.catalog, filters)
        return self._scopes[filters]

    # Vectors

    @property
    def _base_exact(self) -> bool:
        """Whether the base holds nothing beyond the snapshot, whose units each have a row there or in the delta."""
        if self._whole is None:
            without = self.note("unembedded")
            rows = len(self.base or ()) + len(self.delta()[0])
            self._whole = without.isdigit() and rows == self.counts()[1] - int(without)
        return self._whole

    def delta(self) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
        """The delta's ids (n,) and rows (n, dimensions), read once."""
        if self._delta is None:
            rows = self.catalog.rows("SELECT unit_id, vector FROM delta ORDER BY unit_id")
            ids = np.fromiter((row[0] for row in rows), np.int64, len(rows))
            vectors = np.frombuffer(b"".join(row[1] for row in rows), np.int8)
            self._delta = ids, vectors.reshape(len(rows), -1 if rows else self.dimensions)
        return self._delta

    def vectors(self, ids: Sequence[int]) -> dict[int, NDArray[np.int8]]:
        """The vectors of certain units; those without one are missing."""
        found, rows = self._rows(np.array(ids, np.int64))
        return dict(zip(found.tolist(), rows, strict=True))

    def _of_base(
        self, query: NDArray[np.float32], count: int, allowed: NDArray[np.int64] | None
    ) -> tuple[Scored, bool]:
        """The nearest ``count`` of those allowed in the base, rescored; whether that is all there is."""
        assert self.base is not None
        near = scored(query, *self.base.nearest(query, count, allowed))
        ends = next((place for place in range(count, len(near)) if near[place][1] < near[count - 1][1]), None)
        return near[:ends], count >= len(self.base)

    def _score(self, query: NDArray[np.float32], ids: NDArray[np.int64]) -> Scored:
        """Cosines for those of ``ids`` that have a vector, best first."""
        if not query.any() or not len(ids):
            return []
        return scored(query, *self._rows(ids))

    def _rows(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
        """Those of ``ids``, which are distinct, that have a vector, and their rows."""
        delta_ids, delta_rows = self.delta()
        ids = np.sort(ids)
        in_delta = among(delta_ids, ids)
        found, rows = delta_ids[in_delta], delta_rows[in_delta]
        if self.base is not None:
            base_ids, base_rows = self.base.rows(ids[~among(ids, found)])
            found, rows = np.concatenate([found, base_ids]), np.concatenate([rows, base_rows])
        return found, rows
