"""``te search``: ask a question, get ranked answers."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import typer

from te_cli.cli.names import contents_of, kinds_of, languages_of, paths_of
from te_cli.cli.options import Directory, IndexDir, Json, Model, Quiet, Timings
from te_cli.cli.places import say_where_paths_start
from te_cli.cli.questions import (
    ContentName,
    Context,
    Explain,
    JsonLines,
    Kind,
    Lang,
    Limit,
    MaxTokens,
    ModeName,
    NoFold,
    PathGlob,
    Query,
    RefreshName,
    at_least,
)
from te_cli.config import Options, settings_for_asking
from te_cli.errors import EmptyQuery, UsageError, one_of
from te_cli.model import MAX_LIMIT, MODES, REFRESHES, Filters, SearchRequest
from te_cli.render import plain, screen, words
from te_cli.render.progress import ProgressBar
from te_cli.timings import Clock

if TYPE_CHECKING:
    from te_cli.model import SearchResult


def search(
    query: Query = None,
    directory: Directory = None,
    limit: Limit = 10,
    lang: Lang = None,
    kind: Kind = None,
    path: PathGlob = None,
    content: ContentName = "all",
    mode: ModeName = "hybrid",
    context: Context = None,
    max_tokens: MaxTokens = None,
    no_fold: NoFold = False,
    explain: Explain = False,
    refresh: RefreshName = "auto",
    as_json: Json = False,
    as_lines: JsonLines = False,
    timings: Timings = False,
    quiet: Quiet = False,
    index_dir: IndexDir = None,
    model: Model = None,
) -> None:
    """Ask in words or names; best answers first.

    QUERY needs no quotes. What starts with '-' goes after '--'. On a terminal each hit comes with its source; into a
    pipe goes one 'path:line: kind name' line a hit.

    In a single line, lang:go, kind:class, path:src/** and module:net.http filter; -test, -example, -vendor and -docs
    leave out such files, and any other -word what has the word in its path or name. "In double quotes" is a phrase.
    """
    if as_json and as_lines:
        raise UsageError("--json and --jsonl exclude each other.", "Choose one.")
    if context is not None and max_tokens is not None:
        raise UsageError("--context and --max-tokens exclude each other.", "A budget is filled with whole symbols.")
    request = SearchRequest(
        text=_text(query),
        limit=_limit(limit),
        filters=Filters(languages_of(lang), kinds_of(kind), paths_of(path), contents_of(content)),
        mode=one_of("mode", mode, MODES),
        refresh=one_of("way to refresh", refresh, REFRESHES),
        context=None if context is None else at_least("--context", context, 0),
        explain=explain,
        fold=not no_fold,
        max_tokens=None if max_tokens is None else at_least("--max-tokens", max_tokens, 1),
    )
    clock = _begun(timings)
    settings = settings_for_asking(directory, Options(index_dir, model=model), build=True)
    with clock.stage("start-up"):
        from te_cli.engine import searching

    with ProgressBar(quiet=quiet) as progress:
        announce = None if quiet else screen.say
        result = searching.search(settings, request, progress=progress, announce=announce, clock=clock)
    with clock.stage("rendering"):
        _show(result, clock, as_json=as_json, as_lines=as_lines, source=context is not None)
    if not (as_json or as_lines or quiet):
        _remark(result, request)
    if timings and not as_json:
        _say_timings(clock)
    if not (result.hits or result.left_out):
        raise typer.Exit(1)


def _begun(timings: bool) -> Clock:
    """A clock that knows what was before it: the processor's time, for nobody says when the process began."""
    clock = Clock(running=timings)
    clock.add("start-up", time.process_time())
    return clock


def _text(query: list[str] | None) -> str:
    text = " ".join(query or ()).strip()
    if not text:
        raise EmptyQuery("There is nothing to search for.", "For example: te search where are sessions expired")
    return text


def _limit(value: int) -> int:
    if value > MAX_LIMIT:
        raise UsageError(f"-k is {value}, but must be at most {MAX_LIMIT:,}.", "Nobody reads more: ask more narrowly.")
    return at_least("-k", value, 1)


def _show(result: SearchResult, clock: Clock, *, as_json: bool, as_lines: bool, source: bool) -> None:
    on_terminal = screen.on_terminal(sys.stdout)
    if as_json or as_lines:
        from te_cli.render import machine
    if as_json:
        value = machine.search(result)
        if stages := clock.stages():
            value |= machine.timings(stages)
        screen.write(machine.text_of(value, indent=on_terminal))
    elif as_lines:
        screen.write("".join(machine.text_of(machine.hit(hit)) for hit in result.hits))
    elif on_terminal:
        from te_cli.render import human

        human.search(result)
    else:
        screen.write(plain.search(result, source=source))


def _say_timings(clock: Clock) -> None:
    for line in words.timings(clock.stages()):
        screen.say(line)


def _remark(result: SearchResult, request: SearchRequest) -> None:
    """What people want to know besides the answers; where they are read by a program, only what it must not miss."""
    if not result.files:
        screen.say(f"Nothing is indexed in {result.root}: no file of text was found there.")
        screen.say("    `te status --skipped` lists what was left out.")
    elif result.left_out and not result.hits:
        pass
    elif not result.hits:
        tip = "  Fewer filters may find more." if request.filters else ""
        screen.say(f"Nothing found for '{result.query}'.{tip}")
    elif screen.on_terminal(sys.stdout):
        screen.say("")
        screen.say(words.footer(result))
    elif result.freshness == "stale":
        screen.say("Some files have changed since they were indexed.")
    if result.left_out:
        screen.say(words.left_out(result, request.max_tokens or 0))
    if result.note:
        screen.say(result.note)
    if result.hits:
        say_where_paths_start(result.root)
