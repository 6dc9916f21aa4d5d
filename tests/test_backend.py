"""One behaviour suite over every embedder, vector store and backend that there is (see ``backends.py``)."""

from __future__ import annotations

import copy
import operator
import pickle
import threading
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from backends import BACKENDS, DIMENSION, EMBEDDERS, STORES, PlainStore, shipped

import te_cli.backend
from te_cli.backend import DiskStore, EmbeddingBackend, HashEmbedder, Match, MemoryStore, Metadata, open_embedder
from te_cli.document import Document
from te_cli.errors import EmptyQuery, ModelError, StoreError, TeError, UsageError
from te_cli.store import pile

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import ArrayLike, NDArray

    from te_cli.backend import Embedder, VectorStore


@pytest.fixture(params=EMBEDDERS)
def embedder(request: pytest.FixtureRequest, tmp_path: Path) -> Embedder:
    """Each embedder."""
    return EMBEDDERS[request.param](tmp_path / "model")


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorStore]:
    """Each vector store, empty."""
    made = STORES[request.param](tmp_path / "store")
    yield made
    made.close()


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EmbeddingBackend]:
    """Each backend, empty."""
    made = BACKENDS[request.param](tmp_path / "backend")
    yield made
    made.close()


def axis(*numbers: float) -> NDArray[np.float32]:
    """A vector that begins with ``numbers``; the rest are zeros."""
    row = np.zeros(DIMENSION, np.float32)
    row[: len(numbers)] = numbers
    return row


def ids(matches: Sequence[Match]) -> list[str]:
    return [match.id for match in matches]


# Embedders


def test_rows_are_directions(embedder: Embedder) -> None:
    """Of n documents n rows of length 1 come back, in single precision; of none an empty table of the same width."""
    documents = [
        Document(body="retry an upload that failed"),
        Document(name="parse_date", body="def parse_date(): ..."),
    ]
    rows = embedder.embed_documents(documents)
    assert (rows.shape, str(rows.dtype)) == ((2, embedder.dimension), "float32")
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert embedder.embed_documents([]).shape == (0, embedder.dimension)
    query = embedder.embed_query("retry an upload")
    assert (query.shape, str(query.dtype)) == ((embedder.dimension,), "float32")


def test_what_is_alike_is_near(embedder: Embedder) -> None:
    texts = ["retry an upload that failed", "parse a date from text", "draw a triangle on the screen"]
    rows = embedder.embed_documents([Document(body=text) for text in texts])
    for number, query in enumerate(["retry the failed upload", "date parsing from a text", "a triangle on a screen"]):
        assert int(np.argmax(rows @ embedder.embed_query(query))) == number


def test_a_document_does_not_depend_on_those_beside_it(embedder: Embedder) -> None:
    """Batches of any size give the same rows."""
    documents = [Document(body=f"text number {n} of {'many ' * (n % 5)}") for n in range(20)]
    together = embedder.embed_documents(documents)
    apart = np.concatenate([embedder.embed_documents([document]) for document in documents])
    assert np.abs(together - apart).max() < 1e-4


def test_any_text_has_a_vector(embedder: Embedder) -> None:
    """One that says nothing has zeros; none has a number that is not finite."""
    for text in ("", " \n\t", "\x00", "🦜" * 5, "a" * 100_000, "é ü 漢字 \u202e", "$%&/()"):
        for row in (embedder.embed_query(text), embedder.embed_documents([Document(body=text)])[0]):
            assert np.isfinite(row).all()
            assert np.linalg.norm(row) == pytest.approx(1, abs=1e-4) or not row.any()


def test_an_embedder_says_what_it_is(embedder: Embedder) -> None:
    assert embedder.name
    assert len(embedder.fingerprint) >= 16
    assert int(embedder.fingerprint, 16) >= 0


def test_a_hash_is_the_same_everywhere() -> None:
    """Numbers that were written down once: no process, machine or hash seed has others."""
    row = HashEmbedder(8).embed_query("retryUpload, retry")
    assert HashEmbedder(8).fingerprint != HashEmbedder(9).fingerprint
    assert np.round(row, 4).tolist() == pytest.approx(
        [-0.4063, -0.4063, -0.0697, 0.0697, 0.4063, 0.4063, 0.4063, 0.4063]
    )
    assert (
        HashEmbedder().embed_query("upload_retry retry").tolist()
        == HashEmbedder().embed_query("retry RetryUpload").tolist()
    )


