"""Transformers in ONNX files: fastembed's own loading code on models that the tests make."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import onnxruntime  # type: ignore[import-untyped]
import pytest
from conftest import te_environment
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_model import make_bert, make_model2vec, tiny_tokenizer, write_json

from te_cli.document import Document
from te_cli.embed import onnx as running
from te_cli.embed import source
from te_cli.embed.folder import read_model
from te_cli.embed.passages import passage, prefixes_of
from te_cli.embed.source import identity_of_source, is_static, open_model, source_of
from te_cli.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

TEXTS = ("retry the upload", "class Session: state", "close", "find users by name and sort them by word " * 9)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that no test changes."""
    return make_bert(tmp_path_factory.mktemp("models") / "tiny")


def embedded(folder: Path, *texts: str) -> Floats:
    """The rows of texts that are documents' bodies."""
    return open_model(str(folder)).embed_documents([Document(body=text) for text in texts])


def run_by_hand(folder: Path, text: str, weights: str = "model.onnx", limit: int = 64) -> tuple[Floats, list[int]]:
    """What the ONNX file gives for one text, (tokens, dimension) or (dimension,), and the tokens."""
    tokenizer = tiny_tokenizer()
    tokenizer.enable_truncation(limit)
    ids = tokenizer.encode(text).ids
    session = onnxruntime.InferenceSession(str(folder / weights))
    given = {"input_ids": [ids], "attention_mask": [[1] * len(ids)], "token_type_ids": [[0] * len(ids)]}
    types = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}
    asked = {each.name: np.array(given[each.name], types[each.type]) for each in session.get_inputs()}
    states: Floats = session.run(None, asked)[0][0]
    return states, ids


def unit(row: Floats) -> Floats:
    scaled: Floats = row / np.linalg.norm(row)
    return scaled


POOLED: dict[str, Callable[[Floats], Floats]] = {
    "mean": lambda states: states.mean(axis=0),
    "cls": lambda states: states[0],
    "last": lambda states: states[-1],
}


@pytest.mark.parametrize("pooling", sorted(POOLED))
def test_pooling_is_the_folders(tmp_path: Path, pooling: str) -> None:
    folder = make_bert(tmp_path / "model", pooling=pooling)
    for text, row in zip(TEXTS, embedded(folder, *TEXTS), strict=True):
        assert np.allclose(row, unit(POOLED[pooling](run_by_hand(folder, text)[0])), atol=1e-5)


@pytest.mark.parametrize(
    ("said", "pooling"),
    [
        ({"pooling_mode": "cls"}, "cls"),
        ({"pooling_mode": ["lasttoken"], "embedding_dimension": 32}, "last"),
        ({"pooling_mode_mean_sqrt_len_tokens": True, "pooling_mode_mean_tokens": False}, "mean"),
        ({}, "mean"),
    ],
)
def test_how_pooling_may_be_said(tmp_path: Path, said: dict[str, Any], pooling: str) -> None:
    folder = make_bert(tmp_path / "model")
    write_json(folder / "1_Pooling" / "config.json", said)
    expected = unit(POOLED[pooling](run_by_hand(folder, TEXTS[0])[0]))
    assert np.allclose(embedded(folder, TEXTS[0])[0], expected, atol=1e-5)


def test_the_pooling_module_may_be_called_otherwise(tmp_path: Path) -> None:
    folder = make_bert(tmp_path / "model", pooling="cls")
    (folder / "1_Pooling").rename(folder / "pool")
    modules = json.loads((folder / "modules.json").read_text())
    modules[1]["path"] = "pool"
    write_json(folder / "modules.json", modules)
    assert np.allclose(embedded(folder, TEXTS[0])[0], unit(run_by_hand(folder, TEXTS[0])[0][0]), atol=1e-5)


@pytest.mark.parametrize("output", ["sentence_embedding", "embedding"])
def test_an_output_that_is_pooled_is_taken_as_it_is(tmp_path: Path, output: str) -> None:
    folder = make_bert(tmp_path / "model", pooled=True, output=output, pooling="cls")
    assert np.allclose(embedded(folder, TEXTS[0])[0], unit(run_by_hand(folder, TEXTS[0])[0]), atol=1e-5)


