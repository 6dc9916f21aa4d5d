"""Does a hit answer at all? Judged by raw evidence, since scores only say which of a page's hits is the best.

Two things are bounded whatever the repository: the cosine between query and unit, and the share of the query's words
that unit or file hold, a word counting by how rare it is here. A word that occurs nowhere counts most, and is held by
nobody. Their sum tells questions about what a repository has from questions about what it lacks:
``scripts/measure_absent.py`` says how well, and prints what the floors below were read from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from te_cli.words import parts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from te_cli.rank.analyse import Query
    from te_cli.rank.candidates import Candidate

BM25_MOST = 2.2
"""What BM25 multiplies a word's weight with at most: k1 + 1, as Tantivy has it."""

HEAVIEST = 8
"""Words of a query that a hit may be expected to hold: of a long text no unit holds more than a handful."""


class Ceilings(NamedTuple):
    """The BM25 scores of a unit and of a file that held all of a query's words, often."""

    unit: float
    file: float


class Floors(NamedTuple):
    """Evidence below which a page is noise, and below which a hit is weak."""

    nothing: float
    weak: float


BOTH = Floors(0.40, 0.60)
"""For cosine and words together. The least evidence of 1,081 development queries' pages is 0.48."""

WORDS_ALONE = Floors(0.12, 0.22)
"""Where the vectors have no say."""

COSINE_ALONE = Floors(0.25, 0.34)
"""Where the words have no say."""


def rarity(documents: int, frequency: int) -> float:
    """What a word weighs that ``frequency`` of ``documents`` have: BM25's inverse document frequency."""
    frequency = min(frequency, documents)  # frequencies count deleted documents too
    return math.log(1 + (documents - frequency + 0.5) / (frequency + 0.5))


def ceiling(rarities: Iterable[float]) -> float:
    """The most that BM25 gives for words of these rarities."""
    return BM25_MOST * sum(sorted(rarities, reverse=True)[:HEAVIEST])


def floors(*, by_words: bool, by_vectors: bool) -> Floors:
    """What to measure evidence against, by what had a say; a list of names alone is measured against nothing."""
    if by_words and by_vectors:
        return BOTH
    if by_words:
        return WORDS_ALONE
    return COSINE_ALONE if by_vectors else Floors(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Judge:
    """Says of the candidates for one query whether they answer it."""

    query: Query
    ceilings: Ceilings
    floors: Floors

    def evidence(self, candidate: Candidate) -> float:
        """How much speaks for a candidate, from 0 to 2: its cosine, and the share of the query in it or its file."""
        unit = candidate.words / self.ceilings.unit if self.ceilings.unit else 0.0
        file = candidate.file_words / self.ceilings.file if self.ceilings.file else 0.0
        return max(0.0, candidate.vector) + min(1.0, max(unit, file))

    def named(self, candidate: Candidate) -> bool:
        """Whether the query names it: its place, a phrase of it, or its name where that is no plain word."""
        if candidate.asked_for or candidate.phrase:
            return True
        if candidate.name_rank is None:
            return False
        name = candidate.symbol.name
        return self.query.intent == "name" or (name in self.query.names and len(parts(name)) > 1)

    def fits(self, candidates: Iterable[Candidate]) -> bool:
        """Whether there is one among them that is more than noise."""
        return any(self.named(each) or self.evidence(each) >= self.floors.nothing for each in candidates)

    def weak(self, candidate: Candidate) -> bool:
        """Whether it barely fits."""
        return not self.named(candidate) and self.evidence(candidate) < self.floors.weak
