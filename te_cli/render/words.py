"""Numbers, sizes and times as people read them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from te_cli.model import Freshness, IndexReport, SearchResult
    from te_cli.timings import Stage


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun, such as ``1 file`` or ``1,234 files``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def seconds(value: float) -> str:
    """A duration: to the millisecond below a second, to a tenth above, in minutes from two on."""
    if value < 1:
        return f"{value * 1000:.0f} ms"
    return f"{value:.1f} s" if value < 120 else f"{int(value // 60)} min {int(value % 60)} s"


def size(number: int) -> str:
    """Bytes, in the unit that keeps the figure short."""
    value = float(number)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if value < 1024:
            return f"{value:,.0f} {unit}" if unit == "bytes" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:,.1f} TiB"


def ago(moment: float, now: float | None = None) -> str:
    """How long ago a moment was, roughly."""
    passed = max(0.0, (time.time() if now is None else now) - moment)
    for length, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if passed >= length:
            return f"{counted(int(passed // length), unit)} ago"
    return "just now" if passed < 5 else f"{int(passed)} seconds ago"


FRESHNESS: dict[Freshness, str] = {
    "fresh": "up to date",
    "unchecked": "not checked for changes",
    "stale": "files have changed since they were indexed",
}
"""What each word of the JSON says to people."""


def freshness(word: Freshness, told: str = "") -> str:
    """The word that the JSON has, and what it says: ``told``, where more is known."""
    return f"{word}: {told or FRESHNESS[word]}"


def changes(report: IndexReport) -> str:
    """What a run found different, as ``+2 new, ~1 changed, -1 gone``, or that nothing was."""
    parts = (("+", report.added, "new"), ("~", report.changed, "changed"), ("-", report.removed, "gone"))
    return ", ".join(f"{sign}{number:,} {word}" for sign, number, word in parts if number) or "no changes"


def footer(result: SearchResult) -> str:
    """How many answers, how quick, how fresh, and out of how much."""
    held = f"{counted(result.files, 'file')}, {counted(result.units, 'unit')}"
    found = counted(len(result.hits), "result")
    return f"{found} in {seconds(result.seconds)}  ({held}; {freshness(result.freshness)})"


def left_out(result: SearchResult, tokens: int) -> str:
    """What a budget had no room for."""
    more = counted(result.left_out, "more hit" if result.hits else "hit")
    verb = "does" if result.left_out == 1 else "do"
    return f"{more} {verb} not fit into {counted(tokens, 'token')}."


def timings(stages: Sequence[Stage]) -> list[str]:
    """Where the time went: a line a stage, and their sum."""
    rows = [*stages, ("in all", sum(seconds for _, seconds in stages))]
    wide = max(len(name) for name, _ in rows)
    return [f"{name.ljust(wide)} {seconds * 1000:9,.1f} ms" for name, seconds in rows]
