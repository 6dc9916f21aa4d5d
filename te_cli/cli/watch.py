"""``te watch``: keep the index fresh while files change."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Annotated

import typer

from te_cli.cli.options import IndexDir, Jobs, Json, MaxFileSize, Quiet
from te_cli.config import Options, settings_for_asking, settings_for_indexing
from te_cli.errors import ConfigError
from te_cli.render import machine, reports, screen
from te_cli.render.progress import ProgressBar

if TYPE_CHECKING:
    from te_cli.config import Settings
    from te_cli.model import IndexReport


def watch(
    path: Annotated[str | None, typer.Argument(metavar="PATH", hidden=True)] = None,
    jobs: Jobs = None,
    max_file_size: MaxFileSize = None,
    index_dir: IndexDir = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Keep the index fresh while files change.

    PATH is the folder, by default the root of the nearest index. Prints one line an update; Ctrl-C stops.
    """
    options = Options(index_dir, jobs, max_file_size)
    settings = settings_for_asking(None, options, build=True) if path is None else settings_for_indexing(path, options)
    from te_cli.engine import watching

    def reload() -> Settings:
        nonlocal settings
        try:
            settings = settings_for_indexing(str(settings.root), options)
        except ConfigError as error:
            progress.clear()
            screen.say(f"te: {error.message} The settings from before stay in force.")
        return settings

    def show(report: IndexReport) -> None:
        progress.clear()
        line = machine.text_of(machine.update(report)) if as_json else reports.update(report, time.strftime("%H:%M:%S"))
        screen.write(line)

    if not quiet:
        screen.say(f"Watching {settings.root}; Ctrl-C stops.")
    with ProgressBar(quiet=quiet) as progress:
        watching.watch(settings, on_report=show, stop=threading.Event(), progress=progress, reload=reload)