def test_an_embedder_is_opened_by_name_or_folder(tmp_path: Path) -> None:
    table = EMBEDDERS["table"](tmp_path / "table")
    assert open_embedder("").fingerprint == open_embedder().fingerprint == open_embedder("te-static").fingerprint
    assert open_embedder(str(tmp_path / "table")).fingerprint == table.fingerprint
    wrong: Any
    for wrong in ("no-such-model", str(tmp_path / "none"), "\0", tmp_path, 3, None):
        with pytest.raises((ModelError, UsageError)) as caught:
            open_embedder(wrong)
        assert caught.value.message


# Vector stores


def test_the_nearest_come_first(store: VectorStore) -> None:
    """Cosines, whatever the lengths; ties by id."""
    store.add([5, 3, 9, 1], [axis(1, 1), axis(4, 0), axis(-1e30, 0), axis(1e-30, 0)])
    assert store.search(axis(2), 4) == [(1, 1.0), (3, 1.0), (5, pytest.approx(0.707107)), (9, -1.0)]
    assert store.search(axis(2), 2) == [(1, 1.0), (3, 1.0)]
    assert store.search(axis(2), 99)[-1] == (9, -1.0)
    assert store.dimension == DIMENSION


def test_an_id_that_is_there_is_replaced(store: VectorStore) -> None:
    """And of one that comes twice at once, the last one counts."""
    store.add([1, 2], [axis(1), axis(0, 1)])
    store.add([2, 3, 3], [axis(1), axis(1), axis(0, 1)])
    assert len(store) == 3
    assert store.search(axis(0, 1), 3) == [(3, 1.0), (1, 0.0), (2, 0.0)]


def test_what_is_removed_is_gone(store: VectorStore) -> None:
    store.add(range(10), np.eye(10, DIMENSION))
    store.remove([3, 4, 99])
    store.remove([])
    assert (len(store), 3 in store, 5 in store, 99 in store, "5" in store) == (8, False, True, False, False)
    assert not any(odd in store for odd in (True, 5.0, [5], None, -5)), "none of them is an id"
    assert {3, 4}.isdisjoint(number for number, _ in store.search(axis(*[1] * 10), 10))
    store.add([3], [axis(0, 0, 0, 1)])
    assert store.search(axis(0, 0, 0, 1), 1) == [(3, 1.0)]


def test_a_filter_is_applied_before_the_cut(store: VectorStore) -> None:
    """However far those are that it admits; any collection will do, and what is not there is passed over."""
    store.add(range(100), [axis(1, n / 100) for n in range(100)])
    for among in ([97, 98, 1_000, 97], {97, 98}, np.array([98, 97]), dict.fromkeys([97, 98])):
        assert [number for number, _ in store.search(axis(1), 5, among=among)] == [97, 98]
    assert store.search(axis(1), 5, among=[]) == []
    assert len(store.search(axis(1), 5, among=range(50))) == 5


def test_zeros_are_kept_and_never_found(store: VectorStore) -> None:
    store.add([1, 2, 3], [axis(1), axis(), axis(-1)])
    assert (len(store), 2 in store) == (3, True)
    assert [number for number, _ in store.search(axis(1), 10)] == [1, 3]
    assert [number for number, _ in store.search(axis(1), 10, among=[2, 3])] == [3]
    assert store.search(axis(), 10) == []


def test_an_empty_store_answers(store: VectorStore) -> None:
    store.add([], [])
    store.add([], np.empty((0, DIMENSION)))
    assert (len(store), store.search(axis(1), 3), store.search(axis(1), 3, among=[1])) == (0, [], [])
    store.persist()


NO_VECTORS: list[tuple[Any, Any]] = [
    ([1], [axis(1), axis(1)]),
    ([1, 2], [axis(1)]),
    ([1], [[1.0, 2.0]]),
    ([1], axis(1)),
    ([1], [axis(float("nan"))]),
    ([1], [axis(float("inf"))]),
    ([1], [["a"] * DIMENSION]),
    ([-1], [axis(1)]),
    ([2**63], [axis(1)]),
    ([1.0], [axis(1)]),
    (["1"], [axis(1)]),
    ([True], [axis(1)]),
    ("1", [axis(1)]),
    (7, [axis(1)]),
    ([1, 2], [[1.0], [1.0, 2.0]]),
]


