"""Models small enough to make in a test, in the layouts that real ones come in.

``make_bert`` writes an ONNX file shaped as BERT is (embeddings of tokens, positions and kinds, one layer of attention),
with a WordPiece tokenizer and the configuration files of sentence-transformers; ``make_model2vec`` a token table.
Weights are random and seeded; attention is weak, so texts that share words are near each other.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

if TYPE_CHECKING:
    from pathlib import Path

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")

WORDS = """a add all and app as at back be by cache call class client close code config connection count data def
delete do document error events expire expired file find for from function get handle has hello how id if in index is
it item key line list load login make name network new no not of on open or order parse path print queue read request
response retry return run save search self send server session sessions set sort start state stop store text that the
this time to token try under update upload uploads use user users value when where wait while with word write
""".split()
"""Words that are one token each; others fall to letters."""

POSITIONS = 128
"""As long as a text may be."""

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789_.,:;()[]{}<>=+-*/!?#@&|%$'\"\\"

POOLED = {"mean": "mean_tokens", "cls": "cls_token", "last": "lasttoken", "max": "max_tokens"}
"""Old flags of the poolings."""


def tiny_tokenizer() -> Tokenizer:
    """WordPiece over :data:`WORDS` and letters, lower case, [CLS] before and [SEP] behind."""
    pieces = [*SPECIAL, *WORDS, *LETTERS, *(f"##{letter}" for letter in LETTERS)]
    vocabulary = {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))  # noqa: S106 - no password
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    ends = [(name, vocabulary[name]) for name in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.BertProcessing(ends[1], ends[0])
    return tokenizer


def make_bert(
    folder: Path,
    *,
    dimension: int = 32,
    seed: int = 0,
    weights: str = "model.onnx",
    pooling: str | None = "mean",
    prompts: dict[str, str] | None = None,
    limit: int = 64,
    **options: Any,
) -> Path:
    """Write a transformer into ``folder``, which is made; ``options`` are those of :func:`bert_graph`."""
    (folder / weights).parent.mkdir(parents=True, exist_ok=True)
    graph = bert_graph(dimension, seed, **options)
    graph.graph.name = "tiny"
    onnx.save(graph, str(folder / weights))
    tiny_tokenizer().save(str(folder / "tokenizer.json"))
    special = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token"), SPECIAL, strict=True))
    shape = {"model_type": "bert", "hidden_size": dimension, "max_position_embeddings": POSITIONS, "pad_token_id": 0}
    write_json(folder / "config.json", shape)
    write_json(folder / "tokenizer_config.json", {"model_max_length": POSITIONS, **special})
    write_json(folder / "special_tokens_map.json", special)
    write_json(folder / "sentence_bert_config.json", {"max_seq_length": limit, "do_lower_case": False})
    kinds = ["Transformer", *(["Pooling"] if pooling else []), "Normalize"]
    modules = [
        {"idx": place, "name": str(place), "path": f"{place}_{kind}" if place else "", "type": f"st.models.{kind}"}
        for place, kind in enumerate(kinds)
    ]
    write_json(folder / "modules.json", modules)
    if pooling:
        flags = {f"pooling_mode_{flag}": name == pooling for name, flag in POOLED.items()}
        (folder / "1_Pooling").mkdir(exist_ok=True)
        write_json(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": dimension, **flags})
    if prompts is not None:
        write_json(folder / "config_sentence_transformers.json", {"prompts": prompts, "default_prompt_name": None})
    return folder


def write_json(path: Path, value: Any) -> None:
    """``value`` as a JSON file."""
    path.write_text(json.dumps(value), encoding="utf-8")


def bert_graph(
    dimension: int,
    seed: int,
    *,
    inputs: tuple[str, ...] = ("input_ids", "attention_mask", "token_type_ids"),
    integers: int = TensorProto.INT64,
    pooled: bool = False,
    output: str = "last_hidden_state",
    broken: bool = False,
    free: bool = False,
) -> onnx.ModelProto:
    """One layer of attention over sums of embeddings. ``pooled``: the mean of the tokens is what it gives.

    ``broken``: its numbers are none. ``free``: it does not say how many dimensions it gives.
    """
    random = np.random.default_rng(seed)
    size = tiny_tokenizer().get_vocab_size()
    tensors = {
        "tokens": random.normal(size=(size, dimension)),
        "positions": random.normal(size=(POSITIONS, dimension)) * 0.05,
        "kinds": random.normal(size=(2, dimension)) * 0.05,
        **{name: random.normal(size=(dimension, dimension)) / dimension for name in ("query", "key", "value")},
        "tiny": np.full((), np.nan if broken else 1e-9),
        "minus": np.full((), -1e9),
        "one": np.full((), 1.0),
    }
    whole = {"zero": np.int64(0), "step": np.int64(1), "axis": np.array([1]), "last": np.array([2])}
    held = [numpy_helper.from_array(np.asarray(tensor, np.float32), name) for name, tensor in tensors.items()]
    held += [numpy_helper.from_array(np.asarray(tensor, np.int64), name) for name, tensor in whole.items()]
    nodes = _embeddings(inputs) + _attention(masked="attention_mask" in inputs)
    nodes += _mean(output) if pooled else [helper.make_node("Identity", ["states"], [output])]
    shape: list[str | int] = ["batch", *(() if pooled else ("length",)), "size" if free else dimension]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(name, integers, ["batch", "length"]) for name in inputs],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)],
        held,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def _embeddings(inputs: tuple[str, ...]) -> list[onnx.NodeProto]:
    node = helper.make_node
    nodes = [
        node("Gather", ["tokens", "input_ids"], ["words"]),
        node("Shape", ["input_ids"], ["shape"]),
        node("Gather", ["shape", "step"], ["length"]),
        node("Range", ["zero", "length", "step"], ["places"]),
        node("Gather", ["positions", "places"], ["placed"]),
        node("Add", ["words", "placed"], ["sum"]),
        node("Add", ["sum", "tiny"], ["plain"]),
    ]
    if "token_type_ids" not in inputs:
        return [*nodes, node("Identity", ["plain"], ["embedded"])]
    return [
        *nodes,
        node("Gather", ["kinds", "token_type_ids"], ["kind"]),
        node("Add", ["plain", "kind"], ["embedded"]),
    ]


def _attention(*, masked: bool) -> list[onnx.NodeProto]:
    node = helper.make_node
    nodes = [node("MatMul", ["embedded", name], [f"{name}s"]) for name in ("query", "key", "value")]
    nodes += [
        node("Transpose", ["keys"], ["turned"], perm=[0, 2, 1]),
        node("MatMul", ["querys", "turned"], ["scores"]),
    ]
    if masked:
        nodes += [
            node("Cast", ["attention_mask"], ["real"], to=TensorProto.FLOAT),
            node("Sub", ["one", "real"], ["unreal"]),
            node("Mul", ["unreal", "minus"], ["far"]),
            node("Unsqueeze", ["far", "axis"], ["wide"]),
            node("Add", ["scores", "wide"], ["masked"]),
        ]
    return [
        *nodes,
        node("Softmax", ["masked" if masked else "scores"], ["attended"], axis=-1),
        node("MatMul", ["attended", "values"], ["context"]),
        node("Add", ["embedded", "context"], ["states"]),
    ]


def _mean(output: str) -> list[onnx.NodeProto]:
    """Of the tokens that are real."""
    node = helper.make_node
    return [
        node("Unsqueeze", ["real", "last"], ["weights"]),
        node("Mul", ["states", "weights"], ["weighed"]),
        node("ReduceSum", ["weighed", "axis"], ["total"], keepdims=0),
        node("ReduceSum", ["weights", "axis"], ["number"], keepdims=0),
        node("Div", ["total", "number"], [output]),
    ]


def make_model2vec(folder: Path, *, dimension: int = 32, seed: int = 0, layout: str = "model2vec") -> Path:
    """Write a token table into ``folder``, which is made.

    ``layout``: model2vec, sentence-transformers, or nested, which is that with the table in a folder of its own.
    """
    home = folder / "0_StaticEmbedding" if layout == "nested" else folder
    home.mkdir(parents=True, exist_ok=True)
    tokenizer = tiny_tokenizer()
    tokenizer.save(str(home / "tokenizer.json"))
    drawn = np.random.default_rng(seed).normal(size=(tokenizer.get_vocab_size(), dimension))
    rows = drawn.astype(np.float32)
    if layout == "model2vec":
        save_file({"embeddings": rows}, str(home / "model.safetensors"))
        write_json(folder / "config.json", {"model_type": "model2vec", "normalize": True})
    else:
        save_file({"embedding.weight": rows}, str(home / "model.safetensors"))
        write_json(folder / "config_sentence_transformers.json", {"prompts": {}, "similarity_fn_name": "cosine"})
    modules = [
        {"idx": 0, "name": "0", "path": home.name if home != folder else "", "type": "st.models.StaticEmbedding"}
    ]
    write_json(folder / "modules.json", modules)
    return folder
