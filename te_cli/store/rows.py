"""Files and units as rows of the catalog, each with its sum."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from te_cli.digest import digest_fields
from te_cli.store.sums import UNIT_COLUMNS, scope_of, set_file_sum, sum_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from te_cli.document import Document
    from te_cli.model import SourceFile, Symbol
    from te_cli.store.catalog import Catalog

_UNIT_VALUES = ", ".join("?" * (UNIT_COLUMNS.count(",") + 2))


def put_file(catalog: Catalog, file: SourceFile, digest: bytes | None, lines: int, skip: str | None) -> int:
    """Write a file's row in place of the one that was there; gives its id."""
    seen = file.fingerprint
    values = (
        file.language, file.content, seen.size, seen.mtime_ns, seen.ctime_ns, seen.inode, seen.seen_ns,
        digest, lines, time.time_ns(), skip, file.forced,
    )  # fmt: skip
    found = catalog.rows("SELECT id FROM files WHERE path = ?", (file.path,))
    if found:
        file_id = int(found[0][0])
        catalog.run(
            "UPDATE files SET language = ?, content = ?, size = ?, mtime_ns = ?, ctime_ns = ?, inode = ?,"
            " seen_ns = ?, digest = ?, lines = ?, indexed_ns = ?, skip = ?, forced = ? WHERE id = ?",
            (*values, file_id),
        )
    else:
        file_id = catalog.run(
            "INSERT INTO files (path, language, content, size, mtime_ns, ctime_ns, inode, seen_ns, digest, lines,"
            " indexed_ns, skip, forced, sum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
            (file.path, *values),
        )
    set_file_sum(catalog, file_id)
    return file_id


def touch_file(catalog: Catalog, file: SourceFile) -> None:
    """Write a new fingerprint into a file's row."""
    seen = file.fingerprint
    catalog.run(
        "UPDATE files SET size = ?, mtime_ns = ?, ctime_ns = ?, inode = ?, seen_ns = ?, forced = ? WHERE path = ?",
        (seen.size, seen.mtime_ns, seen.ctime_ns, seen.inode, seen.seen_ns, file.forced, file.path),
    )
    for (file_id,) in catalog.rows("SELECT id FROM files WHERE path = ?", (file.path,)):
        set_file_sum(catalog, file_id)


class Placed(NamedTuple):
    """Where a unit lies: all that may change while it stays the one that it was. ``ordinal``: among its namesakes."""

    position: int
    parent: int | None
    start_line: int
    end_line: int
    ordinal: int


class UnitRow(NamedTuple):
    """A unit as the catalog keeps it."""

    id: int
    file_id: int
    placed: Placed
    symbol: Symbol
    mark: bytes
    embedded: bool

    def values(self) -> tuple[object, ...]:
        """All columns, the sum last."""
        values = self._values()
        return (*values, sum_of(values))

    def update(self, catalog: Catalog) -> None:
        """Write what may differ in a unit that an edit left as it was."""
        catalog.run(
            "UPDATE units SET position = ?, parent = ?, start_line = ?, end_line = ?, ordinal = ?, embedded = ?,"
            " sum = ? WHERE id = ?",
            (*self.placed, int(self.embedded), sum_of(self._values()), self.id),
        )

    def _values(self) -> tuple[object, ...]:
        symbol, placed = self.symbol, self.placed
        scope = scope_of(symbol.qualified_name, symbol.name, placed.position)
        return (
            self.id, self.file_id, placed.position, placed.parent, symbol.kind, symbol.name, symbol.name.lower(),
            scope, symbol.module, symbol.signature, symbol.doc, placed.start_line, placed.end_line, placed.ordinal,
            int(self.embedded), self.mark,
        )  # fmt: skip


def insert_units(catalog: Catalog, rows: Iterable[UnitRow]) -> None:
    """Write units for the first time."""
    catalog.run_many(f"INSERT INTO units VALUES ({_UNIT_VALUES})", [row.values() for row in rows])


def mark_of(file: SourceFile, symbol: Symbol, document: Document) -> bytes:
    """The digest of all that a unit's row, document and vector are made from, its lines apart."""
    return digest_fields(
        (
            file.language, file.content, document.path, symbol.kind, symbol.name, symbol.qualified_name, symbol.module,
            symbol.signature, symbol.doc, document.body,
        )
    )  # fmt: skip
