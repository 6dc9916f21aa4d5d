"""Which file next? Each worker reads the languages that it has read before, as far as the order of outcomes allows.

What a language's files are asked is compiled by every process that meets one, for a fifth of a second where its grammar
is large: files in two such languages, side by side in a folder, are better read by a process each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from te_cli.engine.reading import Job

MOST_PASSED = 32
"""How often the first file of the row is passed over: what reads the outcomes in their order may be waiting for it."""


class Turns:
    """The jobs that nobody has begun, of which those up to some position may be."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._jobs = jobs
        self._waiting: list[int] = []
        self._offered = 0
        self._begun: set[str] = set()
        self._passed = 0

    def offer(self, until: int) -> None:
        """Let those before the position ``until`` be taken, too."""
        self._waiting += range(self._offered, min(until, len(self._jobs)))
        self._offered = max(self._offered, min(until, len(self._jobs)))

    @property
    def left(self) -> bool:
        """Whether any is to be begun, now or later."""
        return bool(self._waiting) or self._offered < len(self._jobs)

    def take(self, known: set[str]) -> int | None:
        """The position of the next job for a worker that has read the languages ``known``; None while there is none.

        Where it has read none of those that wait, it takes what has no grammar, or else what nobody has read.
        """
        if not self._waiting:
            return None
        chosen = self._chosen(known) if self._passed < MOST_PASSED else 0
        self._passed = self._passed + 1 if chosen else 0
        position = self._waiting.pop(chosen)
        known.add(self._jobs[position].file.language)
        self._begun.add(self._jobs[position].file.language)
        return position

    def _chosen(self, known: set[str]) -> int:
        """Where in the row the file stands that the worker had best read."""
        files = [self._jobs[position].file for position in self._waiting]
        for at, file in enumerate(files):
            if file.language in known:
                return at
        return min(range(len(files)), key=lambda at: (files[at].content == "code", files[at].language in self._begun))
