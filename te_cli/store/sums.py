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

WHOLE = "\x1f"
"""The end of a scope that is the whole qualified name, where that does not end with the name: Erlang's ``start/1``."""

QUALIFIED_NAME = (
    "CASE WHEN position = 0 THEN scope WHEN substr(scope, -1) = char(31) THEN substr(scope, 1, length(scope) - 1)"
    " ELSE scope || name END"
)
"""A unit's qualified name. Of a module the scope is all of it: ``pkg/__init__.py`` is ``pkg``."""

SUMMED = (("files", FILE_COLUMNS), ("units", UNIT_COLUMNS), ("delta", "unit_id, vector"))
"""The tables whose rows carry a sum, and what it is taken over."""


def scope_of(qualified_name: str, name: str, position: int) -> str:
    """What a unit's row keeps of its qualified name, so that :data:`QUALIFIED_NAME` gives it back."""
    if position == 0:
        return qualified_name
    scope = qualified_name.removesuffix(name)
    ends_with_name = len(scope) + len(name) == len(qualified_name)
    return qualified_name + WHOLE if not ends_with_name or scope.endswith(WHOLE) else scope


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
