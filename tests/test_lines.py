"""A text by its lines: the same as splitting it, without splitting it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from te_cli.engine.lines import MAX_LINE, Finder, Lines
from te_cli.rank.analyse import fold
from te_cli.rank.copies import Text
from te_cli.words import words_of

if TYPE_CHECKING:
    from te_cli.engine.lines import Matches

LETTERS = st.sampled_from("\n\n\r aßİΣBé_") | st.characters(codec="utf-8")
TEXTS = st.text(LETTERS, max_size=60).map(lambda text: text * 9)
LONG = "x" * 5_000 + "\n" + "parse the line\n" * 400 + "İ " + "y" * MAX_LINE + " parse\nparsed Σ"


@given(text=TEXTS | st.just(LONG), first=st.integers(1, 40), more=st.integers(0, 40))
def test_lines_are_cut_out_as_splitting_gives_them(text: str, first: int, more: int) -> None:
    split = text.replace("\r\n", "\n").split("\n")
    lines = Lines(text)
    assert lines.count == len(split)
    assert lines.between(first, first + more) == "\n".join(split[first - 1 : first + more])


@given(text=TEXTS | st.just(LONG), first=st.integers(1, 3))
def test_words_are_found_where_looking_at_each_line_finds_them(text: str, first: int) -> None:
    weights = dict.fromkeys([*map(fold, words_of(text)[:3]), "pars", "lin"], 1.0)
    lines = Lines(text)
    assert Finder(weights).matches(lines, first, lines.count) == one_by_one(text, first, weights)


@given(text=TEXTS | st.just(LONG), size=st.sampled_from([1, 2, 3, 8, 500]), said=st.booleans())
def test_best_lines_are_those_that_trying_each_stretch_finds(text: str, size: int, said: bool) -> None:
    words = dict.fromkeys([*map(fold, words_of(text)[:3]), "pars", "lin", "st"])
    weights = {word: 0.1 + len(word) for word in words}
    lines = Lines(text)
    start, shown = Finder(weights).best(lines, 1, lines.count, size, said)
    held = one_by_one(text, 1, weights)
    assert start == best_of_all(held, lines.count, size, weights, said)
    assert shown == {number: words for number, words in held.items() if start <= number < start + size}


def best_of_all(held: Matches, count: int, size: int, weights: dict[str, float], said: bool) -> int:
    """The same the long way."""
    given = held.get(1, {}) if said else {}

    def worth(first: int, last: int) -> float:
        words = {word for number in held if first <= number <= last for word in held[number]}
        return round(sum(weights[word] for word in sorted(words | given.keys())), 5)

    best, start = worth(1, size), 1
    for last in held:
        first = min(number for number in held if last - size < number <= last)
        if count > size and (value := worth(first, last)) > best:
            best, start = value, first - (size - (last - first + 1)) // 2
    return max(1, min(start, count - size + 1))


def one_by_one(text: str, first: int, weights: dict[str, float]) -> Matches:
    """The same the long way."""
    found: Matches = {}
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        seen = line[:MAX_LINE]
        words = {fold(word): word for word in words_of(seen) if fold(word) in weights}
        if number >= first and words and any(word in seen.lower() for word in weights):
            found[number] = words
    return found


@pytest.mark.parametrize("extra", ["", " ", "\x1c\x0b", "\u3000é"])
def test_copies_differ_in_nothing_but_spaces(extra: str) -> None:
    said = "one two three four five six seven eight" + extra
    assert Text(said).nearly(Text(said.replace(" ", "\n\t")))
    assert not Text(said).nearly(Text(said + "x"))
