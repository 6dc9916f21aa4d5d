"""What te is measured by, as values: questions and what should answer them, what did, and how two settings compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from te_cli.model import Freshness, Hit, Mode, Refresh

SCHEMA = "te.eval/1"
"""What a report of ``te eval --json`` calls itself."""

Score = dict[str, float]
"""``ndcg``, ``mrr`` (at ten) and ``r1``, ``r5``, ``r10``: the share of the gold that came that early."""

Interval = tuple[float, float]
"""The ends between which a mean lies with 95 % confidence, by bootstrap over the queries."""


@dataclass(frozen=True, slots=True)
class Gold:
    """What should be found, as its author wrote it: a text, or an object with a path and, where given, its lines."""

    written: str | dict[str, Any]

    @property
    def text(self) -> str:
        """The path or name in it."""
        return self.written if isinstance(self.written, str) else str(self.written["path"])

    @property
    def lines(self) -> tuple[int, int] | None:
        """The first and the last line wanted; None where the whole file is."""
        if isinstance(self.written, str) or "start_line" not in self.written:
            return None
        first = int(self.written["start_line"])
        return first, int(self.written.get("end_line", first))


@dataclass(frozen=True, slots=True)
class Question:
    """A query with its gold, of which there is at least one; ``line`` is where it stands in its file."""

    line: int
    query: str
    gold: tuple[Gold, ...]


@dataclass(frozen=True, slots=True)
class EvalRequest:
    """What is to be measured: the questions of ``file``, and how te is to answer them.

    ``compare_mode`` is another way, to be compared with ``mode``; ``against`` an earlier measurement of some of them.
    """

    file: str
    questions: tuple[Question, ...]
    mode: Mode = "hybrid"
    refresh: Refresh = "auto"
    compare_mode: Mode | None = None
    against: Measured | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one question.

    ``ranks``: where each gold came among the first ten, from 1, or None. ``later``: the same, where ``asked_for``
    answers were, for what is not among the ten. ``unknown``: gold that is neither a file nor a name in the index.
    """

    question: Question
    ranks: tuple[int | None, ...]
    later: tuple[int | None, ...]
    asked_for: int
    unknown: tuple[Gold, ...]
    score: Score
    page: tuple[Hit, ...]

    @property
    def missed(self) -> bool:
        """Whether no gold is among the first ten answers."""
        return not any(self.ranks)


@dataclass(frozen=True, slots=True)
class Measured:
    """The scores of a list of questions, by whatever made them: ``label`` names it."""

    label: str
    scores: tuple[tuple[Question, Score], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One question by two settings."""

    question: Question
    score: Score
    other: Score

    @property
    def gain(self) -> float:
        """By how much NDCG is better than the other's."""
        return self.score["ndcg"] - self.other["ndcg"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two settings over the questions that both answered. ``left_out`` counts those that only one of them did.

    ``gain`` is the difference of the means, ``interval`` its paired bootstrap interval; ``changes`` are the questions
    whose NDCG differs, those gained most first.
    """

    label: str
    other: str
    questions: int
    left_out: int
    score: Score
    other_score: Score
    gain: Score
    interval: dict[str, Interval]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How well te answers a list of questions: means over them, each with its interval, and what came of each one."""

    file: str
    root: str
    mode: Mode
    freshness: Freshness
    files: int
    units: int
    seconds: float
    outcomes: tuple[Outcome, ...]
    score: Score
    interval: dict[str, Interval]
    note: str | None = None
    comparison: Comparison | None = None

    @property
    def missed(self) -> tuple[Outcome, ...]:
        """The questions none of whose gold is among the first ten answers."""
        return tuple(outcome for outcome in self.outcomes if outcome.missed)