@pytest.mark.parametrize(
    "options",
    [
        {"inputs": ("input_ids", "attention_mask")},
        {"inputs": ("input_ids",)},
        {"integers": onnx.TensorProto.INT32},
        {"free": True},
        {"dimension": 48},
        {"weights": "onnx/model.onnx"},
        {"weights": "onnx/model_quantized.onnx"},
        {"weights": "weights_of_mine.onnx"},
    ],
    ids=str,
)
def test_what_a_file_takes_and_where_it_lies(tmp_path: Path, options: dict[str, Any]) -> None:
    """Without kinds, without a mask (then only texts of one length share a batch), with 32-bit numbers."""
    folder = make_bert(tmp_path / "model", **options)
    rows = embedded(folder, *TEXTS)
    assert rows.shape == (len(TEXTS), options.get("dimension", 32))
    for text, row in zip(TEXTS, rows, strict=True):
        states, _ = run_by_hand(folder, text, options.get("weights", "model.onnx"))
        assert np.allclose(row, unit(states.mean(axis=0)), atol=1e-5)


def test_the_most_exact_of_several_files_is_taken(tmp_path: Path) -> None:
    folder = make_bert(tmp_path / "model", weights="onnx/model_quantized.onnx", seed=1)
    make_bert(folder, weights="onnx/model.onnx", seed=2)
    assert np.allclose(embedded(folder, "x"), embedded(make_bert(tmp_path / "other", seed=2), "x"), atol=1e-6)


WORD = st.sampled_from(["upload", "retry", "users", "sort", "(", "qq", "_x", "\n", "你好", ""])


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(st.lists(WORD, max_size=90).map(" ".join), max_size=12), order=st.randoms())
def test_a_texts_row_does_not_depend_on_its_company(tiny: Path, texts: list[str], order: Any) -> None:
    """Neither on what else is embedded, nor on its place among it."""
    model = opened(str(tiny))
    together = model.embed_documents([Document(body=text) for text in texts])
    places = list(range(len(texts)))
    order.shuffle(places)
    shuffled = model.embed_documents([Document(body=texts[place]) for place in places])
    for row, place in enumerate(places):
        assert np.allclose(shuffled[row], together[place], atol=1e-5)
        alone = model.embed_documents([Document(body=texts[place])])[0]
        assert np.allclose(alone, together[place], atol=1e-5)
    assert together.dtype == np.float32
    assert together.shape == (len(texts), 32)


def opened(folder: str, kept: dict[str, Any] = {}) -> Any:  # noqa: B006 - it is a memory
    """A model, opened once."""
    return kept.setdefault(folder, open_model(folder))


def test_blank_texts_say_nothing(tiny: Path) -> None:
    model = open_model(str(tiny))
    assert not model.embed_documents([Document(), Document(body=" \n\t")]).any()
    assert not model.embed_query("  ").any()
    assert model.embed_documents([]).shape == (0, 32)
    assert model.embed_documents([Document(), Document(body="x")]).any(axis=1).tolist() == [False, True]


def test_a_text_is_read_up_to_the_limit(tmp_path: Path) -> None:
    """What the folder says of its length: tokens beyond it change nothing."""
    folder = make_bert(tmp_path / "model", limit=8)
    short, same, other = embedded(folder, "a b c d e f", "a b c d e f g h i j", "a b c d e g")
    assert np.array_equal(short, same)
    assert not np.allclose(short, other, atol=1e-3)
    assert np.allclose(short, unit(run_by_hand(folder, "a b c d e f")[0].mean(axis=0)), atol=1e-5)


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        ({"sentence_bert_config.json": {"max_seq_length": 10}}, 10),
        ({"sentence_bert_config.json": {"max_seq_length": None}}, 128),
        (
            {"sentence_bert_config.json": {}, "tokenizer_config.json": {"pad_token": "[PAD]", "model_max_length": 12}},
            12,
        ),
        ({"sentence_bert_config.json": {"max_seq_length": 10**30}, "config.json": {"hidden_size": 32}}, 128),
        ({"tokenizer_config.json": {"pad_token": "[PAD]", "model_max_length": 128, "max_length": 16}}, 64),
        ({"tokenizer_config.json": {"pad_token": "[PAD]", "model_max_length": 32}}, 64),
        ({"sentence_bert_config.json": {}, "sentence_roberta_config.json": {"max_seq_length": 24}}, 24),
        ({"sentence_bert_config.json": {}, "tokenizer_config.json": {"max_length": 16}}, 16),
        ({"config.json": {"max_position_embeddings": 34, "model_type": "roberta", "hidden_size": 32}}, 32),
    ],
)
def test_where_the_limit_is_said(tmp_path: Path, files: dict[str, Any], limit: int) -> None:
    folder = make_bert(tmp_path / "model")
    for name, value in files.items():
        write_json(folder / name, value)
    assert read_model(folder, "model.onnx").limit == limit