def test_what_makes_no_sense_is_refused_whole(store: VectorStore) -> None:
    """One sentence, and nothing of it is kept."""
    store.add([0], [axis(1)])
    for numbers, vectors in NO_VECTORS:
        with pytest.raises(UsageError):
            store.add(numbers, vectors)
        assert len(store) == 1, numbers


def test_a_question_has_to_fit(store: VectorStore) -> None:
    wrong: Any
    for wrong in (0, -1, 1.5, "3", True, None):
        with pytest.raises(UsageError):
            store.search(axis(1), wrong)
    for wrong in ([1.0], [axis(1)], axis(float("nan")), "text"):
        with pytest.raises(UsageError):
            store.search(wrong, 1)


def test_equal_vectors_are_equal_wherever_they_lie(store: VectorStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a file, in another one, or fresh: a cosine is that of its row, so ties are broken by id."""
    monkeypatch.setattr(pile, "DELTA_ROWS", 30)
    chance = np.random.default_rng(3)
    own, other = chance.normal(size=DIMENSION), chance.normal(size=(200, DIMENSION))
    for number in range(0, 200, 20):
        store.add([1_000 - number], [own])
        store.add(range(5_000 + number, 5_020 + number), other[number : number + 20])
    found = store.search(own + other[0] / 5, 10)
    assert [number for number, _ in found] == sorted(1_000 - number for number in range(0, 200, 20))
    assert len({score for _, score in found}) == 1


@pytest.mark.parametrize("made", ["memory", "disk"])
def test_a_closed_store_says_so(tmp_path: Path, made: str) -> None:
    store = STORES[made](tmp_path / "store")
    store.add([1], [axis(1)])
    store.close()
    store.close()
    with pytest.raises(UsageError, match="closed"):
        store.search(axis(1), 1)
    with pytest.raises(UsageError, match="closed"):
        store.add([2], [axis(1)])


# Backends

GO = {"language": "go", "year": 2021, "stars": 4.5, "archived": False, "owner": None}
RUST = {"language": "rust", "year": 2019, "archived": True}
C = {"language": "c", "year": 1999.0, "note": "1999"}


@pytest.fixture
def three(backend: EmbeddingBackend) -> EmbeddingBackend:
    """A backend with three texts and one that says nothing."""
    backend.add(
        ["retry an upload", "retry a download", "parse a date", "…"],
        ids=["go", "rust", "c", "bare"],
        metadata=[GO, RUST, C, None],
    )
    return backend


def test_what_is_nearest_is_found(three: EmbeddingBackend) -> None:
    found = three.search("retry the upload", 2)
    assert ids(found) == ["go", "rust"]
    assert (found[0].text, found[0].metadata["language"]) == ("retry an upload", "go")
    assert 1 >= found[0].score > found[1].score
    assert three.search("retry an upload")[0].score == 1.0
    assert len(three.search("retry", 99)) == 3, "what says nothing is never found"


FILTERS: list[tuple[Any, str]] = [
    (None, "bare c go rust"),
    ({}, "bare c go rust"),
    ({"language": "go"}, "go"),
    ({"language": {"$eq": "go"}}, "go"),
    ({"language": {"$ne": "go"}}, "bare c rust"),
    ({"language": {"$in": ["go", "c", 7]}}, "c go"),
    ({"language": {"$in": []}}, ""),
    ({"language": {"$nin": ["go", "c"]}}, "bare rust"),
    ({"year": 2021.0}, "go"),
    ({"year": 1999}, "c"),
    ({"year": "2021"}, ""),
    ({"year": {"$gte": 2019}}, "go rust"),
    ({"year": {"$gt": 2019}}, "go"),
    ({"year": {"$lt": 2019}}, "c"),
    ({"year": {"$lte": 2019, "$gt": 1999}}, "rust"),
    ({"language": {"$gt": "c"}}, "go rust"),
    ({"note": {"$gt": 1}}, ""),
    ({"archived": True}, "rust"),
    ({"archived": 1}, ""),
    ({"archived": {"$gte": 0}}, ""),
    ({"owner": None}, "go"),
    ({"owner": {"$exists": True}}, "go"),
    ({"owner": {"$exists": False}}, "bare c rust"),
    ({"language": "go", "year": 2019}, ""),
    ({"$or": [{"language": "go"}, {"year": {"$lt": 2000}}]}, "c go"),
    ({"$and": [{"archived": False}, {"stars": {"$lt": 5}}]}, "go"),
    ({"$not": {"language": "go"}}, "bare c rust"),
    ({"$not": {}}, ""),
    ({"$not": {"$or": [{"year": {"$exists": False}}, {"language": {"$ne": "c"}}]}}, "c"),
    ({"' OR 1=1 --": "x"}, ""),
    ({"language": "go' OR '1'='1"}, ""),
    ({"nothing": {"$lt": 10**18}}, ""),
]
"""A filter, and what it admits of the three and the bare one."""


def test_filters_mean_what_they_say(three: EmbeddingBackend) -> None:
    """Counting and searching agree about them."""
    for where, expected in FILTERS:
        assert three.count(where) == len(expected.split()), where
        found = ids(three.search("retry to parse a date", 10, where))
        assert sorted(found) == [each for each in expected.split() if each != "bare"], where


SENSELESS: list[Any] = [
    {"year": {"$near": 3}},
    {"year": {"gte": 3}},
    {"$xor": []},
    {"$and": {}},
    {"$or": []},
    {"$or": [3]},
    {"$not": [{}]},
    {"year": {}},
    {"year": {"$gt": None}},
    {"year": {"$gt": True}},
    {"year": {"$gt": [1]}},
    {"year": {"$in": 3}},
    {"year": {"$in": "abc"}},
    {"year": {"$in": [[1]]}},
    {"year": [1]},
    {"year": {"$exists": 1}},
    {"year": object()},
    {"year": float("nan")},
    {"year": 2**63},
    {3: 4},
    ["language"],
    "language = 'go'",
]


def test_a_filter_that_makes_no_sense_is_a_sentence(three: EmbeddingBackend) -> None:
    """Nothing is found, counted or deleted with it."""
    for where in SENSELESS:
        for ask in (partial(three.search, "retry", 3), three.count, lambda where: three.delete(where=where)):
            with pytest.raises(UsageError) as caught:
                ask(where)
            assert caught.value.message.endswith("."), where
    assert three.count() == 4


def test_filters_nested_without_end_are_refused(three: EmbeddingBackend) -> None:
    where: dict[str, Any] = {"language": "go"}
    for _ in range(5_000):
        where = {"$not": where}
    with pytest.raises(UsageError, match="deep"):
        three.count(where)


def test_a_filter_may_list_many(three: EmbeddingBackend) -> None:
    """More values than SQLite binds in one statement."""
    assert three.count({"year": {"$in": [*range(3_000, 40_000), 2021]}}) == 1


def test_a_filter_is_applied_before_the_cut_here_too(backend: EmbeddingBackend) -> None:
    backend.add(["the same text"] * 50, metadata=[{"n": n} for n in range(50)])
    found = backend.search("the same text", 3, {"n": {"$gte": 40}})
    assert [match.metadata["n"] for match in found] == [40, 41, 42], "ties in the order in which they were added"


def test_an_id_that_is_there_is_replaced_in_its_place(three: EmbeddingBackend) -> None:
    assert three.add(["parse a date"], ids=["go"], metadata=[{"year": 1}]) == ["go"]
    assert (three.count(), three.count({"language": "go"}), three.count({"year": 1})) == (4, 0, 1)
    assert ids(three.search("parse a date", 2)) == ["go", "c"], "it was added first"
    assert three.get(["go"])[0].text == "parse a date"


def test_of_an_id_that_comes_twice_the_last_one_counts(backend: EmbeddingBackend) -> None:
    assert backend.add(["one", "two", "three"], ids=["a", "b", "a"], metadata=[{"n": 1}, {}, {"n": 3}]) == [
        "a",
        "b",
        "a",
    ]
    assert [record.text for record in backend.get(["b", "a"])] == ["two", "three"]
    assert (backend.count(), backend.count({"n": 1}), backend.count({"n": 3})) == (2, 0, 1)
    assert backend.search("one") == () or backend.search("one")[0].text != "one"


def test_ids_are_given_where_none_are(backend: EmbeddingBackend) -> None:
    """Each its own, whatever was chosen before."""
    backend.add(["a"], ids=["2"])
    given = backend.add(["x", "y", "x"]) + backend.add(["x"])
    assert len({*given, "2"}) == 5
    assert backend.count() == 5
    assert [record.text for record in backend.get(given)] == ["x", "y", "x", "x"]


def test_get_gives_what_is_there_in_the_order_asked(three: EmbeddingBackend) -> None:
    assert [record.id for record in three.get(["rust", "none", "go", "rust"])] == ["rust", "go", "rust"]
    assert three.get([]) == ()
    assert three.get(["bare"])[0].text == "…"


def test_get_takes_filters_too(three: EmbeddingBackend) -> None:
    """What is there could be counted and deleted by its metadata, but not listed."""
    everything = [record.id for record in three.get(where={})]
    assert len(everything) == three.count() == 4
    for number in everything:
        assert number in three
    assert "none" not in three
    assert 5 not in three
    assert "" not in three
    chosen: dict[str, Any] = {"year": {"$gte": 2020}}
    found = [record.id for record in three.get(where=chosen)]
    assert 0 < len(found) == three.count(chosen) < 4
    backwards = everything[::-1]
    assert [record.id for record in three.get(backwards, where=chosen)] == found[::-1]
    assert three.get(["none"], where={}) == ()
    with pytest.raises(UsageError, match="Nothing says what to get"):
        three.get()


def test_delete_takes_ids_and_filters(three: EmbeddingBackend) -> None:
    assert three.delete(["go", "none", "go"]) == 1
    assert three.delete(["rust", "c"], where={"year": {"$lt": 2000}}) == 1
    assert three.delete([]) == 0
    assert sorted(ids(three.search("retry to parse a date"))) == ["rust"]
    with pytest.raises(UsageError):
        three.delete()
    assert three.delete(where={}) == 2
    assert (three.count(), three.search("retry")) == (0, ())


def test_documents_come_back_whole(backend: EmbeddingBackend) -> None:
    """A document with fields is embedded with them, and any text or value comes back as it was."""
    document = Document("a/b.py", "function", "retry", "net.retry", "def retry()", "Try again.", "pass")
    texts = ["\x00 \u2028 🦜 \udcff", "x" * 100_000, "'; DROP TABLE records; --", ""]
    values = {"": "\udcff", "a\x00b": "x\x00y", "%": 2**63 - 1, "'": -(2**63), "f": 1e-300, "big": "y" * 10_000}
    backend.add([document, *texts], ids=["\x00", "\udc00", "é", "%", "'\""], metadata=[values, *[{}] * 4])
    records = backend.get(["\x00", "\udc00", "é", "%", "'\""])
    assert records[0].document == document
    assert [record.text for record in records] == ["pass", *texts]
    assert records[0].metadata == values
    for name, value in values.items():
        assert backend.count({name: value}) == 1
        assert backend.count({name: {"$exists": True}}) == 1
    assert ids(backend.search("net retry", 1)) == ["\x00"]


def test_what_comes_back_is_frozen(three: EmbeddingBackend) -> None:
    """It can be compared, hashed, copied and pickled, and nothing done to it changes the backend."""
    match, record = three.search("retry an upload", 1)[0], three.get(["go"])[0]
    again = pickle.loads(pickle.dumps(match))  # noqa: S301 - it is our own
    assert {match, copy.deepcopy(match), again} == {match}
    assert record == three.get(["go"])[0]
    assert match.metadata == GO
    assert isinstance(match, Match)
    assert isinstance(match.metadata, Metadata)
    for change in (
        lambda: setattr(match, "score", 2.0),
        lambda: setattr(record, "text", ""),
        lambda: operator.setitem(match.metadata, "year", 1),  # type: ignore[call-overload]
    ):
        with pytest.raises((AttributeError, TypeError)):
            change()


class Colour(str, Enum):  # noqa: UP042 - whose str() is not its value
    """Values that are texts and more."""

    RED = "red"


def test_values_of_other_types_become_plain_ones(backend: EmbeddingBackend) -> None:
    """Enumerations and NumPy's numbers are the scalars that they stand for."""
    given = {"colour": Colour.RED, "n": np.int64(3), "f": np.float32(0.5), "b": np.bool_(True)}
    backend.add([Colour.RED], ids=[Colour.RED], metadata=[given])
    (record,) = backend.get(["red"])
    assert {name: type(value) for name, value in record.metadata.items()} == {
        "colour": str,
        "n": int,
        "f": float,
        "b": bool,
    }
    assert (type(record.id), backend.count({"colour": "red", "b": True})) == (str, 1)


def test_what_was_given_may_change_afterwards(backend: EmbeddingBackend) -> None:
    mine = {"year": 1}
    backend.add(["a text"], ids=["a"], metadata=[mine])
    mine["year"] = 2
    assert backend.count({"year": 1}) == 1
    assert backend.get(["a"])[0].metadata == {"year": 1}


WRONG: list[dict[str, Any]] = [
    {"documents": "a text"},
    {"documents": None},
    {"documents": [3]},
    {"documents": [b"bytes"]},
    {"documents": [Document(body=3)]},  # type: ignore[arg-type]
    {"documents": ["a", "b"], "ids": ["a"]},
    {"documents": ["a"], "ids": ["a", "b"]},
    {"documents": ["a"], "ids": "a"},
    {"documents": ["a"], "ids": [1]},
    {"documents": ["a"], "ids": [""]},
    {"documents": ["a"], "metadata": {"year": 1}},
    {"documents": ["a"], "metadata": [{}, {}]},
    {"documents": ["a"], "metadata": ["year"]},
    {"documents": ["a"], "metadata": [{"tags": ["a"]}]},
    {"documents": ["a"], "metadata": [{"$gt": 1}]},
    {"documents": ["a"], "metadata": [{3: 1}]},
    {"documents": ["a"], "metadata": [{"n": float("inf")}]},
    {"documents": ["a"], "metadata": [{"n": 2**63}]},
    {"documents": ["good", *["fine"] * 600, 3]},
]


def test_what_cannot_be_added_is_refused_whole(backend: EmbeddingBackend) -> None:
    """Also where it shows only after hundreds of documents: none of them is kept."""
    for wrong in WRONG:
        with pytest.raises(UsageError):
            backend.add(**wrong)
        assert backend.count() == 0, wrong
    assert backend.search("good fine") == ()


def test_nothing_to_search_for_is_a_sentence(three: EmbeddingBackend) -> None:
    for text in ("", " \n"):
        with pytest.raises(EmptyQuery):
            three.search(text)
    for k in (0, -3, "3", 2.0):
        with pytest.raises(UsageError):
            three.search("retry", k)  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        three.search(None)  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        three.get("go")
    assert three.search("…") == (), "which says nothing to the embedder"
    assert three.search("\udcff retry \x00")


def test_a_generator_is_gone_through_once_and_in_pieces(backend: EmbeddingBackend) -> None:
    """Never are all documents held at once, and it may ask the backend, which answers as before."""
    seen: list[int] = []

    def texts() -> Iterator[str]:
        for number in range(600):
            if number % 100 == 0:
                seen.append(backend.count())
            yield f"text number {number}"

    assert len(backend.add(texts(), metadata=({"n": n} for n in range(600)))) == 600
    assert (set(seen), backend.count({"n": {"$lt": 10}})) == ({0}, 10)


def test_documents_that_fail_leave_nothing(backend: EmbeddingBackend) -> None:
    def texts() -> Iterator[str]:
        yield from ["a text"] * 700
        raise LookupError("the source went away")

    backend.add(["kept"], ids=["kept"])
    with pytest.raises(LookupError):
        backend.add(texts())
    assert [record.text for record in backend.get(["kept", "1", "2"])] == ["kept"]
    assert backend.count() == 1


class Broken(HashEmbedder):
    """Gives what are no vectors."""

    def embed_documents(self, documents: Sequence[Document]) -> NDArray[np.float32]:
        """Too short, and not numbers."""
        return np.full((len(documents), 3), np.nan, np.float32)

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """Without end."""
        return np.full(self.dimension, np.inf if text else 0, np.float32)


def test_an_embedder_that_breaks_its_word_is_a_sentence() -> None:
    with EmbeddingBackend.in_memory(Broken()) as backend:
        with pytest.raises(ModelError, match="te-hash-64"):
            backend.add(["a text"])
        with pytest.raises(ModelError):
            backend.search("a text")
        assert backend.count() == 0


class Failing(HashEmbedder):
    """Its server is gone."""

    def embed_documents(self, documents: Sequence[Document]) -> NDArray[np.float32]:
        """As a generator of somebody else's may end."""
        raise StopIteration(*documents[:0])

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """As a client of a server fails."""
        raise ConnectionError(f"no route for {text}")


def test_what_an_embedder_raises_is_the_cause_of_a_model_error(tmp_path: Path) -> None:
    for backend in (EmbeddingBackend.in_memory(Failing()), EmbeddingBackend.open(tmp_path / "notes", Failing())):
        with backend:
            with pytest.raises(ModelError, match="te-hash-64 failed with StopIteration") as caught:
                backend.add(["a text"])
            with pytest.raises(ModelError, match="failed with ConnectionError: no route for a text") as caught:
                backend.search("a text")
            assert isinstance(caught.value.__cause__, ConnectionError)
            assert backend.count() == 0


class OneByOne(HashEmbedder):
    """Gives a row after the other, as fastembed does."""

    def embed_documents(self, documents: Sequence[Document]) -> Any:
        """A generator of lists."""
        return (row.tolist() for row in super().embed_documents(documents))


def test_an_embedder_may_give_its_rows_one_by_one() -> None:
    with EmbeddingBackend.in_memory(OneByOne()) as backend:
        backend.add(["open a file", "close a door"], ids=["file", "door"])
        assert backend.search("file", k=1)[0].id == "file"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"dimension": 0}, "embedder.dimension is 0"),
        ({"dimension": "64"}, "embedder.dimension is of the type str"),
        ({"fingerprint": ""}, "embedder.fingerprint is empty"),
        ({"fingerprint": b"ab"}, "embedder.fingerprint is of the type bytes"),
        ({"name": None}, "embedder.name is of the type NoneType"),
        ({"name": "two\nlines"}, "embedder.name holds what cannot be printed"),
        (None, "embedder is of the type str"),
    ],
)
def test_what_is_no_embedder_is_refused_before_a_folder_is_made(tmp_path: Path, said: Any, sentence: str) -> None:
    embedder: Any = "te-static" if said is None else type("Odd", (HashEmbedder,), said)()
    with pytest.raises(UsageError, match=sentence):
        EmbeddingBackend.open(tmp_path / "notes", embedder)
    assert not (tmp_path / "notes").exists()


