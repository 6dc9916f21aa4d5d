"""The source behind a hit, read when it is shown, and whether that source is still what was indexed."""

# Two dozen paths of every page: they stay strings.
# ruff: noqa: PTH118

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from te_cli.engine.lines import MAX_LINE, Finder
from te_cli.engine.texts import Texts
from te_cli.walk.fingerprint import of_stat, unchanged

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from te_cli.engine.lines import Lines
    from te_cli.engine.texts import Text
    from te_cli.model import Symbol
    from te_cli.store.records import FileRecord

SNIPPET_LINES = 8
"""Lines shown of a hit unless asked otherwise: enough to recognise it, few enough for ten on a screen."""


WHOLES = frozenset({"module", "section", "block"})
"""Units that begin with whatever the file begins with, often a licence; others with what they are called."""


class Snippet(NamedTuple):
    """Lines of a hit: the number of the first, their text, which words matched as they stand there, and in which."""

    start: int
    text: str
    matched: tuple[str, ...]
    lines: tuple[int, ...]


class Sources:
    """The files of one page of hits, each read at most once."""

    def __init__(
        self, root: Path, records: Mapping[str, FileRecord], *, checked: bool, texts: Texts | None = None
    ) -> None:
        """``checked``: the whole work tree was compared just now, so that only lost files can be stale.

        ``texts``: what was read for earlier pages.
        """
        self._root = root
        self._records = records
        self._checked = checked
        self._shared = texts or Texts(0)
        self._texts: dict[str, Text | None] = {}
        self._stale: dict[str, bool] = {}
        self._finder: Finder | None = None

    def stale(self, path: str) -> bool:
        """Whether the file is gone or its content is not what was indexed."""
        if path not in self._stale:
            record = self._records[path]
            self._stale[path] = not self._same_stat(record) and not self._same_digest(record)
        return self._stale[path]

    def snippet(
        self, path: str, symbol: Symbol, context: int | None, weights: Mapping[str, float], size: int = SNIPPET_LINES
    ) -> Snippet | None:
        """The lines to show of a hit; None where the file cannot be read.

        With ``context``, that many lines around the symbol's start. Otherwise those ``size`` lines of it that hold
        most of the words of ``weights`` (folded, with what each weighs), its first ones where others hold no more.
        """
        lines = self._lines(path)
        if lines is None:
            return None
        finder = self._finder_of(weights)
        if context is None:
            last = min(symbol.end_line, lines.count)
            start, matches = finder.best(lines, symbol.start_line, last, size, symbol.kind not in WHOLES)
            end = min(last, start + size - 1)
        else:
            start, end = max(1, symbol.start_line - context), min(lines.count, symbol.start_line + context)
            matches = finder.matches(lines, start, end)
        matched = sorted({word for words in matches.values() for word in words.values()})
        return Snippet(start, lines.between(start, end), tuple(matched), tuple(matches))

    def source(self, path: str, symbol: Symbol) -> str | None:
        """All lines of a symbol; None where the file cannot be read, or no longer has them."""
        lines = self._lines(path)
        return None if lines is None else lines.between(symbol.start_line, symbol.end_line) or None

    def line(self, path: str, number: int) -> str | None:
        """One line of a file, or its beginning, without its indentation; None where there is none."""
        lines = self._lines(path)
        return _shown(lines.between(number, number)) if lines is not None and number <= lines.count else None

    def _finder_of(self, weights: Mapping[str, float]) -> Finder:
        if self._finder is None or self._finder.weights is not weights:
            self._finder = Finder(weights)
        return self._finder

    def _lines(self, path: str) -> Lines | None:
        """The lines of a file; None where it cannot be read."""
        text = self._text(path)
        return None if text is None else text.lines

    def _same_stat(self, record: FileRecord) -> bool:
        try:
            now = of_stat(os.lstat(os.path.join(self._root, record.path)), record.fingerprint.seen_ns)
        except OSError:
            return False
        return now == record.fingerprint if self._checked else unchanged(record.fingerprint, now)

    def _same_digest(self, record: FileRecord) -> bool:
        text = self._text(record.path)
        return text is not None and text.digest == record.digest

    def _text(self, path: str) -> Text | None:
        if path not in self._texts:
            self._texts[path] = self._shared.read(self._root, self._records[path])
        return self._texts[path]


def _shown(line: str) -> str:
    line = line.strip()
    return line if len(line) <= MAX_LINE else line[:MAX_LINE] + "…"
