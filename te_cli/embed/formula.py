"""What a model's configuration says of weights: how much each word of a document, or of a query, counts.

With ``tf`` a token's count, in a document's field or in a query:

    weight(t) = saturate( sum over fields f: count_f * tf_f(t) ) + sum over fields f that have t: boost_f
    document  = normalise( sum over distinct tokens t: weight(t) * row_t )
    query     = normalise( sum over distinct tokens t: saturate( tf(t) ) * query_weight_t * row_t )

A word of the name that the body repeats saturates as one word, as in BM25F (Robertson, Zaragoza and Taylor, CIKM
2004, https://doi.org/10.1145/1031171.1031181).

All of it is data in config.json, under ``"schema": "te.model/1"``. A configuration without a schema is a plain
Model2Vec model's, which :mod:`te_cli.embed.plain` encodes as that library does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from te_cli.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Numbers = NDArray[np.int64]

SCHEMA = "te.model/1"
"""The configuration that this te reads. A model of another one is refused rather than read wrongly."""

SATURATE = {"log": "log1p", "raw": "positive"}
"""How a token's weighted count becomes its weight: numpy's name for it."""

FIELDS = ("name", "scope", "path", "signature", "doc", "body")
"""The fields of a document, in the order in which they share the words that may be read: the body gets what is left."""


class Weight(NamedTuple):
    """What an occurrence in a field counts for, and what a token weighs more for occurring there at all."""

    each: float = 1.0
    boost: float = 0.0


@dataclass(frozen=True, slots=True)
class Formula:
    """The numbers of the formula. ``fields`` has those of :data:`FIELDS` that weigh anything, in that order."""

    fields: tuple[tuple[str, Weight], ...] = tuple((name, Weight()) for name in FIELDS)
    saturate: str = "log"
    max_words: int = 300
    query_saturate: str = "raw"

    @classmethod
    def read(cls, config: Mapping[str, Any], hint: str = "Reinstall te-cli.") -> Formula | None:
        """From a parsed config.json; None where that is a plain Model2Vec model's. ``hint`` is for what is wrong in it.

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
            fields = {
                _known("field", name, FIELDS): Weight(float(weight["count"]), float(weight["boost"]))
                for name, weight in document["fields"].items()
            }
            if not all(math.isfinite(number) for weight in fields.values() for number in weight):
                raise ValueError("a field weighs what is no number")  # noqa: TRY301 - told as the other faults are
            if not any(map(any, fields.values())):
                raise ValueError("no field weighs anything")  # noqa: TRY301 - told as the other faults are
            return cls(
                tuple((name, fields[name]) for name in FIELDS if any(fields.get(name, ()))),
                _known("saturation", document["saturate"], SATURATE),
                int(document["max_words"]),
                _known("saturation", query["saturate"], SATURATE),
            )
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
            raise ModelError(
                f"The embedding model's config.json is not of the schema '{schema}': {error!r}.", hint
            ) from error

    def weights(self, counts: Numbers, fields: Numbers, firsts: Numbers) -> Floats:
        """What each distinct token of a document weighs, shape (tokens,).

        Its occurrences lie together: ``counts`` of them in field number ``fields``, both (n,); ``firsts`` (tokens,) is
        where those of each token begin.
        """
        import numpy as np  # here: to know which formula it is takes none

        if not len(firsts):
            return np.zeros(0, np.float32)
        each, boost = np.array([weight for _, weight in self.fields], np.float32).T
        found: Floats = _saturated(self.saturate, np.add.reduceat(each[fields] * counts, firsts, dtype=np.float32))
        found += np.add.reduceat(boost[fields], firsts)
        return found

    def query_weights(self, counts: Floats) -> Floats:
        """What a query's tokens weigh that occur ``counts`` times in it, the table's own weights apart; (n,)."""
        return _saturated(self.query_saturate, counts)


def _saturated(how: str, counts: Floats) -> Floats:
    import numpy as np

    found: Floats = getattr(np, SATURATE[how])(counts)
    return found


def _known(what: str, name: str, known: Collection[str]) -> str:
    if name not in known:
        raise ModelError(f"The embedding model names an unknown {what}: '{name}'.", f"Known: {', '.join(known)}.")
    return name
