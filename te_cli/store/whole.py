"""Opening an index that is whole: as te left it, by its seal, or looked through byte by byte."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from te_cli.errors import IndexDamaged, TeError
from te_cli.store.catalog import Catalog
from te_cli.store.lock import SEALING, WriterLock, is_held
from te_cli.store.reader import Reader
from te_cli.store.seal import intact, make_seal, read_seal

if TYPE_CHECKING:
    from te_cli.store.folder import Place
    from te_cli.store.seal import Seal

ATTEMPTS = 5
"""How often to start over when a writer came between; then it has looked the index through itself."""


def open_whole(place: Place) -> Reader:
    """A reader of an index that is as te left it, or that was looked through and found whole.

    Raises:
        IndexDamaged: a part is missing or does not check out.
    """
    for _ in range(ATTEMPTS):
        # Whoever holds the lock has looked, and what it is writing fits no seal; it may let go between two looks.
        if intact(place) or is_held(place.folder) or intact(place):
            break
        seal = read_seal(place)
        try:
            reader = Reader(place, doubtful=True)
        except IndexDamaged:
            if is_held(place.folder) or read_seal(place) != seal:
                continue
            raise
        _seal_again(place, seal)
        return reader
    return Reader(place)


def _seal_again(place: Place, seal: Seal) -> None:
    """Seal what was just looked through, unless somebody has been there since, or it cannot be done."""
    if place.read_only:
        return
    with suppress(TeError), WriterLock(place.folder, verb=SEALING):
        if read_seal(place) == seal:
            catalog = Catalog(place.catalog, use="read")
            try:
                make_seal(
                    place,
                    catalog.meta("id"),
                    catalog.number("run"),
                    catalog.number("text"),
                    catalog.number("generation"),
                )
            finally:
                catalog.close()
