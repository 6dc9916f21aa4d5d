"""What a model is given besides what fastembed gives: positions, no past, and numbers of the size that it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from te_cli.embed.slots import POSITIONS, TOKENS, is_past

if TYPE_CHECKING:
    from te_cli.embed.folder import Model

TYPES = {1: np.float32, 6: np.int32, 7: np.int64, 10: np.float16, 11: np.float64}
"""ONNX's numbers of types."""


def asks_for_more(model: Model) -> bool:
    """Whether a model takes something else than 64-bit token ids, mask and kinds."""
    return any(slot.name == POSITIONS or TYPES.get(slot.kind) is not np.int64 for slot in model.graph.inputs)


def as_asked(inner: Any, model: Model) -> Any:
    """Fastembed's hook for inputs, which then are all that the model asks for."""
    slots = model.graph.inputs

    def prepared(given: dict[str, Any], **more: Any) -> dict[str, Any]:
        found = inner(given, **more)
        size = len(found[TOKENS])
        for slot in slots:
            if is_past(slot):
                _, heads, _, width = slot.shape or ()
                found[slot.name] = np.zeros((size, heads or 0, 0, width or 0))
            elif slot.name == POSITIONS:
                mask = found.get("attention_mask", np.ones_like(found[TOKENS]))
                found[slot.name] = np.maximum(np.cumsum(mask, axis=1) - 1, 0)
        kinds = {slot.name: TYPES[slot.kind] for slot in slots if slot.kind in TYPES}
        return {name: values.astype(kinds[name]) if name in kinds else values for name, values in found.items()}

    return prepared
