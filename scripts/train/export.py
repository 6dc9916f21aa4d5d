"""Write a trained model in the Model2Vec layout: tokenizer.json, model.safetensors (int8), config.json."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors.numpy import save_file
from tokenizer import FIELDS

from te_cli.embed.formula import SCHEMA
from te_cli.embed.port import I8_PEAK, quantised

if TYPE_CHECKING:
    from pathlib import Path

NAME = "te-static-3"


def quantise(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows (n, dims) as int8 and one float scale a row: ``rows`` is about ``int8 * scale``."""
    return quantised(rows), (np.abs(rows).max(axis=1) / I8_PEAK).astype(np.float32)


def export(folder: Path, tokenizer: Path, model: Any, fields: Any = None) -> None:
    """``model`` (of train.py) as a folder that te and the model2vec library read.

    ``fields`` are the counts and boosts of its configuration, the learned ones if None.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = model.rows.detach().numpy().astype(np.float32)
    rows[:2] = 0  # padding and unknown
    rows /= np.sqrt((rows**2).sum(1).mean())  # only directions and ratios of lengths count
    table, scales = quantise(rows)
    tensors = {"embeddings": table, "weights": scales}
    tensors["query_weights"] = model.query_weights.detach().exp().numpy().astype(np.float32)
    if model.query_rows is not None:
        asked = model.query_rows.detach().numpy().astype(np.float32)
        asked[:2] = 0
        tensors["query_embeddings"], tensors["query_scales"] = quantise(asked / np.sqrt((asked**2).sum(1).mean()))
    save_file(tensors, folder / "model.safetensors")
    if tokenizer.resolve() != (folder / "tokenizer.json").resolve():
        shutil.copyfile(tokenizer, folder / "tokenizer.json")
    weights, boosts = model.fields.detach().exp().tolist()
    learned = {
        name: {"count": round(weight, 3), "boost": round(boost, 3)}
        for name, weight, boost in zip(FIELDS, weights, boosts, strict=True)
    }
    config = {
        "model_type": "model2vec",
        "schema": SCHEMA,
        "name": NAME,
        "normalize": True,
        "embedding_dtype": "int8",
        "document": {
            "saturate": "log",
            "max_words": 300,
            "fields": fields or learned,
        },
        "query": {"saturate": "raw"},
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
