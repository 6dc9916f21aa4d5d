"""What is in a model's folder, and how is it to be used? Read from its own configuration, which may say anything.

A folder is somebody else's: nothing in it is run, files are read up to a bound and only if they are plain ones, and
what is not of the expected type is a :class:`ModelError` with a sentence. The layouts are those that optimum,
fastembed's own repositories and sentence-transformers write: an ONNX file in the folder or in ``onnx/``, tokenizer.json
beside it, and modules.json, ``1_Pooling/config.json``, sentence_bert_config.json and config_sentence_transformers.json
where it has them.
"""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from te_cli.embed.advice import MEND
from te_cli.embed.graph import read_graph
from te_cli.embed.identity import MAX_CONFIG_BYTES, MAX_TOKENIZER_BYTES
from te_cli.embed.passages import Prefixes, prefixes_of
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

CONFIGURATION = (
    *("config.json", "modules.json", "sentence_bert_config.json", "config_sentence_transformers.json"),
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

GIVEN = {"input_ids", "attention_mask", "token_type_ids"}
"""The inputs that fastembed gives."""

INTEGERS = {6, 7}
"""ONNX's numbers of int32 and int64."""


@dataclass(frozen=True, slots=True)
class Model:
    """An ONNX model and how to use it.

    ``weights``, ``external`` (more files of weights) and ``files`` (what else decides about its vectors) are relative
    to ``folder``. ``output`` is read and pooled by ``pooling``: cls, mean, last or none. ``limit`` counts tokens.
    """

    folder: Path
    weights: str
    external: tuple[str, ...]
    files: tuple[str, ...]
    dimension: int
    output: str
    pooling: str
    normalise: bool
    limit: int
    prefixes: Prefixes
    graph: Graph = field(repr=False)


def weights_in(folder: Path) -> str | None:
    """The ONNX file of a folder, relative to it; None where it has none.

    Raises:
        ModelError: it has several, and which is meant cannot be told.
    """
    found = [
        f"{place}{name}"
        for place in ("", "onnx/")
        for name in _names_in(folder / place)
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
    output, pooling = "", "none"
    if not dimension:
        _check_inputs(folder, graph)
        slot, pooling = _output(config, graph)
        output, dimension = slot.name, _dimension(config, slot, pooling)
    tokenizer = _tokenizer(folder)
    external = tuple(_external(folder, weights, name) for name in graph.files)
    return Model(
        folder,
        weights,
        external,
        (tokenizer, *config.files()),
        dimension,
        output,
        pooling,
        config.normalises(),
        config.limit(),
        config.prefixes(),
        graph,
    )


def is_plain(path: Path) -> bool:
    """Whether ``path`` is a plain file, or a link to one."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def stays_inside(name: str) -> bool:
    """Whether a file that somebody else named lies in the folder that it is to lie in, on any system."""
    parts = name.replace("\\", "/").split("/")
    return bool(parts[0]) and ".." not in parts and ":" not in name


def plain(path: Path) -> Path:
    """``path``, once it is known to be a plain file.

    Raises:
        ModelError: it is missing, or something else.
    """
    if not is_plain(path):
        what = "is not a plain file" if os.path.lexists(path) else "is missing"
        raise ModelError(f"The model's file {path} {what}.", "Give a folder that has it, or another model.")
    return path


def read_json(path: Path) -> dict[str, Any]:
    """The object in a model's JSON file; empty where there is no such file.

    Raises:
        ModelError: it is too large, or holds no object.
    """
    found = json_value(path)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ModelError(f"The model's {path} does not hold an object.", MEND)
    return found


def json_value(path: Path) -> Any:
    """The same for any value; None where there is no such file."""
    if not os.path.lexists(path):
        return None
    try:
        with plain(path).open("rb") as file:
            data = file.read(MAX_CONFIG_BYTES + 1)
        if len(data) > MAX_CONFIG_BYTES:
            raise ValueError(f"it has more than {MAX_CONFIG_BYTES >> 20} MiB")  # noqa: TRY301 - told as the other faults are
        return json.loads(data)
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"The model's {path} cannot be read: {error}.", MEND) from error


def _names_in(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 - names, not paths
    except OSError:
        return []


def _external(folder: Path, weights: str, name: str) -> str:
    """Where a file of more weights lies, relative to the folder. ONNX says it relative to the model's own file."""
    home = (folder / weights).parent
    if not stays_inside(name):
        raise ModelError(f"{folder / weights} asks for weights outside of its folder: '{name[:80]}'.", MEND)
    return plain(home / name).relative_to(folder).as_posix()


def _check_inputs(folder: Path, graph: Graph) -> None:
    names = {slot.name for slot in graph.inputs}
    if "input_ids" not in names:
        raise ModelError(f"The model in {folder} does not take token ids: it is no text embedding model.", "")
    others = sorted(names - GIVEN)
    if others:
        message = f"The model in {folder} asks for what te does not give: {', '.join(others)[:120]}."
        raise ModelError(message, "Export it for feature extraction, with input_ids and attention_mask.")
    if wrong := sorted(slot.name for slot in graph.inputs if slot.kind not in INTEGERS):
        raise ModelError(f"The model in {folder} takes {', '.join(wrong)} as something else than whole numbers.", MEND)


def _tokenizer(folder: Path) -> str:
    path = plain(folder / "tokenizer.json")
    if path.stat().st_size > MAX_TOKENIZER_BYTES:
        raise ModelError(f"{path} has more than {MAX_TOKENIZER_BYTES >> 20} MiB.", MEND)
    return "tokenizer.json"


def _output(config: _Config, graph: Graph) -> tuple[Slot, str]:
    """Which output is read, and how its tokens become one vector."""
    by_name = {slot.name: slot for slot in graph.outputs}
    if not by_name:
        raise ModelError(f"The model in {config.folder} gives nothing.", MEND)
    if whole := by_name.get("sentence_embedding"):
        return whole, "none"
    if config.module("Dense"):
        raise ModelError(
            f"The model in {config.folder} ends with a Dense layer, which its ONNX file does not have.",
            "Export it with optimum, whose file has an output called sentence_embedding.",
        )
    for name in ("last_hidden_state", "token_embeddings"):
        if name in by_name:
            return by_name[name], config.pooling()
    first = graph.outputs[0]
    pooled = first.shape is not None and len(first.shape) == 2
    return first, "none" if pooled else config.pooling()


def _dimension(config: _Config, output: Slot, pooling: str) -> int:
    """Components of a vector, by the file, or else by the configuration."""
    expected = 2 if pooling == "none" else 3
    if output.shape is not None and len(output.shape) != expected:
        raise ModelError(
            f"The model's output {output.name} in {config.folder} has {len(output.shape)} axes, not {expected}.", MEND
        )
    fixed = output.shape[-1] if output.shape else None
    said = fixed if fixed is not None else config.dimension()
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
        self._sentence = read_json(folder / "sentence_bert_config.json")
        self._transformers = read_json(folder / "config_sentence_transformers.json")
        self._tokens = read_json(folder / "tokenizer_config.json")
        read_json(folder / "special_tokens_map.json")  # which fastembed reads, whatever lies there
        modules = json_value(folder / "modules.json")
        if modules is not None and not (isinstance(modules, list) and all(isinstance(each, dict) for each in modules)):
            raise ModelError(f"The model's {folder / 'modules.json'} is not a list of modules.", MEND)
        self._modules: list[dict[str, Any]] | None = modules
        self._pooling_path = self._place_of_pooling()
        self._pooling = read_json(folder / self._pooling_path)

    def files(self) -> tuple[str, ...]:
        """Those that are there."""
        return tuple(name for name in (*CONFIGURATION, self._pooling_path) if is_plain(self.folder / name))

    def module(self, kind: str) -> dict[str, Any] | None:
        """The first module of a kind, if there is a list of modules and it has one."""
        named = ((each, str(each.get("type", "")).rsplit(".", 1)[-1]) for each in self._modules or ())
        return next((each for each, name in named if name == kind), None)

    def normalises(self) -> bool:
        """Whether the model's makers scale vectors to length 1. te does in any case."""
        return self.module("Normalize") is not None

    def pooling(self) -> str:
        """How token vectors become one: cls, mean or last. By the mean if none is said, as in sentence-transformers."""
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

    def dimension(self) -> int | None:
        """As pooling or transformer say."""
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
        said = (
            self._sentence.get("max_seq_length"),
            self._tokens.get("model_max_length"),
            self._tokens.get("max_length"),
            self._positions(),
        )
        limits = [number for number in map(_whole, said) if number is not None and number > 0]
        return min([MAX_TOKENS, *limits])

    def _positions(self) -> int | None:
        """Positions that the model has numbers for. RoBERTa and its kin count from behind the padding token's."""
        found = _whole(self._own.get("max_position_embeddings"))
        if found is None or found < 1:
            return None
        behind = str(self._own.get("model_type", "")) in {"roberta", "xlm-roberta", "camembert", "mpnet", "longformer"}
        return max(1, found - 2) if behind else found

    def prefixes(self) -> Prefixes:
        """What is put before queries and passages: as the folder says, or else as the family of its name asks for."""
        said = self._transformers.get("prompts")
        prompts: Any = {} if said is None else said
        if not isinstance(prompts, dict) or not all(isinstance(text, str | None) for text in prompts.values()):
            raise ModelError(f"The prompts of the model in {self.folder} are not texts.", MEND)
        default = prompts.get(str(self._transformers.get("default_prompt_name"))) or ""
        query = _first(prompts, ("query", "search_query", "retrieval.query", "web_search_query", "s2p_query"))
        passage = _first(prompts, ("document", "passage", "corpus", "search_document", "retrieval.passage"))
        found = Prefixes(query or default, passage or default)
        if any(found):
            return Prefixes(*(text[:MAX_CONFIG_BYTES] for text in found))
        return prefixes_of(self._called())

    def _called(self) -> str:
        """What the folder is called, and what its configuration says that it was made of."""
        folder = self.folder
        if self._name:
            return self._name
        # In the hub's cache a folder is called by a digest, in one that is called by the model.
        own = folder.parent.parent.name if folder.parent.name == "snapshots" else folder.name
        return f"{own} {str(self._own.get('_name_or_path', ''))[:200]}"

    def _place_of_pooling(self) -> str:
        pooling = self.module("Pooling") or {}
        said = pooling.get("path", "1_Pooling")
        if not isinstance(said, str) or not (stays_inside(said) or not said):
            raise ModelError(f"{self.folder / 'modules.json'} names a folder that cannot be: {str(said)[:80]!r}.", MEND)
        return f"{said}/config.json" if said else "1_Pooling/config.json"


def _first(prompts: dict[str, Any], names: tuple[str, ...]) -> str:
    return next((prompts[name] for name in names if prompts.get(name)), "")


def _whole(said: Any) -> int | None:
    return said if isinstance(said, int) and not isinstance(said, bool) else None
