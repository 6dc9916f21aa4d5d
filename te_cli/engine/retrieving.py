"""From a query to candidates: each retriever's best, then every retriever's word on all of them.

Candidates are not where answers are lost: on 477 annotated queries the ones below hold the right file every time.
What matters is that each candidate is then judged by the same evidence, so scores that a retriever's cut left out
are asked for by id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from te_cli.engine.calibrating import AS_IT_IS
from te_cli.engine.placing import places
from te_cli.engine.quoting import quoted
from te_cli.rank.analyse import STOP_WORDS
from te_cli.rank.candidates import Candidate
from te_cli.store.lexical import Term, query_terms
from te_cli.timings import OFF

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from te_cli.embed.port import Direction, Embedder
    from te_cli.engine.calibrating import Scale
    from te_cli.model import Filters, Mode
    from te_cli.rank.analyse import Query
    from te_cli.store.lexical import Word
    from te_cli.store.reader import Reader
    from te_cli.store.records import UnitRecord
    from te_cli.timings import Clock

DEPTH = 60
"""Candidates from the words and from the vectors, at least."""

NAMED = 30
"""Candidates for each name in the query, exact; the same for a prefix."""

FILES_BY_WORDS = 20
"""Files whose module unit joins the candidates for their words as a whole."""

GATHERED = 10
"""Units of a file whose cosines are gathered: fewer favour one lucky unit, many more the longest file."""

LONG_QUERY = 48
"""Distinct terms of a query that are looked up; a pasted issue keeps its rarest."""

PREFIX_LEAST = 3
"""Letters before which a prefix says nothing."""

PREFIX_OF_WORD = 4
"""The same among words, where a prefix is tried for what does not occur."""

STRESS = 2.0
"""How much more a word of a title or of an error's message weighs than one of the text below it."""


NO_FILE = (0.0, 0.0, 0.0)
"""What the file says of a unit whose file has no module unit."""


def meaning(model: Embedder, query: Query) -> Direction | None:
    """The query's vector, shape (dimension,); None where the model knows no word of it."""
    vector = model.embed_query(query.text)
    return vector if vector.any() else None


def retrieve(
    reader: Reader,
    query: Query,
    *,
    mode: Mode,
    limit: int,
    filters: Filters,
    vector: Direction | None,
    scale: Scale = AS_IT_IS,
    root: Path | None = None,
    clock: Clock = OFF,
) -> list[Candidate]:
    """The candidates for ``query``, in no particular order, each with all scores its mode allows.

    ``vector`` is its :func:`meaning`: without one the vectors have no say. ``scale`` says what its cosines are
    worth. ``root`` is where the sources lie: without
    it phrases in quotes are words as any others.
    """
    depth = max(DEPTH, 3 * limit)
    with clock.stage("words"):
        terms = _telling(reader, query) if mode in ("hybrid", "text") else ()
        by_words = reader.by_words(terms, depth, filters)
        by_file = reader.by_file_words(terms, max(FILES_BY_WORDS, limit), filters)
    with clock.stage("vectors"):
        by_vector = reader.by_vector(vector, depth, filters) if vector is not None else []
    with clock.stage("names"):
        by_name = _by_name(reader, query, limit, filters) if mode in ("hybrid", "name") else []
        by_path = places(reader, query, filters) if mode in ("hybrid", "name") else {}
        by_phrase = quoted(reader, query, filters, root if mode in ("hybrid", "text") else None)
    with clock.stage("rows"):
        scored = (unit_id for unit_id, _ in (*by_words, *by_file, *by_vector))
        records = reader.units(dict.fromkeys((*scored, *by_name, *by_path, *by_phrase.units)))
        modules = reader.modules({record.file_id for record in records.values()})
        changed = _changed(reader, records.values()) if query.wants_recent else {}
    with clock.stage("words"):
        words = reader.units_text.scores(terms, list(records))
        file_words = reader.files_text.scores(terms, sorted(modules.values()))
    with clock.stage("vectors"):
        cosines = _scaled(reader, vector, {*records, *modules.values()}, scale) if vector is not None else {}
        gathered = _gathered(reader, vector, modules, scale) if mode == "semantic" and vector is not None else {}
    vector_ids = [unit_id for unit_id, _ in by_vector]
    of_file = {
        file_id: (file_words.get(module, 0.0), cosines.get(module, 0.0), gathered.get(file_id, 0.0))
        for file_id, module in modules.items()
    }
    words_rank, vector_rank, name_rank = map(_ranks, (_merged(by_words, by_file), vector_ids, by_name))
    return [
        Candidate(  # in their order: half the time of naming them, for two hundred
            *(unit_id, record.path, record.content, record.symbol),
            *(words.get(unit_id, 0.0), cosines.get(unit_id, 0.0)),
            *of_file.get(record.file_id, NO_FILE),
            *(words_rank.get(unit_id), vector_rank.get(unit_id), name_rank.get(unit_id)),
            by_path.get(unit_id, 0.0),
            by_phrase.share(record) if by_phrase.places else 0.0,
            changed.get(record.path, 0),
        )
        for unit_id, record in records.items()
    ]


