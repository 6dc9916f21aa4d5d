"""A base whose rows lie one after another, found by the signs of their numbers.

In the file: a header, the rows' ids, the signs (a bit for each dimension, word by word: first the first 64 dimensions
of all rows, then the next), and the 8-bit rows. A search

1. counts for every row how many signs are not the query's, 64 at a time: 32 bytes a row of 256 dimensions, in order;
2. counts again among the best, where a sign counts twice if the query is large there, and three times where largest;
3. weighs the signs of the best of those by the query itself;
4. reads the 8-bit rows of the best of those, and leaves them to be scored.

Against the true nearest ten of 126,000 symbols it finds 99 of 100, where a graph over 8-bit rows (connectivity 16)
found 92. Nothing has to be built but the bits, and the answer does not depend on the order in which rows came.
Only the ids and the signs stay in memory: rows are read through the file, not mapped.
"""

from __future__ import annotations

import os
import struct
from mmap import ACCESS_READ, mmap
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from te_cli.errors import IndexDamaged

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Places = NDArray[np.int64]

HEADER = struct.Struct("<8sIIQ")
"""Magic, dimensions, words of signs, rows."""

MAGIC = b"te.rows1"

CHUNK = 1 << 15
"""Rows whose signs are compared at a time: what is worked on stays in the processor's cache."""

LARGE = (0.4, 0.75)
"""Shares of a query's dimensions below which a sign counts once, and below which twice; above, three times."""

BY_SIGNS = 3_200
"""Rows that are weighed after all signs were compared: at least, and :data:`MORE` times as many as are wanted."""

BY_WEIGHT = 512
"""Rows that are read after those were weighed: at least."""

MORE = 32, 4

ROUGHLY = 16
"""The same times that are first found by plain counts of signs, or that share of all rows."""

APART = 16
"""Rows between two that are wanted, on average, from which each is read by itself."""

BLOCK = 256
"""Rows read at once where they lie closer."""


