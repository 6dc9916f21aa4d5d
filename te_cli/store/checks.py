"""The doctor's look: does each part of the index agree with the catalog?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from te_cli.errors import IndexDamaged
from te_cli.model import Check
from te_cli.store.reader import Reader

if TYPE_CHECKING:
    from te_cli.store.folder import Place

STATES = {
    "ready": "",
    "absent": "there is no index",
    "foreign": "the index was not built by you",
    "moved": "the index was built for another folder",
    "older": "the index is of an older format",
    "newer": "the index was written by a newer te",
    "damaged": "the catalog cannot be read",
}


def inspect(place: Place) -> tuple[Check, ...]:
    """All checks, in the order in which the parts depend on each other; what cannot be opened ends the list."""
    state = place.state()
    checks = [Check("owner and format", state == "ready", STATES[state] or "this user's, current format")]
    if state != "ready":
        return tuple(checks)
    try:
        with Reader(place) as reader:
            checks += _parts(reader)
    except IndexDamaged as error:
        checks.append(Check("open", False, error.message))
    return tuple(checks)


def _parts(reader: Reader) -> list[Check]:
    said = reader.catalog.check()
    checks = [Check("catalog", said == "ok", "every page checks out" if said == "ok" else said)]
    lost = reader.orphans()
    checks.append(Check("units", not lost, f"{lost} units belong to no file" if lost else "each belongs to a file"))
    files, units = reader.counts()
    checks.append(_text("text of units", reader.units_text.missing(reader.unit_ids(modules=False)), units - files))
    checks.append(_text("text of files", reader.files_text.missing(reader.unit_ids(modules=True)), files))
    without = reader.without_vector()
    detail = f"{without} units have lost their vector" if without else "every unit with known words has one"
    checks.append(Check("vectors", not without, detail))
    unfinished = reader.unfinished()
    detail = f"{unfinished} leftovers of a run that was cut off" if unfinished else "no unfinished run"
    checks.append(Check("runs", not unfinished, detail))
    return checks


def _text(name: str, missing: int, count: int) -> Check:
    return Check(name, not missing, f"{missing} of {count} documents are missing" if missing else f"{count} documents")
