"""A token table that is broken, or somebody's trap, is one sentence; what it gives are numbers, or it gives nothing."""

from __future__ import annotations

import json
import os
import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from safetensors.numpy import save_file
from tiny_model import make_model2vec, tiny_tokenizer, write_json

from te_cli.document import Document
from te_cli.embed.port import normalised
from te_cli.embed.source import identity_of_source, open_model
from te_cli.embed.static import StaticModel
from te_cli.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import MakeRepository, Run
    from numpy.typing import NDArray

TOKENS = tiny_tokenizer().get_vocab_size()
WEIGHS = {"count": 1, "boost": 0}
FORMULA: dict[str, Any] = {
    "schema": "te.model/1",
    "document": {"fields": {"body": WEIGHS}, "saturate": "log", "max_words": 300},
    "query": {"saturate": "raw"},
}


def rows(value: float | None = None) -> NDArray[np.float32]:
    """A table of one number, or of any."""
    drawn = np.random.default_rng(0).normal(size=(TOKENS, 8)).astype(np.float32)
    return drawn if value is None else np.full_like(drawn, value)


def tensors(**also: NDArray[Any]) -> Callable[[Path], None]:
    """Write these beside the rows."""
    return lambda folder: save_file({"embeddings": rows(), **also}, str(folder / "model.safetensors"))


def shaped(shape: str, ends: str = "[0, 4096]") -> Callable[[Path], None]:
    """Write a header that says this of 4096 bytes."""
    header = f'{{"embeddings": {{"dtype": "F32", "shape": {shape}, "data_offsets": {ends}}}}}'.encode()
    data = struct.pack("<Q", len(header)) + header + bytes(4096)
    return lambda folder: _ignored((folder / "model.safetensors").write_bytes(data))


def configured(**changed: Any) -> Callable[[Path], None]:
    """Write the configuration of a model of te's own kind, spoilt."""
    return lambda folder: write_json(folder / "config.json", {**FORMULA, **changed})


def vocabulary(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    """Change the model in tokenizer.json."""

    def spoil(folder: Path) -> None:
        parsed = json.loads((folder / "tokenizer.json").read_text())
        change(parsed["model"])
        write_json(folder / "tokenizer.json", parsed)

    return spoil


def piped(name: str) -> Callable[[Path], None]:
    """Put a pipe there, at which a reader would wait for ever."""

    def spoil(folder: Path) -> None:
        (folder / name).unlink()
        os.mkfifo(folder / name)

    return spoil


def _ignored(_: object) -> None: ...


def large(folder: Path) -> None:
    """A tokenizer of a gigabyte, none of it on disk."""
    os.truncate(folder / "tokenizer.json", 1 << 30)


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "a pipe for a configuration": (piped("config.json"), "is not a plain file"),
    "a pipe for a tokenizer": (piped("tokenizer.json"), "has no tokenizer.json"),
    "a large tokenizer": (large, "has more than 256 MiB"),
    "endless dimensions": (shaped("[32, 1e999]"), "is the shape of no table"),
    "no dimensions": (shaped("[32, 0]", "[0, 0]"), "is the shape of no table"),
    "negative rows": (shaped("[-1, 32]"), "is the shape of no table"),
    "millions of dimensions": (shaped("[1, 67108864]"), "is the shape of no table"),
    "numbers of no kind": (
        lambda folder: save_file({"embeddings": np.ones((TOKENS, 8), np.uint8)}, str(folder / "model.safetensors")),
        "its numbers are of the type U8",
    ),
    "three axes": (shaped("[2, 16, 32]"), "is the shape of no table"),
    "a shape of words": (shaped('"ab"'), "is the shape of no table"),
    "ends that are none": (shaped("[32, 32]", "[0, 1e999]"), "cannot be read"),
    "weights of two numbers": (tensors(weights=np.ones((TOKENS, 2), np.float32)), "what is one"),
    "a mapping of two numbers": (tensors(mapping=np.zeros((TOKENS, 1), np.int64)), "what is one"),
    "a mapping of fractions": (tensors(mapping=np.zeros(TOKENS, np.float32)), "no table of rows"),
    "weights that are no numbers": (tensors(weights=np.full(TOKENS, np.nan, np.float32)), "no number"),
    "rows that are no numbers": (tensors(embeddings=rows(np.nan)), "no number"),
    "endless rows": (tensors(embeddings=rows(np.inf)), "no number"),
    "no tokens": (vocabulary(lambda model: model.update(vocab={})), "it has no tokens"),
    "tokens without rows": (
        vocabulary(lambda model: model.update(vocab={word: at + 9_000 for word, at in model["vocab"].items()})),
        "tokens, and vectors for",
    ),
    "endless words": (
        configured(document={**FORMULA["document"], "max_words": float("inf")}),
        "is not of the schema",
    ),
    "a weight that is no number": (
        configured(document={**FORMULA["document"], "fields": {"body": {"count": float("nan"), "boost": 1}}}),
        "is not of the schema",
    ),
}


@pytest.mark.parametrize("fault", sorted(BROKEN))
def test_what_is_wrong_with_a_table_is_one_sentence(tmp_path: Path, fault: str) -> None:
    folder = make_model2vec(tmp_path / "model", dimension=8)
    spoil, sentence = BROKEN[fault]
    spoil(folder)
    with pytest.raises(ModelError) as caught:
        embedded(folder)
    assert sentence in caught.value.message
    assert "\n" not in caught.value.message


