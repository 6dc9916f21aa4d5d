"""Where exceptions become a sentence and an exit code, for the process and for the test runner alike.

0     done, or found; also a reader that closes the pipe early
1     nothing found, nothing to index, or a problem that the doctor reports
2     could not: usage, no index, busy, not readable ...
70    a bug in te: the traceback is printed
130   interrupted (143 when terminated)
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
import traceback
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from te_cli.cli import completion
from te_cli.cli.coercion import without_pydantic
from te_cli.cli.verbs import HOMES, verb
from te_cli.errors import NotEnough, TeError, UsageError
from te_cli.render import screen
from te_cli.render.escape import many_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

BUG = 70
"""EX_SOFTWARE of sysexits.h."""

INTERRUPTED = 128 + signal.SIGINT
TERMINATED = 128 + signal.SIGTERM

SECTIONS = (
    ("Find", ("search", "refs", "outline")),
    ("Keep", ("index", "watch", "status", "doctor", "models", "cache", "config")),
    ("Measure", ("eval",)),
)
"""The verbs as ``te --help`` groups them."""


class Terminated(KeyboardInterrupt):
    """Asked to end by SIGTERM: unwinds like Ctrl-C, so that an index is left whole."""


class Boundary(TyperGroup):
    """The group of all verbs: nothing but an exit code leaves it."""

    as_json = False

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Parse what stands before the verb. While a shell asks for completions, errors stay with typer."""
        if extra.get("resilient_parsing"):
            return super().make_context(info_name, args, parent, **extra)
        self.as_json = wants_json(args)
        screen.prepare_streams()
        with guarded(as_json=self.as_json), screen.printed_by_others():
            return super().make_context(info_name, args, parent, **extra)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Turn arguments into values."""
        without_pydantic(self.get_params(ctx))
        if not ctx.resilient_parsing:
            completion.answer(ctx, args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the verb."""
        with guarded(as_json=self.as_json), terminable():
            return super().invoke(ctx)

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - typer's own signature
        """The names of all verbs."""
        return list(HOMES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The verb of that name, if there is one."""
        if cmd_name in HOMES and cmd_name not in self.commands:
            self.commands[cmd_name] = verb(cmd_name)
        return super().get_command(ctx, cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the verb that the first argument names, or say which one may have been meant."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            near = get_close_matches(name.lower(), HOMES, n=1)
            hint = f"Did you mean 'te {near[0]}'?" if near else "To look for it: te search QUERY. All verbs: te --help."
            raise UsageError(f"There is no verb '{name}'.", hint)
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options, and the verbs after them."""
        for option in self.get_params(ctx):
            if text := completion.HELP.get(option.name or ""):
                option.help = text  # type: ignore[attr-defined]  # every option has one
        super().format_options(ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the verbs, grouped by what they are for."""
        width = max(map(len, HOMES))
        for title, names in SECTIONS:
            with formatter.section(title):
                rows = [(name.ljust(width), self.get_command(ctx, name).get_short_help_str(60)) for name in names]
                formatter.write_dl(rows)


def wants_json(args: list[str]) -> bool:
    """Whether the caller reads JSON, so that errors must be JSON too. What follows ``--`` is a query."""
    flags = args[: args.index("--")] if "--" in args else args
    return "--json" in flags or "--jsonl" in flags


@contextmanager
def guarded(*, as_json: bool) -> Iterator[None]:
    """Turn every exception into an exit code, telling what there is to tell."""
    try:
        try:
            yield
        finally:
            screen.finish()
    except (typer.Exit, typer.Abort, SystemExit, GeneratorExit):
        raise
    except screen.ReaderGone:
        screen.close_quietly()
        raise typer.Exit(0) from None
    except Terminated:
        raise typer.Exit(TERMINATED) from None
    except KeyboardInterrupt:
        screen.end_line()
        raise typer.Exit(INTERRUPTED) from None
    except TeError as error:
        _report(error.code, error.message, error.hint, as_json=as_json)
        raise typer.Exit(error.exit_code) from None
    except typer.TyperException as error:
        message, hint = _usage(error)
        _report(UsageError.code, message, hint, as_json=as_json)
        raise typer.Exit(UsageError.exit_code) from None
    except BaseException as error:  # noqa: BLE001 - the last line of defence; a panic in Rust is no Exception
        if (interrupt := _interrupting(error)) is not None:
            screen.end_line()
            raise typer.Exit(TERMINATED if isinstance(interrupt, Terminated) else INTERRUPTED) from None
        if (short := _short_of(error)) is not None:
            _report(short.code, short.message, short.hint, as_json=as_json)
            raise typer.Exit(short.exit_code) from None
        # What a file is called, or holds, may stand in an error.
        with suppress(OSError, AttributeError):  # nobody may be there to read it
            sys.stderr.write(many_lines(traceback.format_exc()))
        _report(
            "bug", f"This is a bug in te: {type(error).__name__}.", "Please report the lines above.", as_json=as_json
        )
        raise typer.Exit(BUG) from None


def _short_of(error: BaseException) -> NotEnough | None:
    """What the machine, or a limit on this process, did not give; None where that was not it."""
    if isinstance(error, MemoryError):
        return NotEnough("There is not enough memory to go on.", "Raise the limit (ulimit -v), or use fewer --jobs.")
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        return NotEnough("No more threads can be started.", "Raise the limit on processes (ulimit -u).")
    if isinstance(error, OSError) and error.errno in {errno.EMFILE, errno.ENFILE}:
        return NotEnough("Too many files are open.", "Raise the limit on them (ulimit -n).")
    return None


def _interrupting(error: BaseException) -> KeyboardInterrupt | None:
    """The interrupt that ``error`` came of: one that strikes inside a lock of Python's own leaves as another error."""
    before: BaseException | None = error
    while before is not None and not isinstance(before, KeyboardInterrupt):
        before = before.__context__
    return before


def _report(code: str, message: str, hint: str, *, as_json: bool) -> None:
    if not as_json:
        screen.complain(message, hint)
    try:
        if as_json:
            from te_cli.render import machine

            screen.write(machine.text_of(machine.error(code, message, hint)))
    except (screen.ReaderGone, TeError):
        pass
    screen.close_quietly()


def _usage(error: Any) -> tuple[str, str]:
    """The sentence and the hint for what typer could not make sense of."""
    context = getattr(error, "ctx", None)
    verb = context.command_path if context else "te"
    option = getattr(error, "option_name", None)
    if option and hasattr(error, "possibilities"):
        near = sorted(error.possibilities or ())
        hint = f"Did you mean '{near[0]}'?" if near else f"All options: {verb} --help."
        if verb.endswith(" search"):
            hint += " A query that starts with '-' goes after '--'."
        return f"There is no option '{option}'.", hint
    return f"{error.format_message().strip().rstrip('.')}.", f"How it is used: {verb} --help."


@contextmanager
def heard(stop: threading.Event) -> Iterator[None]:
    """A request to end also sets ``stop``: what it raises is lost where it comes into a finaliser or a callback."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def note(number: int, frame: FrameType | None) -> None:
        stop.set()
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    handled = [number for number, handler in before.items() if callable(handler)]
    try:
        for number in handled:
            signal.signal(number, note)
        yield
    finally:
        for number in handled:
            signal.signal(number, before[number])


@contextmanager
def terminable() -> Iterator[None]:
    """While a verb runs, SIGTERM unwinds it. Only the main thread of a process may say so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    owner, asked = os.getpid(), False

    def end(number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked = True
        if os.getpid() != owner:  # a forked worker, which has nothing to unwind
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
            sys.exit(TERMINATED)
        raise Terminated

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    except KeyboardInterrupt as interrupt:
        if asked and not isinstance(interrupt, Terminated):  # a library has put one of its own in its place
            raise Terminated from interrupt
        raise
    finally:
        signal.signal(signal.SIGTERM, before)
