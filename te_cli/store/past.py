"""What was a file before it changed? Its last few versions, so that going back to one is not to read it anew.

A branch that is checked out again brings back hundreds of files as they were. ``cuts`` holds, for each file that has
units, where their texts stand in it, packed by whoever parsed it. When the file changes, that moves to ``past``, with
its symbols, its references and the vectors of the units that went. All of it is derived, and nothing is lost with it:
what does not unpack is as if it had not been there.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from te_cli.errors import IndexDamaged
from te_cli.store.entries import file_id_of, units_of
from te_cli.store.packing import pack_symbols, unpack_units
from te_cli.store.references import Packed, marks_in
from te_cli.store.rows import mark_of
from te_cli.store.sums import QUALIFIED_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from te_cli.document import Document
    from te_cli.model import SourceFile, Symbol, Unit
    from te_cli.store.catalog import Catalog
    from te_cli.store.vectors import Base

VERSIONS = 4
"""Versions kept of each file, its present one apart: people go to and fro between a few branches."""

PAST_BYTES = 64 << 20
"""Bytes of all earlier versions together; the oldest go first. A thousand files of ten kilobytes take four million."""

MARK_BYTES = 16
"""Length of a unit's mark, the digest of all that it is made from."""

_COLUMNS: Final = "path, digest, language, total, refs, vectors, symbols, cuts"

_SYMBOL: Final = f"kind, name, {QUALIFIED_NAME}, module, signature, doc, start_line, end_line, parent"


class Version(NamedTuple):
    """A file as it was: its units (the module unit's text is left to the file) and its references."""

    units: tuple[Unit, ...]
    cuts: bytes
    references: Packed


def _sum_of(row: Sequence[Any]) -> int:
    """The CRC-32 of the columns of a version: a letter that changed on the disk must not come back as a vector."""
    words, blobs = row[:4], row[4:]
    found = zlib.crc32(repr(tuple(words)).encode("utf-8", "backslashreplace"))
    for data in blobs:
        found = zlib.crc32(data, found)
    return found