def write_flat(path: Path, ids: NDArray[np.int64], rows: NDArray[np.int8]) -> None:
    """Write ``rows`` (n, dimensions), keyed by rising ``ids`` (n,).

    Raises:
        OSError: the file cannot be written.
    """
    count, dimensions = rows.shape
    words = -(-dimensions // 64)
    signs = np.empty((words, count), "<u8")
    for start in range(0, count, CHUNK):
        signs[:, start : start + CHUNK] = _signs(rows[start : start + CHUNK]).T
    with path.open("wb") as file:
        file.write(HEADER.pack(MAGIC, dimensions, words, count))
        for part in (ids.astype("<i8", copy=False), signs, rows):
            file.write(np.ascontiguousarray(part).data.cast("B"))


def _signs(rows: NDArray[np.number[Any] | np.bool_]) -> NDArray[np.uint64]:
    """A bit for each positive number of ``rows`` (n, dimensions), shape (n, words)."""
    bits = np.packbits(rows > 0, axis=1)
    wide = np.zeros((len(rows), -(-rows.shape[1] // 64) * 8), np.uint8)
    wide[:, : bits.shape[1]] = bits
    return wide.view("<u8")


class FlatBase:
    """Rows one after another, opened for reading: a :class:`~te_cli.store.vectors.Base`."""

    def __init__(self, path: Path, dimensions: int) -> None:
        """Map the ids and signs.

        Raises:
            IndexDamaged: the file is missing, cut short or of other dimensions.
        """
        self._lock = Lock()
        try:
            self._file = path.open("rb", buffering=0)
        except OSError as error:
            raise _damaged(path, "cannot be opened") from error
        try:
            head = self._file.read(HEADER.size)
            magic, width, words, count = HEADER.unpack(head)
            self._rows_at = HEADER.size + count * 8 * (1 + words)
            whole = self._rows_at + count * width
            if magic != MAGIC or words != -(-width // 64) or os.fstat(self._file.fileno()).st_size != whole:
                raise _damaged(path, "cannot be opened")
            if width != dimensions:
                raise _damaged(path, "is of another model")
            self._map = mmap(self._file.fileno(), self._rows_at, access=ACCESS_READ)
        except (OSError, ValueError, struct.error) as error:
            self._file.close()
            raise _damaged(path, "cannot be opened") from error
        except IndexDamaged:
            self._file.close()
            raise
        self._width = width
        self._ids: NDArray[np.int64] = np.frombuffer(self._map, "<i8", count, HEADER.size)
        signs = np.frombuffer(self._map, "<u8", count * words, HEADER.size + 8 * count)
        self._signs: NDArray[np.uint64] = signs.reshape(words, count)

    def __len__(self) -> int:
        return len(self._ids)

    def close(self) -> None:
        """Let go of the file."""
        self._ids, self._signs = self._ids[:0].copy(), self._signs[:, :0].copy()  # what is looked into stays mapped
        self._map.close()
        self._file.close()

    def nearest(
        self, query: NDArray[np.float32], count: int, allowed: NDArray[np.int64] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
        """Ids and rows of the nearest ``count`` of those ``allowed``, and of some more; in order of id."""
        places = np.arange(len(self)) if allowed is None else self._places(allowed)[0]
        first, second = (max(least, times * count) for least, times in zip((BY_SIGNS, BY_WEIGHT), MORE, strict=True))
        if len(places) > first:
            places = self._by_signs(query, first, None if allowed is None else places)
        if len(places) > second:
            places = self._by_weight(query, second, places)
        return self._ids[places], self._read(places)

    def rows(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
        """The ids that the base holds, and their rows in the same order."""
        places, held = self._places(ids)
        order = np.argsort(places)
        rows = np.empty((len(places), self._width), np.int8)
        rows[order] = self._read(places[order])
        return ids[held], rows

    def _places(self, ids: NDArray[np.int64]) -> tuple[Places, NDArray[np.bool_]]:
        """Where rows lie, in the order of ``ids``, and which of ``ids`` there are."""
        if not len(self):
            return np.empty(0, np.int64), np.zeros(len(ids), bool)
        places = np.minimum(np.searchsorted(self._ids, ids), len(self) - 1)
        held = self._ids[places] == ids
        return places[held], held

    def _by_signs(self, query: NDArray[np.float32], count: int, among: Places | None) -> Places:
        """About ``count`` places whose signs are most like the query's, in order."""
        wanted = _signs(query[None])[0]
        rough = max(ROUGHLY * count, len(self) // ROUGHLY)
        if among is None and rough >= len(self):
            among = np.arange(len(self))
        elif among is None or len(among) > rough:
            away = _away(self._signs, wanted)
            found = _least(away if among is None else away[among], rough)
            among = found if among is None else among[found]
        size = np.abs(query)
        marks = np.sort(size)[[int(share * len(size)) for share in LARGE]]
        masks = [_signs((size > mark)[None])[0] for mark in marks]
        return among[_least(_away(self._signs[:, among], wanted, masks), count)]

    def _by_weight(self, query: NDArray[np.float32], count: int, places: Places) -> Places:
        """The ``count`` of ``places`` whose signs, weighed by the query, say most; in order."""
        # One addition for each eight signs: what each pattern of them is worth is worked out before.
        padded = np.zeros(len(self._signs) * 64, np.float32)
        padded[: len(query)] = query
        worth = padded.reshape(-1, 8) @ _PATTERNS.T  # (bytes, 256)
        signs = np.ascontiguousarray(self._signs[:, places].T).view(np.uint8)
        said = worth[np.arange(signs.shape[1]), signs].sum(axis=1)
        return np.sort(places[np.argpartition(-said, count)[:count]])

    def _read(self, places: Places) -> NDArray[np.int8]:
        """The rows at rising ``places``."""
        if not len(places):
            return np.empty((0, self._width), np.int8)
        if int(places[-1] - places[0]) > APART * len(places):
            rows = [self._bytes(place, 1) for place in places.tolist()]
            return np.frombuffer(b"".join(rows), np.int8).reshape(len(places), self._width)
        found = np.empty((len(places), self._width), np.int8)
        bounds = np.flatnonzero(np.diff(places // BLOCK, prepend=-1)).tolist()
        for start, end in zip(bounds, [*bounds[1:], len(places)], strict=True):
            first, last = int(places[start]), int(places[end - 1])
            block = np.frombuffer(self._bytes(first, last - first + 1), np.int8).reshape(-1, self._width)
            found[start:end] = block[places[start:end] - first]
        return found

    def _bytes(self, place: int, count: int) -> bytes:
        return self._pread(count * self._width, self._rows_at + place * self._width)

    @property
    def _pread(self) -> Callable[[int, int], bytes]:
        if hasattr(os, "pread"):
            number = self._file.fileno()
            return lambda size, start: os.pread(number, size, start)
        return self._sought

    def _sought(self, size: int, start: int) -> bytes:
        """The same where the system can only read on from where it is."""
        with self._lock:
            self._file.seek(start)
            return self._file.read(size)


def _away(
    signs: NDArray[np.uint64], wanted: NDArray[np.uint64], masks: Sequence[NDArray[np.uint64]] = ()
) -> NDArray[np.uint16]:
    """How many ``signs`` (words, n) of each row are not as ``wanted`` (words,), and again within each of ``masks``."""
    away = np.zeros(signs.shape[1], np.uint16)
    for start in range(0, len(away), CHUNK):
        part = away[start : start + CHUNK]
        for word, own in enumerate(signs[:, start : start + CHUNK]):
            other = own ^ wanted[word]
            counts = np.bitwise_count(other)
            for mask in masks:
                counts += np.bitwise_count(other & mask[word])
            part += counts
    return away


def _least(away: NDArray[np.uint16], count: int) -> Places:
    """Where the least ``count`` of ``away`` are, and what is equal to the last of them; in order."""
    edge = int(np.searchsorted(np.cumsum(np.bincount(away)), count))
    found = np.flatnonzero(away <= edge)
    if len(found) <= 2 * count:
        return found
    # Many alike, as where files are copies: any of them will do, as long as they are the same ones each time.
    inside = np.flatnonzero(away < edge)
    return np.sort(np.concatenate([inside, np.flatnonzero(away == edge)[: count - len(inside)]]))


_PATTERNS = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype(np.float32)
"""The eight bits of each byte, shape (256, 8)."""


def _damaged(path: Path, how: str) -> IndexDamaged:
    return IndexDamaged(f"The vector file {path.name} {how}.", "Run `te doctor --repair`.")
