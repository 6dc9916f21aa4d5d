"""The source behind a hit, read when it is shown, and whether that source is still what was indexed."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

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


WHOLES = frozenset({"module", "section", "block"})
"""Units that begin with whatever the file begins with, often a licence; others with what they are called."""

SEARCHED_LINES = 4_000
"""Lines of one hit that are looked through for the best ones."""


MAX_LINE = 1_000
"""Characters shown of one line: where a file is one line, each of its references would bring all of it along."""


class Snippet(NamedTuple):
    """Lines of a hit: the number of the first, their text, which words matched as they stand there, and in which."""

    start: int
    text: str
    matched: tuple[str, ...]
    lines: tuple[int, ...]


class Sources:
    """The files of one page of hits, each read at most once."""

    def __init__(self, root: Path, records: Mapping[str, FileRecord], *, checked: bool) -> None:
        """``checked``: the whole work tree was compared just now, so that only lost files can be stale."""
        self._root = root
        self._records = records
        self._checked = checked
        self._texts: dict[str, FileText | None] = {}
        self._split: dict[str, list[str]] = {}

    def stale(self, path: str) -> bool:
        """Whether the file is gone or its content is not what was indexed."""
        record = self._records[path]
        if self._same_stat(record):
            return False
        text = self._text(path)
        return text is None or text.digest != record.digest

    def snippet(
        self, path: str, symbol: Symbol, context: int | None, weights: Mapping[str, float], size: int = SNIPPET_LINES
    ) -> Snippet | None:
        """The lines to show of a hit; None where the file cannot be read.

        With ``context``, that many lines around the symbol's start. Otherwise those ``size`` lines of it that hold
        most of the words of ``weights`` (folded, with what each weighs), its first ones where others hold no more.
        """
        lines = self._lines(path)
        if not lines:
            return None
        last = min(symbol.end_line, len(lines))
        if context is None:
            matches = _matches(lines, symbol.start_line, min(last, symbol.start_line + SEARCHED_LINES), weights)
            said = symbol.kind not in WHOLES
            start = _best_start(matches, symbol.start_line, last, size, weights, said)
            end = min(last, start + size - 1)
        else:
            start, end = max(1, symbol.start_line - context), min(len(lines), symbol.start_line + context)
            matches = _matches(lines, start, end, weights)
        inside = [number for number in matches if start <= number <= end]
        matched = sorted({word for number in inside for word in matches[number].values()})
        return Snippet(start, "\n".join(lines[start - 1 : end]), tuple(matched), tuple(inside))

    def source(self, path: str, symbol: Symbol) -> str | None:
        """All lines of a symbol; None where the file cannot be read, or no longer has them."""
        lines = self._lines(path)
        return "\n".join(lines[symbol.start_line - 1 : symbol.end_line]) or None

    def line(self, path: str, number: int) -> str | None:
        """One line of a file, or its beginning, without its indentation; None where there is none."""
        lines = self._lines(path)
        return _shown(lines[number - 1]) if number <= len(lines) else None

    def _lines(self, path: str) -> list[str]:
        """The lines of a file, split once; none where it cannot be read."""
        if path not in self._split:
            text = self._text(path)
            self._split[path] = [] if text is None else text.text.replace("\r\n", "\n").split("\n")
        return self._split[path]

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


def _matches(lines: list[str], first: int, last: int, weights: Mapping[str, float]) -> dict[int, dict[str, str]]:
    """The lines from ``first`` to ``last`` that hold words of ``weights``: each such word, and how the line has it."""
    found: dict[int, dict[str, str]] = {}
    for number in range(first, last + 1):
        line = lines[number - 1][:MAX_LINE].lower()
        if any(word in line for word in weights):  # what a word is folded to is nearly always its beginning
            words = {fold(word): word for word in words_of(lines[number - 1][:MAX_LINE])}
            if held := words.keys() & weights.keys():
                found[number] = {word: words[word] for word in held}
    return found


def _best_start(
    matches: Mapping[int, Mapping[str, str]], first: int, last: int, size: int, weights: Mapping[str, float], said: bool
) -> int:
    """The first line of the ``size`` that hold most, what matched in their middle.

    The beginning wins where others hold no more; with ``said`` the first line stands in the answer in any case, so
    that its words count for all.
    """
    if last - first < size:
        return first
    given = matches.get(first, {}).keys() if said else ()
    held = Counter(given)
    for number in matches:
        held.update(matches[number].keys() if number < first + size else ())
    best, start = _worth(held, weights), first
    numbers = list(matches)
    held = Counter(given)
    begin = 0
    for number in numbers:
        held.update(matches[number].keys())
        while number - numbers[begin] >= size:
            held.subtract(matches[numbers[begin]].keys())
            begin += 1
        if (value := _worth(held, weights)) > best:
            span = number - numbers[begin] + 1
            best, start = value, numbers[begin] - (size - span) // 2
    return max(first, min(start, last - size + 1))


def _worth(held: Mapping[str, int], weights: Mapping[str, float]) -> float:
    return round(sum(weights[word] for word in sorted(held) if held[word] > 0), 5)


def _shown(line: str) -> str:
    line = line.strip()
    return line if len(line) <= MAX_LINE else line[:MAX_LINE] + "…"
