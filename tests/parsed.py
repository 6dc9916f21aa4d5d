"""What holds for the units of every file, whatever reads it."""

from __future__ import annotations

from te_cli.model import KINDS, Unit
from te_cli.parse import count_lines


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
