"""The shipped model: its formula, what it knows of a query's words, and that it is never silently wrong."""

from __future__ import annotations

import json
import math
import mmap
import shutil
import tracemalloc
from collections import Counter, defaultdict
from itertools import chain, product
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from te_cli.document import Document
from te_cli.embed.formula import FIELDS, Formula, Weight
from te_cli.embed.identity import SHIPPED
from te_cli.embed.plain import read_tokenizer
from te_cli.embed.port import quantised
from te_cli.embed.spelling import Spelling
from te_cli.embed.static import StaticModel
from te_cli.embed.table import TokenTable
from te_cli.errors import ModelError
from te_cli.store.levels import levelled
from te_cli.words import MAX_WORD, identifiers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray


def body(text: str, name: str = "") -> Document:
    """A document of nothing but a body, and a name perhaps."""
    return Document("", "function", name, "", "", "", text)


@pytest.fixture(scope="module")
def model() -> StaticModel:
    """The shipped model."""
    return StaticModel()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped model, to be changed."""
    shutil.copytree(SHIPPED, tmp_path / "model")
    return tmp_path / "model"


ONE, NONE = {"count": 1, "boost": 0}, {"count": 0, "boost": 0}

NOTHING = "zxqj"
"""No word that the model knows."""

TEXTS = [
    "def parseHTTPResponse2(self, rawBytes): return self._decode(rawBytes)",
    "the quick brown fox, the lazy dog; the end",
    'if err != nil { return nil, fmt.Errorf("open %s: %w", path, err) }',
    "größe = naïve_Überprüfung(x1y2)  # Ünïcode",
    "SELECT count(*) FROM users WHERE id IN (1, 2, 3)",
    NOTHING,
]

WORDS = st.sampled_from("upload retry parseHTTP2 file_name x1y2 größe 42 of zxqj Überprüfung _ __init__ ∀".split())
PHRASES = st.lists(WORDS, max_size=8).map(" ".join)
DOCUMENTS = st.builds(Document, PHRASES, st.just("function"), PHRASES, PHRASES, PHRASES, PHRASES, PHRASES)
FORMULAS = st.builds(
    Formula,
    fields=st.sets(st.sampled_from(sorted(FIELDS)), min_size=1).map(
        lambda chosen: tuple(
            (name, Weight(0.5 + number, number / 4)) for number, name in enumerate(FIELDS) if name in chosen
        )
    ),
    saturate=st.sampled_from(["log", "raw"]),
)


SPELLING = Spelling(SHIPPED / "tokenizer.json")
LIBRARY = read_tokenizer(SHIPPED / "tokenizer.json")


def test_words_of_plain_identifiers_are_those_of_the_library() -> None:
    normalise, split = LIBRARY.normalizer.normalize_str, LIBRARY.pre_tokenizer.pre_tokenize_str
    for letters in chain.from_iterable(product("abA1_", repeat=length) for length in range(7)):
        identifier = "".join(letters)
        assert SPELLING.words(identifier) == [word for word, _ in split(normalise(identifier))], identifier


SATURATED: dict[str, Callable[[float], float]] = {"log": math.log1p, "raw": float}


def by_the_book(document: Document, formula: Formula) -> np.ndarray:
    """The formula as it is written down, token by token."""
    table = TokenTable.read(SHIPPED / "model.safetensors")
    counted: dict[int, float] = defaultdict(float)
    boosted: dict[int, float] = defaultdict(float)
    for field, weight in formula.fields:
        counts: Counter[int] = Counter()
        for identifier in identifiers(getattr(document, field)):
            counts.update(token for token in LIBRARY.encode(identifier).ids if token != SPELLING.unknown)
        for token, tf in counts.items():
            counted[token] += weight.each * tf
            boosted[token] += weight.boost
    total = np.zeros(table.dimensions)
    for token, count in counted.items():
        row = np.empty((1, table.dimensions), np.float32)
        table.sums(np.array([token]), np.ones(1, np.float32), np.array([1]), row)
        total += (SATURATED[formula.saturate](count) + boosted[token]) * row[0]
    return total / (np.linalg.norm(total) or 1)


@settings(max_examples=30, deadline=None)
@given(documents=st.lists(DOCUMENTS, max_size=4), formula=FORMULAS)
def test_documents_are_encoded_by_the_formula(documents: list[Document], formula: Formula) -> None:
    """Whatever the fields, what they count for and add, and the saturation."""
    rows = StaticModel(formula=formula).embed_documents(documents)
    for row, document in zip(rows, documents, strict=True):
        assert np.abs(row - by_the_book(document, formula)).max() < 1e-5


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(st.text(max_size=60), min_size=1, max_size=6))
def test_a_batch_is_its_documents(model: StaticModel, texts: list[str]) -> None:
    """A text's vector does not depend on what it is encoded with, nor on what was encoded before."""
    together = model.embed_documents([body(text, text[:5]) for text in texts])
    alone = np.concatenate([model.embed_documents([body(text, text[:5])]) for text in texts])
    fresh = StaticModel().embed_documents([body(texts[0], texts[0][:5])])
    assert np.array_equal(together, alone)
    assert np.array_equal(together[:1], fresh)
    lengths = np.linalg.norm(together, axis=1)
    assert all(length == 0 or abs(length - 1) < 1e-5 for length in lengths)


