"""``te search``: refresh when that is cheap, retrieve, rank, and say how fresh each answer is."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from te_cli.engine.budget import within
from te_cli.engine.calibrating import scale_of
from te_cli.engine.embedding import model_of
from te_cli.engine.filtering import with_typed_filters
from te_cli.engine.folding import SPARE, folded
from te_cli.engine.opening import Updater, read_fresh
from te_cli.engine.respelling import respelled
from te_cli.engine.retrieving import meaning, retrieve
from te_cli.engine.snippets import Sources
from te_cli.engine.telling import ceilings_of, weights_of
from te_cli.errors import EmptyQuery
from te_cli.model import MAX_LIMIT, Alike, Hit, SearchResult
from te_cli.rank.analyse import analyse
from te_cli.rank.fitness import Judge, floors
from te_cli.rank.order import rank
from te_cli.timings import OFF
from te_cli.words import readable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from te_cli.config import Settings
    from te_cli.engine.folding import Group
    from te_cli.engine.keeping import Readers
    from te_cli.engine.texts import Texts
    from te_cli.model import Mode, Progress, SearchRequest, Symbol
    from te_cli.store.reader import Reader
    from te_cli.store.records import FileRecord
    from te_cli.timings import Clock

    Parents = dict[tuple[str, int], Symbol]

JUDGED = 10
"""Hits of which one has to fit, or there is no answer, however few are wanted."""

BY_MEANING = ("hybrid", "semantic")
"""The modes in which vectors have a say."""

NO_KNOWN_WORD = "No word of the query is known to the embedding model: answered by text."

NOTHING_FITS = "What comes nearest has too little to do with it."

ALL_WEAK = "Nothing fits well: this is what comes nearest."


class Answer(NamedTuple):
    """The hits, how many files and units there are, what to tell of how the query was understood, and hits left out."""

    hits: tuple[Hit, ...]
    counts: tuple[int, int]
    remark: str | None
    left_out: int = 0


def search(
    settings: Settings,
    request: SearchRequest,
    *,
    progress: Callable[[Progress], None] | None = None,
    announce: Callable[[str], None] | None = None,
    readers: Readers | None = None,
    clock: Clock = OFF,
) -> SearchResult:
    """Answer ``request``; where there is no index, build it first and say so through ``announce``.

    ``readers`` keep the index open between the questions of one process. ``clock`` is told where the time goes.

    Raises:
        EmptyQuery: there is nothing to search for.
        OtherModel, ModelError: the model that made the vectors is not the one asked for, or is gone.
        UnknownName: a filter typed in the query names no language, or no kind.
        StoreError: the index cannot be read, and cannot be built.
    """
    if not request.text.strip():
        raise EmptyQuery("The query is empty.", 'Say what to look for: te search "parse the config file".')
    started = time.perf_counter()
    with_typed_filters(request)  # refuses before anything is built
    updater = Updater(settings, progress, announce)
    by_meaning = request.mode in BY_MEANING
    asked = partial(answer, settings, request, clock=clock, texts=readers.texts if readers else None)
    found, freshness, note = read_fresh(
        settings, request.refresh, updater, asked, readers, clock, by_meaning=by_meaning
    )
    if freshness == "unchecked" and any(hit.stale for hit in found.hits):
        freshness = "stale"
    seconds = time.perf_counter() - started
    said = " ".join(sentence for sentence in (note, found.remark) if sentence) or None
    root = str(settings.root)
    return SearchResult(request.text, root, freshness, *found.counts, seconds, found.hits, said, found.left_out)


def answer(
    settings: Settings,
    request: SearchRequest,
    reader: Reader,
    checked: bool,
    clock: Clock = OFF,
    texts: Texts | None = None,
) -> Answer:
    """What an open index answers; ``checked``: the work tree was compared with it just now."""
    limit = min(request.limit, MAX_LIMIT)
    request, excluded = with_typed_filters(replace(request, text=readable(request.text)))
    with clock.stage("analysing"):
        asked = analyse(request.text)
    with clock.stage("spelling"):
        query, respelt = respelled(reader, asked)
    with clock.stage("model"):
        model = model_of(settings, reader) if request.mode in BY_MEANING else None
        vector = meaning(model, query) if model is not None else None
    wordless = request.mode == "semantic" and vector is None
    mode: Mode = "text" if wordless else request.mode
    request = replace(request, mode=mode)
    told = _joined(excluded, respelt, NO_KNOWN_WORD if wordless and model is not None else None)
    candidates = retrieve(
        reader,
        query,
        mode=mode,
        limit=limit,
        filters=request.filters,
        vector=vector,
        scale=scale_of(reader),
        root=settings.root,
        clock=clock,
    )
    with clock.stage("ranking"):
        ranked = rank(query, candidates, max(limit, JUDGED) + SPARE, mode)
        grounds = floors(by_words=mode in ("hybrid", "text"), by_vectors=vector is not None)
        judge = Judge(query, ceilings_of(reader, query), grounds)
    # Who filters asks for the best of a part, where the other words of the question need not occur.
    if not request.filters and not judge.fits(entry.candidate for entry in ranked[: max(limit, JUDGED)]):
        return Answer((), reader.counts(), _joined(told, NOTHING_FITS if ranked else None))
    with clock.stage("snippets"):
        records = {record.path: record for record in reader.files({entry.candidate.path for entry in ranked})}
        sources = Sources(settings.root, records, checked=checked, texts=texts)
        weights = weights_of(reader, query)
        groups = folded(ranked, limit, sources) if request.fold else [(entry, []) for entry in ranked[:limit]]
        parents = _parents(reader, records, groups)
        hits = tuple(_hit(group, parents, records, sources, request, weights, judge) for group in groups)
        remark = _joined(told, ALL_WEAK if hits and all(hit.weak for hit in hits) else None)
        left_out = 0
        if request.max_tokens is not None:
            hits, left_out = within(hits, request.max_tokens, sources, weights)
    return Answer(hits, reader.counts(), remark, left_out)


def _joined(*sentences: str | None) -> str | None:
    return " ".join(filter(None, sentences)) or None


def _parents(reader: Reader, records: Mapping[str, FileRecord], groups: Sequence[Group]) -> Parents:
    """What encloses each hit, by path and position in the file."""
    wanted: dict[str, set[int]] = {}
    for entry, _ in groups:
        candidate = entry.candidate
        if candidate.symbol.parent is not None:
            wanted.setdefault(candidate.path, set()).add(candidate.symbol.parent)
    return {
        (path, position): unit.symbol
        for path, positions in sorted(wanted.items())
        for position, unit in reader.units_of(records[path].id, positions).items()
    }


def _hit(
    group: Group,
    parents: Parents,
    records: Mapping[str, FileRecord],
    sources: Sources,
    request: SearchRequest,
    weights: Mapping[str, float],
    judge: Judge,
) -> Hit:
    entry, alike = group
    candidate = entry.candidate
    symbol = candidate.symbol
    found = sources.snippet(candidate.path, symbol, request.context, weights)
    return Hit(
        id=candidate.id,
        path=candidate.path,
        language=records[candidate.path].language,
        symbol=symbol,
        score=entry.score,
        stale=sources.stale(candidate.path),
        weak=judge.weak(candidate),
        parent=None if symbol.parent is None else parents.get((candidate.path, symbol.parent)),
        alike=tuple(Alike(other.candidate.path, other.candidate.symbol) for other in alike),
        snippet=found.text if found else None,
        snippet_start=found.start if found else None,
        matched=found.matched if found else (),
        matched_lines=found.lines if found and request.mode != "semantic" else (),  # no word has a say there
        explain=entry.reasons if request.explain else (),
    )
