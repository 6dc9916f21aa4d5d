"""What happens to one file, in whichever process: read once, hashed, decoded, parsed.

Nothing that goes wrong with one file stops the others: each job has an outcome.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from te_cli.model import Skipped, SkipReason, SourceFile, Symbol, Unit, values_of
from te_cli.store.packing import pack_cuts, places_of
from te_cli.store.references import NO_REFERENCES, Packed, pack

if TYPE_CHECKING:
    from collections.abc import Callable

    from te_cli.walk.content import FileText


@dataclass(frozen=True, slots=True)
class Job:
    """A file to read; ``known`` is the digest under which its units are already in the index, if they are."""

    file: SourceFile
    known: bytes | None


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """What reading one file gave. The first unit is the ``module`` unit, which covers lines 1 to ``lines``.

    ``places``: where the text of each unit begins in the whole, -1 where it is no stretch of it, or was not looked for.
    """

    path: str
    digest: bytes
    lines: int
    units: tuple[Unit, ...]
    whole_text: str
    places: tuple[int, ...]

    def __reduce__(self) -> tuple[Callable[..., ParsedFile], tuple[Any, ...]]:
        """To another process its units go as rows: an object each is a third of what it costs to read a file.

        Of a text that is a stretch of the whole goes the length.
        """
        rows = [
            (*values_of(unit.symbol), unit.text if at < 0 else len(unit.text))
            for unit, at in zip(self.units, self.places, strict=True)
        ]
        return _parsed_file, (self.path, self.digest, self.lines, rows, self.whole_text, self.places)


def _parsed_file(
    path: str, digest: bytes, lines: int, rows: list[tuple[Any, ...]], whole_text: str, places: tuple[int, ...]
) -> ParsedFile:
    units = [
        Unit(Symbol(*row[:-1]), row[-1] if at < 0 else whole_text[at : at + row[-1]])
        for row, at in zip(rows, places, strict=True)
    ]
    return ParsedFile(path, digest, lines, tuple(units), whole_text, places)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job: parsed, skipped, or neither, when the content is what it was.

    ``file`` carries the language that the content showed; ``references`` and ``cuts``, the texts of the units, are
    packed here, since the process that writes them has the most to do. ``recalled``: all is that of an earlier version.
    """

    file: SourceFile
    parsed: ParsedFile | None = None
    skipped: Skipped | None = None
    references: Packed = NO_REFERENCES
    cuts: bytes = b""
    recalled: bool = False


def opened(folder: Path, job: Job) -> Outcome | tuple[SourceFile, FileText]:
    """A job's file as its content shows it, and its text; an outcome where it is skipped, or is what it was."""
    from te_cli.walk.content import read

    text = read(folder, job.file)
    if isinstance(text, Skipped):
        return Outcome(job.file, skipped=text)
    file = replace(job.file, language=text.language, content=text.content)
    return Outcome(file) if text.digest == job.known else (file, text)


def reader_of(root: str) -> Callable[[Job], Outcome]:
    """A function that does the jobs of one root. The imports wait until here: most runs have nothing to parse."""
    folder = Path(root)

    def do(job: Job) -> Outcome:
        found = opened(folder, job)
        if isinstance(found, Outcome):
            return found
        file, text = found
        from te_cli.parse import parse  # only now: git touches many files that it does not change

        try:
            parsed = parse(file.path, file.language, text.text)
        except Exception:  # noqa: BLE001 - whatever a file does to the parser, the others go on
            return Outcome(file, skipped=Skipped(file.path, SkipReason.PARSER_FAILED, file.fingerprint))
        lines = parsed.units[0].symbol.end_line
        places = places_of(parsed.units, text.text)
        whole = ParsedFile(file.path, text.digest, lines, parsed.units, text.text, places)
        return Outcome(file, whole, references=pack(parsed.references), cuts=pack_cuts(parsed.units, places))

    return do