def test_a_folder_is_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """None is not "in memory": what a program adds would be gone with it."""
    monkeypatch.chdir(tmp_path)
    wrong: Any
    for wrong in (None, 5, b"notes", "", "no\0tes"):
        for make in (partial(EmbeddingBackend.open, wrong, HashEmbedder()), partial(DiskStore, wrong, 64)):
            with pytest.raises(UsageError, match="folder"):
                make()
    for wrong in ("soon", -1, float("nan"), None, True):
        with pytest.raises(UsageError, match="wait"):
            EmbeddingBackend.open("notes", HashEmbedder(), wait=wrong)
    for wrong in (5, b"notes", [], MemoryStore):
        with pytest.raises(UsageError, match="store is of the type"):
            EmbeddingBackend(HashEmbedder(), wrong)
    assert not (tmp_path / "notes").exists()


def test_a_store_that_does_not_fit_is_refused() -> None:
    full = PlainStore(64)
    full.add([1], np.ones((1, 64)))
    for store in (full, MemoryStore(63)):
        with pytest.raises(UsageError):
            EmbeddingBackend(HashEmbedder(), store)


ANSWERS: list[Callable[[int], Any]] = [
    lambda _: [(77, 0.5)],  # never added
    lambda _: [(1, 0.9)],  # not among those that satisfy the filter
    lambda _: [(2, float("nan"))],
    lambda k: [(2, 0.5)] * (k + 1),
    lambda _: [("two", 0.5)],
    lambda _: [2, 3],
    lambda _: None,
    lambda _: 1 / 0,
]


