"""Layouts in which models exist in the world: te's vectors equal what the file itself gives, or it refuses."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import onnxruntime  # type: ignore[import-untyped]
import pytest
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file
from tiny_model import POSITIONS, make_bert, write_json
from tokenizers import Tokenizer

from te_cli.document import Document
from te_cli.embed.folder import read_model
from te_cli.embed.passages import pooling_of
from te_cli.embed.source import identity_of_source, open_model
from te_cli.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import MakeRepository, Run
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

TEXTS = ("retry the upload", "class Session: state", "close", "find users by name and sort them by word " * 9)
"""Of several lengths, so that a batch is filled up."""

TYPES = {"int64": np.int64, "int32": np.int32, "float": np.float32, "float16": np.float16}


def embedded(folder: Path, *texts: str) -> Floats:
    """The rows of texts that are documents' bodies."""
    return open_model(str(folder)).embed_documents([Document(body=text) for text in texts or TEXTS])


def by_hand(folder: Path, text: str, output: str | None = None, limit: int = 64) -> Floats:
    """What the file gives for one text, without te, unpadded: (tokens, size) or (size,)."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(limit)
    ids = tokenizer.encode(text).ids
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"))
    known = {"input_ids": ids, "attention_mask": [1] * len(ids), "token_type_ids": [0] * len(ids)}
    known["position_ids"] = list(range(len(ids)))
    given = {}
    for each in session.get_inputs():
        past = np.zeros((1, 2, 0, 8))
        given[each.name] = np.asarray([known[each.name]] if each.name in known else past, TYPES[each.type[7:-1]])
    found: Floats = np.asarray(session.run([output] if output else None, given)[0][0], np.float32)
    return found


def unit(row: Floats) -> Floats:
    scaled: Floats = row / np.linalg.norm(row)
    return scaled


def same(folder: Path, pool: Callable[[Floats], Floats], **how: Any) -> bool:
    """Whether te's rows are those made by hand."""
    expected = np.stack([unit(pool(by_hand(folder, text, **how))) for text in TEXTS])
    return np.allclose(embedded(folder), expected, atol=1e-5)


def changed(folder: Path, name: str, **values: Any) -> Path:
    """Set values in a JSON file of a folder."""
    path = folder / name
    write_json(path, (json.loads(path.read_text()) if path.exists() else {}) | values)
    return folder


def edited(folder: Path, edit: Callable[[Any], object]) -> Path:
    """Change the graph of a folder's model."""
    model = onnx.load(str(folder / "model.onnx"))
    edit(model.graph)
    onnx.save(model, str(folder / "model.onnx"))
    return folder


def decoder(folder: Path, *, positions: bool = True, past: int = TensorProto.FLOAT, **options: Any) -> Path:
    """A model whose tokens see only those before, shaped as a decoder with a cache; its tokenizer pads on the left."""

    def edit(graph: Any) -> None:
        node = helper.make_node
        whole = {"first": [0], "starts": [0, 0], "axes": [0, 1]}
        graph.initializer.extend(
            numpy_helper.from_array(np.array(each, np.int64), name) for name, each in whole.items()
        )
        before = np.triu(np.full((POSITIONS, POSITIONS), -1e9, np.float32), 1)
        graph.initializer.append(numpy_helper.from_array(before, "before"))
        at = next(place for place, each in enumerate(graph.node) if each.op_type == "Softmax")
        scores, graph.node[at].input[0] = graph.node[at].input[0], "causal"
        for each in (
            node("Add", [scores, "cut"], ["causal"]),
            node("Slice", ["before", "starts", "ends", "axes"], ["cut"]),
            node("Concat", ["one length", "one length"], ["ends"], axis=0),
            node("Unsqueeze", ["length", "first"], ["one length"]),
        ):
            graph.node.insert(at, each)
        if positions:
            placed = next(each for each in graph.node if "positions" in each.input)
            placed.input[1] = "position_ids"
            graph.input.append(helper.make_tensor_value_info("position_ids", TensorProto.INT64, ["batch", "length"]))
        for number in range(2 if past else 0):
            for name in ("key", "value"):
                taken, given = f"past_key_values.{number}.{name}", f"present.{number}.{name}"
                shape: list[str | int | None] = ["batch", 2, "past", 8]
                graph.input.append(helper.make_tensor_value_info(taken, past, shape))
                graph.output.append(helper.make_tensor_value_info(given, past, shape))
                graph.node.append(node("Identity", [taken], [given]))

    made = make_bert(folder, pooling="last", inputs=("input_ids", "attention_mask"), **options)
    return changed(edited(made, edit), "tokenizer_config.json", padding_side="left")


