"""An embedder without a model: texts that share words are near each other. For tests, and for trying things out."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from te_cli.backend.checking import dimension_of
from te_cli.digest import digest
from te_cli.words import words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from te_cli.document import Document

FIELDS = ("path", "name", "qualified_name", "signature", "doc", "body")
"""What is looked at of a document."""

RECIPE = "te-hash/1"
"""Part of the fingerprint: another way to make vectors has another number."""


class HashEmbedder:
    """Each word has a direction that its digest says; a text has the sum of its words'.

    A word that comes n times counts the square root of n times. Identifiers are split as everywhere in te, so
    ``retryUpload`` is near "retry an upload". The same on every machine, in every process and with every hash seed.
    """

    def __init__(self, dimension: int = 64) -> None:
        """``dimension``: components of a vector; with 64, texts without a word in common have cosines of about 0.1.

        Raises:
            UsageError: it is no whole number above 0.
        """
        self._dimension = dimension_of(dimension)

    def __repr__(self) -> str:
        return f"HashEmbedder({self._dimension})"

    @property
    def name(self) -> str:
        """Its kind and dimension."""
        return f"te-hash-{self._dimension}"

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits."""
        return digest(f"{RECIPE}/{self._dimension}".encode()).hex()[:16]

    @property
    def dimension(self) -> int:
        """Components of a vector."""
        return self._dimension

    def embed_documents(self, documents: Sequence[Document]) -> NDArray[np.float32]:
        """Unit rows, shape (documents, dimension); zeros where there is no word."""
        rows = np.zeros((len(documents), self._dimension), np.float32)
        for row, document in zip(rows, documents, strict=True):
            row[:] = self.embed_query("\n".join([getattr(document, field) for field in FIELDS]))
        return rows

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """A unit vector, shape (dimension,), or zeros where there is no word."""
        counts = Counter(words_of(text))
        total = np.zeros(self._dimension, np.float64)
        for word in sorted(counts):  # so that the order of words changes not even the last bit
            total += counts[word] ** 0.5 * _direction(word, self._dimension)
        length = float(np.linalg.norm(total))
        unit: NDArray[np.float32] = (total / (length or 1.0)).astype(np.float32)
        return unit


@lru_cache(maxsize=1 << 14)
def _direction(word: str, dimension: int) -> NDArray[np.float64]:
    """Plus or minus one for each component, from as many bits of digests as that takes."""
    name = word.encode("utf-8", "surrogatepass")
    blocks = -(-dimension // 256)
    bits = b"".join(digest(b"%d %b" % (block, name)) for block in range(blocks))
    return np.unpackbits(np.frombuffer(bits, np.uint8), count=dimension).astype(np.float64) * 2 - 1