def test_the_name_weighs_more(model: StaticModel) -> None:
    """A query for a word is nearer to the unit that is named with it."""
    text = "return the value of upload and of download"
    query = model.embed_query("upload")
    named, other = model.embed_documents([body(text, "upload"), body(text, "download")])
    assert named @ query > other @ query


def test_repetition_saturates(model: StaticModel) -> None:
    """A word said a hundred times does not drown the rest."""
    once, often = model.embed_documents([body("upload retry"), body("upload " * 100 + "retry")])
    assert once @ often > 0.7


def test_a_document_is_read_up_to_its_words() -> None:
    """The body takes what the fields before it leave, and words count, not identifiers."""
    model = StaticModel(formula=Formula((("name", Weight()), ("body", Weight())), max_words=5))

    def same(first: str, second: str) -> bool:
        rows = model.embed_documents([body(first, "retryLater"), body(second, "retryLater")])
        return np.array_equal(rows[0], rows[1])

    assert same("a_file of cookie", "a_file of")
    assert same("upload " * 99, "upload " * 3)
    assert not same("one of", "one of us")


def test_unknown_words_give_no_vector(model: StaticModel) -> None:
    """A text without a known word is a row of zeros, which the store never keeps."""
    assert not model.embed_documents([body("∅∀∃")]).any()
    assert not model.embed_query("∅∀∃").any()
    assert not quantised(model.embed_documents([body("")])).any()
    assert model.embed_documents([]).shape == (0, model.dimension)


@pytest.mark.parametrize(
    "noise", ["größe", "загрузка файла", "文件上传", "ελληνικά", "42 2024 3.11", "zxqjwv", "a I x", "", "___ ..."]
)
def test_words_that_are_not_known_have_no_say_in_a_query(model: StaticModel, noise: str) -> None:
    """Words of other languages that fall to letters, numbers and single letters: alone they are nothing."""
    assert not model.embed_query(noise).any()
    assert np.array_equal(model.embed_query(f"retry {noise} upload"), model.embed_query("retry upload"))


def test_a_number_inside_a_name_is_part_of_it(model: StaticModel) -> None:
    """`sha256` is not `sha`."""
    assert not np.array_equal(model.embed_query("sha256"), model.embed_query("sha"))


@pytest.mark.parametrize(("stored", "most", "cosine"), [(quantised, 127, 0.999), (levelled, 121, 0.99)])
def test_stored_rows_keep_their_direction(
    model: StaticModel, stored: Callable[[NDArray[np.float32]], NDArray[np.int8]], most: int, cosine: float
) -> None:
    """Eight bits with a scale a row cost less than a thousandth of cosine, five less than a hundredth."""
    rows = model.embed_documents([body(text) for text in TEXTS if text != NOTHING])
    small = stored(rows).astype(np.float32)
    alike = (rows * small).sum(axis=1) / np.maximum(np.linalg.norm(small, axis=1), 1)
    assert alike.min() > cosine
    assert np.abs(small).max() == most


