"""What a model's configuration says of weights: how much each word of a document, or of a query, counts.

With ``tf`` a token's count in a field, and ``n`` the field's distinct tokens:

    document = normalise( sum over fields f:  weight_f * n_f ** -length * sum over distinct tokens t of f:
                          saturate(tf_f(t)) * row_t )
    query    = normalise( sum over distinct tokens t:  saturate(tf(t)) * query_weight_t * row_t )

All of it is data in config.json, under ``"schema": "te.model/1"``. A configuration without a schema is a plain
Model2Vec model's, which :mod:`te_cli.embed.plain` encodes as that library does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from te_cli.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from te_cli.model import Document

    Floats = NDArray[np.float32]
    Numbers = NDArray[np.int64]

SCHEMA = "te.model/1"
"""The configuration that this te reads. A model of another one is refused rather than read wrongly."""

SATURATE: dict[str, Callable[[Numbers], Floats]] = {
    "log": lambda counts: 1 + np.log(counts, dtype=np.float32),
    "binary": lambda counts: np.ones(len(counts), np.float32),
    "raw": lambda counts: counts.astype(np.float32),
}
"""How a token's count becomes its weight."""


def _scope(document: Document) -> str:
    """What stands before the name in the qualified name."""
    return document.qualified_name.removesuffix(document.name)


FIELDS: dict[str, Callable[[Document], str]] = {
    "name": lambda document: document.name,
    "scope": _scope,
    "path": lambda document: document.path,
    "signature": lambda document: document.signature,
    "doc": lambda document: document.doc,
    "body": lambda document: document.body,
}
"""The fields of a document, in the order in which they share the words that may be read: the body gets what is left."""


@dataclass(frozen=True, slots=True)
class Formula:
    """The numbers of the formula. ``fields`` has those of :data:`FIELDS` that weigh anything, in that order."""

    fields: tuple[tuple[str, float], ...] = tuple((name, 1.0) for name in FIELDS)
    saturate: str = "log"
    length: float = 0.0
    max_words: int = 300
    query_saturate: str = "raw"

    @classmethod
    def read(cls, config: Mapping[str, Any]) -> Formula | None:
        """From a parsed config.json; None where that is a plain Model2Vec model's.

        Raises:
            ModelError: an unknown schema, or something in it that this te does not know.
        """
        schema = config.get("schema")
        if schema is None:
            return None
        if schema != SCHEMA:
            raise ModelError(
                f"The embedding model is of the schema '{schema}', which this te does not know.", "Upgrade te-cli."
            )
        try:
            document, query = config["document"], config["query"]
            fields = {_known("field", name, FIELDS): float(weight) for name, weight in document["fields"].items()}
            if not any(fields.values()):
                raise ValueError("no field weighs anything")  # noqa: TRY301 - told as the other faults are
            return cls(
                tuple((name, fields[name]) for name in FIELDS if fields.get(name)),
                _known("saturation", document["saturate"], SATURATE),
                float(document["length"]),
                int(document["max_words"]),
                _known("saturation", query["saturate"], SATURATE),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f"The embedding model's config.json is not of the schema '{schema}': {error!r}.", "Reinstall te-cli."
            ) from error

    def weights(self, counts: Numbers, fields: Numbers, distinct: Numbers) -> Floats:
        """What tokens weigh that occur ``counts`` times in field number ``fields`` of ``distinct`` tokens, all (n,)."""
        weight = np.array([weight for _, weight in self.fields], np.float32)
        found: Floats = weight[fields] * SATURATE[self.saturate](counts)
        if self.length:
            found *= distinct.astype(np.float32) ** np.float32(-self.length)
        return found

    def query_weights(self, counts: Numbers) -> Floats:
        """What a query's tokens weigh that occur ``counts`` times in it, the table's own weights apart; (n,)."""
        return SATURATE[self.query_saturate](counts)


def _known(what: str, name: str, known: Mapping[str, object]) -> str:
    if name not in known:
        raise ModelError(f"The embedding model names an unknown {what}: '{name}'.", f"Known: {', '.join(known)}.")
    return name
