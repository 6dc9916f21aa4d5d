"""What is in a model's folder, and how is it to be used? Read from its own configuration, which may say anything.

A folder is somebody else's: nothing in it is run, files are read up to a bound and only if they are plain ones, and
what is not of the expected type is a :class:`ModelError` with a sentence. The layouts are those that optimum,
fastembed's own repositories and sentence-transformers write: an ONNX file in the folder or in ``onnx/``, tokenizer.json
beside it, and modules.json, ``1_Pooling/config.json``, sentence_bert_config.json and config_sentence_transformers.json
where it has them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from te_cli.embed.advice import MEND
from te_cli.embed.files import MAX_TOKENIZER_BYTES, is_plain, names_in, plain, read_json, stays_inside
from te_cli.embed.graph import read_graph
from te_cli.embed.identity import name_of
from te_cli.embed.modules import EXPORT, SCALED, WEIGHTS, Modules
from te_cli.embed.passages import Prefixes, pooling_of, prefixes_of, said_prefixes
from te_cli.embed.slots import POSITIONS, STATES, WHOLE, Fixed, fixed_in, output_of
from te_cli.embed.tables import MAX_DIMENSION
from te_cli.errors import ModelError

if TYPE_CHECKING:
    from pathlib import Path

    from te_cli.embed.graph import Graph, Slot


MAX_TOKENS = 512
"""Tokens of a text that are read, where the model would read more: a transformer's time grows with their square, and
what a symbol is about stands at its beginning."""

NAMES = ("model.onnx", "model_optimized.onnx", "model_fp16.onnx", "model_quantized.onnx", "model_int8.onnx")
"""What the file is called, the most exact first."""

LONGEST = 1 << 24
"""More tokens than any model reads: a greater number stands for none."""

SENTENCES = tuple(
    f"sentence_{kind}_config.json" for kind in ("bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta")
)
"""Where sentence-transformers says the length: older versions of it called the file by the transformer."""

CONFIGURATION = (
    *("config.json", "modules.json", *SENTENCES, "config_sentence_transformers.json"),
    *("tokenizer_config.json", "special_tokens_map.json"),
)
"""What decides about vectors besides weights and tokenizer, where it is there."""

POOLING = {
    "cls": "cls",
    "mean": "mean",
    "mean_sqrt_len_tokens": "mean",  # longer by a factor: the direction is the mean's
    "lasttoken": "last",
}
"""What sentence-transformers calls a pooling, and what is done. Others are refused: their vectors would be wrong."""

SLOW_TOKENIZERS = ("vocab.txt", "vocab.json", "sentencepiece.bpe.model", "spiece.model", "tokenizer.model")
"""Other forms of a tokenizer, of which the library that made them makes a tokenizer.json."""

BEHIND = {"roberta", "xlm-roberta", "camembert", "mpnet", "longformer"}
"""Kinds of model that count positions from behind the padding token's."""


class Layer(NamedTuple):
    """A Dense layer: its file, relative to the model's folder, and its activation; no file: scale to length 1."""

    weights: str
    activation: str


@dataclass(frozen=True, slots=True)
class Model:
    """An ONNX model and how to use it.

    ``weights``, ``external`` (more files of weights) and ``files`` (what else decides about its vectors) are relative
    to ``folder``. ``output`` is read and pooled by ``pooling``: cls, mean, last or none. What is pooled goes through
    ``layers``. ``limit`` counts tokens; with ``filled`` each text is made that long, with ``alone`` each is
    run by itself. ``lower``: in lower case. ``said``: how it is
    pooled is no guess. ``ends``: of a long text the end is read.
    """

    folder: Path
    weights: str
    external: tuple[str, ...]
    files: tuple[str, ...]
    dimension: int
    output: str
    pooling: str
    limit: int
    prefixes: Prefixes
    graph: Graph = field(repr=False)
    layers: tuple[Layer, ...] = ()
    lower: bool = False
    filled: bool = False
    alone: bool = False
    said: bool = True
    ends: bool = False


def weights_in(folder: Path) -> str | None:
    """The ONNX file of a folder, relative to it; None where it has none.

    Raises:
        ModelError: it has several, and which is meant cannot be told.
    """
    found = [
        f"{place}{name}"
        for place in ("", "onnx/")
        for name in names_in(folder / place)
        if name.endswith(".onnx") and is_plain(folder / place / name)
    ]
    for name in NAMES:
        for place in ("", "onnx/"):
            if f"{place}{name}" in found:
                return f"{place}{name}"
    if len(found) > 1:
        raise ModelError(
            f"{folder} has several ONNX models: {', '.join(found[:5])}.", "Keep one, or call the one meant model.onnx."
        )
    return found[0] if found else None


