"""``te watch``: keep the index fresh while files change."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Annotated

import typer

from te_cli.cli.boundary import heard
from te_cli.cli.options import IndexDir, Jobs, MaxFileSize, Model, Quiet
from te_cli.config import Options, settings_for_asking, settings_for_indexing
from te_cli.model import IndexReport
from te_cli.render import machine, reports, screen
from te_cli.render.progress import ProgressBar

if TYPE_CHECKING:
    from te_cli.config import Settings
    from te_cli.state import WatchEvent


def watch(
    path: Annotated[str | None, typer.Argument(metavar="PATH", hidden=True)] = None,
    once: Annotated[
        bool, typer.Option("--once", help="Catch up, wait for the present burst to end, and exit.")
    ] = False,
    poll: Annotated[
        bool, typer.Option("--poll", help="Look at all files each second, asking no system for notices.")
    ] = False,
    jobs: Jobs = None,
    max_file_size: MaxFileSize = None,
    model: Model = None,
    index_dir: IndexDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line, for each event.")] = False,
    quiet: Quiet = False,
) -> None:
    """Keep the index fresh while files change.

    PATH is the folder, by default the root of the nearest index. Prints one line an update; Ctrl-C stops. While it
    runs, te search answers without looking at the files first. Where the system has no notices to give (its limits, a
    network), all files are looked at from time to time instead.
    """
    options = Options(index_dir, jobs, max_file_size, model)
    settings = settings_for_asking(None, options, build=True) if path is None else settings_for_indexing(path, options)
    from te_cli.engine import watching
    from te_cli.state import Started, Trouble

    def reload() -> Settings:
        return settings_for_indexing(str(settings.root), options)

    def tell(event: WatchEvent) -> None:
        progress.clear()
        if as_json:
            screen.write(machine.text_of(machine.watch(event)))
        elif isinstance(event, IndexReport):
            screen.write(reports.update(event, time.strftime("%H:%M:%S")))
        elif isinstance(event, Trouble):
            screen.complain(event.message, event.hint)
        elif isinstance(event, Started) and not (quiet or once):
            screen.say(f"Watching {event.root}; Ctrl-C stops.")

    stop = threading.Event()
    with ProgressBar(quiet=quiet) as progress, heard(stop):
        watching.watch(settings, tell=tell, stop=stop, progress=progress, reload=reload, poll=poll, once=once)