def test_a_text_of_megabytes_is_cut_before_it_is_read(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model: Any = open_model(str(tiny))
    model.prepare()
    seen: list[int] = []
    really = model._run

    def counting(texts: list[str], how: str) -> Any:
        seen.extend(map(len, texts))
        return really(texts, how)

    monkeypatch.setattr(model, "_run", counting)
    model.embed_documents([Document(path="a.py", doc="d " * 10**6, body="upload " * 300_000)])
    model.embed_query("upload " * 300_000)
    assert max(seen) <= 64 * 20


def test_a_passage_begins_with_what_matters() -> None:
    body = "def run(self):\n    '''Runs.'''\n"
    full = Document("a/b.py", "method", "run", "Job.run", "def run(self):", "Runs.", body)
    assert passage(full) == f"a/b.py\nJob.run\n{body}"
    apart = Document("a/b.py", "method", "run", "Job.run", "run(self) -> None", "It runs it.", body)
    assert passage(apart) == f"a/b.py\nJob.run\nrun(self) -> None\nIt runs it.\n{body}"
    assert passage(Document(body="text")) == "text"
    assert passage(Document(name="x", body="y" * 99), 10) == "x\nyyyyyyyy"


def test_prefixes_are_the_folders(tmp_path: Path) -> None:
    """They stand before the text, and only where they belong."""
    said = {"query": "find: ", "document": "text: "}
    plain = open_model(str(make_bert(tmp_path / "plain")))
    model = open_model(str(make_bert(tmp_path / "model", prompts=said)))
    assert np.allclose(model.embed_query("users"), plain.embed_query("find: users"), atol=1e-6)
    document = [Document(body="users")], [Document(body="text: users")]
    assert np.allclose(model.embed_documents(document[0]), plain.embed_documents(document[1]), atol=1e-6)
    assert not np.allclose(model.embed_query("users"), model.embed_documents(document[0])[0], atol=1e-3)
    blank = model.embed_documents([Document(body=" ")])
    assert not blank.any()


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"prompts": {"search_query": "q ", "search_document": "d "}}, ("q ", "d ")),
        ({"prompts": {"query": "q ", "document": ""}}, ("q ", "")),
        ({"prompts": {"any": "x "}, "default_prompt_name": "any"}, ("x ", "x ")),
        ({"prompts": {"query": "", "document": ""}}, ("query: ", "passage: ")),
        ({}, ("query: ", "passage: ")),
    ],
)
def test_how_prefixes_may_be_said(tmp_path: Path, config: dict[str, Any], expected: tuple[str, str]) -> None:
    """What a folder leaves out is taken from the family that its name tells of."""
    folder = make_bert(tmp_path / "e5-small-v2")
    write_json(folder / "config_sentence_transformers.json", config)
    assert read_model(folder, "model.onnx").prefixes == expected


@pytest.mark.parametrize(
    ("name", "query", "passage_"),
    [
        ("BAAI/bge-small-en-v1.5", "Represent this sentence for searching relevant passages: ", ""),
        ("intfloat/multilingual-e5-large", "query: ", "passage: "),
        ("nomic-ai/nomic-embed-text-v1.5-Q", "search_query: ", "search_document: "),
        ("snowflake/snowflake-arctic-embed-m-v2.0", "query: ", ""),
        ("sentence-transformers/all-MiniLM-L6-v2", "", ""),
        ("BAAI/bge-m3", "", ""),
        ("some/machine5-small", "", ""),
    ],
)
def test_prefixes_of_known_families(name: str, query: str, passage_: str) -> None:
    assert prefixes_of(name) == (query, passage_)


def changed(folder: Path, name: str, **values: Any) -> None:
    """Set values in a JSON file of a folder."""
    write_json(folder / name, json.loads((folder / name).read_text()) | values)


