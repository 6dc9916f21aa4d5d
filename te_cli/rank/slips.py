"""Which names was a name that nothing bears a slip of the pen for, or short for? Pure: it is given the names."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from te_cli.words import parts

if TYPE_CHECKING:
    from collections.abc import Iterable

SHORTEST = 5
"""Letters of a word that may be misspelt: of fewer, every one is a letter away from some other word."""

LONG = 8
"""Letters from which two slips are one too many to be another word."""

MOST_MEANT = 3
"""Names taken for one: more is guessing."""

MOST_ABBREVIATED = 8
"""Names taken for an abbreviation, which is meant to fit several."""


def slips_in(word: str) -> int:
    """How many letters of ``word`` may be wrong, missing, too many or swapped with the next; 0 where none may."""
    return 0 if len(word) < SHORTEST else 1 if len(word) < LONG else 2


def intact(word: str) -> tuple[str, ...]:
    """Pieces of ``word``, lowered, one of which every name that is so many slips away holds.

    Cut into one piece more than there are slips, one stays whole; but a swap across a cut spoils two, so the word is
    also cut with each such pair swapped back.
    """
    word = word.lower()
    count = slips_in(word) + 1
    cuts = [len(word) * number // count for number in range(count + 1)]
    swapped = [word[: cut - 1] + word[cut] + word[cut - 1] + word[cut + 1 :] for cut in cuts[1:-1]]
    whole = dict.fromkeys(each[a:b] for each in (word, *swapped) for a, b in pairwise(cuts))
    return tuple(whole)


def nearest(word: str, names: Iterable[str]) -> tuple[str, ...]:
    """The names, or words of names, the fewest slips away from ``word``: those most often used first, at most three."""
    lowered, most = word.lower(), slips_in(word)
    used: dict[str, int] = {}
    written: dict[str, str] = {}
    for name in names:
        split = parts(name)
        for each in {name.lower(), *split}:
            if abs(len(each) - len(lowered)) <= most:
                used[each] = used.get(each, 0) + 1
                if each not in split or word != lowered:
                    written.setdefault(each, name if each == name.lower() else each)
    letters = frozenset(lowered)
    away = {
        each: count
        for each in used
        # One slip takes one letter away, and brings one: that is seen in a hundredth of the time.
        if len(letters.difference(each)) <= most
        and len(frozenset(each) - letters) <= most
        and (count := distance(lowered, each, most)) is not None
    }
    least = min(away.values(), default=0)
    chosen = sorted((each for each in away if away[each] == least), key=lambda each: (-used[each], each))
    return tuple(written.get(each, each) for each in chosen[:MOST_MEANT])


def distance(one: str, other: str, most: int) -> int | None:
    """Letters wrong, left out, too many or swapped with their neighbour; None past ``most``.

    Optimal string alignment: Damerau's distance in which no stretch is edited twice.
    """
    if abs(len(one) - len(other)) > most:
        return None
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, above, row = row, before, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
        if min(row) > most and min(before) > most:
            return None
    return row[-1] if row[-1] <= most else None


_HUMP = re.compile(r"[A-Z]?[a-z]+|[A-Z]|\d+")


def humps(abbreviation: str) -> tuple[str, ...]:
    """What each word of the name meant begins with: ``gUBI`` is g, u, b, i. Nothing where it abbreviates nothing."""
    found = tuple(hump.lower() for hump in _HUMP.findall(abbreviation))
    fits = len(found) > 1 and len("".join(found)) == len(abbreviation.replace("_", ""))
    return found if fits and any(len(hump) == 1 for hump in found) else ()


def abbreviated(abbreviation: str, names: Iterable[str]) -> tuple[str, ...]:
    """The names that ``abbreviation`` fits: those with no word left over first, then the shorter ones."""
    wanted = humps(abbreviation)
    if not wanted:
        return ()
    fitting = [(len(words) - len(wanted), len(name), name) for name in names if _fits(wanted, words := parts(name))]
    return tuple(name for _, _, name in sorted(fitting))[:MOST_ABBREVIATED]


def _fits(wanted: tuple[str, ...], words: tuple[str, ...]) -> bool:
    """Whether the words begin with ``wanted`` in their order, the first with the first; others may lie between."""
    if not words or not words[0].startswith(wanted[0]):
        return False
    place = 1
    for hump in wanted[1:]:
        while place < len(words) and not words[place].startswith(hump):
            place += 1
        if place == len(words):
            return False
        place += 1
    return True
