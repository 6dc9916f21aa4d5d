"""How well te answered a list of questions: for people, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from te_cli.evaluation import SCHEMA
from te_cli.render.escape import one_line
from te_cli.render.words import FRESHNESS, counted, seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from te_cli.evaluation import Change, Comparison, Evaluation, Gold, Interval, Outcome
    from te_cli.model import Hit

FIGURES = {"ndcg": "NDCG@10", "mrr": "MRR@10", "r1": "recall@1", "r5": "recall@5", "r10": "recall@10"}
"""The figures of a score, as people know them."""

SHOWN = 5
"""Questions shown on either side of a comparison; JSON has them all."""

LONGEST_QUERY = 100
"""Characters of a query that are shown: a pasted issue has thousands."""

LABEL = 12
"""Columns of a label."""


def text(value: Evaluation) -> str:
    """The figures, what was missed, and what two settings differ in."""
    counts = f"{counted(len(value.outcomes), 'query', 'queries')}, {_golds(value)}"
    held = f"{counted(value.files, 'file')}, {counted(value.units, 'unit')}; {FRESHNESS[value.freshness]}"
    lines = [f"{value.file}: {counts} in {seconds(value.seconds)}  ({value.mode}; {held})"]
    lines += [_figure(label, value.score[name], value.interval[name]) for name, label in FIGURES.items()]
    if value.missed:
        lines += ["", f"Missed, {len(value.missed):,} of {counted(len(value.outcomes), 'query', 'queries')}:"]
        lines += [line for outcome in value.missed for line in _miss(outcome)]
    if value.comparison:
        lines += ["", *_comparison(value.comparison)]
    return "".join(f"{one_line(line)}\n" for line in lines)


def _golds(value: Evaluation) -> str:
    number = sum(len(outcome.ranks) for outcome in value.outcomes)
    unknown = sum(len(outcome.unknown) for outcome in value.outcomes)
    return f"{number:,} gold" + (f" ({unknown:,} not in the index)" if unknown else "")


def _figure(label: str, mean: float, interval: Interval) -> str:
    return f"{label:<{LABEL}}  {mean:.3f}  (95 %: {interval[0]:.3f} to {interval[1]:.3f})"


def _miss(outcome: Outcome) -> Iterable[str]:
    """A question without its gold, and where that came, had more answers been asked for."""
    yield f"  line {outcome.question.line}: {_short(outcome.question.query)}"
    for gold, later in zip(outcome.question.gold, outcome.later, strict=True):
        if gold in outcome.unknown:
            where = "neither a file nor a name in the index"
        else:
            where = f"not among {outcome.asked_for}" if later is None else f"at {later} of {outcome.asked_for}"
        yield f"      {_wanted(gold)}: {where}"
    if not outcome.page:
        yield "      (no answer at all)"


def _comparison(value: Comparison) -> Iterable[str]:
    """Means, their difference with its interval, and the questions that differ most."""
    left_out = f" ({value.left_out:,} asked of one only)" if value.left_out else ""
    yield f"{value.label} against {value.other}, {counted(value.questions, 'query', 'queries')}{left_out}:"
    for name, label in FIGURES.items():
        low, high = value.interval[name]
        means = f"{value.score[name]:.3f} against {value.other_score[name]:.3f}"
        yield f"{label:<{LABEL}}  {means}  {value.gain[name]:+.3f}  (95 %: {low:+.3f} to {high:+.3f})"
    yield _verdict(value)
    gained = [change for change in value.changes if change.gain > 0]
    lost = [change for change in reversed(value.changes) if change.gain < 0]
    for title, changes in (("Gained most", gained), ("Lost most", lost)):
        if changes:
            yield f"{title}, of {len(changes):,}:"
            yield from _changed(changes[:SHOWN])


def _verdict(value: Comparison) -> str:
    """What the interval of the difference allows to be said."""
    low, high = value.interval["ndcg"]
    if low > 0 or high < 0:
        return f"{value.label} is {'better' if low > 0 else 'worse'}, by NDCG@10."
    return "These queries do not tell which is better, by NDCG@10."


def _changed(changes: Sequence[Change]) -> Iterable[str]:
    for change in changes:
        scores = f"{change.score['ndcg']:.3f} against {change.other['ndcg']:.3f}"
        yield f"  {change.gain:+.3f}  {scores}  line {change.question.line}: {_short(change.question.query)}"


def _short(query: str) -> str:
    line = " ".join(query.split())
    return line if len(line) <= LONGEST_QUERY else f"{line[:LONGEST_QUERY]}…"


def _wanted(gold: Gold) -> str:
    return gold.text if gold.lines is None else f"{gold.text}:{gold.lines[0]}-{gold.lines[1]}"


def machine(value: Evaluation) -> dict[str, Any]:
    """The whole report: means and intervals, and each question with its score, ranks and page."""
    return {
        "schema": SCHEMA,
        "file": value.file,
        "mode": value.mode,
        "index": {
            "root": value.root,
            "freshness": value.freshness,
            "files": value.files,
            "units": value.units,
            "note": value.note,
        },
        "queries": len(value.outcomes),
        "missed": len(value.missed),
        "score": value.score,
        "interval": value.interval,
        "results": [_outcome(outcome) for outcome in value.outcomes],
        "comparison": _compared(value.comparison) if value.comparison else None,
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "line": outcome.question.line,
        "query": outcome.question.query,
        "gold": [gold.written for gold in outcome.question.gold],
        "unknown": [gold.written for gold in outcome.unknown],
        "ranks": outcome.ranks,
        "later": outcome.later,
        "asked_for": outcome.asked_for,
        "score": outcome.score,
        "page": [_hit(hit) for hit in outcome.page],
    }


def _hit(hit: Hit) -> dict[str, Any]:
    symbol = hit.symbol
    return {
        "path": hit.path,
        "start_line": symbol.start_line,
        "end_line": symbol.end_line,
        "kind": symbol.kind,
        "qualified_name": symbol.qualified_name,
        "score": hit.score,
    }


def _compared(value: Comparison) -> dict[str, Any]:
    return {
        "label": value.label,
        "other": value.other,
        "queries": value.questions,
        "left_out": value.left_out,
        "score": value.score,
        "other_score": value.other_score,
        "gain": value.gain,
        "interval": value.interval,
        "changes": [
            {
                "line": change.question.line,
                "query": change.question.query,
                "score": change.score,
                "other_score": change.other,
                "gain": change.gain,
            }
            for change in value.changes
        ],
    }