def lengthened(path: Path) -> None:
    """Put a field behind that no model has."""
    path.write_bytes(path.read_bytes() + b"\xa2\x06\x01x")


CHANGES: dict[str, Callable[[Path], object]] = {
    "weights": lambda folder: make_bert(folder, seed=9),
    "tokenizer": lambda folder: changed(folder, "tokenizer.json", version="1.0 "),
    "tokenizer's configuration": lambda folder: changed(folder, "tokenizer_config.json", truncation_side="left"),
    "special tokens": lambda folder: changed(folder, "special_tokens_map.json", mask_token="[UNK]"),  # noqa: S106
    "configuration": lambda folder: changed(folder, "config.json", more=1),
    "length": lambda folder: changed(folder, "sentence_bert_config.json", max_seq_length=32),
    "pooling": lambda folder: write_json(folder / "1_Pooling" / "config.json", {"pooling_mode": "cls"}),
    "prefixes": lambda folder: write_json(folder / "config_sentence_transformers.json", {"prompts": {"query": "q: "}}),
    "modules": lambda folder: (folder / "modules.json").unlink(),
    "the end of the weights": lambda folder: lengthened(folder / "model.onnx"),
}


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_the_fingerprint_changes_with_each_file(tmp_path: Path, tiny: Path, change: str) -> None:
    folder = shutil.copytree(tiny, tmp_path / "tiny")
    before = identity_of_source(str(folder))
    assert before == identity_of_source(str(tiny)), "a model is the same wherever it lies"
    CHANGES[change](folder)
    assert identity_of_source(str(folder)).fingerprint != before.fingerprint


def test_what_is_no_part_of_the_model_leaves_the_fingerprint(tmp_path: Path, tiny: Path) -> None:
    folder = shutil.copytree(tiny, tmp_path / "tiny")
    (folder / "README.md").write_text("A model.")
    assert identity_of_source(str(folder)) == identity_of_source(str(tiny))


def test_the_identity_is_that_of_the_open_model(tiny: Path) -> None:
    known, model = identity_of_source(str(tiny)), open_model(str(tiny))
    assert (known.name, known.fingerprint, known.dimension) == (model.name, model.fingerprint, model.dimension)
    assert (known.name, known.dimension) == ("tiny", 32)
    assert not is_static(str(tiny))


def test_knowing_a_model_imports_nothing_heavy(tiny: Path) -> None:
    code = f"import sys; from te_cli.embed import source; source.identity_of_source({str(tiny)!r}); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=te_environment(), check=True
    )
    assert {"numpy", "fastembed", "onnxruntime", "huggingface_hub", "tokenizers"}.isdisjoint(done.stdout.split())


def test_nothing_is_said_while_a_model_is_used(tiny: Path) -> None:
    """Neither by the libraries that load it nor, afterwards, of processes that are forked."""
    code = (
        "import os\nfrom te_cli.embed.source import open_model\nfrom te_cli.document import Document\n"
        f"open_model({str(tiny)!r}, 2).embed_documents([Document(body='x')] * 9)\n"
        "os.fork() or os._exit(0)\nos.wait()"
    )
    env = te_environment()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True)
    assert (done.stdout, done.stderr) == ("", "")


def external(folder: Path, location: str) -> None:
    """Keep the weights of a folder's model in another file."""
    model = onnx.load(str(folder / "model.onnx"))
    onnx.save(
        model, str(folder / "model.onnx"), save_as_external_data=True, location=Path(location).name, size_threshold=1024
    )
    if location != Path(location).name:
        text = (folder / "model.onnx").read_bytes()
        old, new = Path(location).name.encode(), location.encode()
        assert len(old) == len(new), "lengths are part of the format"
        (folder / "model.onnx").write_bytes(text.replace(old, new))


def test_weights_may_lie_in_a_second_file(tmp_path: Path, tiny: Path) -> None:
    folder = shutil.copytree(tiny, tmp_path / "model")
    external(folder, "model.onnx_data")
    assert np.allclose(embedded(folder, *TEXTS), embedded(tiny, *TEXTS), atol=1e-6)
    before = identity_of_source(str(folder)).fingerprint
    data = bytearray((folder / "model.onnx_data").read_bytes())
    data[-1] ^= 1
    (folder / "model.onnx_data").write_bytes(data)
    assert identity_of_source(str(folder)).fingerprint != before
    (folder / "model.onnx_data").unlink()
    with pytest.raises(ModelError, match=r"model\.onnx_data is missing"):
        identity_of_source(str(folder))


