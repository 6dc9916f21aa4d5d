"""How an earlier version of a file is kept: its symbols, and what the text of each of its units was.

A version is brought back when the file has its content again, so a text that stands in the file is kept as a place and
a length: twenty times less than the text. Only what was put together, such as the outline of a class, is kept itself.
Both values are zlib (RFC 1950) over JSON. Nothing here needs a library: to import NumPy takes a process longer than
to read a file.
"""

from __future__ import annotations

import json
import zlib
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from te_cli.model import Symbol, Unit
from te_cli.store.references import inflated

if TYPE_CHECKING:
    from collections.abc import Sequence

LEVEL: Final = 3
"""How hard to pack: a tenth larger than the usual level, in half the time."""

_TYPES: Final = ((str,), (str,), (str,), (str,), (str,), (str,), (int,), (int,), (int, type(None)))
"""What the columns hold: the fields of a symbol in their order."""


def places_of(units: Sequence[Unit], text: str) -> tuple[int, ...]:
    """Where the text of each unit begins in its file's ``text``, in characters.

    It is -1 for the module unit, and where the text does not begin on the unit's first line.
    """
    starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    places = [-1]
    for unit in units[1:]:
        row = unit.symbol.start_line
        found = row < len(starts)
        places.append(text.find(unit.text, starts[row - 1], starts[row] + len(unit.text)) if found else -1)
    return tuple(places)


def pack_cuts(units: Sequence[Unit], places: Sequence[int]) -> bytes:
    """What the texts of ``units`` are, the module unit's apart, which is the file's; ``places`` as found above.

    Each is a list of how far after the last one it begins in the file and its length, both in characters; or a string,
    where it has no place.
    """
    cuts: list[object] = []
    last = 0
    for unit, at in zip(units[1:], places[1:], strict=True):
        if at < 0:
            cuts.append(unit.text)
        else:
            cuts.append((at - last, len(unit.text)))
            last = at
    return _packed(cuts)


def pack_symbols(rows: Sequence[Sequence[object]]) -> bytes:
    """The symbols of a file's units, the module unit's first; a row has the fields of :class:`te_cli.model.Symbol`."""
    return _packed(rows)


def unpack_units(symbols: bytes, cuts: bytes, text: str) -> tuple[Unit, ...] | None:
    """The units of a file of this ``text``, that of the module unit left out; None where they do not fit it."""
    try:
        rows = [Symbol(*_checked(row)) for row in json.loads(_unpacked(symbols))]
        texts = ["", *_cut(json.loads(_unpacked(cuts)), text)]
        return tuple(Unit(symbol, own) for symbol, own in zip(rows, texts, strict=True)) or None
    except (ValueError, TypeError, RecursionError, zlib.error):
        return None


def _cut(cuts: list[Any], text: str) -> list[str]:
    found, last = [], 0
    for cut in cuts:
        if type(cut) is str:
            found.append(cut)
            continue
        after, length = cut
        last += after
        if type(last) is not int or type(length) is not int or not 0 <= last <= last + length <= len(text):
            raise ValueError
        found.append(text[last : last + length])
    return found


def _checked(row: list[Any]) -> list[Any]:
    for value, types in zip(row, _TYPES, strict=True):
        if type(value) not in types:
            raise TypeError
    return row


def _packed(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode("utf-8", "surrogatepass"), LEVEL)


def _unpacked(data: bytes) -> str:
    return inflated(data).decode("utf-8", "surrogatepass")