@pytest.mark.parametrize("answer", range(len(ANSWERS)))
def test_a_store_that_breaks_its_word_is_a_sentence(answer: int) -> None:
    class Odd(PlainStore):
        def search(self, vector: ArrayLike, k: int, *, among: Collection[int] | None = None) -> list[tuple[int, float]]:
            assert among == {2, 3}
            assert np.shape(vector) == (64,)
            found: list[tuple[int, float]] = ANSWERS[answer](k)
            return found

    with EmbeddingBackend(HashEmbedder(), Odd(64)) as backend:
        backend.add(["one", "two", "three"], metadata=[{"n": 1}, {"n": 2}, {"n": 3}])
        with pytest.raises(StoreError):
            backend.search("two", where={"n": {"$gt": 1}})


def test_a_store_of_ones_own_may_look_each_id_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """``id in among`` was a walk through a list: 20,000 texts behind a filter took a second."""
    looked: list[type] = []
    search = PlainStore.search

    def noted(self: PlainStore, vector: ArrayLike, k: int, *, among: Any = None) -> list[tuple[int, float]]:
        looked.append(type(among))
        return search(self, vector, k, among=among)

    monkeypatch.setattr(PlainStore, "search", noted)
    with EmbeddingBackend(HashEmbedder(), PlainStore(64)) as backend:
        backend.add(["one", "two"], metadata=[{"n": 1}, {"n": 2}])
        assert [match.text for match in backend.search("two", where={"n": {"$ne": 1}})] == ["two"]
        backend.search("two")
    assert looked == [set, type(None)]


