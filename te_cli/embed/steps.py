"""An embedder that tells of every few texts: a transformer needs a minute for a file of a thousand symbols."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from te_cli.document import Document
    from te_cli.embed.port import Direction, Directions, Embedder

STEP = 32
"""Documents between two words: a second or two of a transformer's time, and what its cache writes together."""


class InSteps:
    """A model asked for a few documents at a time; ``tell`` is told how many, after each step."""

    def __init__(self, model: Embedder, tell: Callable[[int], None]) -> None:
        self._model, self._tell = model, tell
        self.name, self.fingerprint, self.dimension = model.name, model.fingerprint, model.dimension

    def embed_documents(self, documents: Sequence[Document]) -> Directions:
        """What the model says, shape (documents, dimension)."""
        parts = []
        for start in range(0, len(documents), STEP):
            parts.append(self._model.embed_documents(documents[start : start + STEP]))
            self._tell(len(parts[-1]))
        return np.concatenate(parts) if parts else self._model.embed_documents(documents)

    def embed_query(self, text: str) -> Direction:
        """What the model says, shape (dimension,)."""
        return self._model.embed_query(text)