def read_model(folder: Path, weights: str, name: str = "", dimension: int = 0) -> Model:
    """How the model ``weights`` in ``folder`` is to be used.

    With a ``dimension`` it is one that fastembed knows, inputs, outputs and all. ``name``: what it is called, if not
    what its folder is.

    Raises:
        ModelError: something is missing, is broken, or asks for what te cannot do.
    """
    graph = read_graph(plain(folder / weights))
    config = _Config(folder, name)
    output, pooling, limit = "", "none", config.limit()
    layers: tuple[Layer, ...] = ()
    fixed = Fixed(None, None)
    if not dimension:
        fixed = config.fixed_of(graph)
        slot = output_of(folder, graph)
        pooling = config.pooling_of(slot)
        output, dimension = slot.name, _dimension(config, slot, pooling)
        if slot.name != WHOLE:
            layers, dimension = config.layers(pooling, dimension)
    return Model(
        folder,
        weights,
        tuple(_external(folder, weights, name) for name in graph.files),
        (_tokenizer(folder), *config.files()),
        dimension,
        output,
        pooling,
        min(limit, fixed.length or limit),
        config.prefixes(pooling),
        graph,
        layers,
        config.lowers(),
        fixed.length is not None,
        fixed.batch is not None,
        pooling == "none" or config.says_pooling(),
        config.reads_ends(),
    )


def _external(folder: Path, weights: str, name: str) -> str:
    """Where a file of more weights lies, relative to the folder. ONNX says it relative to the model's own file."""
    home = (folder / weights).parent
    if not stays_inside(name):
        raise ModelError(f"{folder / weights} asks for weights outside of its folder: '{name[:80]}'.", MEND)
    return plain(home / name).relative_to(folder).as_posix()


def _tokenizer(folder: Path) -> str:
    path = folder / "tokenizer.json"
    if not os.path.lexists(path):
        hint = "Give a folder that has it, or another model."
        if is_plain(folder.parent / path.name):
            hint = f"Give the folder above, which has it: {folder.parent}"
        elif any(is_plain(folder / name) for name in SLOW_TOKENIZERS):
            hint = 'Make it: python -c "from transformers import AutoTokenizer as T; '
            hint += f'T.from_pretrained({str(folder)!r}).save_pretrained({str(folder)!r})"'
        raise ModelError(f"The model's file {path} is missing.", hint)
    plain(path)
    if path.stat().st_size > MAX_TOKENIZER_BYTES:
        raise ModelError(f"{path} has more than {MAX_TOKENIZER_BYTES >> 20} MiB.", MEND)
    return "tokenizer.json"


def _dimension(config: _Config, output: Slot, pooling: str) -> int:
    """Components of a vector, by the file, or else by the configuration."""
    expected = 2 if pooling == "none" else 3
    if output.shape is not None and len(output.shape) != expected:
        raise ModelError(
            f"The model's output {output.name} in {config.folder} has {len(output.shape)} axes, not {expected}.", MEND
        )
    fixed = output.shape[-1] if output.shape else None
    said = fixed if fixed is not None else config.dimension(output)
    if said is None or not 0 < said <= MAX_DIMENSION:
        raise ModelError(
            f"How many dimensions the model in {config.folder} has cannot be told.",
            "Say it in config.json: hidden_size.",
        )
    return said


