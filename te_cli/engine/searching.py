"""``te search``: refresh when that is cheap, retrieve, rank, and say how fresh each answer is."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from te_cli.engine.places import made_alike, open_reader, place_of, same_model
from te_cli.engine.plan import make_plan
from te_cli.engine.retrieving import retrieve
from te_cli.engine.snippets import Sources
from te_cli.errors import EmptyQuery, IndexBusy, IndexDamaged, NoIndex, NotWritable
from te_cli.model import Freshness, Hit, SearchResult
from te_cli.rank.analyse import analyse, fold
from te_cli.rank.order import rank

if TYPE_CHECKING:
    from collections.abc import Callable

    from te_cli.config import Settings
    from te_cli.model import IndexReport, Progress, SearchRequest
    from te_cli.rank.order import Ranked
    from te_cli.store.reader import Reader
    from te_cli.store.records import FileRecord

MAX_LIMIT = 100_000
"""Hits of one answer: more is the whole index, which has better verbs."""

OTHER_MODEL = "Another model made the vectors of this index: answered by words and names alone."

CHEAP_MS = 100.0
"""A stat pass that took less than this is repeated before each answer; a longer one would be felt."""


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
        StoreError: the index cannot be read, and cannot be built.
    """
    if not request.text.strip():
        raise EmptyQuery("The query is empty.", 'Say what to look for: te search "parse the config file".')
    started = time.perf_counter()
    update = _Updater(settings, progress, announce)
    try:
        opened = _open_fresh(settings, request, update)
        with opened.reader as reader:
            hits, counts = _answer(settings, request, reader, checked=opened.freshness == "fresh")
    except IndexDamaged as error:
        if place_of(settings).read_only:
            raise
        update(f"{error.message} Building it anew.", full=True)
        opened = _Opened(open_reader(settings), "fresh")
        with opened.reader as reader:
            hits, counts = _answer(settings, request, reader, checked=True)
    freshness = opened.freshness
    if freshness == "unchecked" and any(hit.stale for hit in hits):
        freshness = "stale"
    seconds = time.perf_counter() - started
    return SearchResult(request.text, str(settings.root), freshness, *counts, seconds, hits, opened.note)


def _answer(
    settings: Settings, request: SearchRequest, reader: Reader, *, checked: bool
) -> tuple[tuple[Hit, ...], tuple[int, int]]:
    """The hits, and how many files and units there are."""
    limit = min(request.limit, MAX_LIMIT)
    query = analyse(request.text)
    vectors = same_model(reader)
    candidates = retrieve(reader, query, mode=request.mode, limit=limit, filters=request.filters, vectors=vectors)
    ranked = rank(query, candidates, limit)
    records = {record.path: record for record in reader.files({entry.candidate.path for entry in ranked})}
    sources = Sources(settings.root, records, checked=checked)
    words = frozenset(fold(word) for word in query.words)
    hits = tuple(_hit(entry, records[entry.candidate.path], sources, request, words) for entry in ranked)
    return hits, reader.counts()


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


def known_languages() -> tuple[str, ...]:
    """Every language that a file can have, for filters."""
    from te_cli.walk.languages import LANGUAGES

    return tuple(sorted(LANGUAGES))


class _Updater:
    """The verb ``indexing.update``, imported only when a search needs it."""

    def __init__(
        self,
        settings: Settings,
        progress: Callable[[Progress], None] | None,
        announce: Callable[[str], None] | None,
    ) -> None:
        self._settings, self._progress, self._announce = settings, progress, announce

    def __call__(self, sentence: str = "", *, full: bool = False) -> IndexReport:
        """Update; ``sentence`` is said once the update is under way, not when somebody else holds the lock."""
        from te_cli.engine.indexing import update

        said = [sentence] if sentence and self._announce else []

        def tell(step: Progress) -> None:
            while said and self._announce:
                self._announce(said.pop())
            if self._progress:
                self._progress(step)

        return update(self._settings, full=full, progress=tell)


class _Opened(NamedTuple):
    """A reader, how fresh it is, and what to tell about that."""

    reader: Reader
    freshness: Freshness
    note: str | None = None


def _open_fresh(settings: Settings, request: SearchRequest, update: _Updater) -> _Opened:
    """The index, built where there is none, and brought up to date where that was asked for or is cheap."""
    read_only = place_of(settings).read_only
    try:
        reader = open_reader(settings)
    except (NoIndex, IndexDamaged) as error:
        if read_only:
            raise
        update(f"{error.message} Building it.")
        return _Opened(open_reader(settings), "fresh")
    try:
        return _brought_up_to_date(settings, request, reader, update, read_only=read_only)
    except BaseException:
        reader.close()
        raise


def _brought_up_to_date(
    settings: Settings, request: SearchRequest, reader: Reader, update: _Updater, *, read_only: bool
) -> _Opened:
    """``reader``, or one of the index that an update left."""
    comparable = same_model(reader)
    note = None if comparable else OTHER_MODEL
    slow = float(reader.catalog.meta("walk_ms", "0")) > CHEAP_MS
    if request.refresh == "never" or read_only or (request.refresh == "auto" and slow and comparable):
        return _Opened(reader, "unchecked", note)
    if made_alike(reader) and not _changed(settings, reader):
        return _Opened(reader, "fresh")
    reader.close()
    try:
        update("" if comparable else "Another model made this index. Building it anew.")
    except (IndexBusy, NotWritable) as error:
        if request.refresh == "always":
            raise
        return _Opened(open_reader(settings), "unchecked", note or error.message)
    return _Opened(open_reader(settings), "fresh")


def _changed(settings: Settings, reader: Reader) -> bool:
    """Whether the work tree differs from what the index remembers."""
    from te_cli.engine.indexing import look, size_limit

    listing = look(settings, size_limit(settings, reader.catalog))
    return bool(make_plan(listing, {record.path: record for record in reader.files()}))