def test_weights_outside_of_the_folder_are_refused(tmp_path: Path, tiny: Path) -> None:
    folder = shutil.copytree(tiny, tmp_path / "model")
    external(folder, "abcdata")
    text = (folder / "model.onnx").read_bytes()
    (folder / "model.onnx").write_bytes(text.replace(b"abcdata", b"../data"))
    shutil.move(folder / "abcdata", tmp_path / "data")
    with pytest.raises(ModelError, match="weights outside of its folder"):
        identity_of_source(str(folder))


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "no ONNX file": (lambda f: (f / "model.onnx").unlink(), "holds no model"),
    "PyTorch's weights": (lambda f: (f / "model.onnx").rename(f / "pytorch_model.bin"), "weights for PyTorch only"),
    "an empty file": (lambda f: (f / "model.onnx").write_bytes(b""), "is not an ONNX model"),
    "text": (
        lambda f: (f / "model.onnx").write_text("version https://git-lfs.example/spec/v1\n"),
        "is not an ONNX model",
    ),
    "half a file": (lambda f: os.truncate(f / "model.onnx", 9_000), "is not an ONNX model: it ends in the middle"),
    "no tokenizer": (lambda f: (f / "tokenizer.json").unlink(), "tokenizer.json is missing"),
    "a folder for a tokenizer": (lambda f: replaced(f / "tokenizer.json"), "is not a plain file"),
    "a pipe for a configuration": (lambda f: piped(f / "config.json"), "is not a plain file"),
    "a tokenizer of no kind": (lambda f: (f / "tokenizer.json").write_text("{}"), "cannot be read"),
    "a list for a configuration": (lambda f: write_json(f / "config.json", [1]), "does not hold an object"),
    "deep nesting": (lambda f: (f / "config.json").write_text("[" * 100_000), "cannot be read"),
    "a large configuration": (lambda f: (f / "config.json").write_text(" " * (5 << 20)), "more than 4 MiB"),
    "an odd pooling": (lambda f: write_json(f / "1_Pooling" / "config.json", {"pooling_mode": {}}), "pools by"),
    "max pooling": (lambda f: write_json(f / "1_Pooling" / "config.json", {"pooling_mode_max_tokens": True}), "by max"),
    "odd modules": (lambda f: write_json(f / "modules.json", {"0": 1}), "is not a list of modules"),
    "modules elsewhere": (
        lambda f: write_json(f / "modules.json", [{"type": "x.Pooling", "path": "../../etc"}]),
        "names a folder that cannot be",
    ),
    "a Dense layer": (
        lambda f: write_json(f / "modules.json", [{"type": "x.Transformer"}, {"type": "x.Dense", "path": "2_Dense"}]),
        "Dense layer",
    ),
    "a module of no known kind": (
        lambda f: write_json(f / "modules.json", [{"type": "x.Transformer"}, {"type": "x.WeightedLayerPooling"}]),
        "module that te cannot compute: WeightedLayerPooling",
    ),
    "a sparse model": (lambda f: write_json(f / "modules.json", [{"type": "x.MLMTransformer"}]), "MLMTransformer"),
    "a reranker": (lambda f: make_bert(f, pooled=True, output="logits", dimension=1), "gives scores (logits), no vec"),
    "a language model": (lambda f: make_bert(f, output="logits"), "gives scores (logits), no vectors"),
    "prompts that do not count": (
        lambda f: write_json(
            make_bert(f, prompts={"query": "q: "}) / "1_Pooling" / "config.json",
            {"pooling_mode": "mean", "include_prompt": False},
        ),
        "leaves the words before a text out of its mean",
    ),
    "odd prompts": (lambda f: write_json(f / "config_sentence_transformers.json", {"prompts": [1]}), "are not texts"),
    "no numbers": (lambda f: make_bert(f, broken=True), "it gives what is no number"),
    "an image model": (
        lambda f: make_bert(f, inputs=("input_ids", "pixels")),
        "asks for what te does not give: pixels",
    ),
    "numbers of another kind": (lambda f: make_bert(f, integers=onnx.TensorProto.FLOAT), "than whole numbers"),
    "no dimension": (lambda f: bare(make_bert(f, free=True)), "cannot be told"),
    "another dimension": (
        lambda f: write_json(make_bert(f, free=True) / "1_Pooling" / "config.json", {"embedding_dimension": 31}),
        "gives vectors of shape",
    ),
}


