"""What a backend gives back: frozen values, which can be compared, hashed, copied and pickled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING

from te_cli.document import FIELDS, Document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from te_cli.store.conditions import Scalar


class Metadata(Mapping[str, "Scalar"]):
    """Names and their values, each a str, an int, a float, a bool or None; equal to a dictionary of the same."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Scalar] = {}) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> Scalar:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __hash__(self) -> int:
        return hash(frozenset(self._values.items()))

    def __repr__(self) -> str:
        return f"Metadata({self._values!r})"


@dataclass(frozen=True, slots=True)
class Record:
    """What was added under an ``id``. ``text``: the text, or the body of the document that was given."""

    id: str
    text: str
    metadata: Metadata
    document: Document = field(repr=False)


@dataclass(frozen=True, slots=True)
class Match:
    """A record that answers a question. ``score``: the cosine of its vector and the question's, from -1 to 1."""

    id: str
    text: str
    metadata: Metadata
    score: float
    document: Document = field(repr=False)


FIELDS_OF: Callable[[Document], tuple[str, ...]] = attrgetter(*FIELDS)


def fields_of(document: Document) -> tuple[str, ...]:
    """A document's fields; of one that is a plain text only that."""
    fields = FIELDS_OF(document)
    return fields if any(fields[:-1]) else fields[-1:]


def document_of(fields: tuple[str, ...]) -> Document:
    """The document that has these fields."""
    if len(fields) == 1:
        return Document(body=fields[0])
    path, kind, name, qualified_name, signature, doc, body = fields
    return Document(path, kind, name, qualified_name, signature, doc, body)


def record_of(key: str, fields: tuple[str, ...], metadata: Mapping[str, Scalar]) -> Record:
    """A record from what is kept of it."""
    return Record(key, fields[-1], Metadata(metadata), document_of(fields))
