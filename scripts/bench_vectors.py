#!/usr/bin/env python3
"""How few bytes may a vector have? Recall and quality of coarser vectors and fewer dimensions, model by model.

    bench_vectors.py --cosqa TREE --queries cosqa_dev.json [--tree DIR …] [--model MODEL …]

The units of TREE and of each DIR are one corpus, and the queries are asked of it. Recall is how many of the nearest ten
by float32 in all dimensions are among the ten found; NDCG@10 is that of CoSQA's queries over its functions alone. Fewer
dimensions are the first ones, made unit vectors again (a Matryoshka model is trained for that). Queries stay float32.

- int8: each row scaled so that its largest component is 127.
- levels: te's own five bits a component (``store/levels.py``).
- signs: one bit a component; the ten by the float query's product with the signs alone, and with the nearest 200 by it
  scored again by their int8 row, or by their levels, as te does.

Bytes a unit are those of the rows alone.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from bench_encode import documents_in

from te_cli.config import Options, settings_for_indexing
from te_cli.embed.port import normalised, quantised
from te_cli.engine.embedding import embedder, source_for
from te_cli.rank.measures import mean, score_of
from te_cli.store.levels import levelled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from te_cli.document import Document
    from te_cli.embed.port import Embedder

    Rows = NDArray[np.float32]

TOP, RESCORED = 10, 200

BITS = {"float32": 32, "float16": 16, "int8": 8, "levels": 5}


def main() -> None:
    """Print a table for each model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cosqa", type=Path, required=True, metavar="TREE")
    parser.add_argument("--queries", type=Path, required=True, metavar="FILE")
    parser.add_argument("--tree", type=Path, action="append", default=[], metavar="DIR")
    parser.add_argument("--model", action="append", metavar="MODEL")
    options = parser.parse_args()
    documents = documents_in(options.cosqa)
    own = len(documents)
    for tree in options.tree:
        documents += documents_in(tree)
    asked = json.loads(options.queries.read_text("utf-8"))
    for name in options.model or ["te-static"]:
        settings = settings_for_indexing(str(options.cosqa), Options(model=name))
        model = embedder(settings, source_for(settings, ""))
        queries = np.array([model.embed_query(entry["query"]) for entry in asked], np.float32)
        rows = _embedded(model, documents)
        gold = _places(documents[:own], [entry["gold"] for entry in asked])
        print(f"\n{model.name}: {len(rows):,} units, {model.dimension} dimensions, {len(queries)} queries\n")
        print("| dimensions | stored as | bytes/unit | recall@10 | NDCG@10 |\n|---|---|---|---|---|")
        for line in _measured(rows, queries, own, gold):
            print(line, flush=True)


def _embedded(model: Embedder, documents: Sequence[Document]) -> Rows:
    started = time.perf_counter()
    parts = [model.embed_documents(documents[at : at + 512]) for at in range(0, len(documents), 512)]
    print(f"{len(documents) / (time.perf_counter() - started):,.0f} units/s")
    return np.concatenate(parts)


def _places(documents: Sequence[Document], gold: Sequence[str]) -> list[list[int]]:
    """Which documents each query's gold has: those of its file."""
    of_file: dict[str, list[int]] = {}
    for place, document in enumerate(documents):
        of_file.setdefault(document.path, []).append(place)
    return [of_file[path] for path in gold]


def _measured(rows: Rows, queries: Rows, own: int, gold: Sequence[Sequence[int]]) -> list[str]:
    whole = _top(queries @ rows.T)
    lines = []
    for share in (1, 2, 4):
        size = rows.shape[1] // share
        few, asked = normalised(rows[:, :size]), normalised(queries[:, :size])
        for name, score in _ways(few).items():
            scores = score(asked)
            recall = np.mean([len(np.intersect1d(*pair)) for pair in zip(whole, _top(scores), strict=True)]) / TOP
            quality = mean([_score(line, wanted) for line, wanted in zip(scores[:, :own], gold, strict=True)])["ndcg"]
            size_of = size * _bits(name) / 8
            lines.append(f"| {size} | {name} | {size_of:,.0f} | {recall:.3f} | {quality:.3f} |")
    return lines


def _bits(name: str) -> int:
    if name in BITS:
        return BITS[name]
    return 1 + (8 if "int8" in name else 4 if "levels" in name else 0)


def _ways(rows: Rows) -> dict[str, Callable[[Rows], Rows]]:
    """The scores (queries, rows) of each way to keep ``rows``."""
    kept = {
        "float32": rows,
        "float16": rows.astype(np.float16).astype(np.float32),
        "int8": normalised(quantised(rows).astype(np.float32)),
        "levels": normalised(levelled(rows).astype(np.float32)),
    }
    signs = np.where(rows < 0, np.float32(-1), np.float32(1))

    def plain(stored: Rows) -> Callable[[Rows], Rows]:
        return lambda queries: queries @ stored.T

    def rescored(stored: Rows) -> Callable[[Rows], Rows]:
        def score(queries: Rows) -> Rows:
            scores = queries @ signs.T
            again = np.full_like(scores, -2)
            for line, query in enumerate(queries):
                first = np.argpartition(-scores[line], RESCORED)[:RESCORED]
                again[line, first] = stored[first] @ query
            return again

        return score

    ways = {name: plain(stored) for name, stored in kept.items()}
    ways |= {"signs": plain(signs), "signs, then int8": rescored(kept["int8"])}
    return ways | {"signs, then levels": rescored(kept["levels"])}


def _top(scores: Rows) -> NDArray[np.int64]:
    """The best ten of each line, in no order."""
    return np.argpartition(-scores, TOP, axis=1)[:, :TOP]


def _score(scores: Rows, wanted: Sequence[int]) -> dict[str, float]:
    best = max(float(scores[place]) for place in wanted)
    rank = 1 + int((scores > best).sum())
    return score_of([rank])


if __name__ == "__main__":
    main()