@pytest.mark.parametrize(
    "options",
    [
        {"positions": False, "past": 0},
        {"past": 0},
        {},
        {"past": TensorProto.FLOAT16},
    ],
    ids=str,
)
def test_decoders_are_given_positions_and_no_past(tmp_path: Path, options: dict[str, Any]) -> None:
    """As Qwen3-Embedding's files want; its vector is the last token's, on whichever side a text is filled up."""
    assert same(decoder(tmp_path / "model", **options), lambda states: states[-1])


def test_a_past_of_unknown_size_is_refused(tmp_path: Path) -> None:
    def edit(graph: Any) -> None:
        graph.input.append(
            helper.make_tensor_value_info("past_key_values.0.key", 1, ["batch", "heads", "past", "size"])
        )

    with pytest.raises(ModelError, match=r"what te does not give: past_key_values\.0\.key"):
        embedded(edited(make_bert(tmp_path / "model"), edit))


def test_the_first_token_is_the_texts_wherever_its_folder_fills_up(tmp_path: Path) -> None:
    """With padding_side left, a batch's shorter texts had the vector of a padding token."""
    folder = changed(make_bert(tmp_path / "model", pooling="cls"), "tokenizer_config.json", padding_side="left")
    assert same(folder, lambda states: states[0])


@pytest.mark.parametrize(
    ("name", "pooling"),
    [
        ("bge-small-en-v1.5", "cls"),
        ("snowflake-arctic-embed-m-v2.0", "cls"),
        ("gte-modernbert-base-ONNX", "cls"),
        ("CodeRankEmbed-onnx", "cls"),
        ("Qwen3-Embedding-0.6B-ONNX", "last"),
        ("bge-code-v1", "last"),
        ("all-MiniLM-L6-v2", "mean"),
        ("e5-base-v2", "mean"),
        ("gte-small", "mean"),
        ("multi-qa-MiniLM-L6-cos-v1", "mean"),
        ("multi-qa-mpnet-base-dot-v1", "cls"),
    ],
)
def test_a_conversion_without_its_pooling_is_pooled_as_its_family(tmp_path: Path, name: str, pooling: str) -> None:
    """Repositories of conversions have no 1_Pooling; bge was pooled by the mean there, which is not its vector."""
    assert pooling_of(f"somebody/{name}") == pooling
    folder = make_bert(tmp_path / name, pooling=None)
    (folder / "modules.json").unlink()
    assert read_model(folder, "model.onnx").pooling == pooling
    changed(folder, "config.json", _name_or_path="BAAI/bge-m3")
    (folder / "1_Pooling").mkdir()
    write_json(folder / "1_Pooling" / "config.json", {"pooling_mode_mean_tokens": True})
    assert read_model(folder, "model.onnx").pooling == "mean", "a folder that says it is believed"


def test_an_exports_original_tells_its_family(tmp_path: Path) -> None:
    folder = make_bert(tmp_path / "out", pooling=None)
    changed(folder, "config.json", _name_or_path="BAAI/bge-base-en-v1.5")
    assert read_model(folder, "model.onnx").pooling == "cls"


TOKEN = {"__type": "AddedToken", "content": "[PAD]", "lstrip": False, "normalized": True, "rstrip": False}


@pytest.mark.parametrize(
    "said",
    [
        {"pad_token": TOKEN},
        {"model_max_length": 1000000000000000019884624838656},
        {"model_max_length": None},
        {"pad_token": None},
        {"pad_token": "<new>"},
        None,
    ],
    ids=["a token as an object", "no length but a huge one", "no length", "no padding token", "a new one", "no file"],
)
def test_what_a_tokenizers_configuration_may_leave_out(tmp_path: Path, said: dict[str, Any] | None) -> None:
    """As RoBERTa's exports and those of bare transformers are written: they were refused."""
    folder = make_bert(tmp_path / "model")
    if said is None:
        (folder / "tokenizer_config.json").unlink()
        (folder / "special_tokens_map.json").unlink()
    else:
        changed(folder, "tokenizer_config.json", **said)
        changed(folder, "special_tokens_map.json", pad_token=said.get("pad_token") or "[PAD]")
    assert same(folder, lambda states: states.mean(axis=0))


