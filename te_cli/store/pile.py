"""Vectors that come and go: files of rows, what came after them, and which of them no longer count.

Fresh rows lie in the catalog (``delta``). When there are many of them they become a file, together with those of the
newest files that are not much larger, so that there are few files and no row is written often. A row that is replaced
or removed stays in its file as long as that lives: ``dead`` says up to which file an id does not count. Everything
is published with the catalog's transaction; a file that no row of ``segments`` names is a dead writer's.
"""

from __future__ import annotations

import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from te_cli.errors import IndexDamaged
from te_cli.store.exact import Part
from te_cli.store.faults import reach
from te_cli.store.removal import remove
from te_cli.store.segments import Segment, path_of, places_in, write_segment
from te_cli.store.sums import sum_of
from te_cli.threads import ThreadLock

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from te_cli.store.catalog import Catalog

TABLES = """
CREATE TABLE segments (number INTEGER PRIMARY KEY, rows INTEGER NOT NULL, crc INTEGER NOT NULL, sum INTEGER NOT NULL);
CREATE TABLE dead (id INTEGER PRIMARY KEY, upto INTEGER NOT NULL, sum INTEGER NOT NULL);
CREATE TABLE delta (id INTEGER PRIMARY KEY, vector BLOB NOT NULL, sum INTEGER NOT NULL);
"""

DELTA_ROWS = 2_000
"""Rows that stay in the catalog: a reader reads them anew after each change, in 5 ms."""

HELD_BYTES = 64 << 20
"""Fresh rows that a writer holds in memory before they go to a file."""

GROWTH = 2
"""A file is merged with what is newer once that has one row for each so many of its own."""


class Segments:
    """The files that are open: looking one through takes a second for each 1.4 GB, so it is done once.

    Readers and a writer may share them.
    """

    def __init__(self, folder: Path, dimension: int) -> None:
        self._folder, self._dimension = folder, dimension
        self._lock = ThreadLock()
        self._open: dict[int, Segment] = {}

    def of(self, catalog: Catalog) -> dict[int, Segment]:
        """Those that the catalog's snapshot names, oldest first; others are let go.

        Raises:
            IndexDamaged: one of them is not what was written.
            FileNotFoundError: one of them is gone: removed by a writer that published meanwhile, or lost.
        """
        named = catalog.rows("SELECT number, rows, crc, sum FROM segments ORDER BY number")
        if any(sum_of((number, rows, crc)) != said for number, rows, crc, said in named):
            raise IndexDamaged("its list of vector files was changed")
        with self._lock:
            self._open = {number: self._opened(number, crc) for number, _, crc, _ in named}
            return dict(self._open)

    def _opened(self, number: int, crc: int) -> Segment:
        found = self._open.get(number)
        if found is None or found.crc != crc:  # a copy may have been put back meanwhile
            found = Segment(path_of(self._folder, number), self._dimension, crc)
        return found


class Pile:
    """The vectors of one snapshot, for reading."""

    def __init__(self, catalog: Catalog, segments: Segments, dimension: int) -> None:
        """Read what is not mapped.

        Raises:
            IndexDamaged: something is not what was written.
            FileNotFoundError: a file is gone.
        """
        self._delta_ids, self._delta_rows = read_delta(catalog, dimension)
        self._delta_says = (self._delta_rows != 0).any(axis=1)
        ids, upto = read_dead(catalog)
        self._segments: list[tuple[Segment, NDArray[np.bool_] | None]] = []
        for number, segment in segments.of(catalog).items():
            gone = segment.places(ids[upto >= number])
            alive = None
            if len(gone):
                alive = np.ones(len(segment), bool)
                alive[gone] = False
            self._segments.append((segment, alive))
        self._parts: list[Part] | None = None

    def __len__(self) -> int:
        rows = (len(segment) if alive is None else int(alive.sum()) for segment, alive in self._segments)
        return len(self._delta_ids) + sum(rows)

    def holds(self, number: int) -> bool:
        """Whether there is a vector of that id."""
        ids = np.array([number], np.int64)
        if len(places_in(self._delta_ids, ids)):
            return True
        found = ((segment.places(ids), alive) for segment, alive in self._segments)
        return any(len(places) and (alive is None or bool(alive[places].any())) for places, alive in found)

    def parts(self, among: NDArray[np.int64] | None) -> list[Part]:
        """What a search compares: rows that count and are not zeros, of all or of those ``among`` (n,), each once."""
        if among is not None:
            return [*self._chosen(among)]
        if self._parts is None:  # the same until the next change
            self._parts = [self._delta_part(None)]
            for segment, alive in self._segments:
                counts = segment.says if alive is None else segment.says & alive
                places = None if counts.all() else np.flatnonzero(counts)
                self._parts.append(Part(segment.ids, segment.rows, places))
        return self._parts

    def _delta_part(self, among: NDArray[np.int64] | None) -> Part:
        if among is None:
            places = np.flatnonzero(self._delta_says)
        else:
            places = places_in(self._delta_ids, among)
            places = places[self._delta_says[places]]
        return Part(self._delta_ids, self._delta_rows, places)

    def _chosen(self, among: NDArray[np.int64]) -> list[Part]:
        parts = [self._delta_part(among)]
        for segment, alive in self._segments:
            places = segment.places(among)
            counts = segment.says[places]
            if alive is not None:
                counts &= alive[places]
            parts.append(Part(segment.ids, segment.rows, places[counts]))
        return parts


