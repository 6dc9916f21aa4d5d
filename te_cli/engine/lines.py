"""A text by its lines, and which of them hold the words of a query.

Files are long and hits are short: so lines are cut out where they are asked for, and looked for in the text as a whole.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING

from te_cli.rank.analyse import fold
from te_cli.words import identifiers, parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Matches = dict[int, dict[str, str]]
"""Numbers of lines, in order: the words that each holds, and how it has them."""

MAX_LINE = 1_000
"""Characters of a line that are looked at or shown: where a file is one line, each hit would bring all of it along."""

STRETCH = 1024
"""Characters between two places of a text whose line numbers are known."""


class Lines:
    """The lines of ``text``, numbered from 1."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n") if "\r" in text else text
        ends = (self.text.count("\n", start, start + STRETCH) for start in range(0, len(self.text), STRETCH))
        self._before = list(accumulate(ends, initial=0))
        self.count = self._before[-1] + 1

    def between(self, first: int, last: int) -> str:
        """The lines from ``first`` to ``last``, as far as there are such lines."""
        last = min(last, self.count)
        return self.text[self._start(first) : self._start(last + 1) - 1] if 1 <= first <= last else ""

    def _start(self, number: int) -> int:
        """Where a line begins; for the one after the last, where the text would go on."""
        if number > self.count:
            return len(self.text) + 1
        stretch = max(0, bisect_left(self._before, number - 1) - 1)
        at = stretch * STRETCH
        for _ in range(number - 1 - self._before[stretch]):
            at = self.text.find("\n", at) + 1
        return at


class Finder:
    """Looks for the words of ``weights``, which are folded."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self.weights = weights
        self._held: dict[str, dict[str, str]] = {}

    def matches(self, lines: Lines, first: int, last: int) -> Matches:
        """The lines from ``first`` to ``last`` that hold words: each such word, and how the line has it."""
        text = lines.between(first, last)
        found: Matches = {}
        number, before = first, 0
        for start, end in self._spans(text):
            number += text.count("\n", before, start)
            before = start
            if held := self._words(text[start : min(end, start + MAX_LINE)]):
                found[number] = held
        return found

    def _spans(self, text: str) -> Iterable[tuple[int, int]]:
        """Where the lines are that may hold a word: what one is folded to is nearly always its beginning."""
        lowered = text.lower()
        if len(lowered) != len(text):  # some letters become two
            return [span for span in _all_spans(text) if self._in_line(text, *span)]
        spans: dict[int, int] = {}
        for word in self.weights:
            at = lowered.find(word)
            while at >= 0:
                end = lowered.find("\n", at)
                if end < 0:
                    end = len(text)
                spans[lowered.rfind("\n", 0, at) + 1] = end
                at = lowered.find(word, end)
        return sorted(span for span in spans.items() if span[1] - span[0] <= MAX_LINE or self._in_line(text, *span))

    def _in_line(self, text: str, start: int, end: int) -> bool:
        line = text[start : min(end, start + MAX_LINE)].lower()
        return any(word in line for word in self.weights)

    def _words(self, line: str) -> dict[str, str]:
        """The words of a line. Identifiers come again and again, and few hold any."""
        found: dict[str, str] = {}
        for identifier in identifiers(line):
            held = self._held.get(identifier)
            if held is None:
                held = {folded: part for part in parts(identifier) if (folded := fold(part)) in self.weights}
                self._held[identifier] = held
            if held:
                found |= held
        return found


def _all_spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.split("\n"):
        yield start, start + len(line)
        start += len(line) + 1


def best_start(matches: Matches, first: int, last: int, size: int, weights: Mapping[str, float], said: bool) -> int:
    """The first line of the ``size`` that hold most, what matched in their middle.

    The beginning wins where others hold no more; with ``said`` the first line stands in the answer in any case, so
    that its words count for all.
    """
    if last - first < size:
        return first
    given = matches.get(first, {}) if said else {}
    at_first = _Held(weights, given)
    for number, words in matches.items():
        if number < first + size:
            at_first.add(words)
    best, start = at_first.worth(), first
    numbers = list(matches)
    held = _Held(weights, given)
    begin = 0
    for number in numbers:
        held.add(matches[number])
        while number - numbers[begin] >= size:
            held.remove(matches[numbers[begin]])
            begin += 1
        if (value := held.worth()) > best:
            span = number - numbers[begin] + 1
            best, start = value, numbers[begin] - (size - span) // 2
    return max(first, min(start, last - size + 1))


class _Held:
    """How often some lines hold each word."""

    def __init__(self, weights: Mapping[str, float], words: Iterable[str]) -> None:
        self._weights = weights
        self._often: dict[str, int] = {}
        self._known: dict[frozenset[str], float] = {}
        self.add(words)

    def add(self, words: Iterable[str]) -> None:
        for word in words:
            self._often[word] = self._often.get(word, 0) + 1

    def remove(self, words: Iterable[str]) -> None:
        for word in words:
            self._often[word] -= 1
            if not self._often[word]:
                del self._often[word]

    def worth(self) -> float:
        """What they weigh together, each counted once."""
        words = frozenset(self._often)
        worth = self._known.get(words)
        if worth is None:
            worth = self._known[words] = round(sum(self._weights[word] for word in sorted(words)), 5)
        return worth
