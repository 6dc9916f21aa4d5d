"""What the catalog knows of files, as a look at a whole tree wants it: bare rows for all, records for what differs.

A record for each of fifty thousand files costs more than looking at them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from te_cli.store.records import FILE_COLUMNS, FileRecord

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from te_cli.store.catalog import Catalog

Stamp = tuple[str, int, int, int, int]
"""A path, and what ``stat`` said of its file: bytes, modification and change (ns), inode."""


class Stamps(NamedTuple):
    """Files that need not be read while their stamp is the same; and records of the others, and of all left out."""

    settled: list[Stamp]
    others: list[FileRecord]


def read_stamps(catalog: Catalog, margin_ns: int, lasting: Collection[str]) -> Stamps:
    """What the last run met. A stamp settles a file whose times lie ``margin_ns`` before it was seen.

    ``lasting``: reasons for leaving a file out that hold as long as its content does.
    """
    skips = ", ".join("?" * len(lasting))
    settled = catalog.rows(
        "SELECT path, size, mtime_ns, ctime_ns, inode FROM files WHERE (skip IS NULL OR skip IN"
        f" ({skips})) AND NOT forced AND mtime_ns < seen_ns - ? AND ctime_ns < seen_ns - ?",
        (*lasting, margin_ns, margin_ns),
    )
    others = catalog.rows(
        f"SELECT {FILE_COLUMNS} FROM files f WHERE skip NOTNULL OR forced"
        " OR mtime_ns >= seen_ns - ? OR ctime_ns >= seen_ns - ?",
        (margin_ns, margin_ns),
    )
    return Stamps(settled, [FileRecord.of(row) for row in others])


def records_of(catalog: Catalog, paths: Iterable[str]) -> list[FileRecord]:
    """The records of files by their paths."""
    rows = catalog.rows_in(f"SELECT {FILE_COLUMNS} FROM files f WHERE f.path IN ({{}})", paths)
    return [FileRecord.of(row) for row in rows]
