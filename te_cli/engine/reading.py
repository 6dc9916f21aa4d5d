"""What happens to one file, in whichever process: read once, hashed, decoded, parsed.

Nothing that goes wrong with one file stops the others: each job has an outcome.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from te_cli.model import ParsedFile, Skipped, SkipReason, SourceFile
from te_cli.store.packing import pack_cuts
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
        whole = ParsedFile(file.path, text.digest, lines, parsed.units, text.text)
        return Outcome(file, whole, references=pack(parsed.references), cuts=pack_cuts(parsed.units, text.text))

    return do
