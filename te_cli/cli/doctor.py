"""``te doctor``: is the index whole? And with ``--repair``: make it so."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from te_cli.cli.options import Directory, IndexDir, Json, Wait
from te_cli.config import Options, settings_for_asking
from te_cli.render import machine, reports, screen


def doctor(
    repair: Annotated[bool, typer.Option("--repair", help="Mend what is found wrong.")] = False,
    directory: Directory = None,
    index_dir: IndexDir = None,
    wait: Wait = 0.0,
    as_json: Json = False,
) -> None:
    """Check that the index is whole, and mend it."""
    settings = settings_for_asking(directory, Options(index_dir), build=False)
    from te_cli.engine import healing

    found = healing.diagnose(settings, repair=repair, wait=wait)
    if as_json:
        screen.write(machine.text_of(machine.doctor(found), indent=screen.on_terminal(sys.stdout)))
    else:
        screen.write(reports.doctor(found))
    if not found.healthy:
        mendable = any(not check.ok and check.name != "model" for check in found.checks)  # which says itself what to do
        if mendable and not (as_json or repair):
            screen.say("To mend it: te doctor --repair.")
        raise typer.Exit(1)
