"""``te index``: build the index of a folder, or bring it up to date."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from te_cli.cli.options import IndexDir, Jobs, Json, MaxFileSize, Model, Quiet, Timings, Wait
from te_cli.config import Options, index_above, settings_for_indexing
from te_cli.render import machine, reports, screen, words
from te_cli.render.progress import ProgressBar
from te_cli.timings import Clock


def index(
    path: Annotated[str | None, typer.Argument(metavar="PATH", hidden=True)] = None,
    full: Annotated[bool, typer.Option("--full", help="Read every file again, whether or not it changed.")] = False,
    jobs: Jobs = None,
    max_file_size: MaxFileSize = None,
    model: Model = None,
    index_dir: IndexDir = None,
    wait: Wait = 0.0,
    timings: Timings = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Build the index of a folder, or update it.

    PATH is the folder, by default the current one. The index lies in its .te folder.
    """
    options = Options(index_dir, jobs, max_file_size, model)
    settings = settings_for_indexing(path, options)
    if path is None and not (as_json or quiet) and (above := index_above(settings, options)):
        screen.say(f"There is an index of {above} above: this makes one of its own for {settings.root}.")
    clock = Clock(running=timings)
    with clock.stage("imports"):
        from te_cli.engine import indexing

    with ProgressBar(quiet=quiet) as progress:
        report = indexing.update(settings, full=full, progress=progress, wait=wait, clock=clock)
    if as_json:
        told = machine.index(report) | (machine.timings(clock.stages()) if timings else {})
        screen.write(machine.text_of(told, indent=screen.on_terminal(sys.stdout)))
    elif not quiet:
        screen.report(reports.index(report))
    if timings and not as_json:
        for line in words.timings(clock.stages()):
            screen.say(line)
    if not report.files:
        if not (as_json or quiet):
            screen.say(f"There is nothing to index in {settings.root}.")
        raise typer.Exit(1)
