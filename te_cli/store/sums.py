"""A checksum on every row: SQLite finds pages that make no sense, but a changed letter within one makes sense to it."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from te_cli.store.catalog import Catalog

FILE_COLUMNS = (
    "id, path, language, content, size, mtime_ns, ctime_ns, inode, seen_ns, digest, lines, indexed_ns, skip, forced"
)

UNIT_COLUMNS = (
    "id, file_id, position, parent, kind, name, name_lower, scope, module, signature, doc, start_line,"
    " end_line, ordinal, embedded, digest"
)

QUALIFIED_NAME = "CASE position WHEN 0 THEN scope ELSE scope || name END"
"""A unit's qualified name. It ends with the unit's name, but for a module's: ``pkg/__init__.py`` is ``pkg``."""

SUMMED = (("files", FILE_COLUMNS), ("units", UNIT_COLUMNS), ("delta", "unit_id, vector"))
"""The tables whose rows carry a sum, and what it is taken over."""


def sum_of(values: Sequence[object]) -> int:
    """The CRC-32 of a row, as SQLite gives it back."""
    return zlib.crc32(repr(tuple(values)).encode("utf-8", "backslashreplace"))


def notes_sum(notes: Iterable[Sequence[object]]) -> int:
    """The sum of the catalog's notes, pairs of a key and its value."""
    return sum_of(sorted((str(key), str(value)) for key, value in notes))


def set_file_sum(catalog: Catalog, file_id: int) -> None:
    """Bring the sum of a file's row up to date."""
    for row in catalog.rows(f"SELECT {FILE_COLUMNS} FROM files WHERE id = ?", (file_id,)):
        catalog.run("UPDATE files SET sum = ? WHERE id = ?", (sum_of(row), file_id))


def altered(catalog: Catalog) -> str:
    """The first table with a row that is not as it was written, None of them where that is empty."""
    for table, columns in SUMMED:
        for *values, said in catalog.each(f"SELECT {columns}, sum FROM {table}"):
            if sum_of(values) != said:
                return table
    return ""
