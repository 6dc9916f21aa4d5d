#!/usr/bin/env python3
"""How many symbols a second the shipped model encodes on one core, from a tree's units to their 8-bit rows.

    bench_encode.py TREE… [--model FOLDER] [--rounds N]

For each tree: from the documents' texts, identifiers still to be found in them, and from the identifiers of each field.
Each in two ways: *first* by a model that has met none of them, as `te index` does, and *again* by the same model, as
`te watch` does. Seconds are of the processor's time, the best of the rounds.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}

from te_cli.config import Options, settings_for_indexing
from te_cli.document import Document
from te_cli.embed.fielded import FieldedEncoder
from te_cli.embed.identity import SHIPPED
from te_cli.embed.static import StaticModel
from te_cli.engine.documents import documents_of
from te_cli.engine.looking import look
from te_cli.engine.reading import Job
from te_cli.engine.workers import read_all
from te_cli.store.levels import levelled

if TYPE_CHECKING:
    from collections.abc import Callable


def documents_in(tree: Path) -> list[Document]:
    """The documents of a tree's symbols, a file's own where it has no others, as `te index` encodes them."""
    settings = settings_for_indexing(str(tree), Options())
    jobs = [Job(file, None) for file in look(settings, settings.max_file_bytes).files]
    found: list[Document] = []
    for outcome in read_all(settings.root, jobs, settings.jobs):
        if outcome.parsed is not None:
            own = [document for _, document in documents_of(outcome.parsed)]
            found += own[1:] or own
    return found


def timed(work: Callable[[], object]) -> float:
    """Seconds of the processor's time."""
    started = time.process_time()
    work()
    return time.process_time() - started


def fielded(folder: Path) -> FieldedEncoder:
    """A fresh encoder, its tokenizer built."""
    model = StaticModel(folder)
    model.embed_documents([Document("", "", "ready", "", "", "", "")])
    if not isinstance(model.encoder, FieldedEncoder):
        sys.exit(f"{folder} is a plain model: its documents are not encoded from words.")
    return model.encoder


def row(tree: Path, folder: Path, rounds: int) -> str:
    """Measure one tree."""
    documents = documents_in(tree)
    best = [float("inf")] * 4
    for _ in range(rounds):
        encoder = fielded(folder)
        words = [encoder.words(document) for document in documents]
        seconds = [timed(lambda: levelled(encoder.encode_words(words))) for _ in range(2)]  # noqa: B023 - called here
        encoder = fielded(folder)
        seconds += [timed(lambda: levelled(encoder.encode(documents))) for _ in range(2)]  # noqa: B023 - called here
        best = [min(pair) for pair in zip(best, seconds, strict=True)]
    identifiers = sum(len(field) for document in words for field in document) / len(documents)
    rates = "".join(f"{len(documents) / second:10,.0f}" for second in best)
    return f"{tree.name:14s} {len(documents):8,d} {identifiers:12.1f} {rates}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trees", nargs="+", type=Path)
    parser.add_argument("--model", type=Path, default=SHIPPED)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(f"symbols/s on one core, {time.strftime('%Y-%m-%d')}")
    print(f"{'':14s} {'':8s} {'':12s} {'from words':>20s}{'from texts':>20s}")
    print(f"{'tree':14s} {'symbols':>8s} {'identifiers':>12s} {'first':>10s}{'again':>10s}{'first':>10s}{'again':>10s}")
    for tree in options.trees:
        print(row(tree.resolve(), options.model, options.rounds), flush=True)


if __name__ == "__main__":
    main()