def test_a_dimension_is_a_number(tmp_path: Path) -> None:
    wrong: Any
    for wrong in (0, -1, True, 1.5, "64", None):
        for make in (HashEmbedder, MemoryStore, partial(DiskStore, tmp_path / "store")):
            with pytest.raises(UsageError):
                make(wrong)
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize("made", ["memory", "disk"])
def test_a_closed_backend_says_so(tmp_path: Path, made: str) -> None:
    with BACKENDS[made](tmp_path / "backend") as backend:
        backend.add(["a text"])
        assert len(backend) == 1
    backend.close()
    for use in (lambda: backend.add(["b"]), lambda: backend.search("a"), backend.count, lambda: backend.get(["1"])):
        with pytest.raises(UsageError, match="closed"):
            use()


def sent(value: Any) -> Any:
    """What another process gets of a value."""
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - our own bytes


@pytest.mark.parametrize("made", ["memory", "disk"])
def test_a_backend_can_be_copied_and_sent(tmp_path: Path, made: str) -> None:
    """One in memory with what it holds; one in a folder is opened again."""
    with BACKENDS[made](tmp_path / "backend") as backend:
        backend.add(["open a file", "close a door"], ids=["file", "door"], metadata=[{"n": 1}, {"n": 2}])
        wanted = backend.search("a door", where={"n": {"$gt": 0}})
        for copied in (copy.deepcopy(backend), sent(backend)):
            with copied:
                assert copied.search("a door", where={"n": {"$gt": 0}}) == wanted
                copied.delete(["door"])
            assert ("door" in backend) == (made == "memory")
            backend.add(["close a door"], ids=["door"], metadata=[{"n": 2}])


