"""Files of rows in full precision: written once, mapped, never changed.

In the file: a header, the rows' ids, a byte for each row that says whether it is anything but zeros, and the rows in
single precision. They take four bytes a number where an index takes five bits (:mod:`te_cli.store.levels`): against
exact cosines five bits keep 9.5 of the nearest ten, which a ranker makes up for and a store by itself cannot; half
precision keeps all ten, and takes five times as long to compare. A row of 256 numbers in 100,000 is found in 12 ms.
"""

from __future__ import annotations

import os
import struct
import zlib
from contextlib import suppress
from mmap import ACCESS_READ, mmap
from typing import TYPE_CHECKING

import numpy as np

from te_cli.errors import IndexDamaged, NotWritable
from te_cli.store.faults import reach
from te_cli.store.removal import put_over, remove
from te_cli.store.seal import crc_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from te_cli.store.exact import Part

HEADER = struct.Struct("<8sIIQQ")
"""Magic, dimension, nothing, rows, where the rows begin."""

MAGIC = b"te.f32.1"

ALIGNED = 64
"""Rows begin at a multiple of so many bytes."""

CHUNK = 1 << 14
"""Rows written at a time."""


def path_of(folder: Path, number: int) -> Path:
    """The file of a segment."""
    return folder / f"vectors-{number}.f32"


class Segment:
    """Unit rows, mapped; ids rise. Nothing has to be closed: the file is let go with the last array that looks into it.

    ``says``: which rows are anything but zeros.
    """

    def __init__(self, path: Path, dimension: int, crc: int) -> None:
        """Map the file.

        Raises:
            IndexDamaged: it is cut short, of another dimension, or not what was written.
            FileNotFoundError: there is none.
        """
        try:
            with path.open("rb") as file:
                magic, width, _, count, begin = HEADER.unpack(file.read(HEADER.size))
                sound = magic == MAGIC and width == dimension and begin >= HEADER.size + 9 * count
                if not sound or os.fstat(file.fileno()).st_size != begin + 4 * count * dimension:
                    raise _damaged(path)
                mapped = mmap(file.fileno(), 0, access=ACCESS_READ)
            if crc_of(path) != crc:
                raise _damaged(path)
        except FileNotFoundError:
            raise
        except (OSError, ValueError, struct.error) as error:
            raise _damaged(path) from error
        self.crc = crc
        self.ids: NDArray[np.int64] = np.frombuffer(mapped, "<i8", count, HEADER.size)
        self.says: NDArray[np.bool_] = np.frombuffer(mapped, bool, count, HEADER.size + 8 * count)
        self.rows: NDArray[np.float32] = np.frombuffer(mapped, "<f4", count * dimension, begin).reshape(count, -1)

    def __len__(self) -> int:
        return len(self.ids)

    def places(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where those of ``ids`` (n,) lie that it holds, in their order."""
        return places_in(self.ids, ids)


def places_in(own: NDArray[np.int64], ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where those of ``ids`` (n,) lie that are among ``own``, which rise."""
    if not len(own):
        return np.empty(0, np.int64)
    places = np.minimum(np.searchsorted(own, ids), len(own) - 1)
    found: NDArray[np.int64] = places[own[places] == ids]
    return found


def write_segment(path: Path, parts: Sequence[Part]) -> tuple[int, int]:
    """Write the rows of ``parts``, in order of id, whole or not at all; gives their number and the file's CRC-32.

    The parts have no id in common. Their rows are read a piece at a time, so what is mapped may be larger than memory.

    Raises:
        NotWritable: the file cannot be written.
    """
    fresh = path.with_suffix(".new")
    try:
        remove(fresh)
        reach("shelf.rows")
        with fresh.open("xb") as file:
            crc = count = 0
            for piece, rows in _pieces(parts):
                file.write(piece)
                crc, count = zlib.crc32(piece, crc), count + rows
            file.flush()
            os.fsync(file.fileno())
        reach("shelf.saved")
        put_over(fresh, path)
        reach("shelf.named")
    except OSError as error:
        with suppress(OSError):
            remove(fresh)
        raise NotWritable(
            f"The vectors cannot be written: {error.strerror or error}.", "Check the disk's space."
        ) from error
    return count, crc


def _pieces(parts: Sequence[Part]) -> Iterator[tuple[bytes, int]]:
    """The file, piece by piece, and how many rows end in each."""
    places = [np.arange(len(part.rows)) if part.places is None else part.places for part in parts]
    ids = np.concatenate([part.ids[own] for part, own in zip(parts, places, strict=True)])
    order = np.argsort(ids, kind="stable")
    says = np.concatenate([_says(part.rows, own) for part, own in zip(parts, places, strict=True)])
    dimension = parts[0].rows.shape[1]
    bare = HEADER.size + 9 * len(ids)
    begin = -(-bare // ALIGNED) * ALIGNED
    yield HEADER.pack(MAGIC, dimension, 0, len(ids), begin), 0
    yield ids[order].astype("<i8", copy=False).tobytes(), 0
    yield says[order].tobytes() + bytes(begin - bare), 0
    starts = np.cumsum([0, *map(len, places)]).tolist()
    for start in range(0, len(ids), CHUNK):
        wanted = order[start : start + CHUNK]
        rows = np.empty((len(wanted), dimension), "<f4")
        for part, own, first in zip(parts, places, starts[:-1], strict=True):
            inside = (wanted >= first) & (wanted < first + len(own))
            rows[inside] = part.rows[own[wanted[inside] - first]]
        yield rows.tobytes(), len(wanted)


def _says(rows: NDArray[np.float32], places: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which rows at ``places`` (n,) are anything but zeros, shape (n,)."""
    pieces: Iterable[NDArray[np.bool_]] = (
        (rows[places[start : start + CHUNK]] != 0).any(axis=1) for start in range(0, len(places), CHUNK)
    )
    return np.concatenate([np.empty(0, bool), *pieces])


def _damaged(path: Path) -> IndexDamaged:
    return IndexDamaged(f"the vector file {path.name} is not what was written")