def read_delta(catalog: Catalog, dimension: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Ids (n,), rising, and rows (n, dimension) of the delta.

    Raises:
        IndexDamaged: one is not what was written.
    """
    found = catalog.rows("SELECT id, vector, sum FROM delta ORDER BY id")
    for number, vector, said in found:
        if (
            not isinstance(number, int)
            or not isinstance(vector, bytes)
            or len(vector) != 4 * dimension
            or _sum(number, vector) != said
        ):
            raise IndexDamaged("its newest vectors were changed")
    rows = np.frombuffer(b"".join(row[1] for row in found), "<f4").reshape(len(found), dimension)
    return np.array([row[0] for row in found], np.int64), rows


def read_dead(catalog: Catalog) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ids (n,) that do not count, rising, and up to which segment (n,).

    Raises:
        IndexDamaged: one is not what was written.
    """
    found = catalog.rows("SELECT id, upto, sum FROM dead ORDER BY id")
    if any(sum_of((number, upto)) != said for number, upto, said in found):
        raise IndexDamaged("its list of removed vectors was changed")
    table = np.array([row[:2] for row in found], np.int64).reshape(len(found), 2)
    return table[:, 0], table[:, 1]


def _sum(number: int, vector: bytes) -> int:
    return zlib.crc32(vector, number & 0xFFFFFFFF)


class PileWriter:
    """Vectors within a write transaction. What is not finished leaves nothing but files that nothing names."""

    def __init__(self, catalog: Catalog, folder: Path, segments: Segments, dimension: int) -> None:
        self._catalog, self._folder, self._dimension = catalog, folder, dimension
        self._segments = segments.of(catalog)
        self._last = catalog.number("last_segment")
        self._fresh: dict[int, NDArray[np.float32]] = {}
        self.changed = False

    def add(self, ids: NDArray[np.int64], rows: NDArray[np.float32]) -> None:
        """Put unit ``rows`` (n, dimension), or zeros, under ``ids`` (n,), in place of those that are there."""
        self.remove(ids)
        self._fresh.update(zip(ids.tolist(), rows, strict=True))
        if len(self._fresh) * 4 * self._dimension >= HELD_BYTES:
            self._write([self._held()])
            self._fresh.clear()

    def remove(self, ids: NDArray[np.int64]) -> None:
        """Take away the vectors of ``ids`` (n,); those that are not there are passed over."""
        self.changed = True
        for number in ids.tolist():
            self._fresh.pop(number, None)
        self._catalog.run_many("DELETE FROM delta WHERE id = ?", ((number,) for number in ids.tolist()))
        filed = [segment.ids[segment.places(ids)] for segment in self._segments.values()]
        gone = np.unique(np.concatenate(filed)).tolist() if filed else []
        dead = ((number, self._last, sum_of((number, self._last))) for number in gone)
        self._catalog.run_many("INSERT OR REPLACE INTO dead VALUES (?, ?, ?)", dead)

    def finish(self) -> None:
        """Put fresh rows into the delta, or with that into a file; then everything is in the transaction."""
        filed = sum(map(len, self._segments.values()))
        dead = int(self._catalog.rows("SELECT count(*) FROM dead")[0][0])
        fresh = len(self._fresh) + int(self._catalog.rows("SELECT count(*) FROM delta")[0][0])
        if 2 * dead > filed and dead > DELTA_ROWS:
            self._merge(everything=True)
        elif fresh > DELTA_ROWS:
            self._merge(everything=False)
        else:
            rows = ((number, row.tobytes()) for number, row in self._fresh.items())
            put = ((number, vector, _sum(number, vector)) for number, vector in rows)
            self._catalog.run_many("INSERT INTO delta VALUES (?, ?, ?)", put)
        self._fresh.clear()

    def sweep(self) -> None:
        """After the transaction: remove files that nothing names. Where one is mapped it may have to wait."""
        named = {path_of(self._folder, number) for number in self._segments}
        for path in self._folder.glob("vectors-*"):
            if path not in named:
                with suppress(OSError):
                    reach("shelf.sweep")
                    remove(path)

    def _held(self) -> Part:
        rows = np.stack(list(self._fresh.values())) if self._fresh else np.empty((0, self._dimension), np.float32)
        return Part(np.fromiter(self._fresh, np.int64, len(self._fresh)), rows, None)

    def _merge(self, *, everything: bool) -> None:
        """Write fresh rows, the delta, and the newest files that are not much larger than those, into one file."""
        parts = [self._held(), Part(*read_delta(self._catalog, self._dimension), None)]
        count = sum(len(part.ids) for part in parts)
        dead, upto = read_dead(self._catalog)
        for number, segment in sorted(self._segments.items(), reverse=True):
            alive = np.ones(len(segment), bool)
            alive[segment.places(dead[upto >= number])] = False
            if not everything and alive.sum() > GROWTH * count:
                break
            parts.append(Part(segment.ids, segment.rows, np.flatnonzero(alive)))
            count += int(alive.sum())
            del self._segments[number]
            self._catalog.run("DELETE FROM segments WHERE number = ?", (number,))
        self._catalog.run("DELETE FROM delta")
        if count:
            self._write(parts)
        self._forget_dead(dead)

    def _forget_dead(self, dead: NDArray[np.int64]) -> None:
        """Drop the ids that no file has any longer."""
        kept = [dead[places_in(dead, segment.ids[segment.places(dead)])] for segment in self._segments.values()]
        gone = np.setdiff1d(dead, np.concatenate([np.empty(0, np.int64), *kept])).tolist()
        self._catalog.run_many("DELETE FROM dead WHERE id = ?", ((number,) for number in gone))

    def _write(self, parts: list[Part]) -> None:
        self._last += 1
        path = path_of(self._folder, self._last)
        rows, crc = write_segment(path, parts)
        row = (self._last, rows, crc)
        self._catalog.run("INSERT INTO segments VALUES (?, ?, ?, ?)", (*row, sum_of(row)))
        self._catalog.set_meta(last_segment=self._last)
        self._segments[self._last] = Segment(path, self._dimension, crc)
