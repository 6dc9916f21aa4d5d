"""The reasons for a hit's place: each a number of about 0 to 1, the same for every query and repository.

A retriever's score counts twice: as a share of the page's best, which says who leads, and as it is, which says by how
much: where nothing holds the query's words, a small score may still be the best one, and meaning is to decide.

What a signal weighs is a table of its own, :mod:`te_cli.rank.weights`.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

from te_cli.rank.analyse import alike, fold
from te_cli.rank.fuse import fused
from te_cli.rank.roles import role_of
from te_cli.words import parts

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from te_cli.model import Symbol
    from te_cli.rank.analyse import Query
    from te_cli.rank.candidates import Candidate

Values = dict[str, float]

WORDS_SCALE = 20.0
"""The BM25 score that counts as 1 where scores are compared over queries: what a good hit of four words has."""

SPREAD = 4.0
"""Standard deviations above the page's mean cosine that count as 1: about what the best of a hundred units reaches."""

TYPE_KINDS = frozenset({"class", "struct", "interface", "trait", "enum", "type", "union", "namespace"})
MEMBER_KINDS = frozenset({"field", "property", "constant", "variable", "macro"})

ENTRY_STEMS = frozenset({"__init__", "index", "mod", "lib", "main", "init"})
"""Files named for their place rather than for what is in them: their folder's name stands in for their stem."""

DECLARATIONS = (".pyi", ".d.ts", ".d.mts", ".d.cts")
"""Files that say again what others define."""

DAY_NS = 86_400 * 10**9
"""A file that changed a day before the page's newest is half as recent."""

_VERSION = re.compile(r"(?:^|/)v(\d{1,4})(?=/)")


def signals(query: Query, candidates: Sequence[Candidate]) -> list[Values]:
    """The signals of each candidate, in order. Scores are scaled by the best of the page."""
    scales = _Scales(candidates)
    asked = _Asked(query)
    asked.newest = newest_versions(candidate.path for candidate in candidates)
    return [_one(asked, candidate, scales) for candidate in candidates]


def newest_versions(paths: Iterable[str]) -> dict[str, int]:
    """The highest N of the folders ``vN`` that stand beside one another, by what stands before them."""
    newest: dict[str, int] = {}
    for path in paths:
        for found in _VERSION.finditer(path):
            before = path[: found.start()]
            newest[before] = max(newest.get(before, 0), int(found[1]))
    return newest


def superseded(path: str, newest: Mapping[str, int], words: Container[str]) -> bool:
    """Whether ``path`` lies in the folder of an older version than another one's, which the query does not name."""
    return any(
        int(found[1]) < newest.get(path[: found.start()], 0) and f"v{found[1]}" not in words
        for found in _VERSION.finditer(path)
    )


class _Scales:
    """The best score of each kind, and what each file gathered."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self.words = max((c.words for c in candidates), default=0.0) or 1.0
        self.file_words = max((c.file_words for c in candidates), default=0.0) or 1.0
        self.vector = max((c.vector for c in candidates), default=0.0) or 1.0
        cosines = [c.vector for c in candidates]
        self.usual = math.fsum(cosines) / len(cosines) if cosines else 0.0
        self.spread = SPREAD * math.sqrt(math.fsum((c - self.usual) ** 2 for c in cosines) / max(1, len(cosines)))
        self.file_vector = max((c.file_vector for c in candidates), default=0.0) or 1.0
        gathered: dict[str, float] = defaultdict(float)
        for candidate in candidates:
            gathered[candidate.path] += candidate.words / self.words
        self.gathered = gathered
        self.named: dict[str, float] = {}
        for candidate in candidates:
            self.named[candidate.path] = max(self.named.get(candidate.path, 0.0), candidate.asked_for)
        self.newest_ns = max((c.changed_ns for c in candidates), default=0)
        self.most = max((math.log1p(value) for value in gathered.values()), default=0.0) or 1.0


class _Asked:
    """A query's words, folded once."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.folded = tuple(dict.fromkeys(fold(word) for word in query.words))
        self.exact = frozenset(query.names)
        self.lowered = frozenset(name.lower() for name in query.names)
        self.joined = frozenset("".join(parts(name)) for name in query.names)
        self.qualifiers = frozenset(name.lower() for name in query.qualifiers)
        self.compact = "".join(query.words)
        self.typed = frozenset(identifier.lower() for identifier in query.identifiers)
        self.newest: dict[str, int] = {}
        self.by_path: dict[str, Values] = {}
        self.by_name: dict[str, Values] = {}
        self._like: dict[str, int] = {}

    def like(self, word: str) -> int:
        """Which of the query's words are like ``word``, as bits; names share their words, so each is compared once."""
        found = self._like.get(word)
        if found is None:
            folded = fold(word)
            found = 0
            for place, other in enumerate(self.folded):
                if alike(folded, other):
                    found |= 1 << place
            self._like[word] = found
        return found

    def shares(self, words: Sequence[str]) -> tuple[float, float]:
        """The share of the query's words that are among ``words``, and of ``words`` that are among the query's."""
        found = wanted = 0
        for word in words:
            if like := self.like(word):
                found |= like
                wanted += 1
        return (found.bit_count() / len(self.folded), wanted / len(words)) if wanted else (0.0, 0.0)

    def share_begun(self, name: str) -> float:
        """How much of ``name`` a name of the query spells, where it is the beginning of it."""
        if not self.lowered:
            return 0.0
        lowered = name.lower()
        begun = [len(asked) for asked in self.lowered if lowered.startswith(asked)]
        return max(begun, default=0) / len(name) if name else 0.0

    def spells(self, joined: str) -> bool:
        """Whether the query, or a name in it, is spelt so, however it is written."""
        return joined in self.joined or joined == self.compact

    def share_qualified(self, symbol: Symbol) -> float:
        """1 where a qualifier of the query is in the unit's whole name."""
        if not self.qualifiers:
            return 0.0
        whole = f"{symbol.module}.{symbol.qualified_name}".lower()
        return float(any(each in whole for each in self.qualifiers))


