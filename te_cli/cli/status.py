"""``te status``: what is indexed, what is not and why, how big and how fresh."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from te_cli.cli.options import Directory, IndexDir, Json
from te_cli.config import Options, settings_for_asking
from te_cli.render import machine, reports, screen


def status(
    skipped: Annotated[bool, typer.Option("--skipped", help="List every file left out, and why.")] = False,
    directory: Directory = None,
    index_dir: IndexDir = None,
    as_json: Json = False,
) -> None:
    """Show what is indexed, and what is not."""
    settings = settings_for_asking(directory, Options(index_dir), build=False)
    from te_cli.engine import reporting

    found = reporting.status(settings)
    if as_json:
        screen.write(machine.text_of(machine.status(found), indent=screen.on_terminal(sys.stdout)))
    elif skipped:
        screen.write(reports.skipped(found.skipped))
    else:
        screen.report(reports.status(found))