class _Config:
    """The configuration files of a folder, each read once, each of its values held to its type."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self._name = folder, name
        self._own = read_json(folder / "config.json")
        self._sentence = next((found for name in SENTENCES if (found := read_json(folder / name))), {})
        self._transformers = read_json(folder / "config_sentence_transformers.json")
        self._tokens = read_json(folder / "tokenizer_config.json")
        read_json(folder / "special_tokens_map.json")  # which fastembed reads, whatever lies there
        self.modules = Modules(folder)
        self._pooling_path = self.modules.pooling_place()
        self._pooling = read_json(folder / self._pooling_path)

    def files(self) -> tuple[str, ...]:
        """Those that are there."""
        return tuple(name for name in (*CONFIGURATION, self._pooling_path) if is_plain(self.folder / name))

    def fixed_of(self, graph: Graph) -> Fixed:
        """What the file fixes of its input."""
        if any(slot.name == POSITIONS for slot in graph.inputs) and self._counts_behind():
            message = f"The model in {self.folder} asks for positions, which its kind counts in a way of its own."
            raise ModelError(message, "Export it for feature extraction, with input_ids and attention_mask.")
        return fixed_in(self.folder, graph)

    def pooling_of(self, output: Slot) -> str:
        """How an output becomes one vector: cls, mean, last, or none where it is one."""
        pooled = output.shape is not None and len(output.shape) == 2
        if output.name == "pooler_output" and self._pooling:
            raise ModelError(
                f"The model in {self.folder} gives only pooler_output, and its folder asks for another pooling.",
                "Export it for feature extraction, with last_hidden_state.",
            )
        return "none" if output.name == WHOLE or (pooled and output.name not in STATES) else self.pooling()

    def layers(self, pooling: str, size: int) -> tuple[tuple[Layer, ...], int]:
        """What is done to a pooled vector of ``size``, and how many numbers it has then."""
        found = []
        for place in self.modules.steps():
            if place == SCALED:
                found.append(Layer("", ""))
                continue
            if pooling == "none":
                what = "ends with a Dense layer, and whether its ONNX file has it cannot be told"
                raise ModelError(f"The model in {self.folder} {what}.", EXPORT)
            activation, taken, given = self.modules.layer(place)
            if taken != size or given > MAX_DIMENSION:
                raise ModelError(f"The Dense layer {self.folder / place} takes {taken} numbers, and gets {size}.", MEND)
            found.append(Layer(f"{place}/{WEIGHTS}", activation))
            size = given
        return tuple(found), size

    def lowers(self) -> bool:
        """Whether texts are read in lower case."""
        return self._sentence.get("do_lower_case") is True

    def reads_ends(self) -> bool:
        """Whether a long text is cut at its beginning."""
        return self._tokens.get("truncation_side") == "left"

    def says_pooling(self) -> bool:
        """Whether the folder says how tokens are pooled."""
        return bool(self._pooling)

    def pooling(self) -> str:
        """How token vectors become one: cls, mean or last. If nothing is said, as the family of its name does it.

        By the mean if that is not known either, as in sentence-transformers.
        """
        if not self._pooling:
            return pooling_of(self._called())
        said = self._pooling.get("pooling_mode")
        if said is None:
            flags = {name.removeprefix("pooling_mode_") for name, on in self._pooling.items() if on is True}
            names = {"cls_token": "cls", "mean_tokens": "mean", "max_tokens": "max"}
            known = (*names, "mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken")
            said = [names.get(flag, flag) for flag in known if flag in flags] or "mean"
        several = said if isinstance(said, list) else [said]
        if len(several) != 1 or not isinstance(several[0], str) or several[0] not in POOLING:
            what = ", ".join(str(each)[:40] for each in several[:4])
            raise ModelError(
                f"The model in {self.folder} pools by {what}, which te cannot do.",
                f"Known: {', '.join(sorted(POOLING))}.",
            )
        return POOLING[several[0]]

    def dimension(self, output: Slot) -> int | None:
        """As a Dense layer that the output has gone through says, or else pooling or transformer."""
        if output.name == WHOLE and (layer := self.modules.last_dense()):
            return _whole(read_json(self.folder / layer / "config.json").get("out_features"))
        for config, names in (
            (self._pooling, ("embedding_dimension", "word_embedding_dimension")),
            (self._own, ("hidden_size", "dim", "n_embd", "d_model")),
        ):
            for name in names:
                if (said := _whole(config.get(name))) is not None:
                    return said
        return None

    def limit(self) -> int:
        """Tokens of a text that are read."""
        # The tokenizer's max_length is how it once cut some texts; sentence-transformers does not heed it either.
        said = (self._sentence.get("max_seq_length"), *map(self._tokens.get, ("model_max_length", "max_length")))
        limits = (number for number in map(_whole, said) if number is not None and 0 < number <= LONGEST)
        return min(MAX_TOKENS, next(limits, MAX_TOKENS), self._positions() or MAX_TOKENS)

    def _positions(self) -> int | None:
        """Positions that the model has numbers for. RoBERTa and its kin count from behind the padding token's."""
        found = _whole(self._own.get("max_position_embeddings"))
        if found is None or found < 1:
            return None
        return max(1, found - 2) if self._counts_behind() else found

    def _counts_behind(self) -> bool:
        return str(self._own.get("model_type", "")) in BEHIND

    def prefixes(self, pooling: str) -> Prefixes:
        """What is put before queries and passages: as the folder says, or else as the family of its name asks for."""
        found = said_prefixes(self._transformers, self.folder)
        if not any(found):
            found = prefixes_of(self._called())
        if pooling == "mean" and self._pooling.get("include_prompt") is False and any(found):
            what = "leaves the words before a text out of its mean, which te cannot do"
            raise ModelError(f"The model in {self.folder} {what}.", "Give another model with --model.")
        return found

    def _called(self) -> str:
        """What the folder is called, and what its configuration says that it was made of."""
        return self._name or f"{name_of(self.folder)} {str(self._own.get('_name_or_path', ''))[:200]}"


def _whole(said: Any) -> int | None:
    return said if isinstance(said, int) and not isinstance(said, bool) else None
