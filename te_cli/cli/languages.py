"""``te languages``: what te knows, and what it extracts."""

from __future__ import annotations

import sys

from te_cli.cli.options import Json
from te_cli.render import machine, reports, screen


def languages(as_json: Json = False) -> None:
    """List the languages and what is extracted from each."""
    from te_cli.engine.languages import languages as known

    found = known()
    if as_json:
        screen.write(machine.text_of(machine.languages(found), indent=screen.on_terminal(sys.stdout)))
    else:
        screen.report(reports.languages(found))
