"""Are two texts the same for a reader? Copies of a file, generated siblings, overloads with one body."""

from __future__ import annotations

from collections import Counter

from te_cli.words import identifiers

SAME = 0.9
"""The share of identifiers in common, each as often as it occurs, from which texts are nearly the same."""

LEAST = 30
"""Identifiers from which a share says something; shorter texts have to be equal."""

LEAST_EQUAL = 8
"""Identifiers below which even equal texts are different answers: `return self.name` means its class."""

LONGEST = 20_000
"""Characters that are compared: files that agree for so long are copies."""


class Text:
    """A text to be compared with others."""

    def __init__(self, text: str) -> None:
        found = identifiers(text[:LONGEST])
        self._length = sum(map(len, text.split()))
        self._total = len(found)
        self._words = Counter(found)
        self._said = text[:LONGEST].split()

    def equal(self, other: Text) -> bool:
        """Whether the other is the same but for its spacing, and long enough to say something."""
        long = min(self._total, other._total) >= LEAST_EQUAL
        return long and self._length == other._length and self._said == other._said

    def nearly(self, other: Text) -> bool:
        """Whether the other is the same, or nearly."""
        if self.equal(other):
            return True
        few, many = sorted((self._total, other._total))
        short, long = sorted((self._length, other._length))
        if few < LEAST or few < SAME * many or short < SAME * long:
            return False
        common = sum((self._words & other._words).values())
        return common >= SAME * (few + many - common)
