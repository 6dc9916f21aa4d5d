"""What does an ONNX file take and give, and can te use it? Told from its outline, before anything is run.

Files of decoders (Qwen3-Embedding and its kin) also take the numbers of positions, and what attention kept of tokens
before, of which there are none here. A file whose batch or length is fixed gets texts one by one, or filled up.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from te_cli.embed.advice import MEND
from te_cli.errors import ModelError

if TYPE_CHECKING:
    from pathlib import Path

    from te_cli.embed.graph import Graph, Slot

TOKENS = "input_ids"

POSITIONS = "position_ids"

GIVEN = {TOKENS, "attention_mask", "token_type_ids", POSITIONS}
"""The inputs of whole numbers that a model may ask for."""

PAST = re.compile(r"past_key_values\.\d+\.(key|value)")
"""What attention kept of earlier tokens, shape (batch, heads, tokens, size)."""

INTEGERS = {6, 7}
"""ONNX's numbers of int32 and int64."""

FLOATS = {1, 10, 11}
"""ONNX's numbers of float32, float16 and float64."""

WHOLE = "sentence_embedding"
"""The output that is a text's vector, whatever modules make it."""

STATES = ("last_hidden_state", "token_embeddings")
"""The outputs that are vectors of tokens."""

SCORES = re.compile(r"(logits|scores?|probabilities|labels?)([._].*)?")
"""Outputs of classifiers, rerankers and language models."""


EXPORT = "Export it for feature extraction, with input_ids and attention_mask."


class Fixed(NamedTuple):
    """What is fixed of a model's input: texts that are run together, and tokens of each; None where it is free."""

    batch: int | None
    length: int | None


def fixed_in(folder: Path, graph: Graph) -> Fixed:
    """What of the inputs is fixed.

    Raises:
        ModelError: it takes something else than texts' tokens, or several texts at once and not fewer.
    """
    slots = {slot.name: slot for slot in graph.inputs}
    if TOKENS not in slots:
        message = f"The model in {folder} does not take token ids (input_ids): it is no text embedding model."
        raise ModelError(message, EXPORT)
    if others := sorted(name for name, slot in slots.items() if name not in GIVEN and not is_past(slot)):
        message = f"The model in {folder} asks for what te does not give: {', '.join(others)[:120]}."
        raise ModelError(message, EXPORT)
    if wrong := sorted(name for name, slot in slots.items() if name in GIVEN and slot.kind not in INTEGERS):
        raise ModelError(f"The model in {folder} takes {', '.join(wrong)} as something else than whole numbers.", MEND)
    shape = slots[TOKENS].shape
    if shape is None or len(shape) != 2:
        return Fixed(None, None)
    if shape[0] is not None and shape[0] != 1:
        raise ModelError(
            f"The model in {folder} takes {shape[0]} texts at a time, never fewer.",
            "Export it with a batch size that is free, or 1.",
        )
    return Fixed(*shape)


def is_past(slot: Slot) -> bool:
    """Whether it is what attention kept of earlier tokens, and so described that there can be none of them."""
    shape = slot.shape or ()
    sizes = len(shape) == 4 and shape[1] is not None and shape[3] is not None
    return bool(PAST.fullmatch(slot.name)) and sizes and slot.kind in FLOATS


def output_of(folder: Path, graph: Graph) -> Slot:
    """The output that is read: a text's vector if there is one, or else its tokens'.

    Raises:
        ModelError: there is none, or only something else than vectors.
    """
    if not graph.outputs:
        raise ModelError(f"The model in {folder} gives nothing.", MEND)
    by_name = {slot.name: slot for slot in graph.outputs if slot.kind in FLOATS}
    if not by_name:
        said = ", ".join(slot.name for slot in graph.outputs)[:80]
        raise ModelError(
            f"The model in {folder} gives vectors in whole numbers ({said}), which are no directions.", MEND
        )
    for name in (WHOLE, *STATES):
        if name in by_name:
            return by_name[name]
    vectors = [slot for slot in by_name.values() if not SCORES.fullmatch(slot.name.lower()) and _width(slot) != 1]
    if not vectors or SCORES.fullmatch(graph.outputs[0].name.lower()):
        name = next(iter(by_name))
        raise ModelError(
            f"The model in {folder} gives scores ({name}), no vectors: it classifies, reranks or writes.",
            "Export the embedding model, for feature extraction.",
        )
    return vectors[0]


def _width(slot: Slot) -> int | None:
    """Numbers of a row, if it is said: one is a score, or what a token weighs."""
    return slot.shape[-1] if slot.shape else None
