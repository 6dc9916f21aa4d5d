"""``te models`` as a table, which reads the same on a terminal and in a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from te_cli.render.escape import one_line
from te_cli.render.words import size

if TYPE_CHECKING:
    from te_cli.state import KnownModel, KnownModels, Reading

POOLED = {"mean": "mean pooling", "cls": "cls pooling", "last": "last-token pooling"}
"""How tokens become one vector, where te does it."""

MOST_WORDS = 30
"""Characters of the words before a text that are shown."""


def models(value: KnownModels) -> str:
    """One line a model: what to type, its dimensions and size, how quick it was, and what else is known of it."""
    measured = any(model.speed for model in value.models)
    rows = [(model.name, *_figures(model, measured=measured), model.place) for model in value.models]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for model, (name, *figures, place) in zip(value.models, rows, strict=True):
        numbers = "  ".join(figure.rjust(width) for figure, width in zip(figures, widths[1:-1], strict=True))
        line = f"{name.ljust(widths[0])}  {numbers}  {place.ljust(widths[-1])}  {_about(model)}"
        lines.append(f"{one_line(line.rstrip())}\n")
    return "".join(lines)


def _figures(model: KnownModel, *, measured: bool) -> list[str]:
    said = ["" if model.dimension is None else f"{model.dimension} dimensions"]
    said.append("" if model.bytes is None else size(model.bytes))
    if measured:
        speed = model.speed
        said.append(f"{speed.symbols_per_second:,.0f} symbols/s" if speed else "")
        said.append(f"{speed.query_ms:.1f} ms a query" if speed else "")
    return said


def _about(model: KnownModel) -> str:
    """What else is known: whose index it is in, under which licence it comes, where it lies, what is wrong with it."""
    used = "used by the nearest index" if model.used else ""
    where = model.folder if model.place == "local" and model.folder != model.name else ""
    how = _read(model.reading) if model.reading else ""
    return ", ".join(filter(None, (used, model.licence, how, where, model.trouble)))


def _read(how: Reading) -> str:
    """How many tokens count and how they become one vector, and what is put before texts."""
    tokens = f"{how.tokens} tokens"
    if how.pooling in POOLED:
        guess = "" if how.said else " (a guess by its name)"
        tokens = f"{POOLED[how.pooling]}{guess} of {tokens}"
    sides = ((how.query, "queries"), (how.passage, "passages"))
    return ", ".join((tokens, *(f"{_short(said)} before {what}" for said, what in sides if said)))


def _short(words: str) -> str:
    return repr(words if len(words) <= MOST_WORDS else f"{words[:MOST_WORDS]}…")
