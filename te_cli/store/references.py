"""How a file's references are kept: all of them as one value, beside the list of the names that they name.

They are written, replaced and read together, there are ten times as many of them as of units, and a row each would be
half of the index. The value is zlib (RFC 1950) over a JSON list of the columns of :class:`te_cli.model.Reference`.
"""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from te_cli.errors import IndexDamaged
from te_cli.model import Reference

if TYPE_CHECKING:
    from collections.abc import Sequence


class Packed(NamedTuple):
    """The references of a file as they are kept: how many, all of them, and the marks of their names in order."""

    total: int = 0
    data: bytes = b""
    marks: tuple[int, ...] = ()


NO_REFERENCES: Final = Packed()

MAX_BYTES: Final = 1 << 29
"""The most that the references of one file unpack to: twenty times what the largest file of a grammar gives."""

_NAME: Final = Reference._fields.index("name")

_TYPES: Final = (str, str, str, str, int, int, int)
"""What the columns hold, in the order of the fields of a reference."""


def pack(references: Sequence[Reference]) -> Packed:
    """References as the catalog keeps them; nothing for none."""
    if not references:
        return NO_REFERENCES
    columns = list(zip(*references, strict=True))
    text = json.dumps(columns, ensure_ascii=False, separators=(",", ":"))
    return Packed(len(references), zlib.compress(text.encode()), _marks(columns[_NAME]))


def unpack(data: bytes) -> list[Reference]:
    """What :func:`pack` packed.

    Raises:
        IndexDamaged: it is something else.
    """
    if not data:
        return []
    try:
        return [Reference(*row) for row in zip(*_columns(json.loads(inflated(data))), strict=True)]
    except (ValueError, TypeError, RecursionError, zlib.error) as error:
        raise IndexDamaged(f"The references of a file cannot be read: {error}.", "Run `te doctor --repair`.") from error


def mark_of_name(name: str) -> int:
    """31 bits for a name, whatever its case: by it the files are looked up that refer to it, or to another like it."""
    return zlib.crc32(name.lower().encode("utf-8", "surrogatepass")) >> 1


def _marks(names: Sequence[str]) -> tuple[int, ...]:
    return tuple(sorted({mark_of_name(name) for name in set(names)}))


def marks_in(data: bytes) -> tuple[int, ...]:
    """The marks of the names among packed references, in order: the others of their fields are not looked at.

    Raises:
        IndexDamaged: they are something else.
    """
    if not data:
        return ()
    try:
        names = json.loads(inflated(data))[_NAME]
        if any(type(name) is not str for name in names):
            raise TypeError("a name is no text")  # noqa: TRY301 - told as the other faults are
        return _marks(names)
    except (ValueError, TypeError, LookupError, RecursionError, zlib.error) as error:
        raise IndexDamaged(f"The references of a file cannot be read: {error}.", "Run `te doctor --repair`.") from error


def inflated(data: bytes) -> bytes:
    """``data``, which a few bytes may say to be gigabytes, as far as references go; raises :class:`ValueError`."""
    stream = zlib.decompressobj()
    text = stream.decompress(data, MAX_BYTES)
    if not stream.eof or stream.unused_data:
        raise ValueError("they are cut short, or without end")
    return text


def _columns(value: list[list[object]]) -> list[list[Any]]:
    """``value``, whose columns hold what they should; raises :class:`TypeError` or :class:`ValueError`."""
    for column, expected in zip(value, _TYPES, strict=True):
        if any(type(each) is not expected for each in column):
            raise TypeError(f"a value is no {expected.__name__}")
    return value