def bare(folder: Path) -> None:
    write_json(folder / "config.json", {})
    write_json(folder / "1_Pooling" / "config.json", {})


def replaced(path: Path) -> None:
    path.unlink()
    path.mkdir()


def piped(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize("fault", sorted(BROKEN))
def test_what_is_wrong_with_a_folder_is_one_sentence(tmp_path: Path, tiny: Path, fault: str) -> None:
    folder = shutil.copytree(tiny, tmp_path / "model")
    spoil, sentence = BROKEN[fault]
    spoil(folder)
    with pytest.raises(ModelError) as caught:
        embedded(folder, "x")
    assert sentence in caught.value.message
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < 700
    assert caught.value.hint


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, 60_000), byte=st.integers(0, 255))
def test_a_damaged_outline_is_a_sentence_or_a_model(
    tiny: Path, tmp_path_factory: pytest.TempPathFactory, at: int, byte: int
) -> None:
    """One byte of the file changed: it is told without running anything."""
    folder = tmp_path_factory.getbasetemp() / "damaged"
    if not folder.exists():
        shutil.copytree(tiny, folder)
    data = bytearray((tiny / "model.onnx").read_bytes())
    data[at % len(data)] = byte
    (folder / "model.onnx").write_bytes(data)
    try:
        found = identity_of_source(str(folder))
    except ModelError:
        return
    assert found.dimension > 0


def test_threads_and_devices_are_the_users(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model: Any = open_model(str(tiny), 1)
    model.prepare()
    assert model._loaded.model.model.get_session_options().intra_op_num_threads == 1
    there = ["CPUExecutionProvider", "AzureExecutionProvider", "DmlExecutionProvider", "CUDAExecutionProvider"]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: there)
    assert running.providers() == ["CUDAExecutionProvider", "DmlExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setenv("TE_DEVICE", "cpu")
    assert running.providers() == ["CPUExecutionProvider"]


def test_threads_share_a_model(tiny: Path) -> None:
    model = open_model(str(tiny), 1)
    texts = [[Document(body=f"upload {'word ' * (number * size)} users") for size in range(12)] for number in range(4)]
    alone = [model.embed_documents(each) for each in texts]
    with ThreadPoolExecutor(4) as threads:
        for _ in range(5):
            for row, expected in zip(threads.map(model.embed_documents, texts), alone, strict=True):
                assert np.allclose(row, expected, atol=1e-5)


def test_half_a_character_is_no_reason_to_fail(tiny: Path) -> None:
    model = open_model(str(tiny))
    assert model.embed_query("upload \ud800 users").any()
    assert model.embed_documents([Document(body="\udcff upload")]).any()


@pytest.mark.parametrize("layout", ["model2vec", "sentence-transformers", "nested"])
def test_token_tables_in_each_layout(tmp_path: Path, layout: str) -> None:
    """As the library that made them reads them."""
    import model2vec
    from tqdm import tqdm

    tqdm.monitor_interval = 0  # its thread would outlive the test
    folder = make_model2vec(tmp_path / "table", layout=layout)
    model = open_model(str(folder))
    assert is_static(str(folder))
    assert (model.name, model.dimension) == ("table", 32)
    theirs = model2vec.StaticModel.from_pretrained(str(folder)).encode(list(TEXTS[:3]))
    ours = model.embed_documents([Document(body=text) for text in TEXTS[:3]])
    assert np.allclose(ours, theirs / np.linalg.norm(theirs, axis=1, keepdims=True), atol=1e-5)
    before = identity_of_source(str(folder)).fingerprint
    assert before == model.fingerprint
    tokenizer = next(folder.rglob("tokenizer.json"))
    tokenizer.write_text(tokenizer.read_text() + " ")
    assert identity_of_source(str(folder)).fingerprint != before


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda f: (f / "config.json").write_text("[]"), "is not an object"),
        (lambda f: changed(f, "config.json", max_length="many"), "which is no length"),
        (lambda f: changed(f, "config.json", schema="te.model/99"), "Upgrade te-cli"),
        (lambda f: (f / "tokenizer.json").unlink(), "has no tokenizer.json"),
        (lambda f: (f / "tokenizer.json").write_text("{}"), "cannot be read"),
        (lambda f: os.truncate(f / "model.safetensors", 5_000), "cannot be read"),
        (lambda f: piped(f / "config.json"), "not a plain file"),
    ],
)
def test_a_broken_table_is_not_answered_with_reinstalling(
    tmp_path: Path, spoil: Callable[[Path], object], sentence: str
) -> None:
    folder = make_model2vec(tmp_path / "table")
    spoil(folder)
    with pytest.raises(ModelError) as caught:
        embedded(folder, "x")
    assert sentence in f"{caught.value.message} {caught.value.hint}"
    assert "Reinstall" not in caught.value.hint


