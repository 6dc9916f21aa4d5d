"""Where output goes: standard output for data, standard error for everything else."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from te_cli.errors import NotWritable
from te_cli.render.escape import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from rich.console import Console

_CLOSED_PIPE = frozenset({errno.EPIPE, errno.EINVAL})
"""How systems say that nobody reads a pipe any more; EINVAL is how Windows does."""


LABELS = 16
"""Columns that the widest label and the gap after it take: what begins further right is no labelled value."""

NARROWEST = 20
"""Columns that a list, or source, gets on the narrowest terminal."""


class ReaderGone(Exception):
    """Standard output was closed by its reader, as ``head`` does: no error, whoever read it has seen enough."""


def on_terminal(stream: TextIO | None) -> bool:
    """Whether a person is looking at ``stream``."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def write(text: str) -> None:
    """Data, as it is, to standard output, now: a reader downstream need not wait for our end."""
    if sys.stdout is None:  # the shell closed it
        return
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        raise translated(error) from error


def report(text: str) -> None:
    """Lines of ``label  value`` on standard output; on a terminal labels are dim, and long lists go on below."""
    if not on_terminal(sys.stdout):
        return write(text)
    from rich.text import Text

    screen = console()
    for line in text.splitlines():
        label, gap, value = line.partition("  ")
        value = value.lstrip()
        start = len(line) - len(value)
        if start > LABELS or not gap:
            screen.print(Text(line), soft_wrap=True)
            continue
        first, *more = _items_in_lines(value, max(screen.width - start, NARROWEST))
        screen.print(Text.assemble((label, "dim"), " " * (start - len(label)), first), soft_wrap=True)
        for each in more:
            screen.print(Text(" " * start + each), soft_wrap=True)
    return None


def _items_in_lines(value: str, width: int) -> list[str]:
    """A list with commas in lines of at most ``width``, each of whole items."""
    lines: list[str] = []
    for item in value.split(", "):
        if lines and len(lines[-1]) + len(item) + 3 <= width:
            lines[-1] += f", {item}"
            continue
        if lines:
            lines[-1] += ","
        lines.append(item)
    return lines


def wrapped(text: str, width: int) -> str:
    """``text`` in lines of at most ``width``, broken between words and indented alike; a longer word stays whole."""
    import textwrap

    indent = " " * (len(text) - len(text.lstrip(" ")))
    return textwrap.fill(text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def translated(error: OSError) -> Exception:
    """What a failed write to standard output means."""
    if error.errno in _CLOSED_PIPE:
        return ReaderGone()
    return NotWritable(f"Standard output cannot be written: {error.strerror}.", "Check where it is sent.")


@contextmanager
def printed_by_others() -> Iterator[None]:
    """While a library prints, such as typer its help: a pipe that its reader closed means what it means elsewhere."""
    try:
        yield
    except BrokenPipeError as error:
        raise translated(error) from error


def say(text: str) -> None:
    """One sentence for people, on standard error, if anybody can still read it there."""
    if sys.stderr is None:
        return
    line = one_line(text)
    if on_terminal(sys.stderr):
        line = wrapped(line, shutil.get_terminal_size().columns)
    try:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
    except OSError:
        return


def end_line() -> None:
    """Where a terminal shows ``^C``, begin a new line after it."""
    if on_terminal(sys.stderr):
        say("")


def complain(message: str, hint: str) -> None:
    """An error: its sentence, and on a second line what to do next."""
    if on_terminal(sys.stderr):
        from rich.text import Text

        screen = console(error=True)
        line = Text(wrapped(f"te: {one_line(message)}", screen.width))
        line.stylize("bold red", 0, len("te:"))
        screen.print(line, soft_wrap=True)
    else:
        say(f"te: {message}")
    if hint:
        say(f"    {hint}")


def console(*, error: bool = False) -> Console:
    """A rich console that prints what it is given: no markup, no emoji codes, no colour that NO_COLOR forbids."""
    from rich.console import Console

    class Plain(Console):
        """Leaves a closed pipe to the shell: rich's own answer is exit code 1, which means that nothing was found."""

        def on_broken_pipe(self) -> NoReturn:
            raise ReaderGone

    return Plain(stderr=error, markup=False, emoji=False, highlight=False)


def prepare_streams() -> None:
    """Make printing safe from characters that the terminal's encoding lacks: they are spelled out instead."""
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")


def finish() -> None:
    """Send off what is still in the buffer, so that a failure shows while it can be told."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except OSError as error:
        raise translated(error) from error


def close_quietly() -> None:
    """After a write that failed: let the interpreter's last flush go nowhere instead of failing again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            try:
                os.dup2(nowhere, stream.fileno())
            except (OSError, ValueError):
                continue
    os.close(nowhere)
