"""Words: two Tantivy indexes, one document a unit and one a file. The only importer of tantivy.

They are kept apart because BM25 compares a document's length and words with its kind's: a file is a hundred times a
function. Text goes in as words split by :mod:`te_cli.words` and with their English endings folded, each identifier
once in the life of a process, names and paths repeated by their weight, so that one field and one set of statistics
serve all. Queries are built term by term, never parsed.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

import tantivy

from te_cli.errors import IndexDamaged, NotWritable
from te_cli.store.faults import reach
from te_cli.store.removal import remove
from te_cli.words import parts, terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from te_cli.document import Document, Stretch
    from te_cli.model import Filters

NAME_WEIGHT = 4
"""How often a unit's name is repeated: zoekt gives symbol matches five times a body's weight."""

PATH_WEIGHT = 2
"""How often the words of the path are repeated in a unit's document."""

FILE_PATH_WEIGHT = 8
"""The same in a file's document: the best value of a search over 1 to 16 on annotated queries."""

HEAP_BYTES = 64_000_000
"""Memory of a writer before it spills a segment."""

SCORE_DIGITS = 4
"""Scores are rounded: the order in which a disjunction adds its terms must not decide between equals."""

DELETE_CHUNK = 10_000
"""Documents deleted by one query."""

LOOKED_UP = 500
"""Values that are looked up one by one; more of them are compared with every term of the field, in one walk."""

PREFIX_SCORE = 2.0
"""What a document scores for a word that begins with one typed: as much as a word found in an eighth of them."""

ANALYZER = "te_words"

MOST_SPELLED = 1 << 18
"""Identifiers whose spelling is remembered, some 50 MB."""


class Term(NamedTuple):
    """A word to look up, as :func:`query_terms` spells it. ``weight`` multiplies what it scores.

    With ``prefix`` it stands for every word that begins with it, all scoring alike.
    """

    text: str
    weight: float = 1.0
    prefix: bool = False


Word = str | Term
"""A word to look up: a bare one weighs 1."""


@contextmanager
def _writing() -> Iterator[None]:
    """What goes wrong while writing is the world's doing: a full disk, a lost folder, missing rights."""
    try:
        yield
    except Exception as error:  # tantivy raises ValueError, OSError and others
        if "FileAlreadyExists" in str(error):
            raise IndexDamaged("The text index holds a file that it does not name.", "Run `te index`.") from error
        raise NotWritable(
            f"The text index cannot be written: {error}.", "Check the disk's space and rights."
        ) from error
    except BaseException as error:
        _refuse_panic(error)
        raise


@contextmanager
def _reading() -> Iterator[None]:
    """What goes wrong while reading is damage: the files are there for nobody else."""
    try:
        yield
    except MemoryError:  # whatever it was read for, the files are whole
        raise
    except Exception as error:
        raise IndexDamaged("The text index cannot be read.", "Run `te doctor --repair`.") from error
    except BaseException as error:
        _refuse_panic(error)
        raise


def _refuse_panic(error: BaseException) -> None:
    """A panic in Rust arrives as a BaseException of its own; on files that were tampered with, that is damage."""
    if type(error).__name__ == "PanicException":
        raise IndexDamaged("The text index is damaged.", "Run `te doctor --repair`.") from error


@lru_cache(maxsize=1)
def _splitter() -> tantivy.TextAnalyzer:
    """What the index does with the words that it is given: they arrive folded."""
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()


