"""What a unit's text is found by."""

from __future__ import annotations

from dataclasses import dataclass, field

from te_cli.words import identifiers


@dataclass(frozen=True, slots=True)
class Document:
    """The fields of a unit that its text is found by, for the lexical index and for the embedding model alike.

    A ``module`` unit carries the text of its whole file in ``body``: it stands for the file.
    """

    path: str
    kind: str
    name: str
    qualified_name: str
    signature: str
    doc: str
    body: str
    _identifiers: dict[str, list[str]] = field(default_factory=dict, init=False, compare=False, repr=False)

    def identifiers(self, of: str) -> list[str]:
        """The identifiers of one of its fields, in order. They are looked for once, since both indexes ask."""
        found = self._identifiers.get(of)
        if found is None:
            found = self._identifiers[of] = identifiers(getattr(self, of))
        return found

    @property
    def scope(self) -> str:
        """What stands before the name in the qualified name."""
        return self.qualified_name.removesuffix(self.name)