def test_how_a_tokenizer_once_cut_and_filled_up_does_not_count(tmp_path: Path) -> None:
    """all-MiniLM-L6-v2's keeps a length of 128, filled up to, though the model reads 256 tokens."""
    folder = make_bert(tmp_path / "model")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(8)
    tokenizer.enable_padding(length=8)
    expected = np.stack([unit(by_hand(folder, text).mean(axis=0)) for text in TEXTS])
    tokenizer.save(str(folder / "tokenizer.json"))
    changed(folder, "tokenizer_config.json", max_length=8)
    assert np.allclose(embedded(folder), expected, atol=1e-5)


def test_a_folder_that_cuts_on_the_left_has_the_end_read(tmp_path: Path) -> None:
    """Of a text of many characters the beginning was taken, and then the end of that."""
    folder = make_bert(tmp_path / "model", pooling="last", limit=8)
    changed(folder, "tokenizer_config.json", truncation_side="left")
    model = open_model(str(folder))
    short, text = "find a user by name and sort", "upload " * 400 + "find a user by name and sort"
    assert np.array_equal(model.embed_query(text), model.embed_query(f"upload {short}"))
    assert np.array_equal(embedded(folder, text), embedded(folder, f"upload {short}"))
    assert not np.allclose(embedded(folder, text), embedded(folder, "upload " * 400))


def test_lower_case_is_the_folders(tmp_path: Path) -> None:
    folder = changed(make_bert(tmp_path / "model"), "sentence_bert_config.json", do_lower_case=True)
    changed(folder, "tokenizer.json", normalizer=None)
    expected = unit(by_hand(folder, "retry the upload").mean(axis=0))
    assert np.allclose(embedded(folder, "Retry THE Upload")[0], expected, atol=1e-5)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"prompts": {"query": "q ", "document": ""}, "default_prompt_name": "query"}, ("q ", "")),
        ({"prompts": {"query": "q "}, "default_prompt_name": "query"}, ("q ", "q ")),
        ({"prompts": {"nl2code_query": "q ", "nl2code_document": "d ", "qa_query": "x "}}, ("q ", "d ")),
    ],
)
def test_an_empty_prompt_is_no_missing_one(tmp_path: Path, said: dict[str, Any], expected: tuple[str, str]) -> None:
    """Passages got the query's words where it was the default and theirs were empty."""
    folder = make_bert(tmp_path / "model")
    write_json(folder / "config_sentence_transformers.json", said)
    assert read_model(folder, "model.onnx").prefixes == expected


def fixed(folder: Path, batch: int | None, length: int | None, **options: Any) -> Path:
    """A model exported without free axes."""

    def edit(graph: Any) -> None:
        for slot in (*graph.input, *graph.output):
            axes = slot.type.tensor_type.shape.dim
            for axis, size in zip(axes, (batch, length), strict=False):
                if size is not None and axis.dim_param:
                    axis.ClearField("dim_param")
                    axis.dim_value = size

    return edited(make_bert(folder, **options), edit)


@pytest.mark.parametrize(("batch", "length"), [(1, None), (None, 48), (1, 128)])
def test_a_file_of_a_fixed_shape_is_given_it(tmp_path: Path, batch: int | None, length: int | None) -> None:
    """It was refused by the library, with a sentence about dimensions."""
    folder = fixed(tmp_path / "model", batch, length, limit=length or 64)
    free = make_bert(tmp_path / "free", limit=length or 64)
    assert np.allclose(embedded(folder), embedded(free), atol=1e-5)


def test_a_file_of_many_texts_at_a_time_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="takes 4 texts at a time, never fewer"):
        identity_of_source(str(fixed(tmp_path / "model", 4, None)))


