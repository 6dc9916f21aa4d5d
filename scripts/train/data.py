"""Training pairs as arrays of token ids, and batches of them.

A pair is a query (its distinct tokens and their counts) and a document: an entry for each distinct token of each
field, with its count there, by token, so that a token's entries stand together. All pairs lie end to end in flat
arrays, as memory-mapped files: a million pairs are about a gigabyte, and a batch is one gather.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections import Counter
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from tokenizer import FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray
    from tokenizers import Tokenizer

KINDS = ("doc", "detail", "comment", "commit", "test", "section", "snippet")
UNKNOWN = 1
MAX_PIECES = 8

Ints = Any
"""An integer array; its length says which."""


class Words:
    """From a word to its token ids; each word meets the tokenizer once."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._ids: dict[str, tuple[int, ...]] = {}

    def counts(self, text: str) -> Counter[int]:
        """How often each token occurs in a text of lowered words."""
        found: Counter[int] = Counter()
        for word, times in Counter(text.split()).items():
            for token in self.ids(word):
                found[token] += times
        return found

    def ids(self, word: str) -> tuple[int, ...]:
        """The known tokens of one word."""
        known = self._ids.get(word)
        if known is None:
            pieces = self._tokenizer.encode(word, add_special_tokens=False).ids
            known = tuple(piece for piece in pieces[:MAX_PIECES] if piece != UNKNOWN)
            self._ids[word] = known
        return known


@dataclass(slots=True)
class Pairs:
    """All pairs; ``line`` counts the lines of their files.

    ``query_start`` and ``document_start`` have one more element than there are pairs.
    """

    kind: NDArray[np.uint8]
    line: NDArray[np.int64]
    repository: NDArray[np.uint16]
    language: NDArray[np.uint16]
    query_hash: NDArray[np.uint32]
    query_start: NDArray[np.int64]
    query_token: NDArray[np.uint16]
    query_count: NDArray[np.uint8]
    document_start: NDArray[np.int64]
    token: NDArray[np.uint16]
    field: NDArray[np.uint8]
    count: NDArray[np.uint8]
    named: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.kind)


def read_pairs(folder: Path, words: Words, cache: Path) -> None:
    """Turn the pairs of every file in ``folder`` into arrays in ``cache``, for :func:`load`."""
    parts: list[dict[str, Ints]] = []
    names: list[str] = []
    languages: dict[str, int] = {}
    lines = 0
    cache.mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.glob("*.jsonl.gz")):
        part, count = _read(path, len(names), languages, words)
        part["line"] += lines
        lines += count
        parts.append(part)
        names.append(path.name.removesuffix(".jsonl.gz").replace("+", "/", 1))
    joined = {name: np.concatenate([part[name] for part in parts]) for name in COLUMNS}
    for what in ("query", "document"):
        joined[f"{what}_start"] = np.concatenate([[0], np.cumsum(joined.pop(f"{what}_length"))]).astype(np.int64)
    for name, values in joined.items():
        np.save(cache / f"{name}.npy", values)
    (cache / "names.json").write_text(json.dumps({"repositories": names, "languages": list(languages)}))


def load(cache: Path) -> tuple[Pairs, list[str], list[str]]:
    """The pairs that :func:`read_pairs` wrote, mapped; the names of their repositories, and of their languages."""
    columns = {each.name: np.load(cache / f"{each.name}.npy", mmap_mode="r") for each in fields(Pairs)}
    names = json.loads((cache / "names.json").read_text())
    return Pairs(**columns), names["repositories"], names["languages"]


COLUMNS: dict[str, Any] = {
    "kind": np.uint8,
    "line": np.int64,
    "repository": np.uint16,
    "language": np.uint16,
    "query_hash": np.uint32,
    "query_length": np.int64,
    "query_token": np.uint16,
    "query_count": np.uint8,
    "document_length": np.int64,
    "token": np.uint16,
    "field": np.uint8,
    "count": np.uint8,
    "named": np.bool_,
}
"""What is kept of one repository's pairs, and how."""


