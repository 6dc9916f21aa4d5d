"""Readers kept open between the questions of one process: opening an index costs as much as answering from it.

A kept reader holds no snapshot, so that no writer's log has to grow for its sake. Before it is used again, every file
of the index is looked at; what a writer, a full rebuild or an accident has touched since is opened anew, in the long
way. A reader belongs to whoever took it until it is given back: so threads never share one, and each that asks at the
same time as others opens its own. A fork finds none open: SQLite forbids to take a connection along.
"""

from __future__ import annotations

import os
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakSet

from te_cli.engine.places import open_reader, place_of
from te_cli.engine.texts import Texts
from te_cli.errors import StoreError
from te_cli.store.seal import Unbroken
from te_cli.threads import before_fork

if TYPE_CHECKING:
    from collections.abc import Iterator

    from te_cli.config import Settings
    from te_cli.store.reader import Reader

MOST = 4
"""Readers kept: one for each thread of a small server; more threads than that open their own."""

CAN_KEEP = os.name != "nt"
"""Where an open file can be neither removed nor put over, a kept reader would stand in every writer's way."""


class _Kept(NamedTuple):
    """A reader, the seal of what it opened, and what :meth:`Readers.close` had ended before."""

    reader: Reader
    seal: Unbroken
    era: int


class Readers:
    """Hands out readers of one index. Without ``keep`` each is opened for its question, and closed after it."""

    def __init__(self, settings: Settings, *, keep: bool = False) -> None:
        self._settings = settings
        self._keep = keep and CAN_KEEP
        self._idle: deque[_Kept] = deque()  # safe at both ends for several threads
        self._taken: dict[int, _Kept] = {}
        self._era = 0
        self.texts = Texts() if self._keep else None
        if self._keep:
            _KEEPING.add(self)

    def take(self) -> Reader:
        """An open reader of what is published now, the caller's until given back.

        Raises:
            NoIndex: there is none, or none that may be opened.
            StoreError: what is there is refused or does not check out.
        """
        while (kept := self._popped()) is not None:
            if _usable(kept):
                self._taken[id(kept.reader)] = kept
                return kept.reader
            kept.reader.close()
        if not self._keep:
            return open_reader(self._settings)
        era, seal = self._era, Unbroken(place_of(self._settings))  # looked at before what it is to vouch for
        reader = open_reader(self._settings)
        self._taken[id(reader)] = _Kept(reader, seal, era)
        return reader

    def give_back(self, reader: Reader) -> None:
        """Keep a reader for the next question, or close it."""
        kept = self._taken.pop(id(reader), None)
        if kept is None or not kept.seal.whole or len(self._idle) >= MOST:
            reader.close()
            return
        reader.rest()
        self._idle.append(kept)
        if kept.era != self._era:  # closed meanwhile, perhaps before the reader stood there
            self._let_go()

    def discard(self, reader: Reader) -> None:
        """Close a reader that met something wrong, or that is in the way of a writer."""
        self._taken.pop(id(reader), None)
        reader.close()

    @contextmanager
    def lent(self) -> Iterator[Reader]:
        """A reader for as long as nothing goes wrong; see :meth:`take`."""
        reader = self.take()
        try:
            yield reader
        except BaseException:
            self.discard(reader)
            raise
        self.give_back(reader)

    def close(self) -> None:
        """Let go of all files: now of those that nobody uses, of the others once they are given back."""
        self._era += 1
        self.texts = Texts() if self._keep else None
        self._let_go()

    def _popped(self) -> _Kept | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _let_go(self) -> None:
        while (kept := self._popped()) is not None:
            kept.reader.close()


def _usable(kept: _Kept) -> bool:
    """Whether a kept reader still is a reader of what is published."""
    try:
        return kept.seal.holds() and kept.reader.resume()
    except StoreError:  # opening it anew finds out what is wrong
        return False


_KEEPING: WeakSet[Readers] = WeakSet()


def _let_go_of_all() -> None:
    for readers in list(_KEEPING):
        readers._let_go()  # noqa: SLF001 - of this module


before_fork(_let_go_of_all)
