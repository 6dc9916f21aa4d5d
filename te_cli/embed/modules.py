"""What does a model do behind its transformer? modules.json lists it, as sentence-transformers writes it.

Pooling, Dense layers and scaling to length 1 are done here; what else a list may name would make other vectors, so a
model that has it is refused. A file whose output is called sentence_embedding has done all of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from te_cli.embed.advice import MEND
from te_cli.embed.files import is_plain, json_value, plain, read_json, stays_inside
from te_cli.errors import ModelError

if TYPE_CHECKING:
    from pathlib import Path

SCALED = ""
"""The step that scales a vector to length 1, among folders of Dense layers."""

ACTIVATIONS = {"Identity": "", "Tanh": "tanh", "ReLU": "relu", "Sigmoid": "sigmoid"}
"""What a Dense layer may do to its numbers, by the last part of PyTorch's name for it."""

WEIGHTS = "model.safetensors"
"""A layer's numbers. The older pytorch_model.bin is a pickle, which would run what it holds."""

NO_TRANSFORMERS = {"MLMTransformer", "Router", "Asym", "CLIPModel", "WordEmbeddings", "BoW", "StaticEmbedding"}
"""First modules that are no transformer followed by a pooling: sparse models, or one model of many. Others are taken
for the transformer that the ONNX file has, for many repositories have one of their own name."""

NOTHING = {"Normalize", "Dropout"}
"""Modules that leave a vector's direction, where no Dense layer follows."""

WHOLE = "sentence_embedding"
"""What Dense layers read and write, if not said otherwise."""

EXPORT = "Export it with optimum, whose file has an output called sentence_embedding."


class Modules:
    """The modules of a folder; without modules.json, a transformer and the mean of its tokens."""

    def __init__(self, folder: Path) -> None:
        """Read the list.

        Raises:
            ModelError: it is no list of modules, or names a folder that cannot be.
        """
        self._folder = folder
        said = json_value(folder / "modules.json")
        if said is not None and not (isinstance(said, list) and all(isinstance(each, dict) for each in said)):
            raise ModelError(f"The model's {folder / 'modules.json'} is not a list of modules.", MEND)
        self._all: list[tuple[str, str]] = [self._named(each) for each in said or ()]

    def pooling_place(self) -> str:
        """The file that says how tokens are pooled, relative to the folder."""
        place = next((place for kind, place in self._all if kind == "Pooling"), "")
        return f"{place or '1_Pooling'}/config.json"

    def check_table(self) -> None:
        """See that nothing comes behind a table of token vectors that would have to be left out.

        Raises:
            ModelError: something does.
        """
        if odd := next((kind for kind, _ in self._all[1:] if kind not in NOTHING), None):
            raise self._unknown(odd, "Save the model without it, or give another one with --model.")

    def last_dense(self) -> str | None:
        """The folder of the last Dense layer, if there is one."""
        return next((place for kind, place in reversed(self._all) if kind == "Dense"), None)

    def steps(self) -> tuple[str, ...]:
        """What is done to a pooled vector up to the last Dense layer: its folder, or :data:`SCALED`.

        Raises:
            ModelError: a module is none that te knows.
        """
        kinds = [kind for kind, _ in self._all]
        if kinds and kinds[0] in NO_TRANSFORMERS:
            raise self._unknown(kinds[0])
        known = {"Pooling", "Dense", *NOTHING}
        if odd := next((kind for kind in kinds[1:] if kind not in known), None):
            raise self._unknown(odd)
        last = max((number for number, kind in enumerate(kinds) if kind == "Dense"), default=-1)
        steps = [(kind, place) for kind, place in self._all[: last + 1] if kind in {"Dense", "Normalize"}]
        return tuple(place if kind == "Dense" else SCALED for kind, place in steps)

    def layer(self, place: str) -> tuple[str, Any, Any]:
        """A Dense layer's activation, and how many numbers it takes and gives.

        Raises:
            ModelError: it is broken, or of a kind that te does not know.
        """
        config = read_json(self._folder / place / "config.json")
        name = str(config.get("activation_function", "Tanh")).rsplit(".", 1)[-1]
        sizes = [config.get(key) for key in ("in_features", "out_features")]
        odd = config.get("use_residual") or config.get("module_input_name", WHOLE) != WHOLE
        if odd or config.get("module_output_name") not in {None, WHOLE} or name not in ACTIVATIONS:
            what = f"its activation is {name[:40]}" if name not in ACTIVATIONS else "it is of a rare kind"
            raise ModelError(f"The Dense layer {self._folder / place} cannot be computed: {what}.", EXPORT)
        if not all(type(size) is int and size > 0 for size in sizes):
            raise ModelError(
                f"The Dense layer {self._folder / place} does not say its in_features, out_features.", MEND
            )
        if not is_plain(self._folder / place / WEIGHTS) and is_plain(self._folder / place / "pytorch_model.bin"):
            raise ModelError(
                f"The Dense layer {self._folder / place} is a pickle, which te does not open.",
                f"Save the model with safe_serialization, which makes {WEIGHTS}. Or: {EXPORT[0].lower()}{EXPORT[1:]}",
            )
        plain(self._folder / place / WEIGHTS)
        return ACTIVATIONS[name], sizes[0], sizes[1]

    def _named(self, module: dict[str, Any]) -> tuple[str, str]:
        place = module.get("path", "")
        if not isinstance(place, str) or (place and not stays_inside(place)):
            what = f"{self._folder / 'modules.json'} names a folder that cannot be: {str(place)[:80]!r}"
            raise ModelError(f"{what}.", MEND)
        return str(module.get("type", "")).rsplit(".", 1)[-1], place

    def _unknown(self, kind: str, hint: str = EXPORT) -> ModelError:
        return ModelError(f"The model in {self._folder} has a module that te cannot compute: {kind[:60]}.", hint)
