#!/usr/bin/env python3
"""The functions that search is measured on, by fingerprint: what copies one of them is kept out of training.

    measured.py --mirrors DIR --names FILE… [--checkouts DIR…] --out FILE [--processes N]

The git directories under --mirrors whose names are listed in a FILE of --names are read at their newest commit, the
trees of --checkouts as they lie there. To ask of a text: ``load(FILE).holds(text)``, or ``holds_many(texts)``.

Two laws find a copy of 12 words or more, both on its words less comments, strings, numbers and layout:

- the same words in the same order;
- almost the same words: at least 0.7 of the union of both bags of words is common, a word counting up to four times.
  Pairs to compare come from MinHash in bands (Broder, 1997; Leskovec, Rajaraman and Ullman, Mining of Massive Datasets,
  chapter 3), which finds .98 of the pairs at 0.8 and .89 of those at 0.7.

Found, of 1,705 functions in which one word was renamed throughout: .92 of those with 12 to 19 words, .97 with 20 to 29,
1.00 above; with one line replaced: .46, .79 and .98.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import time
import zlib
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from trees import blobs, definitions, find_git_dir, listing, read_names, readable, texts_of

from te_cli.walk.languages import classify

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    Array = np.ndarray[Any, Any]

MIN_WORDS = 12
"""Words below which functions are alike everywhere: getters, constructors that pass on what they get."""

ALIKE = 0.7
"""The share of both bags of words that must be common. One of 15 distinct words replaced leaves .87 of them."""

OCCURRENCES = 4
"""How often a word counts: a loop unrolled in one copy is not another function."""

BANDS, ROWS = 8, 4
"""MinHash: two texts are compared when all rows of any band agree."""

MOST_COMPARED = 12
"""Texts compared in each band: what more than that share is boilerplate, and the first of them are as good."""

BATCH = 20_000
"""Texts whose words are in memory at a time."""

RECIPE = 1
"""Raised with every change to what is compared: a file written by another recipe would find nothing."""

_TOKEN = re.compile(
    r"""
      ((?![rbfu]{1,2}["'])[^\W\d]\w*)
    | \d[\w.]*
    | (?=["'/<({\-=\#;%])(?:
        \"{3}[\s\S]*?\"{3} | '{3}[\s\S]*?'{3}
      | "(?:[^"\\\n]|\\.)*"
      | (?:(?<!\w)|(?<=\b[rbfu])|(?<=\b[rbfu]{2}))'(?:[^'\\\n]|\\.)*'
      | (?<!:)//[^\n]*
      | /\*[\s\S]*?\*/ | <!--[\s\S]*?--> | \(\*[\s*][\s\S]*?\*\) | \{-[\s\S]*?-\} | --\[\[[\s\S]*?\]\]
      | (?<!\S)\#(?!\[|(?:define|undef|if|ifdef|ifndef|elif|else|endif|include|pragma|error)\b)[^\n]*
      | (?<!\S)--(?=[\s\-|^])[^\n]*
      | (?:(?<!\S);|;;|%%|^%)[^\n]*
      | ^=(?:begin|pod|head\d)\b[\s\S]*?^=(?:end|cut)\b
      )
    """,
    re.VERBOSE | re.MULTILINE,
)
"""A word, else a number, a string or a comment, in no language and all of them: what is eaten in error is eaten in the
copy too."""

_GOLDEN = np.uint32(0x9E3779B1)
_seeds = np.random.default_rng(20_240_901)
_FACTORS = _seeds.integers(0, 1 << 32, BANDS * ROWS, np.uint32) | np.uint32(1)
_SHIFTS = _seeds.integers(0, 1 << 32, BANDS * ROWS, np.uint32)


def words_of(text: str) -> list[str]:
    """The names and keywords of a text, in order and lowered, less comments, strings and numbers."""
    return [word for word in _TOKEN.findall(text.lower()) if word]


def fingerprint(text: str) -> int:
    """64 bits for the words of a text in their order; 0 where they are fewer than ``MIN_WORDS``."""
    return _fingerprint(words_of(text))


def _fingerprint(words: list[str]) -> int:
    if len(words) < MIN_WORDS:
        return 0
    return int.from_bytes(hashlib.blake2b(" ".join(words).encode("utf-8", "replace"), digest_size=8).digest(), "little")


@lru_cache(maxsize=1 << 20)
def _hash(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "replace"))


class Prints(NamedTuple):
    """What is compared of some texts.

    ``exact`` (texts,) uint64, 0 for short ones; ``bags`` uint32, the hashed words of each text that has ``MIN_WORDS``
    of them, one after the other; ``starts`` (bagged + 1,) where each begins; ``owners`` (bagged,) whose they are.
    """

    exact: Array
    bags: Array
    starts: Array
    owners: Array


def prints(texts: Sequence[str]) -> Prints:
    """The fingerprints and the bags of words of ``texts``."""
    words = [words_of(text) for text in texts]
    exact = np.fromiter(map(_fingerprint, words), np.uint64, len(words))
    owners = np.array([place for place, each in enumerate(words) if len(each) >= MIN_WORDS], np.int64)
    bagged = [words[place] for place in owners]
    lengths = np.fromiter(map(len, bagged), np.int64, len(bagged))
    hashes = np.fromiter(map(_hash, chain.from_iterable(bagged)), np.uint64, int(lengths.sum()))
    keys = np.sort(np.repeat(np.arange(len(bagged), dtype=np.uint64) << np.uint64(32), lengths) | hashes)
    first = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]]) if len(keys) else np.zeros(0, np.int64)
    seen = np.arange(len(keys)) - np.repeat(first, np.diff(np.r_[first, len(keys)]))
    keys, seen = keys[seen < OCCURRENCES], seen[seen < OCCURRENCES]
    bags = _mixed((keys & np.uint64(0xFFFFFFFF)).astype(np.uint32) + seen.astype(np.uint32) * _GOLDEN)
    sizes = np.bincount((keys >> np.uint64(32)).astype(np.int64), minlength=len(bagged))
    return Prints(exact, bags, np.r_[0, np.cumsum(sizes)].astype(np.int64), owners)


def _mixed(values: Array) -> Array:
    """Murmur3's finalizer: neighbours become strangers."""
    values = (values ^ (values >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    values = (values ^ (values >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    mixed: Array = values ^ (values >> np.uint32(16))
    return mixed


def _keys(bags: Array, starts: Array) -> Array:
    """The MinHash keys (texts, BANDS) of bags of words."""
    keys = np.zeros((len(starts) - 1, BANDS), np.uint64)
    for place, (factor, shift) in enumerate(zip(_FACTORS, _SHIFTS, strict=True)):
        least = np.minimum.reduceat(bags * factor + shift, starts[:-1]) if len(keys) else np.zeros(0, np.uint32)
        band = keys[:, place // ROWS]
        band *= np.uint64(0x9E3779B97F4A7C15)
        band += least
    return keys


@dataclass(frozen=True, slots=True)
class Measured:
    """The fingerprints to keep out: sorted ``exact`` ones, and bags of words with their keys (texts, BANDS).

    ``order`` sorts each band's keys, ``sorted_keys`` are they in that order, both (BANDS, texts).
    """

    functions: int
    exact: Array
    bags: Array
    starts: Array
    sorted_keys: Array
    order: Array

    def holds(self, text: str) -> bool:
        """Whether ``text`` copies a function that is kept out."""
        return bool(self.holds_many([text])[0])

    def holds_many(self, texts: Sequence[str]) -> Array:
        """The same of many, which is far faster: (texts,) bool."""
        found = [self._copied(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]
        return np.concatenate(found) if found else np.zeros(0, bool)

    def _copied(self, texts: Sequence[str]) -> Array:
        asked = prints(texts)
        place = np.searchsorted(self.exact, asked.exact)
        held: Array = np.searchsorted(self.exact, asked.exact, "right") > place
        for row, others in self._candidates(_keys(asked.bags, asked.starts)).items():
            if not held[asked.owners[row]]:
                bag = asked.bags[asked.starts[row] : asked.starts[row + 1]]
                held[asked.owners[row]] = any(self._alike(bag, other) for other in others)
        return held

    def _candidates(self, keys: Array) -> dict[int, set[int]]:
        """Which texts share a band with each row of ``keys``."""
        found: dict[int, set[int]] = {}
        for band in range(BANDS):
            start = np.searchsorted(self.sorted_keys[band], keys[:, band], "left")
            end = np.searchsorted(self.sorted_keys[band], keys[:, band], "right")
            for row in np.flatnonzero(end > start):
                places = self.order[band, start[row] : min(end[row], start[row] + MOST_COMPARED)]
                found.setdefault(int(row), set()).update(places.tolist())
        return found

    def _alike(self, bag: Array, other: int) -> bool:
        known = self.bags[self.starts[other] : self.starts[other + 1]]
        if min(len(bag), len(known)) < ALIKE * max(len(bag), len(known)):
            return False
        common = len(np.intersect1d(bag, known))
        return common >= ALIKE * (len(bag) + len(known) - common)

    def save(self, path: Path) -> None:
        """Write everything to one numpy file."""
        with path.open("wb") as stream:
            np.savez(stream, about=[RECIPE, self.functions], exact=self.exact, bags=self.bags, starts=self.starts)


def load(path: Path) -> Measured:
    """What ``Measured.save`` wrote. ValueError where that was another recipe's."""
    with np.load(path, allow_pickle=False) as kept:
        recipe, functions = kept["about"].tolist()
        if recipe != RECIPE:
            raise ValueError(f"{path} was written by recipe {recipe} of measured.py, which is at {RECIPE}")
        return _arranged(functions, kept["exact"], kept["bags"], kept["starts"])


def _arranged(functions: int, exact: Array, bags: Array, starts: Array) -> Measured:
    keys = _keys(bags, starts).T
    order = np.argsort(keys, axis=1, kind="stable").astype(np.int32)
    return Measured(functions, exact, bags, starts, np.take_along_axis(keys, order, axis=1), order)


def build(trees: Iterable[Path], processes: int = 1) -> Measured:
    """The definitions of git directories and of folders; each tree in a process of its own, ``processes`` at a time."""
    return measured_of(part for _, part in _read(list(trees), processes))


def measured_of(parts: Iterable[Prints]) -> Measured:
    """The fingerprints of all ``parts``, each distinct bag of words once."""
    kept = list(parts)
    functions = sum(len(part.exact) for part in kept)
    exact = np.unique(np.concatenate([part.exact for part in kept] or [np.zeros(0, np.uint64)]))
    bags = np.concatenate([part.bags for part in kept] or [np.zeros(0, np.uint32)])
    sizes = np.concatenate([np.diff(part.starts) for part in kept] or [np.zeros(0, np.int64)])
    starts = np.r_[0, np.cumsum(sizes)].astype(np.int64)
    _, first = np.unique(_keys(bags, starts), axis=0, return_index=True)
    distinct = np.zeros(len(sizes), bool)
    distinct[first] = True
    starts_kept = np.r_[0, np.cumsum(sizes[distinct])].astype(np.int64)
    return _arranged(functions, exact[exact != 0], bags[np.repeat(distinct, sizes)], starts_kept)


def functions_of(tree: Path, most: int) -> list[str]:
    """At most ``most`` definitions of a git directory: those of files all over it, the same ones each time."""
    files = sorted(listing(tree), key=lambda file: file[1])  # in the order of their hashes
    found: list[str] = []
    for path, data in blobs(tree, [file for file in files if classify(file[0])]):
        text = readable(path, data)
        found += [unit.text for unit in definitions(text)] if text is not None else []
        if len(found) >= most:
            break
    return found[:most]


def prints_of(tree: Path) -> Prints:
    """The fingerprints of every definition of a tree."""
    return prints([unit.text for file in texts_of(tree) for unit in definitions(file)])


def _read(trees: list[Path], processes: int) -> Iterator[tuple[Path, Prints]]:
    if processes < 2:
        yield from ((tree, prints_of(tree)) for tree in trees)
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from zip(trees, pool.map(prints_of, trees), strict=True)


def main() -> None:
    """Read the trees, say how many functions each has, and write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mirrors", type=Path, required=True)
    parser.add_argument("--names", type=Path, nargs="+", required=True)
    parser.add_argument("--checkouts", type=Path, nargs="*", default=[])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    started = time.perf_counter()
    names = sorted({name.lower(): name for path in options.names for name in read_names(path)}.values())
    places = [find_git_dir(options.mirrors, name) for name in names]
    trees = [place for place in places if place is not None] + options.checkouts
    parts = []
    for tree, part in _read(trees, options.processes):
        print(f"{len(part.exact):8,d}  {tree}", flush=True)
        parts.append(part)
    measured = measured_of(parts)
    measured.save(options.out)
    print(
        f"{measured.functions:8,d} functions of {len(trees)} trees, {len(names) - places.count(None)} of {len(names)}"
    )
    print(f"{len(measured.exact):8,d} distinct fingerprints, {len(measured.starts) - 1:,d} distinct bags of words")
    print(f"{time.perf_counter() - started:8.1f} seconds")


if __name__ == "__main__":
    main()