@pytest.mark.parametrize(
    ("said", "sentence", "hint"),
    [
        ("bge-small-en-v1.5", "There is no model 'bge-small-en-v1.5'", "Did you mean 'BAAI/bge-small-en-v1.5'?"),
        ("te-statik", "There is no model 'te-statik'", "Did you mean 'te-static'?"),
        ("embeddinggemma", "There is no model 'embeddinggemma'", "Did you mean 'google/embeddinggemma-300m'?"),
        ("nomic-embed-text", "There is no model", "one of these? nomic-ai/nomic-embed-text-v1, nomic-ai/"),
        ("jina", "There is no model 'jina'", ", and more: te models jina"),
        ("text-embedding-3-small", "There is no model 'text-embedding-3-small'", "te models --all has more"),
        ("./nowhere", "There is no folder './nowhere'", "te-static, which comes with te"),
        ("~nobody-of-that-name/model", "There is no folder '~nobody-of-that-name/model'", "te-static"),
        ("a\x00b", "is no model's name", "te-static"),
        (" ", "name is empty", "te-static"),
    ],
)
def test_what_is_no_model(tmp_path: Path, said: str, sentence: str, hint: str) -> None:
    with pytest.raises(ModelError) as caught:
        source_of(said, tmp_path)
    assert sentence in caught.value.message
    assert hint in caught.value.hint


def test_exporting_what_is_no_model_is_a_sentence(tmp_path: Path) -> None:
    script = Path(__file__).parent.parent / "scripts" / "export_onnx.py"
    command = [sys.executable, str(script), str(tmp_path), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, env=te_environment(), check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{tmp_path} has no config.json: is it the folder of a sentence-transformers model?\n"


def test_what_a_user_may_mean(tmp_path: Path) -> None:
    folder = make_model2vec(tmp_path / "own" / "model")
    assert source_of("te-static", tmp_path) == ""
    assert source_of("./own/model", tmp_path) == str(folder)
    assert source_of(str(folder), Path("/")) == str(folder)
    assert source_of("own/model", tmp_path) == "own/model", "a name, whatever lies there"
    assert source_of("https://huggingface.co/BAAI/bge-m3", tmp_path) == "BAAI/bge-m3"
    assert source_of("https://hf.co/BAAI/bge-m3/tree/main", tmp_path) == "BAAI/bge-m3"


def test_a_model_is_told_anew_when_its_files_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered of a folder holds for its files as they were, subfolders included."""
    told: list[str] = []
    really = source._identity

    def telling(name: str, model: Any) -> Any:
        told.append(name)
        return really(name, model)

    monkeypatch.setattr(source, "FRESH_NS", 0)
    monkeypatch.setattr(source, "_identity", telling)
    folder = make_bert(tmp_path / "bert")
    before = identity_of_source(str(folder))
    assert identity_of_source(str(folder)) == before
    assert len(told) == 1
    pooling = folder / "1_Pooling" / "config.json"
    pooling.write_text(pooling.read_text().replace("mean_tokens", "cls_token", 1))
    identity_of_source(str(folder))
    assert len(told) == 2
    (folder / "left").symlink_to(tmp_path / "nowhere")
    identity_of_source(str(folder))
    assert len(told) == 3
    (folder / "left").unlink()
    shutil.rmtree(folder)
    assert identity_of_source(str(make_bert(folder, seed=1))) != before
