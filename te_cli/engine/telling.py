"""What the words of a query weigh in this repository: for judging hits, and for choosing the lines to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from te_cli.rank.analyse import fold
from te_cli.rank.fitness import Ceilings, ceiling, rarity
from te_cli.store.lexical import query_terms

if TYPE_CHECKING:
    from te_cli.rank.analyse import Query
    from te_cli.store.lexical import TextIndex
    from te_cli.store.reader import Reader

MOST = 48
"""Words of a query that are looked for in lines of source, a pasted text's rarest ones; more are a pasted text."""


def ceilings_of(reader: Reader, query: Query) -> Ceilings:
    """The best that BM25 could say of a unit and of a file."""
    terms = query_terms(query.identifiers)
    if len(terms) > MOST:  # what occurs nowhere is then the log's or the reporter's own, and no sign of a wrong place
        terms = tuple(term for term in terms if reader.files_text.document_frequency(term))
    return Ceilings(*(ceiling(_rarities(index, terms)) for index in (reader.units_text, reader.files_text)))


def weights_of(reader: Reader, query: Query) -> dict[str, float]:
    """The weight of each folded word of the query, the rarest ones of a long one."""
    weights: dict[str, float] = {}
    for word in query.words:
        if terms := query_terms((word,)):
            weights[fold(word)] = _rarities(reader.units_text, terms)[0]
    rarest = sorted(weights, key=lambda word: (-weights[word], word))[:MOST]
    return {word: round(weights[word], 5) for word in sorted(rarest)}


def _rarities(index: TextIndex, terms: tuple[str, ...]) -> list[float]:
    documents = index.documents
    return [rarity(documents, index.document_frequency(term)) for term in terms]
