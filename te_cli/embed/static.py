"""The shipped model: a table of token vectors, in the Model2Vec layout.

A text's vector is the weighted sum of the rows of its distinct tokens. With term frequency ``tf`` and the indicator
of a token that occurs in the unit's name, a document's token weighs

    weight(token) = saturate(tf) + name_boost * [token in name],    saturate(tf) = 1 + ln tf | 1 | tf

and a query's weighs its plain count. Because the sum is linear in tokens, each distinct identifier meets the
tokenizer once in the life of a process, however often the code repeats it.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tokenizers import Tokenizer

from te_cli.digest import digest
from te_cli.embed.port import ModelIdentity, normalised
from te_cli.embed.table import TokenTable
from te_cli.errors import ModelError
from te_cli.words import MAX_WORD, identifiers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from te_cli.model import Document

SHIPPED = Path(__file__).parent / "model"
"""The model that comes with the package."""

MAX_PIECES = 8
"""Pieces of one word that count: a word cut finer than this is noise to a table learned on words."""

MAX_KNOWN = 1 << 20
"""Identifiers remembered, about 100 MB of them: a watcher that never stops must not grow without bound."""

Tokens = tuple[tuple[int, ...], int]
"""The token ids of an identifier, and how many words they spell."""

SATURATE: dict[str, Callable[[int], float]] = {
    "log": lambda count: 1.0 + math.log(count),
    "binary": lambda _: 1.0,
    "raw": float,
}


@dataclass(frozen=True, slots=True)
class Weighting:
    """How the model's configuration wants a document's tokens weighed. ``max_words`` bounds the words read."""

    tf: str = "raw"
    name_boost: float = 0.0
    max_words: int = 512

    @classmethod
    def read(cls, config: dict[str, object]) -> Weighting:
        """From a parsed config.json; what it does not name gets the plain value.

        Raises:
            ModelError: a term-frequency rule that is not known.
        """
        tf = str(config.get("tf", "raw"))
        if tf not in SATURATE:
            raise ModelError(
                f"The model's configuration names an unknown tf rule '{tf}'.", f"Known: {', '.join(SATURATE)}."
            )
        return cls(tf, float(str(config.get("name_boost", 0.0))), int(str(config.get("max_words", 512))))


class StaticModel:
    """A token table as an embedder. Safe to share between threads once built; holds about 8 MB."""

    def __init__(self, folder: Path = SHIPPED, weighting: Weighting | None = None) -> None:
        """Read the model in ``folder``; ``weighting`` overrides what its configuration says.

        Raises:
            ModelError: a file is missing or is not of this layout.
        """
        try:
            config_text = (folder / "config.json").read_bytes()
            config = json.loads(config_text)
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # the tokenizers library raises bare Exception
            raise ModelError(
                f"The embedding model in {folder} cannot be read: {error}.", "Reinstall te-cli."
            ) from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._table = TokenTable.read(folder / "model.safetensors")
        self._weighting = weighting or Weighting.read(config)
        unknown = getattr(self._tokenizer.model, "unk_token", None)
        self._unknown = self._tokenizer.token_to_id(unknown) if unknown else None
        self._known: dict[str, Tokens] = {}
        self._identity = ModelIdentity(
            name=str(config.get("name", "te-static")),
            fingerprint=self._table.fingerprint + digest(config_text + repr(self._weighting).encode()).hex()[:8],
            dimensions=self._table.dimensions,
        )

    @property
    def identity(self) -> ModelIdentity:
        """Name, fingerprint of table and weights, and dimensions."""
        return self._identity

    def encode_documents(self, documents: Sequence[Document]) -> NDArray[np.float32]:
        """Unit rows, shape (documents, dimensions); zeros where no token is known."""
        fields = [self._fields(document) for document in documents]
        self._learn(identifier for names, text in fields for identifier in (*names, *text))
        rows = np.zeros((len(fields), self._table.dimensions), np.float32)
        for row, (names, text) in zip(rows, fields, strict=True):
            self._weigh(names, text, row)
        return normalised(rows)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """A unit vector, shape (dimensions,): the plain sum of the rows of the query's tokens."""
        asked = identifiers(text)
        self._learn(asked)
        counts: Counter[int] = Counter()
        for identifier in asked:
            counts.update(self._known[identifier][0])
        vector = np.zeros(self._table.dimensions, np.float32)
        self._table.add(counts.keys(), [float(count) for count in counts.values()], vector)
        return normalised(vector)

    def _fields(self, document: Document) -> tuple[list[str], list[str]]:
        """The identifiers of the name, and of the text in the order in which ``max_words`` cuts it."""
        names = identifiers(document.name)
        limit = self._weighting.max_words
        # An identifier is at least one word, so no more than the limit of them can count.
        text = identifiers(
            "\n".join((document.qualified_name, document.signature, document.doc, document.body[: limit * MAX_WORD]))
        )
        return names, text[:limit]

    def _learn(self, wanted: Iterable[str]) -> None:
        """Tokenise the identifiers that were not met before, all in one call."""
        distinct = dict.fromkeys(wanted)
        if len(self._known) > MAX_KNOWN:
            self._known.clear()
        new = [identifier for identifier in distinct if identifier not in self._known]
        cut = [identifier[:MAX_WORD] for identifier in new]
        encodings = self._tokenizer.encode_batch_fast(cut, add_special_tokens=False)
        for identifier, encoding in zip(new, encodings, strict=True):
            self._known[identifier] = self._pieces(encoding.ids, encoding.word_ids)

    def _pieces(self, ids: list[int], word_ids: list[int | None]) -> Tokens:
        """Known token ids, at most :data:`MAX_PIECES` of each word, and the count of words."""
        seen: Counter[int | None] = Counter()
        kept: list[int] = []
        for token, word in zip(ids, word_ids, strict=True):
            seen[word] += 1
            if token != self._unknown and seen[word] <= MAX_PIECES:
                kept.append(token)
        return tuple(kept), len(seen)

    def _weigh(self, names: list[str], text: list[str], row: NDArray[np.float32]) -> None:
        """Add the weighted rows of one document's distinct tokens to ``row``."""
        counts = self._counted(Counter(text))
        if counts is None:
            counts = self._counted(self._cut(text)) or {}
        saturate = SATURATE[self._weighting.tf]
        weights = {token: saturate(count) for token, count in counts.items()}
        if self._weighting.name_boost:
            for token in {token for name in names for token in self._known[name][0]}:
                weights[token] = weights.get(token, 0.0) + self._weighting.name_boost
        self._table.add(weights.keys(), list(weights.values()), row)

    def _counted(self, identifiers: dict[str, int]) -> dict[int, int] | None:
        """How often each token occurs, given how often each identifier does; None past the words that may be read."""
        words = 0
        counts: dict[int, int] = {}
        for identifier, times in identifiers.items():
            tokens, spelled = self._known[identifier]
            words += spelled * times
            for token in tokens:
                counts[token] = counts.get(token, 0) + times
        return counts if words <= self._weighting.max_words else None

    def _cut(self, text: list[str]) -> dict[str, int]:
        """The identifiers of a long text's first words."""
        words = 0
        for place, identifier in enumerate(text):
            words += self._known[identifier][1]
            if words > self._weighting.max_words:
                return Counter(text[:place])
        return Counter(text)
