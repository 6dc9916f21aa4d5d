"""``te eval``: how well te answers questions whose answers you know."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from te_cli.cli.options import Directory, IndexDir, Json, Quiet
from te_cli.cli.places import say_where_paths_start
from te_cli.cli.questions import ModeName, RefreshName
from te_cli.config import Options, settings_for_asking, settings_for_indexing
from te_cli.errors import UsageError, one_of
from te_cli.model import MODES, REFRESHES
from te_cli.render import machine, screen
from te_cli.render.progress import ProgressBar

if TYPE_CHECKING:
    from te_cli.config import Settings


def evaluate(
    file: Annotated[str, typer.Argument(metavar="FILE", hidden=True)],
    root: Annotated[str | None, typer.Argument(metavar="ROOT", hidden=True)] = None,
    directory: Directory = None,
    mode: ModeName = "hybrid",
    compare_mode: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(MODES),
            help="Ask in this way too, and compare.",
            show_default=False,
            autocompletion=lambda: list(MODES),
        ),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(metavar="REPORT", help="Compare with what --json printed earlier.", show_default=False),
    ] = None,
    refresh: RefreshName = "auto",
    as_json: Json = False,
    quiet: Quiet = False,
    index_dir: IndexDir = None,
) -> None:
    """Score te on queries of your own.

    FILE has a JSON line for each: {"query": "how are sessions expired", "gold": "src/session.py"}. Gold is what should
    be found: a path from the root, {"path", "start_line", "end_line"}, a qualified name, or a list of those.
    ROOT is the folder to search, indexed by itself; without it, the nearest index is asked, as by te search.
    """
    if compare_mode is not None and against is not None:
        raise UsageError("--compare-mode and --against exclude each other.", "Choose one.")
    settings = _settings(root, directory, index_dir)
    from te_cli.engine import evaluating, questions
    from te_cli.evaluation import EvalRequest  # classes that no other verb makes

    request = EvalRequest(
        file=file,
        questions=questions.read_questions(file),
        mode=one_of("mode", mode, MODES),
        refresh=one_of("way to refresh", refresh, REFRESHES),
        compare_mode=None if compare_mode is None else one_of("mode", compare_mode, MODES),
        against=None if against is None else questions.read_report(against),
    )
    with ProgressBar(quiet=quiet) as progress:
        found = evaluating.evaluate(settings, request, progress=progress, announce=None if quiet else screen.say)
    from te_cli.render import evaluation

    if as_json:
        screen.write(machine.text_of(evaluation.machine(found), indent=screen.on_terminal(sys.stdout)))
        return
    screen.write(evaluation.text(found))
    if not quiet:
        if found.note:
            screen.say(found.note)
        say_where_paths_start(found.root)


def _settings(root: str | None, directory: str | None, index_dir: str | None) -> Settings:
    options = Options(index_dir)
    if root is None:
        return settings_for_asking(directory, options, build=True)
    if directory is not None:
        raise UsageError("ROOT and -C both name a folder.", "Give one of them.")
    return settings_for_indexing(root, options)
