"""Files that are again what they were before, as when a branch is checked out once more: nothing has to be parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from te_cli.engine.reading import Job, Outcome, ParsedFile, opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from te_cli.store.past import Past


def recall(root: Path, jobs: Sequence[Job], past: Past, left: list[Job]) -> Iterator[Outcome]:
    """The outcomes of those jobs whose content is remembered; the others go to ``left``."""
    known = past.paths()
    for job in jobs:
        outcome = _recalled(root, job, past) if job.file.path in known else None
        if outcome is None:
            left.append(job)
        else:
            yield outcome


def _recalled(root: Path, job: Job, past: Past) -> Outcome | None:
    found = opened(root, job)
    if isinstance(found, Outcome):
        return found
    file, text = found
    version = past.version(file.path, text.digest, text.language, text.text)
    if version is None:
        return None
    lines, places = version.units[0].symbol.end_line, (-1,) * len(version.units)
    whole = ParsedFile(file.path, text.digest, lines, version.units, text.text, places)
    return Outcome(file, whole, references=version.references, cuts=version.cuts, recalled=True)
