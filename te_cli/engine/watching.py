"""``te watch``: keep the index fresh. Each settled batch of changes becomes the same update as ``te index`` makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from te_cli.engine.indexing import update
from te_cli.errors import IndexBusy
from te_cli.walk.changes import Changes

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from te_cli.config import Settings
    from te_cli.model import IndexReport, Progress

BUSY_SECONDS = 0.5
"""How long to leave another writer alone before trying again."""


def watch(
    settings: Settings,
    *,
    on_report: Callable[[IndexReport], None],
    stop: threading.Event,
    progress: Callable[[Progress], None] | None = None,
    reload: Callable[[], Settings] | None = None,
) -> None:
    """Bring the index up to date, then keep it so until ``stop`` is set; report every update that changed something.

    Watching starts before the first update, so that nothing falls between the two. ``reload`` gives the settings anew
    where a batch asks for everything: the project's own may have changed.

    Raises:
        StoreError: the index cannot be written for a reason other than another writer.
    """
    with Changes(settings.root, settings.index_dir) as changes:
        on_report(_patient(settings, None, stop, progress))
        while not stop.is_set():
            batch = changes.wait(stop)
            if batch is None:
                return
            if batch.everything and reload is not None:
                settings = reload()
            report = _patient(settings, None if batch.everything else batch.paths, stop, None)
            if report.touched:
                on_report(report)


def _patient(
    settings: Settings,
    paths: frozenset[str] | None,
    stop: threading.Event,
    progress: Callable[[Progress], None] | None,
) -> IndexReport:
    """One update, tried again while another process writes."""
    while True:
        try:
            return update(settings, paths=paths, progress=progress)
        except IndexBusy:
            if stop.wait(BUSY_SECONDS):
                raise
