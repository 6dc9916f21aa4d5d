"""``te eval``: how well te answers questions whose answers are known, and whether one setting is better than another.

Every question is answered as ``te search`` answers it, ten hits a page, through one open index.
"""

from __future__ import annotations

import json
import re
import time
from collections import defaultdict, deque
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from te_cli.engine.opening import Updater, read_fresh
from te_cli.engine.searching import answer
from te_cli.errors import UsageError
from te_cli.evaluation import Change, Comparison, Evaluation, Measured, Outcome
from te_cli.model import Filters, Progress, SearchRequest
from te_cli.rank.measures import DEPTH, FIGURES, Place, interval, mean, overlap, score_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from te_cli.config import Settings
    from te_cli.evaluation import EvalRequest, Gold, Question, Score
    from te_cli.model import Hit, Mode, Symbol
    from te_cli.store.reader import Reader

FURTHER = 100
"""Answers asked for where the gold is not among the first ten, to say how far off it is."""

NAMESAKES = 10_000
"""Units of one name that are looked through for a gold's."""

_JOINTS = re.compile(r"::|->|[.#\\]")
_SPECIAL = re.compile(r"[*?\[\]{}\\]")


def evaluate(
    settings: Settings,
    request: EvalRequest,
    *,
    progress: Callable[[Progress], None] | None = None,
    announce: Callable[[str], None] | None = None,
) -> Evaluation:
    """Ask every question, and score the answers.

    Raises:
        UsageError: the measurement to compare with has none of these questions.
        StoreError: the index cannot be read, and cannot be built.
    """
    started = time.perf_counter()
    updater = Updater(settings, progress, announce)
    (outcomes, others, counts), freshness, note = read_fresh(
        settings, request.refresh, updater, partial(_ask_all, settings, request, progress or _silently)
    )
    if freshness == "unchecked" and any(hit.stale for outcome in outcomes for hit in outcome.page):
        freshness = "stale"
    other = request.against
    if request.compare_mode is not None:
        other = Measured(request.compare_mode, _scores(others))
    scores = [outcome.score for outcome in outcomes]
    return Evaluation(
        file=request.file,
        root=str(settings.root),
        mode=request.mode,
        freshness=freshness,
        files=counts[0],
        units=counts[1],
        seconds=time.perf_counter() - started,
        outcomes=outcomes,
        score=mean(scores),
        interval={figure: interval([score[figure] for score in scores]) for figure in FIGURES},
        note=note,
        comparison=None if other is None else compare(Measured(request.mode, _scores(outcomes)), other),
    )


def compare(first: Measured, second: Measured) -> Comparison:
    """Two measurements, paired by question: by its query and its gold.

    Raises:
        UsageError: they have no question in common.
    """
    waiting: dict[str, deque[Score]] = defaultdict(deque)
    for question, score in second.scores:
        waiting[_key(question)].append(score)
    pairs = [
        Change(question, score, theirs.popleft())
        for question, score in first.scores
        if (theirs := waiting[_key(question)])
    ]
    if not pairs:
        raise UsageError(f"{second.label} has none of these questions.", "Compare reports on the same file.")
    gains = {figure: [pair.score[figure] - pair.other[figure] for pair in pairs] for figure in FIGURES}
    return Comparison(
        label=first.label,
        other=second.label,
        questions=len(pairs),
        left_out=len(first.scores) + len(second.scores) - 2 * len(pairs),
        score=mean([pair.score for pair in pairs]),
        other_score=mean([pair.other for pair in pairs]),
        gain={figure: sum(values) / len(pairs) for figure, values in gains.items()},
        interval={figure: interval(values) for figure, values in gains.items()},
        changes=tuple(sorted((pair for pair in pairs if pair.gain), key=lambda pair: (-pair.gain, pair.question.line))),
    )


def _key(question: Question) -> str:
    return json.dumps([question.query, [gold.written for gold in question.gold]], sort_keys=True)


def _scores(outcomes: Sequence[Outcome]) -> tuple[tuple[Question, Score], ...]:
    return tuple((outcome.question, outcome.score) for outcome in outcomes)