def brain(folder: Path, name: str) -> NDArray[np.float32]:
    """Write the rows as the upper halves of float32; gives what they say."""
    halves = (rows().view(np.uint32) >> 16).astype(np.uint16)
    said = {name: {"dtype": "BF16", "shape": list(halves.shape), "data_offsets": [0, halves.nbytes]}}
    header = json.dumps(said).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + halves.tobytes())
    return (halves.astype(np.uint32) << 16).view(np.float32)


@pytest.mark.parametrize("layout", ["model2vec", "sentence-transformers"])
def test_rows_of_brain_floats_are_read(tmp_path: Path, layout: str) -> None:
    """As torch saves a model that was trained so."""
    folder = make_model2vec(tmp_path / "model", dimension=8, layout=layout)
    plain = make_model2vec(tmp_path / "plain", dimension=8)
    said = brain(folder, "embeddings" if layout == "model2vec" else "embedding.weight")
    save_file({"embeddings": said}, str(plain / "model.safetensors"))
    assert np.array_equal(StaticModel(folder).embed_query("get session"), StaticModel(plain).embed_query("get session"))


def test_a_mapping_may_count_without_a_sign(tmp_path: Path) -> None:
    folder, plain = (make_model2vec(tmp_path / name, dimension=8) for name in ("model", "plain"))
    order = np.random.default_rng(1).permutation(TOKENS)
    tensors(mapping=order.astype(np.uint32))(folder)
    tensors(mapping=order.astype(np.int64))(plain)
    assert np.array_equal(StaticModel(folder).embed_query("get session"), StaticModel(plain).embed_query("get session"))


def test_words_before_queries_and_passages_are_a_tables_too(tmp_path: Path) -> None:
    """A folder of sentence-transformers says them for any model; for tables they were left out."""
    folder, plain = (make_model2vec(tmp_path / name, dimension=8, layout="nested") for name in ("model", "plain"))
    write_json(folder / "config_sentence_transformers.json", {"prompts": {"query": "find: ", "document": "text: "}})
    model, other = StaticModel(folder), StaticModel(plain)
    assert np.array_equal(model.embed_query("user"), other.embed_query("find: user"))
    document, said = ([Document(body=text)] for text in ("user", "text: user"))
    assert np.array_equal(model.embed_documents(document), other.embed_documents(said))
    assert not model.embed_query(" ").any()
    write_json(folder / "config_sentence_transformers.json", {"prompts": [1]})
    with pytest.raises(ModelError, match="are not texts"):
        embedded(folder)


def test_a_module_behind_a_table_is_not_left_out(tmp_path: Path) -> None:
    folder = make_model2vec(tmp_path / "model", layout="nested")
    modules = json.loads((folder / "modules.json").read_text())
    write_json(folder / "modules.json", [*modules, {"type": "x.Normalize", "path": "1_Normalize"}])
    embedded(folder)
    write_json(folder / "modules.json", [*modules, {"type": "x.Dense", "path": "1_Dense"}])
    with pytest.raises(ModelError, match="a module that te cannot compute: Dense"):
        identity_of_source(str(folder))


FOREIGN: dict[str, Callable[[dict[str, Any]], Any]] = {
    "negative": lambda model: model["vocab"].update({"get": -4}),
    "prefix": lambda model: model.update(continuing_subword_prefix=5),
    "length": lambda model: model.update(max_input_chars_per_word="x"),
}


@pytest.mark.parametrize("fault", sorted(FOREIGN))
def test_a_tokenizer_of_a_fielded_model_is_held_to_its_types(tmp_path: Path, fault: str) -> None:
    folder = make_model2vec(tmp_path / "model", dimension=8)
    write_json(folder / "config.json", FORMULA)
    embedded(folder)
    vocabulary(FOREIGN[fault])(folder)
    with pytest.raises(ModelError, match="tokenizer"):
        embedded(folder)


@pytest.mark.parametrize("value", [3e37, 1e-44])
def test_rows_whose_squares_are_no_floats_are_directions(tmp_path: Path, value: float) -> None:
    folder = make_model2vec(tmp_path / "model", dimension=8)
    save_file({"embeddings": rows(value)}, str(folder / "model.safetensors"))
    model = StaticModel(folder)
    assert np.allclose(model.embed_query("get"), 8**-0.5, atol=1e-3)
    assert np.allclose(normalised(np.array([[value, 0], [0, 0]], np.float32)), [[1, 0], [0, 0]])


def test_a_name_of_any_letters_is_kept(repo: MakeRepository, te: Run, tmp_path: Path) -> None:
    """Half of a surrogate pair is no text to SQLite."""
    folder = make_model2vec(tmp_path / "model", dimension=8)
    (folder / "config.json").write_text('{"name": "\\ud800' + "x" * 1_000 + '"}')
    done = te("index", str(repo({"a.py": "def get(): pass\n"})), "--model", str(folder))
    assert done.exit_code == 0, done.stderr
    assert identity_of_source(str(folder)).name == "?" + "x" * 199


def embedded(folder: Path) -> None:
    """All that is done with a model."""
    identity_of_source(str(folder))
    model = open_model(str(folder))
    model.embed_documents([Document(body="get the session of a user")])
    model.embed_query("get the session")
