"""``te status``: what is indexed, what is not and why, how big, how fresh."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from te_cli.engine.embedding import check, made_alike
from te_cli.engine.indexing import skipped_files
from te_cli.engine.looking import compare, differs
from te_cli.engine.places import open_reader, place_of
from te_cli.state import Counts, Status
from te_cli.store.attendance import kept_fresh, watcher
from te_cli.store.counting import count_by, count_references
from te_cli.store.formats import FORMAT
from te_cli.store.lock import current_holder
from te_cli.store.records import count_unembedded, files_skipped

if TYPE_CHECKING:
    from te_cli.config import Settings
    from te_cli.engine.looking import Compared


def status(settings: Settings) -> Status:
    """The state of the index, compared with the work tree as it is now.

    Raises:
        NoIndex: there is none.
        StoreError: it cannot be read.
    """
    place = place_of(settings)
    found = watcher(place.folder)
    with open_reader(settings) as reader:
        changed = _changed(settings, compare(settings, reader.catalog))
        counted, units = reader.counts()
        fault = check(settings, reader)
        indexed = int(reader.catalog.meta("indexed_ns", "0"))
        return Status(
            root=str(settings.root),
            index_dir=str(settings.index_dir),
            format=FORMAT,
            files=counted,
            symbols=units,
            references=count_references(reader.catalog),
            by_language=Counts(count_by(reader.catalog, "f.language")),
            by_kind=Counts(count_by(reader.catalog, "u.kind")),
            skipped=skipped_files(files_skipped(reader.catalog)),
            model=reader.catalog.meta("model_name"),
            dimensions=reader.dimensions,
            unembedded=count_unembedded(reader.catalog),
            bytes=Counts(place.sizes()),
            freshness="fresh" if not changed and made_alike(settings, reader, fault) else "stale",
            changed_files=changed,
            indexed_at=indexed / 1e9 if indexed else None,
            writer=current_holder(place.folder),
            watcher=None if found is None else replace(found, settled=kept_fresh(place.folder)),
            model_fault=None if fault is None else fault.message,
        )


def _changed(settings: Settings, compared: Compared) -> int:
    """Files whose next reading would change the index: those that only look suspicious are read now."""
    plan, known = compared.plan, compared.known
    lost = sum(record.skip is None for record in plan.gone)
    lost += sum(known[skipped.path].skip is None for skipped in plan.skip if skipped.path in known)
    return lost + sum(differs(settings, file, known.get(file.path)) for file in plan.read)