def _silently(_: Progress) -> None:
    """Show nothing."""


def _ask_all(
    settings: Settings, request: EvalRequest, progress: Callable[[Progress], None], reader: Reader, checked: bool
) -> tuple[tuple[Outcome, ...], tuple[Outcome, ...], tuple[int, int]]:
    """What came of each question by the mode asked for and by the one it is compared with, and the index's counts."""
    filters = _all_but(request.file, settings.root)

    def ask(question: Question, mode: Mode, limit: int) -> tuple[Hit, ...]:
        asked = SearchRequest(question.query, limit, filters, mode)
        return answer(settings, asked, reader, checked)[0]

    def outcomes(mode: Mode) -> tuple[Outcome, ...]:
        done = []
        for question, known in questions:
            done.append(_outcome(question, partial(ask, question, mode), known))
            progress(Progress(f"Asking ({mode})", len(done), len(questions), counted="queries"))
        return tuple(done)

    questions = [(each, tuple(gold for gold in each.gold if _known(reader, gold))) for each in request.questions]
    others = outcomes(request.compare_mode) if request.compare_mode is not None else ()
    return outcomes(request.mode), others, reader.counts()


def _all_but(file: str, root: Path) -> Filters:
    """A filter that leaves out the file of questions, where it lies in what is searched: it has all their words."""
    path = Path(file).resolve()
    if not path.is_relative_to(root):
        return Filters()
    return Filters(paths=(f"!/{_SPECIAL.sub('?', path.relative_to(root).as_posix())}",))


def _outcome(question: Question, ask: Callable[[int], tuple[Hit, ...]], known: tuple[Gold, ...]) -> Outcome:
    page = ask(DEPTH)
    ranks = tuple(_rank(page, gold) for gold in question.gold)
    asked_for, later = DEPTH, ranks
    if any(rank is None and gold in known for gold, rank in zip(question.gold, ranks, strict=True)):
        asked_for, longer = FURTHER, ask(FURTHER)
        later = tuple(rank or _rank(longer, gold) for gold, rank in zip(question.gold, ranks, strict=True))
    unknown = tuple(gold for gold in question.gold if gold not in known)
    return Outcome(question, ranks, later, asked_for, unknown, score_of(ranks), page)


def _rank(page: Sequence[Hit], gold: Gold) -> int | None:
    return next((rank for rank, hit in enumerate(page, start=1) if found(hit, gold)), None)


def found(hit: Hit, gold: Gold) -> bool:
    """Whether a hit is what is wanted: of that path and, where there are lines, with one of them; or of that name."""
    if hit.path == _path(gold):
        lines = gold.lines
        return lines is None or overlap(Place(hit.path, hit.symbol.start_line, hit.symbol.end_line), lines)
    return isinstance(gold.written, str) and named(hit.symbol, gold.written)


def named(symbol: Symbol, name: str) -> bool:
    """Whether ``name`` is the symbol's qualified name, alone or with its module's, or the end of that, before it.

    ``Server.start`` in the module ``net.http`` is ``Server.start``, ``http.Server.start`` and ``net.http.Server.start``
    but not ``start``, which every class may have.
    """
    if name == symbol.qualified_name:
        return True
    own, wanted = _JOINTS.split(symbol.qualified_name), _JOINTS.split(name.removesuffix("()"))
    return len(wanted) >= len(own) and wanted == [*_JOINTS.split(symbol.module), *own][-len(wanted) :]


def _path(gold: Gold) -> str:
    return gold.text.removeprefix("./")


def _known(reader: Reader, gold: Gold) -> bool:
    """Whether the index has such a file, or a unit of such a name."""
    if any(record.skip is None for record in reader.files([_path(gold)])):
        return True
    if not isinstance(gold.written, str):
        return False
    *_, last = _JOINTS.split(gold.written.removesuffix("()"))
    namesakes = reader.units(reader.by_name(list(dict.fromkeys((last, gold.written))), NAMESAKES, Filters()))
    return any(named(unit.symbol, gold.written) for unit in namesakes.values())
