"""``te refs``: where a name is used."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from te_cli.cli.names import complete_reference_kinds, languages_of, paths_of, reference_kinds_of
from te_cli.cli.options import Directory, IndexDir, Json, Quiet
from te_cli.cli.places import say_where_paths_start
from te_cli.cli.questions import Lang, PathGlob, RefreshName, at_least
from te_cli.config import Options, settings_for_asking
from te_cli.errors import one_of
from te_cli.model import REFRESHES, Filters, UsesRequest
from te_cli.render import machine, plain, screen
from te_cli.render.progress import ProgressBar
from te_cli.render.words import counted

if TYPE_CHECKING:
    from te_cli.model import UsesResult


def refs(
    name: Annotated[str, typer.Argument(metavar="NAME", hidden=True)],
    directory: Directory = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND", help="Only these uses, e.g. call, import, type.", autocompletion=complete_reference_kinds
        ),
    ] = None,
    lang: Lang = None,
    path: PathGlob = None,
    limit: Annotated[
        int | None, typer.Option("-k", "--limit", metavar="N", help="At most so many.", show_default=False)
    ] = None,
    refresh: RefreshName = "auto",
    as_json: Json = False,
    quiet: Quiet = False,
    index_dir: IndexDir = None,
) -> None:
    """List the places that use a name.

    That call, import, extend or implement it, or use it as a type. NAME is taken as it is written, with its owner or
    without: publish, Writer.publish. Names are compared, not resolved: two functions of one name share a list.
    """
    request = UsesRequest(
        name=name,
        kinds=reference_kinds_of(kind),
        filters=Filters(languages=languages_of(lang), paths=paths_of(path)),
        limit=None if limit is None else at_least("-k", limit, 1),
        refresh=one_of("way to refresh", refresh, REFRESHES),
    )
    settings = settings_for_asking(directory, Options(index_dir), build=True)
    from te_cli.engine import referring

    with ProgressBar(quiet=quiet) as progress:
        result = referring.refs(settings, request, progress=progress, announce=None if quiet else screen.say)
    _show(result, as_json=as_json)
    if not (as_json or quiet):
        _remark(result)
    if not result.uses:
        raise typer.Exit(1)


def _show(result: UsesResult, *, as_json: bool) -> None:
    on_terminal = screen.on_terminal(sys.stdout)
    if as_json:
        screen.write(machine.text_of(machine.refs(result), indent=on_terminal))
    elif on_terminal:
        from te_cli.render import human

        human.refs(result)
    else:
        screen.write(plain.refs(result))


def _remark(result: UsesResult) -> None:
    """What people want to know besides the places."""
    if not result.uses:
        near = ", ".join(f"`te refs {name}`" for name in result.near[:3])
        screen.say(f"Nothing refers to '{result.name}'.{f'  Try {near}.' if near else ''}")
        return
    if screen.on_terminal(sys.stdout):
        shown = "" if result.total == len(result.uses) else f", {len(result.uses):,} shown"
        screen.say("")
        screen.say(f"{counted(result.total, 'reference')}{shown}")
    elif result.freshness == "stale":
        screen.say("Some files have changed since they were indexed.")
    say_where_paths_start(result.root)
