"""What holds for the units of every file, whatever reads it."""

from __future__ import annotations

import pickle
from dataclasses import replace

from te_cli.engine.documents import documents_of
from te_cli.engine.reading import ParsedFile
from te_cli.model import KINDS, REFERENCE_KINDS, Reference, Unit, values_of
from te_cli.parse import count_lines, parse
from te_cli.store.packing import pack_cuts, pack_symbols, places_of, unpack_units
from te_cli.words import identifiers

DECLARING = frozenset({"c", "cpp", "objc", "haskell", "typescript", "tsx", "ocaml", "ocaml_interface"})
"""Languages whose declarations yield to a definition elsewhere in the file, what they refer to with them."""


def units_of(path: str, language: str, text: str) -> tuple[Unit, ...]:
    """The units of a file, once what holds for the references of every file was found to hold."""
    parsed = parse(path, language, text)
    check_references(parsed.references, parsed.units, text, anywhere=language in DECLARING)
    return parsed.units


def check_references(
    references: tuple[Reference, ...], units: tuple[Unit, ...], text: str, *, anywhere: bool = False
) -> None:
    """Each has a name, stands inside its unit's lines at a place of its own, and they come in source order.

    ``anywhere``: a unit may have a declaration, which may be anywhere.
    """
    places = [(reference.line, reference.column) for reference in references]
    assert places == sorted(set(places))
    lines = text.split("\n")
    for reference in references:
        symbol = units[reference.unit].symbol
        assert reference.kind in REFERENCE_KINDS
        assert reference.name
        assert anywhere or symbol.start_line <= reference.line <= symbol.end_line
        assert 1 <= reference.column <= len(lines[reference.line - 1])
        f"{reference.name}{reference.qualifier}{reference.alias}".encode()


def check_documents(file: ParsedFile) -> None:
    """What documents share of their file's text comes to the identifiers that each would have alone."""
    for _, document in documents_of(file):
        for field in ("path", "name", "qualified_name", "signature", "doc", "body"):
            assert document.identifiers(field) == identifiers(getattr(document, field))


def check_units(units: tuple[Unit, ...], text: str) -> None:
    """One module unit for all lines comes first; the others have names, one-line signatures, lines and plain text."""
    lines = count_lines(text)
    module = units[0].symbol
    assert (module.kind, module.start_line, module.end_line, module.parent) == ("module", 1, lines, None)
    for position, unit in enumerate(units[1:], start=1):
        symbol = unit.symbol
        assert symbol.kind in KINDS
        assert symbol.kind != "module"
        assert symbol.name
        assert symbol.qualified_name.endswith(symbol.name)
        assert "\n" not in symbol.signature
        assert 1 <= symbol.start_line <= symbol.end_line <= lines
        assert symbol.parent is None or 0 < symbol.parent < position
    for unit in units:
        unit.text.encode("utf-8")
        unit.symbol.doc.encode("utf-8")
    places = places_of(units, text)
    file = ParsedFile("a", b"", lines, units, text, places)
    assert pickle.loads(pickle.dumps(file)) == file  # noqa: S301 - made here
    check_documents(file)
    symbols, cuts = pack_symbols([values_of(unit.symbol) for unit in units]), pack_cuts(units, places)
    assert unpack_units(symbols, cuts, text) == (replace(units[0], text=""), *units[1:])
