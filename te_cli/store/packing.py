"""How a file's units are kept: all of them as one value, packed by the process that read them.

The value is zlib (RFC 1950) over a JSON list with a row for each unit. Nothing here needs a library: to import NumPy
takes a process longer than to read a file.
"""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any, Final

from te_cli.model import Symbol, Unit, values_of
from te_cli.store.references import inflated

if TYPE_CHECKING:
    from collections.abc import Sequence

LEVEL: Final = 3
"""How hard to pack: a tenth larger than the usual level, in half the time."""

_TYPES: Final = ((str,), (str,), (str,), (str,), (str,), (str,), (int,), (int,), (int, type(None)), (str,))
"""What the columns hold: the fields of a symbol in their order, and the unit's text."""


def pack_units(units: Sequence[Unit]) -> bytes:
    """Units as the catalog keeps them. The text of the module unit is the file's, and not kept."""
    rows = [(*values_of(unit.symbol), unit.text if position else "") for position, unit in enumerate(units)]
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode("utf-8", "surrogatepass"), LEVEL)


def unpack_units(data: bytes) -> tuple[Unit, ...] | None:
    """What :func:`pack_units` packed; None where it is something else."""
    try:
        rows = json.loads(inflated(data).decode("utf-8", "surrogatepass"))
        return tuple(Unit(Symbol(*_checked(row)[:-1]), row[-1]) for row in rows) or None
    except (ValueError, TypeError, RecursionError, zlib.error):
        return None


def _checked(row: list[Any]) -> list[Any]:
    for value, types in zip(row, _TYPES, strict=True):
        if type(value) not in types:
            raise TypeError
    return row