def _one(asked: _Asked, candidate: Candidate, scales: _Scales) -> Values:
    symbol = candidate.symbol
    values = {
        "fused": fused(candidate),
        "words": candidate.words / scales.words,
        "words_score": candidate.words / WORDS_SCALE,
        "file_words": candidate.file_words / scales.file_words,
        "file_words_score": candidate.file_words / WORDS_SCALE,
        "vector": max(0.0, candidate.vector) / scales.vector,
        "file_vector": max(0.0, candidate.file_vector) / scales.file_vector,
        "stands_out": (candidate.vector - scales.usual) / scales.spread if scales.spread else 0.0,
        "coherence": math.log1p(scales.gathered[candidate.path]) / scales.most,
        "asked_for": candidate.asked_for,
        "phrase": candidate.phrase,
        "named_file": scales.named.get(candidate.path, 0.0),
        "recent": DAY_NS / (DAY_NS + scales.newest_ns - candidate.changed_ns) if candidate.changed_ns else 0.0,
        "documented": 1.0 if symbol.doc else 0.0,
        "length": _length(symbol.end_line - symbol.start_line) if candidate.content == "code" else 0.0,
        # What ranks by vectors alone: cosines as they are, for there is nothing to weigh them against.
        "cosine": candidate.vector,
        "file_cosine": candidate.file_vector,
        "gathered": candidate.gathered,
    }
    values |= _kind_signals(symbol.kind, candidate.content)
    values["qualifier"] = asked.share_qualified(symbol)
    # Names and paths come again and again on a page, and each says the same of all its bearers.
    if symbol.kind == "module":
        values |= NAMELESS
    elif (said := asked.by_name.get(symbol.name)) is not None:
        values |= said
    else:
        values |= asked.by_name.setdefault(symbol.name, _name_signals(asked, symbol.name))
    if (said := asked.by_path.get(candidate.path)) is None:
        said = asked.by_path.setdefault(candidate.path, _path_signals(asked, candidate))
    values |= said
    return values


@lru_cache(maxsize=4096)
def _length(lines: int) -> float:
    """How long a unit is, on a scale on which 400 lines are 1; a heading spans all below it, so prose has no length."""
    return min(1.0, math.log1p(lines) / 6.0)


NAMELESS = dict.fromkeys(("name_found", "name_asked", "exact_name", "joined_name", "name_prefix", "private"), 0.0)
"""What the name of a file's module unit says: nothing, for the file's stem says it."""


def _name_signals(asked: _Asked, name: str) -> Values:
    name_words = parts(name)
    name_found, name_asked = asked.shares(name_words)
    return {
        "name_found": name_found,
        "name_asked": name_asked,
        "exact_name": float(name in asked.exact),
        "joined_name": float(bool(name_words) and asked.spells("".join(name_words))),
        "name_prefix": asked.share_begun(name),
        "private": float(name.startswith(("_", "#")) and not name.endswith("__") and name not in asked.exact),
    }


def _path_signals(asked: _Asked, candidate: Candidate) -> Values:
    folders, _, file_name = candidate.path.rpartition("/")
    stem = file_name.split(".")[0] or file_name
    entry = stem.lower() in ENTRY_STEMS
    stem_words = parts(folders.rpartition("/")[2] if entry and folders else stem)
    role = role_of(candidate.path)
    query = asked.query
    stem_found, stem_asked = asked.shares(stem_words)
    return {
        "stem_found": stem_found,
        "stem_asked": stem_asked,
        "stem_is_name": float(asked.spells("".join(stem_words))),
        "folder_found": asked.shares(parts(folders))[0],
        "depth": min(1.0, candidate.path.count("/") / 8),
        "test": float(role == "test" and not query.wants_tests),
        "example": float(role == "example" and not query.wants_examples),
        "compat": float(role == "compat"),
        "superseded": float(superseded(candidate.path, asked.newest, asked.typed)),
        "entry_file": float(entry),
        "declaration": float(candidate.path.endswith(DECLARATIONS)),
        "not_code": float(candidate.content != "code"),
    }


@lru_cache(maxsize=256)
def _kind_signals(kind: str, content: str) -> Values:
    return {
        "module": float(kind == "module" and content == "code"),  # a document is better answered by its section
        "whole_file": float(kind == "module"),
        "type": float(kind in TYPE_KINDS),
        "member": float(kind in MEMBER_KINDS),
    }