def test_nothing_stays_nothing_and_all_else_has_a_sign() -> None:
    rows = levelled(np.array([[0, 0, 0], [1, -1, 0], [0.001, -0.06, 0.07]], np.float32))
    assert rows.tolist() == [[0, 0, 0], [121, -121, 1], [1, -110, 121]]
    assert not levelled(np.zeros(3, np.float32)).any()


def test_the_table_is_mapped_and_not_read() -> None:
    """Opening the model and asking it once takes a small part of its table into memory."""
    size = (SHIPPED / "model.safetensors").stat().st_size
    tracemalloc.start()
    try:
        table = TokenTable.read(SHIPPED / "model.safetensors")
        table.sums(np.arange(9), np.ones(9, np.float32), np.array([9]), np.empty((1, table.dimensions), np.float32))
        assert tracemalloc.get_traced_memory()[1] < size / 10
    finally:
        tracemalloc.stop()
    owner: Any = table.rows
    while not isinstance(owner, mmap.mmap):
        owner = owner.base
    assert len(owner) == size


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=80))
def test_words_are_spelled_as_the_library_spells_them(text: str) -> None:
    """A query's words, cut here, have the pieces that the tokenizers library gives them."""
    for identifier in identifiers(" ".join([text, *TEXTS])):
        spelled = [SPELLING.pieces(word) or [SPELLING.unknown] for word in SPELLING.words(identifier)]
        assert [piece for pieces in spelled for piece in pieces] == LIBRARY.encode(identifier[:MAX_WORD]).ids


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.text(max_size=80) | st.text(st.characters(max_codepoint=127), max_size=80), max_size=4))
def test_the_words_of_many_identifiers_are_those_of_each(texts: list[str]) -> None:
    """Where an identifier is ASCII, the parts that it is indexed under are the words that the tokenizer finds in it."""
    names = list(dict.fromkeys(identifiers(" ".join([*texts, *TEXTS, "x" * 70 + "Y", "aB1_c2D__", "HTTPSConnection"]))))
    assert SPELLING.words_of_each(names) == [SPELLING.words(name) for name in names]


@pytest.mark.parametrize("missing", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_model_that_is_not_whole_is_refused(folder: Path, missing: str) -> None:
    """A missing or a cut-short file is one clear sentence."""
    StaticModel(folder).embed_query("upload")
    (folder / missing).write_bytes((folder / missing).read_bytes()[:50])
    with pytest.raises(ModelError):
        StaticModel(folder).embed_query("upload")
    (folder / missing).unlink()
    with pytest.raises(ModelError):
        StaticModel(folder)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": "te.model/2"}, "te.model/2"),
        ({"document": {}}, "saturate|fields"),
        ({"document": {"saturate": "sqrt", "max_words": 9, "fields": {"body": ONE}}}, "sqrt"),
        ({"document": {"saturate": "log", "max_words": 9, "fields": {"tail": ONE}}}, "tail"),
        ({"document": {"saturate": "log", "max_words": "x", "fields": {"doc": ONE}}}, "'x'"),
        ({"document": {"saturate": "log", "max_words": 9, "fields": {"doc": NONE}}}, "no field weighs"),
        ({"query": []}, "te.model/1"),
    ],
)
def test_a_configuration_that_is_not_understood_is_refused(folder: Path, change: dict[str, Any], said: str) -> None:
    """A configuration from the future is not read as the present's."""
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **change}))
    with pytest.raises(ModelError, match=said) as caught:
        StaticModel(folder)
    assert caught.value.hint


@pytest.mark.parametrize("kind", ["te.model/1", None])
def test_a_tokenizer_of_another_table_is_refused(folder: Path, kind: str | None) -> None:
    """More tokens than vectors: some would have none, or each another's."""
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "schema": kind}))
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    size = len(tokenizer["model"]["vocab"])
    tokenizer["model"]["vocab"]["brandnewword"] = size
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    with pytest.raises(ModelError, match=f"{size + 1} tokens, and vectors for {size}"):
        StaticModel(folder).embed_query("upload")


def test_another_formula_is_another_model(model: StaticModel) -> None:
    """Vectors made with other weights cannot be compared, and the fingerprint says so."""
    assert model.fingerprint != StaticModel(formula=Formula()).fingerprint
    assert model.fingerprint == StaticModel().fingerprint
