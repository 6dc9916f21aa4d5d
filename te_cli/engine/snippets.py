"""The source behind a hit, read when it is shown, and whether that source is still what was indexed."""

from __future__ import annotations

import os
from collections import deque
from typing import TYPE_CHECKING

from te_cli.model import SourceFile
from te_cli.rank.analyse import fold
from te_cli.walk.content import FileText, read
from te_cli.walk.fingerprint import of_stat, unchanged
from te_cli.words import words_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from te_cli.model import Symbol
    from te_cli.store.records import FileRecord

SNIPPET_LINES = 8
"""Lines shown of a hit unless asked otherwise: enough to recognise it, few enough for ten on a screen."""


LONG_LINES = 60
"""A symbol longer than this does not show on its first lines why it was found."""

WHOLES = frozenset({"module", "section", "block"})
"""Units that begin with whatever the file begins with, often a licence."""

SEARCHED_LINES = 4_000
"""Lines of one hit that are looked through for the best ones."""


MAX_LINE = 1_000
"""Characters shown of one line: where a file is one line, each of its references would bring all of it along."""


class Sources:
    """The files of one page of hits, each read at most once."""

    def __init__(self, root: Path, records: Mapping[str, FileRecord], *, checked: bool) -> None:
        """``checked``: the whole work tree was compared just now, so that only lost files can be stale."""
        self._root = root
        self._records = records
        self._checked = checked
        self._texts: dict[str, FileText | None] = {}
        self._lines: dict[str, list[str]] = {}

    def stale(self, path: str) -> bool:
        """Whether the file is gone or its content is not what was indexed."""
        record = self._records[path]
        if self._same_stat(record):
            return False
        text = self._text(path)
        return text is None or text.digest != record.digest

    def snippet(self, path: str, symbol: Symbol, context: int | None, words: frozenset[str]) -> tuple[int, str] | None:
        """The lines to show of a hit, with the number of the first; None where the file cannot be read.

        With ``context``, that many lines around the symbol's start. Otherwise the symbol's first lines; where those
        are only the beginning of something long, the lines that hold most of ``words`` (folded).
        """
        text = self._text(path)
        if text is None:
            return None
        lines = text.text.split("\n")
        if context is None:
            last = min(symbol.end_line, len(lines))
            start = symbol.start_line
            if last - start + 1 > LONG_LINES or symbol.kind in WHOLES:
                start = _telling_line(lines, start, last, words)
            end = min(last, start + SNIPPET_LINES - 1)
        else:
            start, end = max(1, symbol.start_line - context), symbol.start_line + context
        return start, "\n".join(line.rstrip("\r") for line in lines[start - 1 : end])

    def line(self, path: str, number: int) -> str | None:
        """One line of a file, or its beginning, without its indentation; None where there is none."""
        if path not in self._lines:
            text = self._text(path)
            self._lines[path] = [] if text is None else [_shown(line) for line in text.text.split("\n")]
        lines = self._lines[path]
        return lines[number - 1] if number <= len(lines) else None

    def _same_stat(self, record: FileRecord) -> bool:
        try:
            now = of_stat(os.lstat(self._root / record.path), record.fingerprint.seen_ns)
        except OSError:
            return False
        return now == record.fingerprint if self._checked else unchanged(record.fingerprint, now)

    def _text(self, path: str) -> FileText | None:
        if path not in self._texts:
            record = self._records[path]
            found = read(self._root, SourceFile(path, record.language, record.content, record.fingerprint, forced=True))
            self._texts[path] = found if isinstance(found, FileText) else None
        return self._texts[path]


def _telling_line(lines: list[str], first: int, last: int, words: frozenset[str]) -> int:
    """The first line of the window that holds most of ``words``; the earliest of equals, ``first`` where none does."""
    window: deque[frozenset[str]] = deque(maxlen=SNIPPET_LINES)
    best, start = 0, first
    for number in range(first, min(last, first + SEARCHED_LINES) + 1):
        window.append(frozenset(fold(word) for word in words_of(lines[number - 1][:400])) & words)
        found = len(frozenset().union(*window))
        if found > best and window[-1]:
            best, start = found, max(first, number - SNIPPET_LINES // 2)
    return start


def _shown(line: str) -> str:
    line = line.strip()
    return line if len(line) <= MAX_LINE else line[:MAX_LINE] + "…"
