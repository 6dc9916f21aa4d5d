"""The table learns from a transformer what questions mean: where its rows start, and what they are not to forget.

Pairs alone teach a table what is called how in code, but a question's other words are rare among them. A transformer
has read them all. So the rows start as its vectors of single words and are fitted until the sum over a query's tokens
points where its vector of the whole query does, as tokenlearn does (https://github.com/MinishLab/tokenlearn); and
while they learn from pairs, queries stay as alike as it finds them (relational distillation: Park et al. 2019,
https://arxiv.org/abs/1904.05068).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from data import bags, entries
from torch.nn import functional

if TYPE_CHECKING:
    from pathlib import Path

    from data import Pairs

START_SCALE = 0.3
"""The standard deviation of a component at the start; what Adam's steps are measured against."""

MOST_RELATED = 1_024
"""Queries of a batch whose likenesses are compared: the cost goes by the square of them."""

TEMPERATURE = 0.05
BATCH = 2_048
RATE = 0.01
POINTING = 5.0
"""What a query's direction weighs in the fit, beside its likenesses."""


class Teacher:
    """A transformer's vectors of the queries of ``pairs``, in the ``dims`` directions in which they differ most.

    ``path`` is what teacher.py wrote.
    """

    def __init__(self, path: Path, pairs: Pairs, dims: int, device: str = "cpu") -> None:
        arrays = np.load(path)
        self._hashes = arrays["hashes"]
        vectors = torch.from_numpy(arrays["vectors"]).float()
        vectors -= vectors.mean(0)
        _, directions = torch.linalg.eigh(vectors.T @ vectors)
        self._directions = directions.flip(1)[:, :dims]
        self._vectors = functional.normalize(vectors @ self._directions).to(device, torch.float16)
        self._pairs = pairs
        self._device = device

    def related(self, asked: torch.Tensor, chosen: np.ndarray) -> torch.Tensor:
        """How far the likenesses of the queries of pairs ``chosen``, (n, dims), are from what the transformer says."""
        first, place = self._known(chosen)
        first, place = first[:MOST_RELATED], place[:MOST_RELATED]
        rows = self._vectors[torch.from_numpy(place).to(self._device)].float()
        return _unlike(functional.normalize(asked[torch.from_numpy(first).to(self._device)]), rows)

    def fitted(self, words: torch.Tensor, epochs: float, seed: int) -> torch.Tensor:
        """Rows to start from, shape (tokens, dims): fitted to the queries, from the vectors of single ``words``."""
        begin = self.turned(words)
        rows = torch.nn.Parameter(begin.to(self._device))
        optimiser = torch.optim.Adam([rows], lr=RATE, betas=(0.9, 0.99))
        queries, place = self._known(np.arange(len(self._pairs)))
        draw = np.random.default_rng(seed)
        size = min(BATCH, len(queries))
        steps = max(1, int(epochs * len(queries) / size))
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: max(0.02, 1 - step / steps))
        started = time.monotonic()
        for step in range(1, steps + 1):
            part = np.sort(draw.integers(len(queries), size=size))
            found = functional.normalize(self._sums(rows, queries[part]))
            goal = self._vectors[torch.from_numpy(place[part]).to(self._device)].float()
            loss = POINTING * (1 - (found * goal).sum(1)).mean() + _unlike(found, goal)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            if step % 100 == 0:
                print(f"start {step}/{steps} loss {loss.item():.4f} {time.monotonic() - started:.0f} s", flush=True)
        return scaled(rows.detach().cpu())

    def turned(self, words: torch.Tensor) -> torch.Tensor:
        """Vectors of words (n, 384) in the directions of the queries', scaled to start from."""
        return scaled((words - words.mean(0)) @ self._directions)

    def _known(self, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Which of the pairs ``chosen`` stand for a query that the transformer read, one each, and their vectors."""
        hashes, first = np.unique(self._pairs.query_hash[chosen], return_index=True)
        place = np.searchsorted(self._hashes, hashes).clip(max=len(self._hashes) - 1)
        known = self._hashes[place] == hashes
        order = np.random.default_rng(0).permutation(int(known.sum()))
        return first[known][order], place[known][order]

    def _sums(self, rows: torch.Tensor, chosen: np.ndarray) -> torch.Tensor:
        place, row = entries(self._pairs.query_start, chosen)
        token = self._pairs.query_token[place].astype(np.int64)
        texts = bags(row, len(chosen), token, np.zeros(len(row)), np.ones(len(row), np.float32))
        at: Any = [torch.from_numpy(each).to(self._device) for each in (texts.token, texts.start)]
        return functional.embedding_bag(at[0], rows, at[1], mode="sum")


def scaled(rows: torch.Tensor) -> torch.Tensor:
    """Rows at the scale that training starts from."""
    return rows * (START_SCALE / rows.std())


def _unlike(mine: torch.Tensor, theirs: torch.Tensor) -> torch.Tensor:
    """Kullback-Leibler divergence of unit rows' likenesses to each other, both (n, dims), themselves left out."""
    itself = torch.eye(len(mine), dtype=torch.bool, device=mine.device)
    own, goal = ((side @ side.T / TEMPERATURE).masked_fill(itself, -1 / TEMPERATURE) for side in (mine, theirs))
    return functional.kl_div(own.log_softmax(1), goal.log_softmax(1), reduction="batchmean", log_target=True)
