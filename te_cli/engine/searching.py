"""``te search``: refresh when that is cheap, retrieve, rank, and say how fresh each answer is."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from te_cli.engine.filtering import with_typed_filters
from te_cli.engine.opening import Updater, read_fresh
from te_cli.engine.places import same_model
from te_cli.engine.respelling import respelled
from te_cli.engine.retrieving import meaning, retrieve
from te_cli.engine.snippets import Sources
from te_cli.errors import EmptyQuery
from te_cli.model import Hit, SearchResult
from te_cli.rank.analyse import analyse, fold
from te_cli.rank.order import rank

if TYPE_CHECKING:
    from collections.abc import Callable

    from te_cli.config import Settings
    from te_cli.model import Progress, SearchRequest
    from te_cli.rank.order import Ranked
    from te_cli.store.reader import Reader
    from te_cli.store.records import FileRecord

MAX_LIMIT = 100_000
"""Hits of one answer: more is the whole index, which has better verbs."""


NO_KNOWN_WORD = "No word of the query is known to the embedding model: answered by text."


def search(
    settings: Settings,
    request: SearchRequest,
    *,
    progress: Callable[[Progress], None] | None = None,
    announce: Callable[[str], None] | None = None,
) -> SearchResult:
    """Answer ``request``; where there is no index, build it first and say so through ``announce``.

    Raises:
        EmptyQuery: there is nothing to search for.
        UnknownName: a filter typed in the query names no language, or no kind.
        StoreError: the index cannot be read, and cannot be built.
    """
    if not request.text.strip():
        raise EmptyQuery("The query is empty.", 'Say what to look for: te search "parse the config file".')
    started = time.perf_counter()
    with_typed_filters(request)  # refuses before anything is built
    updater = Updater(settings, progress, announce)
    (hits, counts, remark), freshness, note = read_fresh(
        settings, request.refresh, updater, partial(answer, settings, request)
    )
    if freshness == "unchecked" and any(hit.stale for hit in hits):
        freshness = "stale"
    seconds = time.perf_counter() - started
    said = " ".join(sentence for sentence in (note, remark) if sentence) or None
    return SearchResult(request.text, str(settings.root), freshness, *counts, seconds, hits, said)


def answer(
    settings: Settings, request: SearchRequest, reader: Reader, checked: bool
) -> tuple[tuple[Hit, ...], tuple[int, int], str | None]:
    """The hits, how many files and units there are, and what to tell of how the query was understood."""
    limit = min(request.limit, MAX_LIMIT)
    request, left_out = with_typed_filters(request)
    query, respelt = respelled(reader, analyse(request.text))
    comparable = same_model(reader)
    vector = meaning(query, request.mode) if comparable else None
    wordless = request.mode == "semantic" and vector is None
    mode = "text" if wordless else request.mode
    candidates = retrieve(
        reader, query, mode=mode, limit=limit, filters=request.filters, vector=vector, root=settings.root
    )
    ranked = rank(query, candidates, limit, by_vectors_alone=mode == "semantic")
    records = {record.path: record for record in reader.files({entry.candidate.path for entry in ranked})}
    sources = Sources(settings.root, records, checked=checked)
    words = frozenset(fold(word) for word in query.words)
    hits = tuple(_hit(entry, records[entry.candidate.path], sources, request, words) for entry in ranked)
    told = (left_out, respelt, NO_KNOWN_WORD if wordless and comparable else None)
    return hits, reader.counts(), " ".join(sentence for sentence in told if sentence) or None


def _hit(entry: Ranked, record: FileRecord, sources: Sources, request: SearchRequest, words: frozenset[str]) -> Hit:
    candidate = entry.candidate
    start, snippet = sources.snippet(candidate.path, candidate.symbol, request.context, words) or (None, None)
    return Hit(
        id=candidate.id,
        path=candidate.path,
        language=record.language,
        symbol=candidate.symbol,
        score=entry.score,
        stale=sources.stale(candidate.path),
        snippet=snippet,
        snippet_start=start,
        explain=entry.reasons if request.explain else (),
    )
