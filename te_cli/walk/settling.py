"""When is a burst of changes over? Events come in, batches go out, and nobody waits for a file that never rests."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

QUIET_SECONDS = 0.06
"""A batch is ready when nothing happened for this long: an editor's save is several events within a few milliseconds,
and a person waiting for the answer does not notice."""

PATIENCE_SECONDS = 1.0
"""A batch is ready this long after its first event in any case: a build that never rests must not hold it back."""

CREDIT = 5
"""How often in a row one path may be in a batch as soon as it is ready: a person saves as often as that, ..."""

REFILL_SECONDS = 2.0
"""... and from then on once in this time. What is written to all day long waits for its turn, and nothing for it."""

COUNTED_PATHS = 200
"""Batches of more paths than this are no file's restlessness; it bounds what is remembered, too."""

MANY_PATHS = 20_000
"""With more paths than this in a batch a full scan is cheaper, and memory stays bounded."""


class Settling:
    """A batch in the making: paths, or any other words. Times are seconds of a clock that does not run backwards."""

    def __init__(self) -> None:
        self._pending: set[str] = set()
        self._first = 0.0
        self._last = 0.0
        self._held: dict[str, float] = {}  # restless paths, and when their turn is
        self._credit: dict[str, tuple[float, float]] = {}  # what was left, and when
        self._hurry = False

    def __bool__(self) -> bool:
        return bool(self._pending or self._held)

    def __len__(self) -> int:
        return len(self._pending) + len(self._held)

    def note(self, paths: Iterable[str], now: float) -> None:
        """Something happened to ``paths`` at ``now``; nothing did if there are none."""
        touched = set(paths)
        for path in touched & self._credit.keys():
            if (wait := self._wait(path, now)) > 0:
                touched.discard(path)
                self._held.setdefault(path, now + wait)
        if not touched:
            return
        if not self._pending:
            self._first = now
        self._pending |= touched
        self._last = now

    def hurry(self) -> None:
        """Somebody waits for the answer: what is there is ready as it is."""
        self._hurry = bool(self)

    def left(self, now: float) -> float | None:
        """Seconds until a batch is ready, none or fewer if it is; None while nothing happened."""
        if self._hurry:
            return 0.0
        dues = list(self._held.values())
        if self._pending:
            dues.append(min(self._last + QUIET_SECONDS, self._first + PATIENCE_SECONDS))
        return min(dues) - now if dues else None

    def take(self, now: float) -> frozenset[str]:
        """The batch; the next one starts with those whose turn has not come."""
        ready = {path for path, due in self._held.items() if due <= now or self._hurry}
        for path in ready:
            del self._held[path]
        ready |= self._pending
        self._pending = set()
        self._hurry = False
        self._charge(ready, now)
        return frozenset(ready)

    def _charge(self, paths: set[str], now: float) -> None:
        self._credit = {path: was for path, was in self._credit.items() if self._worth(path, now) < CREDIT}
        if len(paths) <= COUNTED_PATHS and len(self._credit) <= MANY_PATHS:
            self._credit |= {path: (self._worth(path, now) - 1, now) for path in paths}

    def _worth(self, path: str, now: float) -> float:
        left, since = self._credit.get(path, (float(CREDIT), now))
        return min(CREDIT, left + (now - since) / REFILL_SECONDS)

    def _wait(self, path: str, now: float) -> float:
        """Seconds until a path may be in a batch again."""
        return max(0.0, (1 - self._worth(path, now)) * REFILL_SECONDS)