def dense(folder: Path, sizes: list[int], activation: str) -> tuple[Path, list[tuple[Floats, Floats]]]:
    """A model with Dense layers behind its pooling, and their numbers."""
    make_bert(folder, pooling="cls")
    kinds = ["Transformer", "Pooling", *["Dense"] * len(sizes), "Normalize"]
    modules = [{"idx": at, "path": f"{at}_{kind}" if at else "", "type": f"x.{kind}"} for at, kind in enumerate(kinds)]
    write_json(folder / "modules.json", modules)
    random = np.random.default_rng(3)
    layers: list[tuple[Floats, Floats]] = []
    for at, (taken, given) in enumerate(zip([32, *sizes], sizes, strict=False), start=2):
        weight = (random.normal(size=(given, taken)) / 4).astype(np.float32)
        bias = (random.normal(size=given) / 4).astype(np.float32)
        (folder / f"{at}_Dense").mkdir()
        save_file({"linear.weight": weight, "linear.bias": bias}, str(folder / f"{at}_Dense" / "model.safetensors"))
        said = {"in_features": taken, "out_features": given, "bias": True, "activation_function": activation}
        write_json(folder / f"{at}_Dense" / "config.json", said)
        layers.append((weight, bias))
    return folder, layers


@pytest.mark.parametrize(
    ("sizes", "activation"),
    [([24], "torch.nn.modules.activation.Tanh"), ([96, 32], "torch.nn.modules.linear.Identity")],
)
def test_dense_layers_are_computed(tmp_path: Path, sizes: list[int], activation: str) -> None:
    """One as in LaBSE, two as in EmbeddingGemma: such folders were refused."""
    folder, layers = dense(tmp_path / "model", sizes, activation)

    def pool(states: Floats) -> Floats:
        row: Floats = states[0]
        for weight, bias in layers:
            row = weight @ row + bias
            row = np.tanh(row) if activation.endswith("Tanh") else row
        return row

    assert same(folder, pool)
    before = identity_of_source(str(folder))
    assert before.dimension == sizes[-1]
    save_file({"linear.weight": -layers[0][0]}, str(folder / "2_Dense" / "model.safetensors"))
    assert identity_of_source(str(folder)).fingerprint != before.fingerprint


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda f: changed(f, "config.json", activation_function="torch.nn.GELU"), "its activation is GELU"),
        (lambda f: changed(f, "config.json", use_residual=True), "it is of a rare kind"),
        (lambda f: changed(f, "config.json", in_features=31), "takes 31 numbers, and gets 32"),
        (lambda f: changed(f, "config.json", in_features="x"), "does not say its in_features, out_features"),
        (lambda f: (f / "model.safetensors").rename(f / "pytorch_model.bin"), "is a pickle"),
        (lambda f: (f / "model.safetensors").write_bytes(b"{}"), "cannot be read"),
        (lambda f: save_file({"linear.weight": np.ones(4)}, str(f / "model.safetensors")), "make no layer"),
        (lambda f: save_file({"linear.weight": np.ones((2, 4))}, str(f / "model.safetensors")), "takes 4 numbers"),
    ],
)
def test_a_dense_layer_that_cannot_be_computed_is_one_sentence(
    tmp_path: Path, spoil: Callable[[Path], object], sentence: str
) -> None:
    folder, _ = dense(tmp_path / "model", [24], "torch.nn.modules.activation.Tanh")
    spoil(folder / "2_Dense")
    with pytest.raises(ModelError) as caught:
        embedded(folder)
    assert sentence in caught.value.message
    assert "\n" not in caught.value.message


def given_as(folder: Path, kind: int, name: str, *, also: bool = False) -> Path:
    """A model that gives its pooled vectors as another type, under a name; with ``also``, as they were too."""

    def edit(graph: Any) -> None:
        graph.node.append(helper.make_node("Cast", ["pooled"], [name], to=kind))
        before = list(graph.output) if also else []
        del graph.output[:]
        graph.output.extend([helper.make_tensor_value_info(name, kind, ["batch", 32]), *before])

    return edited(make_bert(folder, pooled=True, output="pooled"), edit)


def test_vectors_of_half_precision_are_scaled_in_single(tmp_path: Path) -> None:
    folder = given_as(tmp_path / "model", TensorProto.FLOAT16, "sentence_embedding")
    assert same(folder, lambda row: row)


def test_vectors_in_whole_numbers_are_refused(tmp_path: Path) -> None:
    """Those of a quantised output count from a zero point: taken as they are, they point elsewhere."""
    folder = given_as(tmp_path / "model", TensorProto.UINT8, "sentence_embedding_quantized")
    with pytest.raises(ModelError, match="whole numbers"):
        identity_of_source(str(folder))
    both = given_as(tmp_path / "both", TensorProto.UINT8, "quantised", also=True)
    assert same(both, lambda row: row, output="pooled")


