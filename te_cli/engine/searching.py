"""``te search``: refresh when that is cheap, retrieve, rank, and say how fresh each answer is."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from te_cli.engine.places import open_reader, place_of
from te_cli.engine.plan import make_plan
from te_cli.engine.retrieving import retrieve
from te_cli.engine.snippets import Sources
from te_cli.errors import EmptyQuery, IndexBusy, IndexDamaged, NoIndex, NotWritable
from te_cli.model import Hit, SearchResult
from te_cli.rank.analyse import analyse
from te_cli.rank.order import rank

if TYPE_CHECKING:
    from collections.abc import Callable

    from te_cli.config import Settings
    from te_cli.model import Freshness, IndexReport, Progress, SearchRequest
    from te_cli.rank.order import Ranked
    from te_cli.store.reader import Reader
    from te_cli.store.records import FileRecord

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
    reader, freshness, note = _open_fresh(settings, request, update)
    with reader:
        query = analyse(request.text)
        candidates = retrieve(reader, query, mode=request.mode, limit=request.limit, filters=request.filters)
        ranked = rank(query, candidates, request.limit)
        files, units = reader.counts()
        records = {record.path: record for record in reader.files({entry.candidate.path for entry in ranked})}
    sources = Sources(settings.root, records, checked=freshness == "fresh")
    hits = tuple(_hit(entry, records[entry.candidate.path], sources, request) for entry in ranked)
    if freshness == "unchecked" and any(hit.stale for hit in hits):
        freshness = "stale"
    seconds = time.perf_counter() - started
    return SearchResult(request.text, str(settings.root), freshness, files, units, seconds, hits, note)


def _hit(entry: Ranked, record: FileRecord, sources: Sources, request: SearchRequest) -> Hit:
    candidate = entry.candidate
    start, snippet = sources.snippet(candidate.path, candidate.symbol, request.context) or (None, None)
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

    def __call__(self, sentence: str = "") -> IndexReport:
        from te_cli.engine.indexing import update

        if sentence and self._announce:
            self._announce(sentence)
        return update(self._settings, progress=self._progress)


def _open_fresh(settings: Settings, request: SearchRequest, update: _Updater) -> tuple[Reader, Freshness, str | None]:
    """A reader, how fresh it is, and what to tell about that."""
    try:
        reader = open_reader(settings)
    except NoIndex:
        update(f"No index yet: building one for {settings.root}.")
        return open_reader(settings), "fresh", None
    except IndexDamaged as error:
        update(f"{error.message} Building it anew.")
        return open_reader(settings), "fresh", None
    if request.refresh == "never" or place_of(settings).read_only:
        return reader, "unchecked", None
    if request.refresh == "auto" and float(reader.catalog.meta("walk_ms", "0")) > CHEAP_MS:
        return reader, "unchecked", None
    if not _changed(settings, reader):
        return reader, "fresh", None
    reader.close()
    try:
        update()
    except (IndexBusy, NotWritable) as error:
        if request.refresh == "always":
            raise
        return open_reader(settings), "unchecked", error.message
    return open_reader(settings), "fresh", None


def _changed(settings: Settings, reader: Reader) -> bool:
    """Whether the work tree differs from what the index remembers, or was made with another model or recipe."""
    from te_cli.engine.indexing import look, size_limit
    from te_cli.engine.places import RECIPE, embedder

    made_with = reader.catalog.meta("model"), reader.catalog.meta("recipe")
    if made_with != (embedder().identity.fingerprint, RECIPE):
        return True
    return bool(
        make_plan(
            look(settings, size_limit(settings, reader.catalog)), {record.path: record for record in reader.files()}
        )
    )
