"""Whatever is no code: documents by their sections, settings by their keys, the rest by blocks."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from te_cli.model import Parsed
from te_cli.parse import (
    asciidoc,
    blocks,
    components,
    configuration,
    dockerfile,
    hcl,
    hcl_references,
    makefile,
    markdown,
    notebooks,
    rst,
    sql,
    sql_references,
)
from te_cli.parse.parts import MAX_BLOCKS, Part, module_unit, part_units, rest
from te_cli.parse.sections import sections

if TYPE_CHECKING:
    from collections.abc import Callable

    from te_cli.model import Reference
    from te_cli.parse.markdown import Heading
    from te_cli.parse.source import Source

_HEADINGS: Final[dict[str, Callable[[list[str]], list[Heading]]]] = {
    "markdown": markdown.headings,
    "rst": rst.headings,
    "asciidoc": asciidoc.headings,
}

_PARTS: Final[dict[str, Callable[[list[str]], list[Part]]]] = {
    "make": makefile.parts,
    "dockerfile": dockerfile.parts,
    "hcl": hcl.parts,
    "sql": sql.parts,
}

_REFERENCES: Final[dict[str, Callable[[list[str], list[Part]], tuple[Reference, ...]]]] = {
    "hcl": hcl_references.references,
    "sql": sql_references.references,
}

HEADED: Final = frozenset(_HEADINGS)
"""The languages with headings."""

DEFINING: Final = frozenset(("sql", "hcl", *components.LANGUAGES, notebooks.LANGUAGE))
"""The languages that are read here and that define things and refer to them."""

LANGUAGES: Final = frozenset((*_HEADINGS, *_PARTS, *configuration.LANGUAGES, *components.LANGUAGES, notebooks.LANGUAGE))
"""The languages that are read here and are more than lines."""


def read(path: str, language: str, source: Source) -> Parsed:
    """The module unit, then the file's sections, or its parts, or its blocks; a short file stays whole."""
    if language in components.LANGUAGES:
        return components.read(path, language, source)
    if language == notebooks.LANGUAGE and (read_cells := notebooks.read(path, source)) is not None:
        return read_cells
    stem = PurePosixPath(path).stem
    lines = source.text.split("\n")[: source.lines]
    mentioned: tuple[Reference, ...] = ()
    if language in _HEADINGS and (found := _HEADINGS[language](lines)):
        units = sections(found, lines)
    else:
        parts = _parts(language, lines)
        mentioned = _REFERENCES[language](lines, parts[:MAX_BLOCKS]) if language in _REFERENCES else ()
        units = part_units(parts or [Part(*block, "") for block in blocks.cut(lines, 0, len(lines) - 1)], stem, lines)
    return Parsed((module_unit(stem, source, rest(lines, units) if units else source.text), *units), mentioned)


def _parts(language: str, lines: list[str]) -> list[Part]:
    if language in configuration.LANGUAGES:
        return configuration.parts(language, lines)
    read_parts = _PARTS.get(language)
    return read_parts(lines) if read_parts is not None else []