@lru_cache(maxsize=1)
def _folder() -> tantivy.TextAnalyzer:
    """What folds English endings."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    return builder.filter(tantivy.Filter.stemmer("english")).build()


def _schema() -> tantivy.Schema:
    schema = tantivy.SchemaBuilder()
    schema.add_unsigned_field("id", indexed=True, fast=True)
    schema.add_unsigned_field("file", indexed=True)
    for name in ("kind", "language", "content"):
        schema.add_text_field(name, tokenizer_name="raw", index_option="basic")
    schema.add_text_field("words", tokenizer_name=ANALYZER, index_option="freq")
    return schema.build()


class _Spelled(dict[str, str]):
    """The words of each identifier that was met, as the index has them: code repeats its names."""

    def __missing__(self, identifier: str) -> str:
        if len(self) >= MOST_SPELLED:
            self.clear()
        spelled = self[identifier] = " ".join(_folder().analyze(terms(identifier)))
        return spelled


_spelled = _Spelled()


def forget_words() -> None:
    """Drop how identifiers are spelled: after a large run most of them are not met again."""
    _spelled.clear()
    parts.cache_clear()


def _words(names: Iterable[str]) -> str:
    return " ".join(map(_spelled.__getitem__, names))


def _said(stretch: Stretch) -> str:
    """The words of a stretch of text: looked up once, whoever shares it."""
    words = stretch.words
    if words is None:
        words = stretch.words = _words(stretch.identifiers)
    return words


def unit_words(document: Document) -> str:
    """The words of a unit's document, weights applied by repetition."""
    shared = document.shared
    names, places = [_said(shared[document.name])] * NAME_WEIGHT, [_said(shared[document.path])] * PATH_WEIGHT
    said = (shared[document.qualified_name], shared[document.signature], shared[document.doc], *document.of_body())
    return " ".join([*names, *places, *map(_said, said)])


def file_words(document: Document) -> str:
    """The words of a whole file, its path repeated."""
    places = [_said(document.shared[document.path])] * FILE_PATH_WEIGHT
    return " ".join([*places, *map(_said, document.of_body())])


def query_terms(asked: Iterable[str]) -> tuple[str, ...]:
    """The identifiers of a query as the index spells them: lowered, split, folded; distinct, in order."""
    return tuple(dict.fromkeys(_words(asked).split()))


