"""Where did the time of a command go? A clock of its stages, handed down to what does the work.

A stage inside another one is not counted twice: while it runs, the outer one rests. So all of them add up to the time
from the clock's making, less what :meth:`Clock.add` booked besides.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from time import perf_counter
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

REST: Final = "other"
"""What belongs to no stage."""

_IDLE: Final = nullcontext()


class Stage(NamedTuple):
    """A stage by its name, and the seconds that it took in all."""

    name: str
    seconds: float


class Clock:
    """Books seconds by stage. One belongs to one thread; what others took is added to it as they report it."""

    __slots__ = ("_open", "_running", "_since", "_spent")

    def __init__(self, *, running: bool = True) -> None:
        self._running = running
        self._spent: dict[str, float] = {}
        self._open = [REST]
        self._since = perf_counter()

    def stage(self, name: str) -> AbstractContextManager[None]:
        """What happens inside is the stage ``name``, which may come again, and may hold others."""
        return self._timed(name) if self._running else _IDLE

    def add(self, name: str, seconds: float) -> None:
        """Book what was measured elsewhere: by another process or thread, or before there was a clock."""
        if self._running:
            self._spent[name] = self._spent.get(name, 0.0) + seconds

    def stages(self) -> tuple[Stage, ...]:
        """What was booked so far, in the order in which stages were first met, and what belongs to none at the end."""
        if not self._running:
            return ()
        self._turn()
        named = [Stage(name, seconds) for name, seconds in self._spent.items() if name != REST]
        return (*named, Stage(REST, self._spent[REST])) if REST in self._spent else tuple(named)

    def _turn(self) -> None:
        """Book the time since the last turn to the innermost stage."""
        now = perf_counter()
        name = self._open[-1]
        self._spent[name] = self._spent.get(name, 0.0) + now - self._since
        self._since = now

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        self._turn()
        self._spent.setdefault(name, 0.0)
        self._open.append(name)
        try:
            yield
        finally:
            self._turn()
            self._open.pop()


OFF: Final = Clock(running=False)
"""A clock that stands still, for whoever does not ask: a stage of it costs a fifth of a microsecond."""
