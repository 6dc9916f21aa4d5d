"""What is done to a pooled vector before it is a model's: Dense layers, as sentence-transformers computes them.

Reference: ``Dense.forward`` of https://github.com/huggingface/sentence-transformers: the activation of W x + b.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from te_cli.embed.advice import MEND
from te_cli.embed.port import normalised
from te_cli.embed.table import FAULTS, tensors_in
from te_cli.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from te_cli.embed.folder import Model

    Floats = NDArray[np.float32]

COMPUTED: dict[str, Callable[[Floats], Any]] = {
    "": lambda rows: rows,
    "tanh": np.tanh,
    "relu": lambda rows: np.maximum(rows, 0),
    "sigmoid": lambda rows: 1 / (1 + np.exp(-rows)),
}
"""The activations."""


class Layers:
    """The layers of a model, read once."""

    def __init__(self, model: Model) -> None:
        """Read their weights.

        Raises:
            ModelError: a file cannot be read, or has other shapes than its configuration says.
        """
        self._steps: list[Callable[[Floats], Floats]] = []
        for layer in model.layers:
            self._steps.append(_dense(model.folder / layer.weights, layer.activation) if layer.weights else normalised)

    def __call__(self, rows: Floats) -> Floats:
        """Rows (n, in) as the layers make them, (n, out)."""
        for step in self._steps:
            rows = step(rows)
        return rows


def _dense(path: Path, activation: str) -> Callable[[Floats], Floats]:
    try:
        tensors = tensors_in(path)
        weight = np.array(tensors["linear.weight"], np.float32)
        bias = np.array(tensors.get("linear.bias", np.zeros(len(weight))), np.float32)
        if weight.ndim != 2 or bias.shape != (len(weight),):
            raise ValueError(f"shapes {weight.shape} and {bias.shape} make no layer")
    except FAULTS as error:
        raise ModelError(f"The Dense layer {path} cannot be read: {error}.", MEND) from error

    def applied(rows: Floats) -> Floats:
        if rows.shape[1] != weight.shape[1]:
            raise ModelError(f"The Dense layer {path} takes {weight.shape[1]} numbers, and gets {rows.shape[1]}.", MEND)
        made: Floats = COMPUTED[activation](rows @ weight.T + bias)
        return made

    return applied
