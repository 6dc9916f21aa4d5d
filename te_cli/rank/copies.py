"""Are two texts the same for a reader? Copies of a file, generated siblings, overloads with one body."""

from __future__ import annotations

from collections import Counter
from functools import cached_property

from te_cli.words import identifiers

SAME = 0.9
"""The share of identifiers in common, each as often as it occurs, from which texts are nearly the same."""

LEAST = 30
"""Identifiers from which a share says something; shorter texts have to be equal."""

LEAST_EQUAL = 8
"""Identifiers below which even equal texts are different answers: `return self.name` means its class."""

LONGEST = 20_000
"""Characters that are compared: files that agree for so long are copies."""

_SPACES = bytes(range(9, 14)) + bytes(range(28, 33))
"""What `str.split` takes for spaces in ASCII."""


class Text:
    """A text to be compared with others."""

    def __init__(self, text: str) -> None:
        self._text = text

    # What most comparisons never come to is worked out when one does.

    @cached_property
    def _length(self) -> int:
        """Characters that are no space."""
        if self._text.isascii():
            return len(self._text.encode().translate(None, _SPACES))
        return sum(map(len, self._text.split()))

    @cached_property
    def _said(self) -> list[str]:
        return self._text[:LONGEST].split()

    @cached_property
    def _identifiers(self) -> list[str]:
        return identifiers(self._text[:LONGEST])

    @cached_property
    def _words(self) -> Counter[str]:
        return Counter(self._identifiers)

    @property
    def _total(self) -> int:
        return len(self._identifiers)

    def equal(self, other: Text) -> bool:
        """Whether the other is the same but for its spacing, and long enough to say something."""
        if self._length != other._length or self._said != other._said:
            return False
        return min(self._total, other._total) >= LEAST_EQUAL

    def nearly(self, other: Text) -> bool:
        """Whether the other is the same, or nearly."""
        short, long = sorted((self._length, other._length))
        if short < SAME * long:
            return False
        if self.equal(other):
            return True
        few, many = sorted((self._total, other._total))
        if few < LEAST or few < SAME * many:
            return False
        common = sum((self._words & other._words).values())
        return common >= SAME * (few + many - common)
