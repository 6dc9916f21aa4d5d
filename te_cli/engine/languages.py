"""``te languages``: which languages are told apart, and what each gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from te_cli.parse import documents
from te_cli.parse.grammars import GRAMMARS
from te_cli.state import KnownLanguage
from te_cli.walk.languages import LANGUAGES

if TYPE_CHECKING:
    from te_cli.state import Extracted

ORDER: tuple[Extracted, ...] = ("symbols", "sections", "keys", "blocks")


def languages() -> tuple[KnownLanguage, ...]:
    """Every language, those with most structure first, then by name."""
    found = [
        KnownLanguage(row.name, row.content, _extracted(row.name), row.extensions, row.filenames)
        for row in LANGUAGES.values()
    ]
    return tuple(sorted(found, key=lambda language: (ORDER.index(language.extracted), language.name)))


def _extracted(name: str) -> Extracted:
    if name in GRAMMARS or name in documents.DEFINING:
        return "symbols"
    if name in documents.HEADED:
        return "sections"
    return "keys" if name in documents.LANGUAGES else "blocks"
