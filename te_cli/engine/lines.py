"""A text by its lines, and which of them hold the words of a query.

Files are long and hits are short: so lines are cut out where they are asked for, and looked for in the text as a whole.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import reduce
from itertools import accumulate, compress
from operator import itemgetter, or_
from typing import TYPE_CHECKING, NamedTuple

from te_cli.rank.analyse import fold
from te_cli.words import identifiers, parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Matches = dict[int, dict[str, str]]
"""Numbers of lines, in order: the words that each holds, and how it has them."""

MAX_LINE = 1_000
"""Characters of a line that are looked at or shown: where a file is one line, each hit would bring all of it along."""

SEARCHED_LINES = 4_000
"""Lines of one hit that are looked through for the best ones."""

STRETCH = MAX_LINE // 2
"""Characters between two places of a text whose line numbers are known."""


class Lines:
    """The lines of ``text``, numbered from 1."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n") if "\r" in text else text
        ends = [self.text.count("\n", start, start + STRETCH) for start in range(0, len(self.text), STRETCH)]
        self.narrow = 0 not in ends
        """Surely no line is longer than :data:`MAX_LINE`."""
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
        self._bits = {word: 1 << place for place, word in enumerate(sorted(weights))}
        self._held: dict[str, dict[str, str]] = {}
        self._worth = _Worth(weights)

    def matches(self, lines: Lines, first: int, last: int) -> Matches:
        """The lines from ``first`` to ``last`` that hold words: each such word, and how the line has it."""
        found = self._found(lines, first, last)
        return self._read(found, 0, len(found.starts))

    def best(self, lines: Lines, first: int, last: int, size: int, said: bool) -> tuple[int, Matches]:
        """The first line of the ``size`` that hold most, what matched in their middle; and what they hold.

        The beginning wins where others hold no more; with ``said`` the first line stands in the answer in any case, so
        that its words count for all. Only the first :data:`SEARCHED_LINES` are looked at.
        """
        found = self._found(lines, first, min(last, first + SEARCHED_LINES))
        start = first
        if last - first >= size:
            start = max(first, min(self._best_start(found, first, size, said), last - size + 1))
        return start, self._read(found, *(bisect_left(found.numbers, number) for number in (start, start + size)))

    def _best_start(self, found: _Found, first: int, size: int, said: bool) -> int:
        """By what lines may hold: the likeliest are read, until none is left that could hold more."""
        numbers, may = found.numbers, found.may
        held = _Held(self._mask, found)
        given = held[0] if said and numbers[:1] == [first] else 0
        after = bisect_left(numbers, first + size)
        windows = [(self._worth[reduce(or_, may[:after], given)], -1, 0, after)]
        begin, most = 0, given
        for place, number in enumerate(numbers):
            if number - numbers[begin] < size:
                most |= may[place]
            else:
                begin = bisect_right(numbers, number - size, begin)
                most = reduce(or_, may[begin : place + 1], given)
            windows.append((self._worth[most], place, begin, place + 1))
        windows.sort(key=itemgetter(0), reverse=True)
        best, start, chosen = -1.0, first, len(numbers)
        for worth, place, begin, after in windows:
            if worth < best:
                break
            if worth > best or place < chosen:  # of equals the first
                masks = [held[each] for each in range(begin, after)]
                value = self._worth[reduce(or_, masks, given)]
                if value > best or (value == best and place < chosen):
                    best, chosen, start = value, place, first
                    if place >= 0 and any(masks):
                        begun = numbers[next(compress(range(begin, after), masks))]
                        start = begun - (size - (numbers[place] - begun + 1)) // 2
        return start

    def _found(self, lines: Lines, first: int, last: int) -> _Found:
        text = lines.between(first, last)
        spans = self._spans(text, lines.narrow)
        starts = sorted(spans)
        numbers = []
        before = 0
        for start in starts:
            first += text.count("\n", before, start)
            before = start
            numbers.append(first)
        return _Found(text, starts, numbers, list(map(spans.__getitem__, starts)))

    def _spans(self, text: str, narrow: bool) -> dict[int, int]:
        """The lines that may hold words, by where they begin: which words at most, as bits.

        What a word is folded to is nearly always its beginning.
        """
        lowered = text.lower()
        if len(lowered) != len(text):  # some letters become two
            starts = accumulate((len(line) + 1 for line in text.split("\n")), initial=0)
            return self._checked(text, starts)
        spans: dict[int, int] = {}
        for word, bit in self._bits.items():
            at = lowered.find(word)
            while at >= 0:
                start = lowered.rfind("\n", 0, at) + 1
                spans[start] = spans.get(start, 0) | bit
                at = lowered.find(word, at + 1)
        return spans if narrow and text.isascii() else self._checked(text, spans)

    def _checked(self, text: str, starts: Iterable[int]) -> dict[int, int]:
        """The same line by line: where one is too long, or has letters that are lowered by what stands beside them."""
        found: dict[int, int] = {}
        for start in starts:
            line = _line(text, start)
            lowered = line.lower()
            mask = sum(bit for word, bit in self._bits.items() if word in lowered)
            if mask:
                found[start] = mask if line.isascii() else mask | self._mask(line)
        return found

    def _read(self, found: _Found, begin: int, after: int) -> Matches:
        """What some of the lines that were found hold."""
        read = ((found.numbers[place], self._words(found.line(place))) for place in range(begin, after))
        return {number: held for number, held in read if held}

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

    def _mask(self, line: str) -> int:
        return sum(map(self._bits.__getitem__, self._words(line)))


class _Found(NamedTuple):
    """Lines of a text that may hold words: where they begin, their numbers, and which words at most, as bits."""

    text: str
    starts: list[int]
    numbers: list[int]
    may: list[int]

    def line(self, place: int) -> str:
        return _line(self.text, self.starts[place])


class _Held(dict[int, int]):
    """The words that such lines hold, as bits, by their place. Each is read at most once."""

    def __init__(self, read: Callable[[str], int], found: _Found) -> None:
        self._read, self._found = read, found

    def __missing__(self, place: int) -> int:
        mask = self[place] = self._read(self._found.line(place))
        return mask


class _Worth(dict[int, float]):
    """What words, as bits, weigh together, each counted once."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = [weights[word] for word in sorted(weights)]

    def __missing__(self, mask: int) -> float:
        worth = self[mask] = round(sum(weight for place, weight in enumerate(self._weights) if mask >> place & 1), 5)
        return worth


def _line(text: str, start: int) -> str:
    """The line that begins at ``start``, as much of it as is looked at."""
    end = text.find("\n", start, start + MAX_LINE)
    return text[start : end if end >= 0 else start + MAX_LINE]