def _changed(reader: Reader, records: Iterable[UnitRecord]) -> dict[str, int]:
    """When each unit's file was last written, as the last run found it."""
    return {file.path: file.fingerprint.mtime_ns for file in reader.files({record.path for record in records})}


def _scaled(reader: Reader, vector: Direction, ids: Collection[int], scale: Scale) -> dict[int, float]:
    """The cosine of each of the units, on the scale that ranking was tuned on."""
    cosines = reader.similarities(vector, ids)
    if scale == AS_IT_IS:
        return cosines
    return {unit_id: scale(cosine) for unit_id, cosine in cosines.items()}


def _gathered(reader: Reader, vector: Direction, files: Iterable[int], scale: Scale) -> dict[int, float]:
    """The sum of the best cosines of each file's units, over :data:`GATHERED`: a file with fewer gathers less."""
    file_of = reader.members(files)
    cosines: dict[int, list[float]] = {}
    for unit_id, cosine in _scaled(reader, vector, file_of, scale).items():
        cosines.setdefault(file_of[unit_id], []).append(cosine)
    return {file_id: sum(sorted(own, reverse=True)[:GATHERED]) / GATHERED for file_id, own in cosines.items()}


def _telling(reader: Reader, query: Query) -> tuple[Word, ...]:
    """The terms to look up: all of a usual query's, those that begin so for one that is nowhere; a long text's rarest.

    Of a long text, what its title and its errors say weighs more.
    """
    terms = query_terms(query.identifiers)
    frequency = {term: reader.files_text.document_frequency(term) for term in terms}
    if len(terms) <= LONG_QUERY and not query.stressed:
        return tuple(
            term if frequency[term] or len(term) < PREFIX_OF_WORD else Term(term, prefix=True) for term in terms
        )
    stressed = frozenset(query_terms(word for word in query.stressed if word.lower() not in STOP_WORDS))
    known = [term for term in terms if frequency[term]]
    place = {term: number for number, term in enumerate(known)}
    rarest = set(sorted(known, key=lambda term: (frequency[term], place[term]))[:LONG_QUERY])
    return tuple(
        Term(term, STRESS) if term in stressed else term for term in known if term in rarest or term in stressed
    )


def _by_name(reader: Reader, query: Query, limit: int, filters: Filters) -> list[int]:
    """Units by exact lowered name, then (for a name typed as the query) by prefix."""
    found = reader.by_name(query.names, max(NAMED, limit), filters)
    if query.intent == "name":
        prefixes = [name for name in query.names if len(name) >= PREFIX_LEAST]
        found += reader.by_name(prefixes, max(NAMED, limit), filters, prefix=True)
    return list(dict.fromkeys(found))


def _merged(units: Sequence[tuple[int, float]], files: Sequence[tuple[int, float]]) -> list[int]:
    """Units and files as one list of words: their scores do not compare, so they take turns."""
    merged: list[int] = []
    for place in range(max(len(units), len(files))):
        merged += [found[place][0] for found in (units, files) if place < len(found)]
    return merged


def _ranks(ids: Sequence[int]) -> dict[int, int]:
    return {unit_id: place for place, unit_id in enumerate(ids)}
