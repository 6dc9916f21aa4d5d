"""te in a child of this process: what takes te a third of a second to import is imported once, here."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import time
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np  # noqa: F401 - for the children
import tantivy  # noqa: F401
import usearch.index  # noqa: F401

import te_cli.engine.indexing
import te_cli.engine.searching
import te_cli.engine.watching  # noqa: F401
from te_cli.cli import app
from te_cli.store import faults, generations

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

POLL = 0.004

OPEN_FILES = 4_096
"""Descriptors that a child may have inherited."""


def run_te(arguments: Sequence[str], environment: Mapping[str, str], *, compact: bool = False) -> int:
    """``te`` with these arguments, as if this process had just been started for it; gives its exit code.

    ``compact``: the delta may hold nothing, so that every run merges it into a new base.
    """
    os.environ.clear()
    os.environ.update(environment)
    if compact:
        generations.DELTA_ROWS, generations.DELTA_FRACTION = 0, 0.0
    sys.argv = ["te", *arguments]
    with faults.armed(faults.from_environment(environment) or (lambda _: None)):
        try:
            app(prog_name="te")  # not main(), at whose end this process would do what its parent has to do at its own
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


class Forked:
    """A child in a process group of its own. ``out`` reads what it prints; errors go to a file."""

    def __init__(self, work: Callable[[], int], errors: Path) -> None:
        read, write = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            os.setsid()
            _live(work, write, errors)
        os.close(write)
        self.out = os.fdopen(read, "rb")
        self._code: int | None = None

    def poll(self) -> int | None:
        """How it ended (negative: by which signal), None while it runs."""
        if self._code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._code = os.waitstatus_to_exitcode(status)
        return self._code

    def wait(self, seconds: float) -> int | None:
        """The same, after at most ``seconds``."""
        deadline = time.monotonic() + seconds
        while self.poll() is None and time.monotonic() < deadline:
            time.sleep(POLL)
        return self._code

    def strike(self, number: int) -> None:
        """Send a signal to the whole group, if anybody of it is left."""
        for send, whom in ((os.killpg, self.pid), (os.kill, self.pid if self._code is None else 0)):
            with suppress(ProcessLookupError, PermissionError):
                if whom:
                    send(whom, number)
                    return

    def end(self) -> int:
        """Kill what is left, and let go."""
        self.strike(signal.SIGKILL)
        while self.poll() is None:
            time.sleep(POLL)
        self.out.close()
        assert self._code is not None
        return self._code


def tell_where(child: Forked) -> None:
    """Have a child that is stuck write the stacks of its threads where its errors go."""
    with suppress(ProcessLookupError):
        os.kill(child.pid, signal.SIGUSR1)
    child.wait(1.0)


def _live(work: Callable[[], int], out: int, errors: Path) -> None:
    """The child's life; it does not return."""
    code = 70
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out, 1)
        os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
        # Tantivy's thread in the parent may just have locked an index: with a copy of its file the lock would stay.
        os.closerange(3, OPEN_FILES)
        # A shell has what it starts in the background ignore Ctrl-C.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        faulthandler.register(signal.SIGUSR1, all_threads=True)
        # The parent's own may think of another kind of file.
        sys.stdout, sys.stderr = (os.fdopen(number, "w", 1, closefd=False) for number in (1, 2))
        code = work()
    except BaseException:  # noqa: BLE001 - nothing may go on in this process
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