class Past:
    """The versions that an index remembers, as one run reads and writes them."""

    def __init__(self, catalog: Catalog, folder: Path, dimensions: int, *, base: bool = True) -> None:
        """``base``: whether the vectors' file can be believed."""
        self._catalog = catalog
        self._folder = folder
        self._dimensions = dimensions
        self._generation = catalog.number("generation") if base else 0
        self._base: Base | None = None
        self._grown = False

    def close(self) -> None:
        """Let go of the vectors' file."""
        if self._base is not None:
            self._base.close()
            self._base = None

    def clear(self) -> None:
        """Forget everything: what comes is derived in another way."""
        self._catalog.run("DELETE FROM cuts")
        self._catalog.run("DELETE FROM past")

    def paths(self) -> set[str]:
        """The paths with an earlier version."""
        return {row[0] for row in self._catalog.rows("SELECT DISTINCT path FROM past")}

    def version(self, path: str, digest: bytes, language: str, text: str) -> Version | None:
        """The units and references of a file when it had this content, ``text``, if they are remembered."""
        found = self._catalog.rows(
            f"SELECT {_COLUMNS}, sum FROM past WHERE path = ? AND digest = ? AND language = ?",
            (path, digest, language),
        )
        if not found or _sum_of(found[0][:-1]) != found[0][-1]:
            return None
        _, _, _, total, references, _, symbols, cuts, _ = found[0]
        units = unpack_units(symbols, cuts, text)
        try:
            return None if units is None else Version(units, cuts, Packed(total, references, marks_in(references)))
        except IndexDamaged:
            return None

    def vectors(self, path: str) -> dict[bytes, NDArray[np.int8] | None]:
        """The vectors of units that a file had, by their marks; None for one whose text says nothing to the model."""
        import numpy as np

        found: dict[bytes, NDArray[np.int8] | None] = {}
        size = MARK_BYTES + self._dimensions
        for *row, said in self._catalog.rows(f"SELECT {_COLUMNS}, sum FROM past WHERE path = ?", (path,)):
            data = row[5] if _sum_of(row) == said else b""
            for start in range(0, len(data) - size + 1, size):
                vector = np.frombuffer(data, np.int8, self._dimensions, start + MARK_BYTES)
                found[data[start : start + MARK_BYTES]] = vector if vector.any() else None
        return found

    def known(self, file: SourceFile, units: Iterable[tuple[Symbol, Document]]) -> list[NDArray[np.int8] | None]:
        """The vectors of those units that the file has or had, zeros where the text says nothing; None for others."""
        import numpy as np

        nothing = np.zeros(self._dimensions, np.int8)
        found = {mark: nothing if row is None else row for mark, row in self.vectors(file.path).items()}
        file_id = file_id_of(self._catalog, file.path)
        if file_id is not None:
            present = self._marked(units_of(self._catalog, file_id))
            found |= {mark: np.frombuffer(row, np.int8) for mark, row in present}
        return [found.get(mark_of(file, symbol, document)) for symbol, document in units]

    def remember(self, file_id: int, gone: Sequence[int]) -> None:
        """Keep the version of a file that is about to be replaced; ``gone``: the ids of the units that go with it."""
        found = self._catalog.rows(
            "SELECT f.path, f.digest, f.language, coalesce(r.total, 0), coalesce(r.packed, x''), c.packed"
            " FROM files f JOIN cuts c ON c.file_id = f.id LEFT JOIN refs r ON r.file_id = f.id WHERE f.id = ?",
            (file_id,),
        )
        for path, digest, language, total, references, cuts in found:
            vectors = b"".join(mark + row for mark, row in self._marked(gone))
            units = self._catalog.rows(f"SELECT {_SYMBOL} FROM units WHERE file_id = ? ORDER BY position", (file_id,))
            self.forget(path, digest)
            row = (path, digest, language, total, references, vectors, pack_symbols(units), cuts)
            self._catalog.run(
                f"INSERT INTO past ({_COLUMNS}, bytes, sum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*row, sum(map(len, row[4:])), _sum_of(row)),
            )
            self._catalog.run(
                "DELETE FROM past WHERE path = ? AND id NOT IN"
                " (SELECT id FROM past WHERE path = ? ORDER BY id DESC LIMIT ?)",
                (path, path, VERSIONS),
            )
            self._grown = True

    def forget(self, path: str, digest: bytes) -> None:
        """Let a version go: it is the present one."""
        self._catalog.run("DELETE FROM past WHERE path = ? AND digest = ?", (path, digest))

    def present(self, file_id: int, cuts: bytes | None) -> None:
        """Note how the units of a file were cut; None for a file that has none any more."""
        if cuts is None:
            self._catalog.run("DELETE FROM cuts WHERE file_id = ?", (file_id,))
        else:
            self._catalog.run("INSERT OR REPLACE INTO cuts VALUES (?, ?)", (file_id, cuts))

    def trim(self) -> None:
        """Forget the oldest versions past :data:`PAST_BYTES`."""
        left = PAST_BYTES
        for number, size in self._catalog.rows("SELECT id, bytes FROM past ORDER BY id DESC") if self._grown else ():
            left -= size
            if left < 0:
                self._catalog.run("DELETE FROM past WHERE id <= ?", (number,))
                return

    def _marked(self, ids: Sequence[int]) -> Iterable[tuple[bytes, bytes]]:
        """The marks of units and their vectors, zeros for a unit without; those whose vector is lost are missing."""
        units = self._catalog.rows_in("SELECT id, digest, embedded FROM units WHERE id IN ({})", ids)
        wanted = [unit_id for unit_id, _, embedded in units if embedded]
        rows = dict(self._catalog.rows_in("SELECT unit_id, vector FROM delta WHERE unit_id IN ({})", wanted))
        rows.update(self._in_base([unit_id for unit_id in wanted if unit_id not in rows]))
        nothing = bytes(self._dimensions)
        return [
            (mark, rows.get(unit_id, nothing)) for unit_id, mark, embedded in units if unit_id in rows or not embedded
        ]

    def _in_base(self, ids: Sequence[int]) -> dict[int, bytes]:
        if not ids or not self._generation:
            return {}
        import numpy as np

        from te_cli.store.vectors import open_base

        if self._base is None:
            self._base = open_base(self._folder, self._generation, self._dimensions)
        held, rows = self._base.rows(np.array(ids, np.int64))
        return {int(unit_id): row.tobytes() for unit_id, row in zip(held, rows, strict=True)}
