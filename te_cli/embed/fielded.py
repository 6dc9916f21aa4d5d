"""Documents and queries by the formula of a model of te's own: fields weigh differently, and repetition saturates.

A batch is one list of numbers from end to end: identifiers become token ids (each identifier met the tokenizer once),
one sort counts them by document, token and field, and each document is then a weighted sum of a few dozen rows. That
is linear in a document's words, and a document's vector is the same whatever it is encoded with.
"""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from te_cli.embed.port import normalised
from te_cli.words import identifiers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from te_cli.document import Document
    from te_cli.embed.formula import Formula
    from te_cli.embed.pieces import Pieces
    from te_cli.embed.table import TokenTable

    Floats = NDArray[np.float32]
    Numbers = NDArray[np.int64]
    Words = tuple[list[str], ...]

BATCH = 1_024
"""Documents encoded together: enough to share the cost of a call, few enough to hold."""


class FieldedEncoder:
    """Encodes by ``formula``. Not for several threads at once."""

    def __init__(self, formula: Formula, pieces: Pieces, table: TokenTable) -> None:
        self._formula, self._pieces, self._table = formula, pieces, table
        self._fields = [name for name, _ in formula.fields]

    def words(self, document: Document) -> Words:
        """The identifiers of each field, no more of them than words may be read."""
        left = self._formula.max_words
        found = []
        for field in self._fields:
            names = document.identifiers(field)
            found.append(names if len(names) <= left else names[:left])
            left -= len(found[-1])  # an identifier is at least one word
        return tuple(found)

    def encode(self, documents: Sequence[Document]) -> Floats:
        """Unit rows, shape (documents, dimensions); zeros where no token is known."""
        return self.encode_words([self.words(document) for document in documents])

    def encode_words(self, documents: Sequence[Words]) -> Floats:
        """The same from the identifiers of each document's fields, as :meth:`words` gives them."""
        rows = np.empty((len(documents), self._table.dimensions), np.float32)
        for start in range(0, len(documents), BATCH):
            batch = documents[start : start + BATCH]
            self._table.sums(*self._weighed(batch), rows[start : start + BATCH])
        return normalised(rows)

    def _weighed(self, documents: Sequence[Words]) -> tuple[Numbers, Floats, Numbers]:
        """Each document's distinct tokens and their weights, end to end, and where each document's end."""
        fields = len(self._fields)
        lists = list(chain.from_iterable(documents))
        sizes = np.fromiter(map(len, lists), np.int64, len(lists))
        numbers = self._pieces.numbers(list(chain.from_iterable(lists)))
        places = np.repeat(np.arange(len(lists)), sizes)
        read = self._within_limit(numbers, places // fields)
        tokens, counts = self._pieces.tokens(numbers[read])
        places = np.repeat(places[read], counts)
        keys = (places // fields * self._pieces.vocabulary + tokens) * fields + places % fields
        keys, counts = _runs(keys)
        owners, field = keys // fields, keys % fields
        documents_of = owners // self._pieces.vocabulary
        firsts = np.flatnonzero(np.diff(owners, prepend=-1))
        weights = self._formula.weights(counts, field, firsts)
        ends = np.searchsorted(documents_of[firsts], np.arange(len(documents)), side="right")
        return owners[firsts] % self._pieces.vocabulary, weights, ends

    def _within_limit(self, numbers: Numbers, documents: Numbers) -> NDArray[np.bool_]:
        """Which identifiers lie within the words that may be read of their document."""
        words = np.cumsum(self._pieces.words(numbers))
        first = np.flatnonzero(np.diff(documents, prepend=-1))
        before = np.concatenate([[0], words])[first]
        sizes = np.diff(np.append(first, len(documents)))
        within: NDArray[np.bool_] = words - np.repeat(before, sizes) <= self._formula.max_words
        return within

    def query(self, text: str) -> Floats:
        """A unit vector, shape (dimensions,), or zeros where no word of ``text`` is known."""
        counts = Counter(token for identifier in identifiers(text) for token in self._pieces.spelling.meant(identifier))
        tokens = np.array(sorted(counts), np.int64)
        weights = self._formula.query_weights(np.array([counts[token] for token in tokens.tolist()], np.float32))
        row = np.zeros((1, self._table.dimensions), np.float32)
        self._table.sums(tokens, weights * self._table.query_weights(tokens), np.array([len(tokens)]), row)
        found: Floats = normalised(row)[0]
        return found

    def knows(self, word: str) -> bool:
        """Whether ``word`` is in the vocabulary, whole."""
        spelling = self._pieces.spelling
        return [len(spelling.pieces(each)) for each in spelling.words(word)] == [1]


def _runs(keys: Numbers) -> tuple[Numbers, Numbers]:
    """The distinct keys in order, and how often each occurs."""
    keys.sort()
    firsts = np.flatnonzero(np.diff(keys, prepend=-1))
    return keys[firsts], np.diff(firsts, append=len(keys))
