"""What a unit's text is found by."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from te_cli.words import identifiers, is_inside

if TYPE_CHECKING:
    from collections.abc import Sequence


class Stretch:
    """A piece of text that several documents may share: what is made of it is made once.

    ``words`` is for the text index to keep what it makes of the identifiers.
    """

    __slots__ = ("identifiers", "words")

    def __init__(self, text: str) -> None:
        self.identifiers = identifiers(text)
        self.words: str | None = None


Stretches = tuple[Stretch, ...]


class Stretched(dict[str, Stretch]):
    """The short texts of a file's units, its path and their scopes: many have the same."""

    def __missing__(self, text: str) -> Stretch:
        stretch = self[text] = Stretch(text)
        return stretch


@dataclass(frozen=True, slots=True)
class Document:
    """The fields of a unit that its text is found by, for the lexical index and for the embedding model alike.

    A ``module`` unit carries the text of its whole file in ``body``: it stands for the file. ``stretches``: the pieces
    that the body consists of, where that was cut up; ``shared``: what the documents of its file share.
    """

    path: str = ""
    kind: str = ""
    name: str = ""
    qualified_name: str = ""
    signature: str = ""
    doc: str = ""
    body: str = ""
    stretches: Stretches = field(default=(), compare=False, repr=False)
    shared: Stretched = field(default_factory=Stretched, compare=False, repr=False)

    def of_body(self) -> Stretches:
        """The stretches of its body."""
        return self.stretches or (self.shared[self.body],)

    def identifiers(self, named: str) -> list[str]:
        """The identifiers of one of its fields, in order."""
        if named != "body" or not self.stretches:
            return self.shared[getattr(self, named)].identifiers
        if len(self.stretches) == 1:
            return self.stretches[0].identifiers
        return list(chain.from_iterable([stretch.identifiers for stretch in self.stretches]))

    @property
    def scope(self) -> str:
        """What stands before the name in the qualified name."""
        return self.qualified_name.removesuffix(self.name)


FIELDS = ("path", "kind", "name", "qualified_name", "signature", "doc", "body")
"""The texts of a document."""


def cut_up(text: str, spans: Sequence[tuple[int, int] | None]) -> tuple[Stretches, list[Stretches]]:
    """``text`` in stretches, and which of them each span consists of: none for None.

    A span whose begin or end lies inside an identifier has none either: the identifiers of the stretches are those of
    the text, and together those of each span.
    """
    bounds = {0, len(text)}
    whole: list[tuple[int, int] | None] = []
    for span in spans:
        if span is not None and not (is_inside(text, span[0]) or is_inside(text, span[1])):
            bounds.update(span)
            whole.append(span)
        else:
            whole.append(None)
    ordered = sorted(bounds)
    number = {at: place for place, at in enumerate(ordered)}
    stretches = tuple([Stretch(text[start:end]) for start, end in pairwise(ordered)])
    return stretches, [() if span is None else stretches[number[span[0]] : number[span[1]]] for span in whole]