class TextIndex:
    """One of the two indexes: opened for reading, with a writer on demand."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        """Open (or make) the index in ``folder``.

        Raises:
            IndexDamaged: there is none, or it cannot be read.
            NotWritable: it cannot be made.
        """
        self._schema = _schema()
        if create:
            with _writing():
                reach("create.text")
                remove(folder)
                folder.mkdir(parents=True, exist_ok=True)
        with _writing() if create else _reading():
            path = str(folder)
            self._index = tantivy.Index(self._schema, path, reuse=True) if create else tantivy.Index.open(path)
        self._index.register_tokenizer(ANALYZER, _splitter())
        self._writer: tantivy.IndexWriter | None = None
        self._turn = Lock()  # an interrupted caller closes while another thread's commit goes on
        with _reading():  # a writer may be removing this generation
            # By default a thread watches the folder and reloads on its own; here a searcher sees what it was opened on.
            self._index.config_reader(reload_policy="manual")
            self._index.reload()
            self._searcher = self._index.searcher()  # what it sees is fixed from here on

    # Writing

    def add(self, file_id: int, language: str, content: str, units: Iterable[tuple[int, str, str]]) -> None:
        """Add a file's documents, each of an id, a kind and words; nobody sees them before :meth:`commit`."""
        with _writing():
            for unit_id, kind, words in units:
                document = tantivy.Document()
                document.add_unsigned("id", unit_id)
                document.add_unsigned("file", file_id)
                document.add_text("kind", kind)
                document.add_text("language", language)
                document.add_text("content", content)
                document.add_text("words", words)
                self._open_writer().add_document(document)

    def delete(self, unit_ids: Iterable[int]) -> None:
        """Delete documents by id; takes effect at :meth:`commit`."""
        wanted = list(unit_ids)
        for start in range(0, len(wanted), DELETE_CHUNK):
            # By query: deleting by term takes a number for a signed one, and so never meets an unsigned field.
            chosen = tantivy.Query.term_set_query(self._schema, "id", wanted[start : start + DELETE_CHUNK])
            with _writing():
                self._open_writer().delete_documents_by_query(chosen)

    def delete_range(self, first: int, last: int) -> None:
        """Delete every document whose id lies in the range, both ends included."""
        span = tantivy.Query.range_query(self._schema, "id", tantivy.FieldType.Unsigned, first, last)
        with _writing():
            self._open_writer().delete_documents_by_query(span)

    def commit(self, point: str) -> None:
        """Make what was added and deleted durable and visible to searchers opened from now on.

        ``point`` names the commit among :data:`te_cli.store.faults.POINTS`.
        """
        with self._turn:
            if self._writer is None:
                return
            with _writing():
                reach(point)
                self._writer.commit()

    def close(self, *, wait: bool = True) -> None:
        """Let go of the writer, after the commit that is under way; what was not committed is dropped."""
        with self._turn:
            writer, self._writer = self._writer, None
        if writer is not None:
            try:
                if wait:
                    with _writing():
                        reach("close.text")
                        writer.wait_merging_threads()
            finally:
                del writer  # whoever keeps the error keeps this frame, and with the writer its lock would stay

    def _open_writer(self) -> tantivy.IndexWriter:
        if self._writer is None:
            with _writing():
                self._writer = self._index.writer(HEAP_BYTES, num_threads=1)
                # A writer killed within a commit leaves a list of what it deleted, which no commit names. The next one
                # that deletes as much would give its own list the same name, and Tantivy writes over no file.
                self._writer.garbage_collect_files()
        return self._writer

    # Reading

    @property
    def documents(self) -> int:
        """Documents that searches see."""
        return self._searcher.num_docs

    def look_again(self) -> None:
        """See what was committed since."""
        with _reading():
            self._index.reload()
            self._searcher = self._index.searcher()

    def missing(self, unit_ids: Sequence[int]) -> int:
        """How many of ``unit_ids`` have no document."""
        if not unit_ids:
            return 0
        with _reading():
            held = self._searcher.search(self._one_of("id", unit_ids), len(unit_ids), count=False).hits
        return len(unit_ids) - len(held)

    def nearest(
        self, words: Sequence[Word], count: int, scope: tantivy.Query | None, *, every: bool = False
    ) -> list[tuple[int, float]]:
        """Ids and BM25 scores of the best documents with any, or ``every``, of ``words``."""
        if not words or count < 1:
            return []
        query = self._with(words, tantivy.Occur.Must if every else tantivy.Occur.Should)
        if scope is not None:
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, scope)])
        with _reading():
            hits = self._searcher.search(query, count, count=False).hits
            ids = self._searcher.fast_field_values("id", [address for _, address in hits])
        return [
            (int(unit_id or 0), round(float(score), SCORE_DIGITS))
            for unit_id, (score, _) in zip(ids, hits, strict=True)
        ]

    def scores(self, words: Sequence[Word], unit_ids: Sequence[int]) -> dict[int, float]:
        """BM25 scores of certain documents; those without any of the words are missing."""
        if not unit_ids:
            return {}
        return dict(self.nearest(words, len(unit_ids), self._one_of("id", unit_ids)))

    def scope(
        self, filters: Filters, file_ids: Iterable[int] | None, unit_ids: Sequence[int] | None = None
    ) -> tantivy.Query | None:
        """What a document must satisfy, scoring nothing; None where anything will do."""
        wanted = [
            self._one_of(field, values)
            for field, values in (
                ("kind", filters.kinds),
                ("language", filters.languages),
                ("content", filters.contents),
            )
            if values
        ]
        if file_ids is not None:
            wanted.append(self._one_of("file", sorted(file_ids)))
        if unit_ids is not None:
            wanted.append(self._one_of("id", unit_ids))
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, part) for part in wanted]) if wanted else None

    def document_frequency(self, word: str) -> int:
        """In how many documents a word occurs, deleted ones included until segments merge."""
        with _reading():
            return self._searcher.doc_freq("words", word)

    def _one_of(self, field: str, values: Sequence[object]) -> tantivy.Query:
        if not values:
            return tantivy.Query.empty_query()
        if len(values) > LOOKED_UP:
            chosen = tantivy.Query.term_set_query(self._schema, field, list(values))
        else:
            each = (tantivy.Query.term_query(self._schema, field, value) for value in values)
            chosen = tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in each])
        return tantivy.Query.const_score_query(chosen, 0.0)

    def _with(self, words: Sequence[Word], occur: tantivy.Occur) -> tantivy.Query:
        terms = (Term(word) if isinstance(word, str) else word for word in words)
        return tantivy.Query.boolean_query([(occur, self._of(term)) for term in terms])

    def _of(self, term: Term) -> tantivy.Query:
        if term.prefix:
            query = tantivy.Query.fuzzy_term_query(self._schema, "words", term.text, distance=0, prefix=True)
            return tantivy.Query.boost_query(query, PREFIX_SCORE * term.weight)
        query = tantivy.Query.term_query(self._schema, "words", term.text, "freq")
        return query if term.weight == 1.0 else tantivy.Query.boost_query(query, term.weight)
