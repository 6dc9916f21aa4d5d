"""Any model of the Model2Vec layout: encoded as that library encodes it."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, pre_tokenizers

from te_cli.document import Document
from te_cli.embed.identity import SHIPPED
from te_cli.embed.static import StaticModel

if TYPE_CHECKING:
    from pathlib import Path

DIMENSIONS = 24


@dataclass
class Pair:
    """One folder, read by both."""

    ours: StaticModel
    theirs: Any


def shipped_tokenizer() -> Tokenizer:
    """Thirty thousand pieces, unknown words among them."""
    return Tokenizer.from_file(str(SHIPPED / "tokenizer.json"))


def unigram_tokenizer() -> Tokenizer:
    """One that needs the whole text: pieces reach over the spaces, and characters can be unknown."""
    scores = [("<unk>", 0.0), ("▁up", -2.0), ("load", -2.5), ("▁retry", -3.0), ("(", -4.0)]
    tokenizer = Tokenizer(models.Unigram([*scores, *((letter, -6.0) for letter in "▁aeiouprtld_")], unk_id=0))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    return tokenizer


KINDS: dict[str, tuple[Any, dict[str, Any]]] = {
    "float32": (shipped_tokenizer, {}),
    "float32, weights": (shipped_tokenizer, {"weights": True}),
    "int8": (shipped_tokenizer, {"int8": True}),
    "int8, weights, mapping": (shipped_tokenizer, {"int8": True, "weights": True, "mapping": True}),
    "mapping, 16-bit table": (shipped_tokenizer, {"mapping": True}),
    "cut at six tokens": (shipped_tokenizer, {"max_length": 6}),
    "never cut": (shipped_tokenizer, {"max_length": None}),
    "unigram": (unigram_tokenizer, {"weights": True}),
}


@pytest.fixture(scope="module", params=sorted(KINDS))
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """A model of random rows in each of the forms that the library writes."""
    make, options = KINDS[request.param]
    folder = tmp_path_factory.mktemp("model")
    tokenizer = make()
    tokenizer.save(str(folder / "tokenizer.json"))
    save_table(folder / "model.safetensors", tokenizer.get_vocab_size(), options)
    lengths = {"max_length": options["max_length"]} if "max_length" in options else {}
    (folder / "config.json").write_text(json.dumps({"model_type": "model2vec", "normalize": True, **lengths}))
    return read_by_both(folder)


def save_table(path: Path, tokens: int, options: dict[str, Any]) -> None:
    """Random rows, and what else the options ask for."""
    random = np.random.default_rng(7)
    count = tokens // 3 + 1 if options.get("mapping") else tokens
    rows = random.normal(size=(count, DIMENSIONS)).astype(np.float32)
    tensors: dict[str, Any] = {
        "embeddings": np.rint(rows * 40).clip(-127, 127).astype(np.int8) if options.get("int8") else rows
    }
    if options.get("weights"):
        tensors["weights"] = random.uniform(0.1, 2, tokens).astype(np.float32)
    if options.get("mapping"):
        tensors["mapping"] = random.integers(0, count, tokens).astype(np.int64)
    save_file(tensors, path)


def read_by_both(folder: Path) -> Pair:
    """The library's monitor thread is kept from outliving the test."""
    import model2vec
    from tqdm import tqdm

    tqdm.monitor_interval = 0
    return Pair(StaticModel(folder), model2vec.StaticModel.from_pretrained(str(folder)))


WORDS = st.sampled_from(["upload(", "retryUpload", "größe", "if err != nil {", "∀", "\n", "42", "zxqj", "_", "the"])


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=25, deadline=None)
@given(texts=st.lists(st.text(max_size=40) | st.lists(WORDS, max_size=30).map(" ".join), min_size=1, max_size=4))
def test_plain_weights_equal_model2vec(pair: Pair, texts: list[str]) -> None:
    """Documents and queries alike, to 1e-5."""
    reference = pair.theirs.encode(texts)
    documents = [Document("", "function", "", "", "", "", text) for text in texts]
    assert np.abs(pair.ours.embed_documents(documents) - reference).max() < 1e-5
    assert np.abs(np.array([pair.ours.embed_query(text) for text in texts]) - reference).max() < 1e-5


@pytest.mark.filterwarnings("ignore")
def test_the_shipped_table_runs_there_too(tmp_path: Path) -> None:
    """The package's own model is of the layout: without its schema both encode it alike."""
    shutil.copytree(SHIPPED, tmp_path / "model")
    config = json.loads((tmp_path / "model/config.json").read_text())
    (tmp_path / "model/config.json").write_text(json.dumps({**config, "schema": None}))
    pair = read_by_both(tmp_path / "model")
    text = "def parseHTTPResponse2(self, rawBytes): return größe"
    assert np.abs(pair.ours.embed_query(text) - pair.theirs.encode(text)).max() < 1e-5


def test_all_of_a_document_is_one_text(pair: Pair) -> None:
    """Its qualified name, signature, documentation and body; where it lies is not what it says."""
    said = Document("a/b.py", "method", "retry", "Upload.retry", "def retry(self)", "Retry it.", "return upload")
    text = "Upload.retry\ndef retry(self)\nRetry it.\nreturn upload"
    assert np.array_equal(pair.ours.embed_documents([said])[0], pair.ours.embed_query(text))
