"""The doctor's look: does each part of the index agree with the catalog?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from te_cli.errors import IndexDamaged
from te_cli.state import Check
from te_cli.store.reader import Reader
from te_cli.store.references import unpack

if TYPE_CHECKING:
    from te_cli.store.catalog import Catalog
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
    lost = _orphans(reader.catalog)
    checks.append(Check("units", not lost, f"{lost} units belong to no file" if lost else "each belongs to a file"))
    files, units = reader.counts()
    unread = _unread_references(reader.catalog)
    detail = f"those of {unread} files cannot be read" if unread else f"{reader.references():,} of them"
    checks.append(Check("references", not unread, detail))
    checks.append(_text("text of units", reader.units_text.missing(reader.unit_ids(modules=False)), units - files))
    checks.append(_text("text of files", reader.files_text.missing(reader.unit_ids(modules=True)), files))
    without = reader.without_vector()
    detail = f"{without} units have lost their vector" if without else "every unit with known words has one"
    checks.append(Check("vectors", not without, detail))
    left = unfinished(reader.catalog)
    detail = f"{left} leftovers of a run that was cut off" if left else "no unfinished run"
    checks.append(Check("runs", not left, detail))
    return checks


def _text(name: str, missing: int, count: int) -> Check:
    return Check(name, not missing, f"{missing} of {count} documents are missing" if missing else f"{count} documents")


def _orphans(catalog: Catalog) -> int:
    """Units whose file is not in the catalog."""
    sql = "SELECT count(*) FROM units WHERE file_id NOT IN (SELECT id FROM files WHERE skip IS NULL)"
    return int(catalog.rows(sql)[0][0])


def _unread_references(catalog: Catalog) -> int:
    """Files whose references do not unpack, are fewer or more than noted, or lie in units that are not there."""
    units = dict(catalog.rows("SELECT file_id, count(*) FROM units GROUP BY 1"))
    lost = 0
    for file_id, total, packed in catalog.rows("SELECT file_id, total, packed FROM refs"):
        try:
            found = unpack(packed)
        except IndexDamaged:
            found = []
        lost += len(found) != total or any(each.unit >= units.get(file_id, 0) for each in found)
    return lost


def unfinished(catalog: Catalog) -> int:
    """What a run that was cut off left for the next one to clean up."""
    return int(catalog.rows("SELECT (SELECT count(*) FROM pending) + (SELECT count(*) FROM garbage)")[0][0])
