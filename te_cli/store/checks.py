"""Is the index whole? What the doctor looks at, and what opening looks at where the seal does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from te_cli.errors import IndexDamaged
from te_cli.state import Check
from te_cli.store.catalog import Catalog
from te_cli.store.counting import count_references
from te_cli.store.lock import LOCK_FILE, is_held, misplaced
from te_cli.store.owner import read_owner
from te_cli.store.reader import Reader
from te_cli.store.scrutiny import (
    catalog_fault,
    damaged_files,
    references_fault,
    text_disagrees,
    unfinished,
    unit_ids,
    vectors_lost,
)
from te_cli.store.seal import read_seal

if TYPE_CHECKING:
    from te_cli.store.folder import Place

STATES = {
    "ready": "",
    "absent": "there is no index",
    "foreign": "the index was not built by you",
    "moved": "the index was built for another folder",
    "older": "the index is of an older format",
    "newer": "the index was written by a newer te",
    "damaged": "the catalog is missing, cannot be read or is that of another index",
}


def inspect(place: Place) -> tuple[Check, ...]:
    """All checks, in the order in which the parts depend on each other; what cannot be opened ends the list."""
    state = place.state()
    checks = [Check("owner and format", state == "ready", STATES[state] or "this user's, current format")]
    if state != "ready":
        return tuple(checks)
    checks += _surroundings(place)
    try:
        checks += _files(place)
        if all(check.ok for check in checks if check.name in {"catalog", "text files", "vector file"}):
            with Reader(place) as reader:
                checks += _parts(reader)
    except IndexDamaged as error:
        checks.append(Check("open", False, error.message))
    return tuple(checks)


def _surroundings(place: Place) -> list[Check]:
    """What answers do not depend on."""
    hidden, locked = place.hidden(), not misplaced(place.folder / LOCK_FILE)
    checks = [
        Check("ignore file", hidden, "git sees nothing of it" if hidden else "git would see the index"),
        Check("lock", locked, "a file" if locked else "something else than a file is in its place"),
    ]
    return [*checks, _seal_check(place)]


def _seal_check(place: Place) -> Check:
    """Only a seal that is itself damaged is wrong: what does not fit a whole one is for the other checks to judge."""
    seal = read_seal(place)
    if not seal.index_id:
        return Check("seal", False, "it cannot be read")
    if (owner := read_owner(place.folder)) and owner.id != seal.index_id:
        return Check("seal", False, "it is that of another index")
    if is_held(place.folder):
        return Check("seal", True, "a writer is at work")
    if seal.broken:
        return Check("seal", True, "the last run was cut off, so everything was looked through")
    changed = ", ".join(seal.changed(place)[:3])
    return Check("seal", True, f"changed since, so looked through: {changed}" if changed else "all is as te left it")


def _files(place: Place) -> list[Check]:
    """The bytes of each part, before anything maps them."""
    seal = read_seal(place)
    catalog = Catalog(place.catalog, use="frozen" if place.read_only else "read")
    try:
        fault = catalog_fault(catalog, seal)
        checks = [Check("catalog", not fault, fault or "every row checks out")]
        if fault or not catalog.number("run"):
            return checks
        wrong = damaged_files(place, catalog, seal, every=True)
    finally:
        catalog.close()
    for name, part in (("text files", "text"), ("vector file", "vectors")):
        checks.append(Check(name, part not in wrong, wrong.get(part, "every byte checks out")))
    return checks


def _parts(reader: Reader) -> list[Check]:
    catalog = reader.catalog
    fault = references_fault(catalog)
    checks = [Check("references", not fault, fault or f"{count_references(reader.catalog):,} of them")]
    left = unfinished(catalog)
    for name, text, modules in (
        ("text of units", reader.units_text, False),
        ("text of files", reader.files_text, True),
    ):
        ids = unit_ids(catalog, modules=modules)
        fault = text_disagrees(text, ids, exact=not left)
        checks.append(Check(name, not fault, fault or f"{len(ids)} documents"))
    without = vectors_lost(catalog, reader.base)
    detail = f"{without} units have lost their vector" if without else "every unit with known words has one"
    checks.append(Check("vectors", not without, detail))
    detail = f"{left} leftovers of a run that was cut off" if left else "no unfinished run"
    checks.append(Check("runs", not left, detail))
    return checks