def in_the_hubs_cache(model: Path, home: Path, name: str) -> Path:
    """A model as the hub's library keeps it: links to blobs in a folder that is called by a digest."""
    place = home / f"models--{name.replace('/', '--')}"
    folder = place / "snapshots" / "0123abcd"
    for at, path in enumerate(sorted(path for path in model.rglob("*") if path.is_file())):
        blob = place / "blobs" / f"{at:064x}"
        blob.parent.mkdir(parents=True, exist_ok=True)
        blob.write_bytes(path.read_bytes())
        link = folder / path.relative_to(model)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(os.path.relpath(blob, link.parent))
    (place / "refs").mkdir()
    (place / "refs" / "main").write_text(folder.name)
    return folder


def test_a_folder_of_the_hubs_cache_is_called_by_its_model(tmp_path: Path) -> None:
    """Its weights may lie in a second file; the name was the snapshot's digest."""
    model = make_bert(tmp_path / "model")
    outline = onnx.load(str(model / "model.onnx"))
    how: dict[str, Any] = {"save_as_external_data": True, "location": "model.onnx_data", "size_threshold": 1024}
    onnx.save(outline, str(model / "model.onnx"), **how)
    folder = in_the_hubs_cache(model, tmp_path, "org/tiny")
    assert (folder / "model.onnx_data").is_symlink()
    assert identity_of_source(str(folder)).name == "org/tiny"
    assert np.array_equal(embedded(folder), embedded(model))


@pytest.mark.parametrize("below", ["", "snapshots"])
def test_a_folder_around_a_model_tells_which_is_meant(tmp_path: Path, below: str) -> None:
    inner = make_bert(tmp_path / "out" / below / "tiny")
    with pytest.raises(ModelError, match="holds no model itself") as caught:
        identity_of_source(str(tmp_path / "out"))
    assert caught.value.hint == f"Did you mean {inner}?"
    make_bert(tmp_path / "out" / below / "another")
    with pytest.raises(ModelError, match="holds no model: te runs"):
        identity_of_source(str(tmp_path / "out"))


def test_the_folder_of_the_onnx_file_alone_tells_the_one_above(tmp_path: Path) -> None:
    folder = make_bert(tmp_path / "model", weights="onnx/model.onnx")
    with pytest.raises(ModelError, match=r"tokenizer\.json is missing") as caught:
        identity_of_source(str(folder / "onnx"))
    assert caught.value.hint == f"Give the folder above, which has it: {folder}"
    (folder / "tokenizer.json").rename(folder / "vocab.txt")
    with pytest.raises(ModelError, match=r"tokenizer\.json is missing") as caught:
        identity_of_source(str(folder))
    assert "AutoTokenizer" in caught.value.hint


def test_what_tokens_weigh_is_no_vector(tmp_path: Path) -> None:
    """Conversions of bge-m3 give its sparse weights as well, one number a token."""

    def edit(graph: Any) -> None:
        graph.node.append(helper.make_node("ReduceSum", ["states", "last"], ["sparse_vecs"], keepdims=1))
        dense = list(graph.output)
        del graph.output[:]
        shape: list[str | int | None] = ["batch", "length", 1]
        graph.output.extend([helper.make_tensor_value_info("sparse_vecs", TensorProto.FLOAT, shape), *dense])

    made = make_bert(tmp_path / "model", pooled=True, output="dense_vecs")
    assert same(edited(made, edit), lambda row: row, output="dense_vecs")


def test_a_repository_is_searched_with_such_a_model(repo: MakeRepository, te: Run, tmp_path: Path) -> None:
    """From the command line, with a folder that has a Dense layer and fills up on the left."""
    folder, _ = dense(tmp_path / "model", [24], "torch.nn.modules.activation.Tanh")
    changed(folder, "tokenizer_config.json", padding_side="left")
    where = repo({"net/retry.py": "def retry_request(queue):\n    return queue\n", "b.py": "def close(): pass\n"})
    done = te("index", str(where), "--model", str(folder))
    assert done.exit_code == 0, done.stderr
    found = te("search", "retry the request", "-C", str(where))
    assert found.exit_code == 0, found.stderr
    assert "net/retry.py:1" in found.stdout.splitlines()[0]
