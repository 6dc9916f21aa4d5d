"""``te status``: what is indexed, what is not and why, how big, how fresh."""

from __future__ import annotations

from typing import TYPE_CHECKING

from te_cli.engine.indexing import look, skipped_files
from te_cli.engine.places import open_reader, place_of
from te_cli.engine.plan import make_plan
from te_cli.model import Status
from te_cli.store.formats import FORMAT
from te_cli.store.lock import current_holder

if TYPE_CHECKING:
    from te_cli.config import Settings


def status(settings: Settings) -> Status:
    """The state of the index, compared with the work tree as it is now.

    Raises:
        NoIndex: there is none.
        StoreError: it cannot be read.
    """
    place = place_of(settings)
    with open_reader(settings) as reader:
        files = reader.files()
        plan = make_plan(look(settings), {record.path: record for record in files})
        changed = len(plan.read) + len(plan.gone)
        counted, units = reader.counts()
        indexed = int(reader.catalog.meta("indexed_ns", "0"))
        return Status(
            root=str(settings.root),
            index_dir=str(settings.index_dir),
            format=FORMAT,
            files=counted,
            symbols=units,
            by_language=reader.count_by("f.language"),
            by_kind=reader.count_by("u.kind"),
            skipped=skipped_files(files),
            model=reader.catalog.meta("model_name"),
            dimensions=reader.dimensions,
            unembedded=reader.unembedded(),
            bytes=place.sizes(),
            freshness="stale" if changed else "fresh",
            changed_files=changed,
            indexed_at=indexed / 1e9 if indexed else None,
            writer=current_holder(place.folder),
        )
