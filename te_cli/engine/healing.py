"""``te doctor``: look at each part of the index, and with ``repair`` build anew what does not check out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from te_cli.engine.embedding import check
from te_cli.engine.indexing import update
from te_cli.engine.places import open_reader, place_of
from te_cli.errors import NoIndex, TeError
from te_cli.state import Check, Diagnosis
from te_cli.store.checks import inspect

if TYPE_CHECKING:
    from te_cli.config import Settings


UNTRUSTED = frozenset({"owner and format", "open", "catalog", "references"})
"""Checks whose failure puts the truth itself in doubt: then nothing is kept. All else is derived from it."""

LIGHT = frozenset({"ignore file", "lock", "seal", "runs"})
"""Checks that any run mends on its way."""


def diagnose(settings: Settings, *, repair: bool = False, wait: float = 0.0) -> Diagnosis:
    """Check the index; with ``repair``, heal it and check again. ``wait``: seconds to wait for another writer.

    Raises:
        NoIndex: there is nothing to check.
        StoreError: the repair is refused (busy, newer, not ours and read-only).
    """
    place = place_of(settings)
    state = place.state()
    if state == "absent":
        raise NoIndex(f"There is no index for {settings.root}.", "Run `te index` first.")
    checks = _checks(settings)
    if not repair or all(check.ok for check in checks):
        return Diagnosis(str(settings.root), checks)
    broken = tuple(check.name for check in checks if not check.ok)
    update(settings, full=not LIGHT.issuperset(broken), afresh=not UNTRUSTED.isdisjoint(broken), wait=wait)
    return Diagnosis(str(settings.root), _checks(settings), repaired=broken)


def _checks(settings: Settings) -> tuple[Check, ...]:
    try:
        found = inspect(place_of(settings))
        return (*found, _model(settings)) if all(each.ok for each in found) else found
    except TeError as error:
        return (Check("open", False, error.message),)


def _model(settings: Settings) -> Check:
    """Whether the index's vectors can be asked with the model that made them."""
    with open_reader(settings) as reader:
        fault = check(settings, reader)
        detail = f"made with {reader.note('model_name')}" if fault is None else f"{fault.message} {fault.hint}"
        return Check("model", fault is None, detail)
