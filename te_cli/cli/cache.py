"""``te cache``: the embeddings that are kept for all repositories. And with ``--clear``: no more of them."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from te_cli.cli.options import Json
from te_cli.config import embeddings_cache
from te_cli.render import machine, reports, screen


def cache(
    model: Annotated[
        str | None, typer.Argument(metavar="MODEL", help="One model, by its name.", show_default=False)
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Remove what is kept: of MODEL, or of all.")] = False,
    as_json: Json = False,
) -> None:
    """Show or clear the embeddings kept for slow models."""
    folder, limit, _source = embeddings_cache(os.environ)
    from te_cli.engine import caching

    found = caching.clear(folder, limit, model) if clear else caching.look(folder, limit, model)
    if as_json:
        screen.write(machine.text_of(machine.cache(found), indent=screen.on_terminal(sys.stdout)))
    elif clear:
        screen.write(reports.cleared(found))
    else:
        screen.report(reports.cache(found))
