"""``te models``: which embedding models there are; with ``--bench``, how quick each is on this machine."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from te_cli.cli.options import Directory, IndexDir, Json, Quiet
from te_cli.config import Options, settings_for_asking
from te_cli.errors import UsageError
from te_cli.render import machine, screen
from te_cli.render import models as table
from te_cli.render.progress import ProgressBar

if TYPE_CHECKING:
    from te_cli.state import KnownModels


def models(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="Only models with this in their names.", show_default=False),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also those that could be downloaded.")] = False,
    bench: Annotated[bool, typer.Option("--bench", help="Measure the models that are here.")] = False,
    model: Annotated[
        list[str] | None,
        typer.Option("--model", metavar="MODEL", help="Measure this one too: a name, or a folder as ./dir."),
    ] = None,
    directory: Directory = None,
    index_dir: IndexDir = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List embedding models, and measure them.

    Shows the model that comes with te and those on this machine. --bench embeds 1,000 symbols of the nearest index's
    folder with each of them; a model that --model names is downloaded first where it is not here.
    """
    if model and not bench:
        raise UsageError("--model is for --bench.", "To index with a model: te index --model MODEL.")
    settings = settings_for_asking(directory, Options(index_dir), build=True)
    from te_cli.engine import models as engine

    with ProgressBar(quiet=quiet) as progress:
        engine.provide(model or (), progress)
        found = engine.models(settings, name=name, everything=everything, also=model or ())
        if bench:
            found = engine.measured(settings, found, progress)
    if as_json:
        screen.write(machine.text_of(machine.models(found), indent=screen.on_terminal(sys.stdout)))
    else:
        screen.write(table.models(found))
    if not (as_json or quiet):
        _remark(found, name, everything=everything)
    if not found.models:
        raise typer.Exit(1)


def _remark(found: KnownModels, name: str | None, *, everything: bool) -> None:
    """What to do next, to a person."""
    if not found.models:
        screen.say(
            f"None of these has '{name}' in its name. Any ONNX or Model2Vec repository of the hub may be named in full."
        )
    elif screen.on_terminal(sys.stderr) and not (everything or name):
        screen.say("More that can be downloaded: te models --all. To use one: te index --model NAME.")
