"""How an index begins: empty, or as a copy of one that another work tree of the same repository has.

A copy holds what the other tree held. It counts as never built until a run has looked at each file of this one, and
published; files that are the same in both need no more than that.
"""

from __future__ import annotations

import shutil
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from te_cli.errors import IndexDamaged, TeError
from te_cli.store.catalog import Catalog
from te_cli.store.faults import reach
from te_cli.store.folder import base_path
from te_cli.store.formats import FORMAT
from te_cli.store.lock import WriterLock
from te_cli.store.owner import claim
from te_cli.store.removal import put_over
from te_cli.store.seal import intact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from te_cli.store.folder import Place

OF_ITS_TREE = "('max_file_bytes', 'walk_ms', 'checked_ns', 'indexed_ns')"
"""Notes that say something of the other work tree, or of how it was indexed."""


REASONS = {
    "absent": None,
    "foreign": "the index that was there was not built by you",
    "moved": "the index was built for another folder",
    "older": "the index was of an older format",
    "damaged": "the index was damaged",
}
"""Why an index is built anew, for the report."""


def found(place: Place, models: Sequence[Place] = (), source: str = "") -> None:
    """Make an index that holds nothing yet, or what the first of ``models`` holds that is whole and not in use.

    ``source``: of the embedding model of the index in whose place it comes, which an empty one keeps.

    Raises:
        NotWritable: it cannot be made.
    """
    for model in models:
        with suppress(TeError, OSError):
            if model.state() == "ready":
                with WriterLock(model.folder):
                    if intact(model):
                        _copy(model, place)
                        return
        place.clear()
    with closing(Catalog(place.catalog, create=True)) as catalog:
        index_id = claim(place.folder, place.root)
        with catalog.alone("create.notes"):
            catalog.set_meta(id=index_id, format=FORMAT, run=0, model_source=source)


def _copy(model: Place, place: Place) -> None:
    """Copy an index whose lock is held. The catalog comes last: without it there is none."""
    fresh = place.catalog.with_name(f"{place.catalog.name}.new")
    with closing(Catalog(model.catalog, use="read")) as catalog:
        if not catalog.number("run"):
            raise IndexDamaged("The index was never built to its end.")
        text, generation = catalog.meta("text"), catalog.number("generation")
        reach("create.copy")
        shutil.copytree(model.text / text, place.text / text, ignore=shutil.ignore_patterns("*.lock"))
        if generation:
            base = base_path(model.folder, generation)
            shutil.copyfile(base, place.folder / base.name)
        catalog.copy_to(fresh)
    index_id = claim(place.folder, place.root)
    with closing(Catalog(fresh)) as catalog, catalog.alone("create.notes"):
        catalog.run(f"DELETE FROM meta WHERE key IN {OF_ITS_TREE}")
        catalog.set_meta(id=index_id, run=0)
    reach("create.copied")
    put_over(fresh, place.catalog)
