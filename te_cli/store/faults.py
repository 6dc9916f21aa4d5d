"""Faults on purpose: a named point before each write of the store, where a test may kill, interrupt or fail it.

Nothing is armed unless a test arms it (:func:`armed`) or ``TE_FAULT`` says so when te starts; then
``TE_FAULT=kill@publish.catalog`` ends the process there, and ``TE_FAULT=enospc@collect.catalog:2`` lets the second
arrival there fail as a full disk does. ``TE_FAULT_LOG`` names a file that every point reached is written to, a line
each. Only the environment can say so: a repository's settings cannot.
"""

from __future__ import annotations

import errno
import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

from te_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

POINTS = {
    "folder.make": "the index folder is made",
    "folder.ignore": "its .gitignore is written",
    "lock.mark": "the lock is held, its holder not yet named in it",
    "seal.break": "the seal is about to be broken: a writer begins",
    "seal.broken": "the broken seal lies beside the old one",
    "clear.part": "a part of an index that is not to be opened is removed",
    "create.catalog": "the catalog's tables are about to be made",
    "create.copy": "another work tree's index is about to be copied",
    "create.copied": "the copied catalog lies beside its place",
    "create.key": "the user's key is about to be made",
    "create.owner": "the owner file is about to be written",
    "create.owned": "the owner file lies beside its place",
    "create.notes": "the new catalog gets its number and format",
    "heal.text": "documents of a run that died are about to leave the text index",
    "heal.catalog": "the mark of a run that died is about to be cleared",
    "reserve.catalog": "a run's ids are about to be reserved",
    "create.text": "a new generation of a text index is about to be made",
    "add.rows": "a file's rows go into the open transaction",
    "publish.text": "a run's documents are about to be committed",
    "merge.vectors": "a new base of vectors is about to be saved",
    "merge.saved": "the new base is saved beside its place",
    "merge.named": "the new base is in its place, and nothing names it yet",
    "publish.catalog": "the run is about to be published",
    "publish.done": "the run is published, what it replaced is still there",
    "sweep.vectors": "a base that nothing names is about to be removed",
    "sweep.text": "a generation of text that nothing names is about to be removed",
    "collect.text": "what the run replaced is about to leave the text index",
    "collect.catalog": "the list of what was replaced is about to be cleared",
    "note.catalog": "notes of a run that changed nothing are about to be written",
    "close.text": "the text index's merges are about to be awaited",
    "close.catalog": "the log is about to be written into the catalog's file",
    "seal.write": "the new seal is about to be written",
    "seal.place": "the new seal lies beside the broken one",
    "lock.free": "the lock is about to be let go",
}
"""What is about to happen at each point. A point that is not here cannot be reached or armed."""

SHELF_POINTS = {
    "shelf.make": "the folder of a backend is about to be made",
    "shelf.made": "its new catalog lies beside its place",
    "shelf.rows": "a file of rows is about to be written",
    "shelf.saved": "the rows are saved beside their place",
    "shelf.named": "the rows are in their place, and nothing names them yet",
    "shelf.commit": "what was added or removed is about to be published",
    "shelf.done": "it is published, what it replaced is still there",
    "shelf.sweep": "a file of rows that nothing names is about to be removed",
}
"""The same of a backend's folder (:mod:`te_cli.store.shelf`), which no index has."""

FAILURES = {"enospc": errno.ENOSPC, "eio": errno.EIO, "edquot": errno.EDQUOT, "erofs": errno.EROFS}

SIGNALS = {"kill": "SIGKILL", "interrupt": "SIGINT", "terminate": "SIGTERM"}


def reach(point: str) -> None:
    """Tell whoever armed this process that ``point`` is reached; raises what they raise."""
    if _armed is not None:
        _armed(point)


@contextmanager
def armed(action: Callable[[str], None]) -> Iterator[None]:
    """For tests: have ``action`` called with the name of each point that is reached meanwhile."""
    global _armed  # noqa: PLW0603 - one switch for the process, so that what is off costs one comparison
    before, _armed = _armed, action
    try:
        yield
    finally:
        _armed = before


def from_environment(environment: Mapping[str, str]) -> Callable[[str], None] | None:
    """What ``TE_FAULT`` and ``TE_FAULT_LOG`` ask for; None where they are not set.

    Raises:
        ConfigError: TE_FAULT names no point or no fault.
    """
    wanted, log = environment.get("TE_FAULT", ""), environment.get("TE_FAULT_LOG", "")
    if not (wanted or log):
        return None
    fault, _, rest = wanted.partition("@")
    place, _, number = rest.partition(":")
    if wanted and (
        fault not in {*FAILURES, *SIGNALS} or place not in {*POINTS, *SHELF_POINTS} or not (number or "1").isdecimal()
    ):
        raise ConfigError(
            f"TE_FAULT is '{wanted}', which names no fault at a point.", "For tests of te only: unset it."
        )
    left = int(number or 1)

    def act(point: str) -> None:
        nonlocal left
        if log:
            _note(log, point)
        if point == place:
            left -= 1
            if left == 0:
                strike(fault)

    return act


def strike(fault: str) -> None:
    """Let ``fault`` happen here and now."""
    if fault in FAILURES:
        raise OSError(FAILURES[fault], os.strerror(FAILURES[fault]))
    os.kill(os.getpid(), getattr(signal, SIGNALS[fault]))


def _note(log: str, point: str) -> None:
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(handle, f"{point}\n".encode())
    finally:
        os.close(handle)


_armed: Callable[[str], None] | None = from_environment(os.environ)
