"""The shipped model: equal to the reference where weights are plain, and never silently wrong."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from te_cli.embed.port import quantised
from te_cli.embed.static import SHIPPED, StaticModel, Weighting
from te_cli.errors import ModelError
from te_cli.model import Document

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = Weighting(tf="raw", name_boost=0.0, max_words=10**6)


def body(text: str, name: str = "") -> Document:
    """A document of nothing but a body, and a name perhaps."""
    return Document("a.py", "function", name, "", "", "", text)


@pytest.fixture(scope="module")
def model() -> StaticModel:
    """The shipped model with the weights of its configuration."""
    return StaticModel()


@pytest.fixture(scope="module")
def plain() -> StaticModel:
    """The shipped table with plain weights."""
    return StaticModel(weighting=PLAIN)


TEXTS = [
    "def parseHTTPResponse2(self, rawBytes): return self._decode(rawBytes)",
    "the quick brown fox, the lazy dog; the end",
    'if err != nil { return nil, fmt.Errorf("open %s: %w", path, err) }',
    "größe = naïve_Überprüfung(x1y2)  # Ünïcode",
    "SELECT count(*) FROM users WHERE id IN (1, 2, 3)",
    "zxqj",
]


@pytest.mark.filterwarnings("ignore")
def test_plain_weights_equal_model2vec(plain: StaticModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """With plain weights the encoding is the Model2Vec library's own, to 1e-5."""
    import model2vec
    from tqdm import tqdm

    monkeypatch.setattr(tqdm, "monitor_interval", 0)  # or its thread outlives the test
    reference = model2vec.StaticModel.from_pretrained(str(SHIPPED)).encode(TEXTS, max_length=None)
    assert np.abs(plain.encode_documents([body(text) for text in TEXTS]) - reference).max() < 1e-5
    assert np.abs(np.array([plain.encode_query(text) for text in TEXTS]) - reference).max() < 1e-5


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(st.text(max_size=60), min_size=1, max_size=6))
def test_a_batch_is_its_documents(model: StaticModel, texts: list[str]) -> None:
    """A text's vector does not depend on what it is encoded with, nor on what was encoded before."""
    together = model.encode_documents([body(text) for text in texts])
    alone = np.concatenate([model.encode_documents([body(text)]) for text in texts])
    fresh = StaticModel().encode_documents([body(texts[0])])
    assert np.array_equal(together, alone)
    assert np.array_equal(together[:1], fresh)
    lengths = np.linalg.norm(together, axis=1)
    assert all(length == 0 or abs(length - 1) < 1e-5 for length in lengths)


def test_the_name_weighs_more(model: StaticModel) -> None:
    """A query for a word is nearer to the unit that is named with it."""
    text = "return the value of upload and of download"
    query = model.encode_query("upload")
    named, other = model.encode_documents([body(text, "upload"), body(text, "download")])
    assert named @ query > other @ query


def test_repetition_saturates(model: StaticModel) -> None:
    """A word said a hundred times does not drown the rest."""
    once, often = model.encode_documents([body("upload retry"), body("upload " * 100 + "retry")])
    assert once @ often > 0.7


def test_unknown_words_give_no_vector(model: StaticModel) -> None:
    """A text without a known word is a row of zeros, which the store never keeps."""
    assert not model.encode_documents([body("∅∀∃")]).any()
    assert not model.encode_query("∅∀∃").any()
    assert not quantised(model.encode_documents([body("")])).any()


def test_quantised_rows_keep_their_direction(model: StaticModel) -> None:
    """Eight bits with a scale a row cost less than a thousandth of cosine."""
    rows = model.encode_documents([body(text) for text in TEXTS])
    small = quantised(rows).astype(np.float32)
    cosine = (rows * small).sum(axis=1) / np.linalg.norm(small, axis=1)
    assert cosine.min() > 0.999
    assert np.abs(quantised(rows)).max() == 127


@pytest.mark.parametrize("missing", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_model_that_is_not_whole_is_refused(tmp_path: Path, missing: str) -> None:
    """A missing or a cut-short file is one clear sentence."""
    folder = tmp_path / "model"
    shutil.copytree(SHIPPED, folder)
    StaticModel(folder)
    (folder / missing).write_bytes((folder / missing).read_bytes()[:50])
    with pytest.raises(ModelError):
        StaticModel(folder)
    (folder / missing).unlink()
    with pytest.raises(ModelError):
        StaticModel(folder)


def test_an_unknown_weighting_is_refused(tmp_path: Path) -> None:
    """A configuration from the future is not read as the present's."""
    folder = tmp_path / "model"
    shutil.copytree(SHIPPED, folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "tf": "sqrt"}))
    with pytest.raises(ModelError, match="sqrt"):
        StaticModel(folder)


def test_another_weighting_is_another_model(model: StaticModel, plain: StaticModel) -> None:
    """Vectors made with other weights cannot be compared, and the fingerprint says so."""
    assert model.identity.fingerprint != plain.identity.fingerprint
    assert model.identity.fingerprint == StaticModel().identity.fingerprint
