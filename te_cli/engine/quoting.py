"""Phrases in quotes: which units hold them, word after word.

The text indexes know in which units all words of a phrase are; whether they stand side by side is read in the sources.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from te_cli.model import SourceFile
from te_cli.store.lexical import query_terms
from te_cli.store.locating import unit_at
from te_cli.walk.content import FileText, read
from te_cli.words import identifiers

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from te_cli.model import Filters
    from te_cli.rank.analyse import Query
    from te_cli.store.reader import Reader
    from te_cli.store.records import UnitRecord

HOLDERS = 60
"""Units, and as many files, with all words of a phrase that are read for it."""

OCCURRENCES = 20
"""Occurrences in one file that are looked at."""

AROUND = 0.5
"""What a phrase says of a unit that holds it in another unit inside it."""


class Quoted(NamedTuple):
    """The units that hold phrases, and each phrase's places: lines by file."""

    units: tuple[int, ...]
    places: tuple[dict[int, tuple[int, ...]], ...]

    def share(self, record: UnitRecord) -> float:
        """How much of what was quoted a unit holds: all of it in its own lines is 1."""
        if not self.places:
            return 0.0
        symbol = record.symbol
        held = [
            1.0 if record.id in self.units else AROUND
            for lines in self.places
            if any(symbol.start_line <= line <= symbol.end_line for line in lines.get(record.file_id, ()))
        ]
        return sum(held) / len(self.places)


def quoted(reader: Reader, query: Query, filters: Filters, root: Path | None) -> Quoted:
    """Where the phrases of ``query`` stand in the files below ``root``."""
    if root is None or not query.phrases:
        return Quoted((), ())
    units: dict[int, None] = {}
    places = []
    for phrase in query.phrases:
        holders = reader.by_all_words(query_terms(identifiers(phrase)), HOLDERS, filters)
        files = {record.file_id: record.path for record in reader.units(unit_id for unit_id, _ in holders).values()}
        lines = {file_id: tuple(found) for file_id, found in _lines(reader, phrase, files, root)}
        innermost = [unit_at(reader.catalog, file_id, line) for file_id, found in lines.items() for line in found]
        units |= dict.fromkeys(unit_id for unit_id in innermost if unit_id is not None)
        places.append(lines)
    admitted = reader.admitted(units, filters)
    return Quoted(tuple(unit_id for unit_id in units if unit_id in admitted), tuple(places))


def _lines(reader: Reader, phrase: str, files: dict[int, str], root: Path) -> Iterable[tuple[int, list[int]]]:
    """The lines on which ``phrase`` begins in each of ``files`` that holds it."""
    pattern = re.compile(r"[\W_]{1,40}".join(map(re.escape, identifiers(phrase))), re.IGNORECASE)
    for record in reader.files(files.values()):
        text = read(root, SourceFile(record.path, record.language, record.content, record.fingerprint, True, True))
        if isinstance(text, FileText):
            found = [match.start() for match, _ in zip(pattern.finditer(text.text), range(OCCURRENCES), strict=False)]
            if found:
                yield record.id, [text.text.count("\n", 0, start) + 1 for start in found]