def _read(path: Path, repository: int, languages: dict[str, int], words: Words) -> tuple[dict[str, Ints], int]:
    columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    number = -1
    with gzip.open(path, "rt") as lines:
        for number, line in enumerate(lines):
            row = json.loads(line)
            query = dict(sorted(words.counts(row["query"]).items()))
            entries = sorted(
                (token, field, min(times, 255))
                for field, name in enumerate(FIELDS)
                for token, times in words.counts(row[name]).items()
            )
            if not query or not entries:
                continue
            names = {token for token, field, _ in entries if field == 0}
            columns["kind"].append(KINDS.index(row["kind"]))
            columns["line"].append(number)
            columns["repository"].append(repository)
            columns["language"].append(languages.setdefault(row["language"], len(languages)))
            columns["query_hash"].append(zlib.crc32(row["query"].encode()))
            columns["query_length"].append(len(query))
            columns["query_token"] += query.keys()
            columns["query_count"] += [min(times, 255) for times in query.values()]
            columns["document_length"].append(len(entries))
            for name, values in zip(("token", "field", "count"), zip(*entries, strict=True), strict=True):
                columns[name] += values
            columns["named"] += [token in names for token, _, _ in entries]
    return {name: np.array(values, COLUMNS[name]) for name, values in columns.items()}, number + 1


@dataclass(slots=True)
class Bags:
    """Texts of a batch as distinct tokens, one after another, and the entries that they are made of.

    ``start`` is the first token of each text, ``token`` their ids. For each entry, ``place`` says to which of the
    tokens it belongs, ``field`` and ``count`` where and how often it occurs.
    """

    start: NDArray[np.int64]
    token: NDArray[np.int64]
    place: NDArray[np.int64]
    field: NDArray[np.int64]
    count: NDArray[np.float32]


def bags(row: NDArray[np.int64], texts: int, token: Ints, field: Ints, count: Ints) -> Bags:
    """The entries of ``texts`` texts as bags; ``row`` is the text of each entry, in order."""
    keys = row * 65536 + token
    first = np.diff(keys, prepend=-1) != 0
    start = np.searchsorted(row[first], np.arange(texts))
    return Bags(
        start, token[first].astype(np.int64), np.cumsum(first) - 1, field.astype(np.int64), count.astype(np.float32)
    )


def entries(starts: NDArray[np.int64], chosen: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places in the flat arrays of the ``chosen`` texts' entries, and which text each belongs to."""
    begin, end = starts[chosen], starts[chosen + 1]
    lengths = end - begin
    row = np.repeat(np.arange(len(chosen)), lengths)
    first = np.cumsum(lengths) - lengths
    return np.arange(lengths.sum()) - np.repeat(first - begin, lengths), row


def batches(
    pairs: Pairs, draw: np.random.Generator, size: int, chunk: int, rates: NDArray[np.float64]
) -> Iterator[NDArray[np.int64]]:
    """One epoch: each pair about ``rates`` (pairs,) times, in chunks from one repository, in random order."""
    times = np.floor(rates + draw.random(len(pairs))).astype(np.int64)
    chosen = np.repeat(np.arange(len(pairs)), times)
    draw.shuffle(chosen)
    chosen = chosen[np.argsort(pairs.repository[chosen], kind="stable")]
    borders = np.flatnonzero(np.diff(pairs.repository[chosen])) + 1
    chunks = [part[place : place + chunk] for part in np.split(chosen, borders) for place in range(0, len(part), chunk)]
    order = draw.permutation(len(chunks))
    waiting: list[NDArray[np.int64]] = []
    held = 0
    for number in order:
        waiting.append(chunks[number])
        held += len(chunks[number])
        if held >= size:
            together = np.concatenate(waiting)
            yield together[:size]
            waiting, held = ([together[size:]], held - size) if held > size else ([], 0)