def test_a_store_can_be_copied_and_sent(tmp_path: Path) -> None:
    with DiskStore(tmp_path / "store", 2, wait=3) as disk, MemoryStore(2) as memory:
        for store in (disk, memory):
            store.add([5], [[1, 0]])
            with sent(store) as copied:
                assert copied.search([1, 1], 1) == store.search([1, 1], 1)


def test_a_model_can_be_copied_and_sent() -> None:
    for embedder in (shipped(), HashEmbedder(8)):
        for copied in (sent(embedder), copy.deepcopy(embedder)):
            assert copied.fingerprint == embedder.fingerprint
            assert (copied.embed_query("a door") == embedder.embed_query("a door")).all()


def test_everything_says_what_it_is(tmp_path: Path) -> None:
    with EmbeddingBackend.open(tmp_path / "b", HashEmbedder(8)) as backend, DiskStore(tmp_path / "s", 8) as store:
        assert repr(backend) == f"<EmbeddingBackend of te-hash-8 in {str(tmp_path / 'b')!r}>"
        assert repr(store) == f"<DiskStore of 8 dimensions in {str(tmp_path / 's')!r}>"
    assert repr(EmbeddingBackend.in_memory(HashEmbedder(8))) == "<EmbeddingBackend of te-hash-8 in memory>"
    assert repr(MemoryStore(8)) == "<MemoryStore of 8 dimensions>"
    assert repr(HashEmbedder(8)) == "HashEmbedder(8)"
    assert repr(shipped()) == f"<embedder {shipped().name} of {shipped().dimension} dimensions>"
    assert set(te_cli.backend.__all__) <= set(dir(te_cli.backend))


@pytest.mark.parametrize("made", ["memory", "disk"])
def test_threads_share_a_backend(tmp_path: Path, made: str) -> None:
    """Some add and delete while others ask: each answer is one state of all, and nothing is lost."""
    wrong: list[object] = []
    with BACKENDS[made](tmp_path / "backend") as backend:

        def write(thread: int) -> None:
            for step in range(8):
                backend.add(["left shoe", "right shoe"], ids=[f"{thread}.{step}.{n}" for n in range(2)])
            backend.delete([f"{thread}.0.0", f"{thread}.0.1"])

        def read() -> None:
            for _ in range(25):
                try:
                    if backend.count() % 2 or len(backend.search("shoe", 1_000)) % 2:
                        wrong.append("half of an addition")
                except TeError as error:
                    wrong.append(error)

        threads = [threading.Thread(target=write, args=(n,)) for n in range(3)]
        threads += [threading.Thread(target=read) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not wrong
        assert backend.count() == 3 * 7 * 2
