"""Labelled lists on disk: what ``ranking_lists.py`` writes of each repository, and ``tune_ranking.py`` reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import ranking_data
from ranking_data import Asked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SHARES = {"commit": 0.25, "issue": 0.25, "doc": 0.25, "name": 0.25}
"""How many annotated repositories each repository's lists of a kind count for."""


def save(path: Path, lists: Sequence[Asked], signals: Sequence[str]) -> None:
    """Write the lists of one repository, each named ``kind owner/name``, to one file of flat arrays."""
    columns: dict[str, Any] = {
        "signals": np.array(signals),
        "repositories": np.array([each.repository for each in lists]),
        "intents": np.array([each.intent for each in lists]),
        "candidates": np.array([len(each.values) for each in lists]),
        "targets": np.array([len(each.hits) for each in lists]),
        "values": np.concatenate([each.values for each in lists]).astype(np.float32),
        "files": np.concatenate([each.files for each in lists]).astype(np.int32),
        "hits": np.concatenate([each.hits.ravel() for each in lists]),
    }
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as stream:
        np.savez(stream, **columns)
    fresh.replace(path)


def load(folder: Path, share: float = 1.0) -> list[Asked]:
    """The lists of every repository below ``folder``; ``share`` multiplies what they count for.

    ValueError where they were gathered with other signals than those of now.
    """
    found: list[Asked] = []
    for path in sorted(folder.glob("*.npz")):
        with np.load(path, allow_pickle=False) as kept:
            signals = kept["signals"].tolist()
            ranking_data.names[:] = ranking_data.names or signals
            if signals != ranking_data.names:
                raise ValueError(f"{path} has other signals than the ranker has now: gather the lists again")
            found += _lists({name: kept[name] for name in kept.files}, share)
    return found


def _lists(kept: dict[str, np.ndarray], share: float) -> list[Asked]:
    ends = np.cumsum(kept["candidates"])
    hit_ends = np.cumsum(kept["candidates"] * kept["targets"])
    found = []
    for number, repository in enumerate(kept["repositories"].tolist()):
        size, targets = int(kept["candidates"][number]), int(kept["targets"][number])
        own = slice(int(ends[number]) - size, int(ends[number]))
        hits = kept["hits"][int(hit_ends[number]) - size * targets : int(hit_ends[number])].reshape(targets, size)
        values = kept["values"][own].astype(np.float64)
        weight = share * SHARES[repository.partition(" ")[0]]
        found.append(Asked(repository, str(kept["intents"][number]), values, hits, kept["files"][own], weight))
    return found
