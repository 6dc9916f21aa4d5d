"""What a run has to do: the walk's listing against what the catalog remembers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from te_cli.model import Fingerprint, Skipped, SkipReason, SourceFile
from te_cli.walk.fingerprint import unchanged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from te_cli.store.records import FileRecord
    from te_cli.walk.files import Listing

BY_CONTENT = frozenset(
    {
        SkipReason.BINARY,
        SkipReason.MINIFIED,
        SkipReason.GENERATED,
        SkipReason.PARSER_FAILED,
        SkipReason.PARSER_TIMED_OUT,
    }
)
"""Skips that reading the file gave, and would give again. Any other is the walk's: where the walk now offers the file,
the rules, its rights or its kind have changed, though its fingerprint may not have."""

NOWHERE = Fingerprint(0, 0, 0, 0, 0)
"""The fingerprint of a file that could not be looked at; it equals no real one."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The files to read, to note as skipped and to forget. ``same`` counts those that need nothing."""

    read: tuple[SourceFile, ...]
    skip: tuple[Skipped, ...]
    gone: tuple[FileRecord, ...]
    same: int

    def __bool__(self) -> bool:
        return bool(self.read or self.skip or self.gone)


@dataclass(slots=True)
class Tally:
    """How many files a run added, changed and removed, and how many were as they had been.

    Where embeddings are kept, also how many texts the model embedded, how many were read, and what went wrong there.
    """

    added: int = 0
    changed: int = 0
    removed: int = 0
    same: int = 0
    embedded: int = 0
    recalled: int = 0
    trouble: str | None = None


def make_plan(listing: Listing, known: Mapping[str, FileRecord], *, everything: bool = False, same: int = 0) -> Plan:
    """Compare a listing with what is ``known``; with ``everything``, each file is read again.

    ``same``: files that are indexed, and were found to be the same already.
    """
    read = []
    for file in listing.files:
        record = known.get(file.path)
        if everything or record is None or not _settled(file, record):
            read.append(file)
        else:
            same += record.skip is None
    skip = [skipped for skipped in listing.skipped if everything or not _noted(skipped, known.get(skipped.path))]
    there = {file.path for file in listing.files} | {skipped.path for skipped in listing.skipped}
    gone = [record for path, record in known.items() if path not in there]
    return Plan(tuple(read), tuple(skip), tuple(gone), same)


def _settled(file: SourceFile, record: FileRecord) -> bool:
    """Whether what is known of a file still holds without reading it."""
    if record.forced != file.forced or (record.skip is not None and record.skip not in BY_CONTENT):
        return False
    return unchanged(record.fingerprint, file.fingerprint)


def _noted(skipped: Skipped, record: FileRecord | None) -> bool:
    return record is not None and record.skip == skipped.reason.value


def as_file(skipped: Skipped) -> SourceFile:
    """A skipped file in the shape in which the catalog notes files."""
    return SourceFile(skipped.path, "", "docs", skipped.fingerprint or NOWHERE)
