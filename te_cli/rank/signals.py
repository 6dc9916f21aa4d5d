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
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from te_cli.rank.analyse import LEAST_ALIKE, alike, fold
from te_cli.rank.fuse import fused
from te_cli.rank.roles import role_of
from te_cli.words import parts

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from te_cli.model import Symbol
    from te_cli.rank.analyse import Query
    from te_cli.rank.candidates import Candidate
    from te_cli.rank.roles import Role

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


BASE = (
    *("fused", "words", "words_score", "file_words", "file_words_score", "vector", "file_vector", "stands_out"),
    *("coherence", "asked_for", "phrase", "named_file", "recent", "documented", "length"),
    # What ranks by vectors alone: cosines as they are, for there is nothing to weigh them against.
    *("cosine", "file_cosine", "gathered"),
)
KIND = ("module", "whole_file", "type", "member")
NAME = ("name_found", "name_asked", "exact_name", "joined_name", "name_prefix", "private")
PATH = (
    *("stem_found", "stem_asked", "stem_is_name", "folder_found", "depth", "test", "example", "compat", "superseded"),
    *("entry_file", "declaration", "not_code"),
)
SIGNALS = (*BASE, *KIND, "qualifier", *NAME, *PATH)
"""The names of all signals, in the order of a row."""

Row = tuple[float, ...]


def signals(query: Query, candidates: Sequence[Candidate]) -> list[Values]:
    """The signals of each candidate, in order, by name. Scores are scaled by the best of the page."""
    return [dict(zip(SIGNALS, row, strict=True)) for row in signal_rows(query, candidates)]


def signal_rows(query: Query, candidates: Sequence[Candidate]) -> list[Row]:
    """The same as rows in the order of :data:`SIGNALS`."""
    scales = _Scales(candidates)
    asked = _Asked(query)
    asked.newest = newest_versions({candidate.path for candidate in candidates})
    return [_row(asked, candidate, scales) for candidate in candidates]


def newest_versions(paths: Iterable[str]) -> dict[str, int]:
    """The highest N of the folders ``vN`` that stand beside one another, by what stands before them."""
    newest: dict[str, int] = {}
    for before, version in chain.from_iterable(map(_versions, paths)):
        newest[before] = max(newest.get(before, 0), int(version))
    return newest


def superseded(path: str, newest: Mapping[str, int], words: Container[str]) -> bool:
    """Whether ``path`` lies in the folder of an older version than another one's, which the query does not name."""
    return bool(newest) and any(
        int(version) < newest.get(before, 0) and f"v{version}" not in words for before, version in _versions(path)
    )


@lru_cache(maxsize=4096)
def _versions(path: str) -> tuple[tuple[str, str], ...]:
    """The folders ``vN`` of a path: what stands before each, and its digits."""
    return tuple((path[: found.start()], found[1]) for found in _VERSION.finditer(path))


class _Scales:
    """The best score of each kind, and what each file gathered."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        cosines = [c.vector for c in candidates]
        self.words = max([c.words for c in candidates], default=0.0) or 1.0
        self.file_words = max([c.file_words for c in candidates], default=0.0) or 1.0
        self.vector = max(cosines, default=0.0) or 1.0
        self.usual = math.fsum(cosines) / len(cosines) if cosines else 0.0
        self.spread = SPREAD * math.sqrt(math.fsum((c - self.usual) ** 2 for c in cosines) / max(1, len(cosines)))
        self.file_vector = max([c.file_vector for c in candidates], default=0.0) or 1.0
        gathered: dict[str, float] = defaultdict(float)
        self.named: dict[str, float] = defaultdict(float)
        for candidate in candidates:
            gathered[candidate.path] += candidate.words / self.words
            if candidate.asked_for:
                self.named[candidate.path] = max(self.named[candidate.path], candidate.asked_for)
        self.newest_ns = max([c.changed_ns for c in candidates], default=0)
        most = max(map(math.log1p, gathered.values()), default=0.0) or 1.0
        self.coherence = {path: math.log1p(value) / most for path, value in gathered.items()}


class _Asked:
    """A query's words, folded once."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.folded = tuple(dict.fromkeys(fold(word) for word in query.words))
        self.exact = frozenset(query.names)
        self.lowered = frozenset(name.lower() for name in query.names)
        self._beginnings = tuple(self.lowered)
        self.joined = frozenset("".join(parts(name)) for name in query.names)
        self.qualifiers = frozenset(name.lower() for name in query.qualifiers)
        self.compact = "".join(query.words)
        self.typed = frozenset(identifier.lower() for identifier in query.identifiers)
        self.newest: dict[str, int] = {}
        self.by_path: dict[str, Row] = {}
        self.by_name: dict[str, Row] = {}
        self._like: dict[str, int] = {}
        self._begun: dict[str, list[tuple[int, str]]] = defaultdict(list)  # words that are alike begin alike
        for place, word in enumerate(self.folded):
            self._begun[word[:LEAST_ALIKE]].append((place, word))

    def like(self, word: str) -> int:
        """Which of the query's words are like ``word``, as bits; names share their words, so each is compared once."""
        folded = fold(word)
        found = 0
        for place, other in self._begun.get(folded[:LEAST_ALIKE], ()):
            if alike(folded, other):
                found |= 1 << place
        self._like[word] = found
        return found

    def shares(self, words: Sequence[str]) -> tuple[float, float]:
        """The share of the query's words that are among ``words``, and of ``words`` that are among the query's."""
        found = wanted = 0
        known = self._like
        for word in words:
            like = known[word] if word in known else self.like(word)
            if like:
                found |= like
                wanted += 1
        return (found.bit_count() / len(self.folded), wanted / len(words)) if wanted else (0.0, 0.0)

    def share_begun(self, name: str) -> float:
        """How much of ``name`` a name of the query spells, where it is the beginning of it."""
        lowered = name.lower()
        if not name or not lowered.startswith(self._beginnings):
            return 0.0
        return max(len(asked) for asked in self._beginnings if lowered.startswith(asked)) / len(name)

    def spells(self, joined: str) -> bool:
        """Whether the query, or a name in it, is spelt so, however it is written."""
        return joined in self.joined or joined == self.compact

    def share_qualified(self, symbol: Symbol) -> float:
        """1 where a qualifier of the query is in the unit's whole name."""
        if not self.qualifiers:
            return 0.0
        whole = f"{symbol.module}.{symbol.qualified_name}".lower()
        return float(any(each in whole for each in self.qualifiers))


def _row(asked: _Asked, candidate: Candidate, scales: _Scales) -> Row:
    _, path, content, symbol, words, vector, file_words, file_vector, gathered, *_, asked_for, phrase, changed = (
        candidate
    )
    base = (
        fused(candidate),
        words / scales.words,
        words / WORDS_SCALE,
        file_words / scales.file_words,
        file_words / WORDS_SCALE,
        vector / scales.vector if vector > 0 else 0.0,
        file_vector / scales.file_vector if file_vector > 0 else 0.0,
        (vector - scales.usual) / scales.spread if scales.spread else 0.0,
        scales.coherence[path],
        asked_for,
        phrase,
        scales.named.get(path, 0.0),
        DAY_NS / (DAY_NS + scales.newest_ns - changed) if changed else 0.0,
        1.0 if symbol.doc else 0.0,
        _length(symbol.end_line - symbol.start_line) if content == "code" else 0.0,
        vector,
        file_vector,
        gathered,
    )
    # Names and paths come again and again on a page, and each says the same of all its bearers.
    name = NAMELESS if symbol.kind == "module" else asked.by_name.get(symbol.name)
    if name is None:
        name = asked.by_name[symbol.name] = _name_signals(asked, symbol.name)
    place = asked.by_path.get(path)
    if place is None:
        place = asked.by_path[path] = _path_signals(asked, candidate)
    return (*base, *_kind_signals(symbol.kind, content), asked.share_qualified(symbol), *name, *place)


@lru_cache(maxsize=4096)
def _length(lines: int) -> float:
    """How long a unit is, on a scale on which 400 lines are 1; a heading spans all below it, so prose has no length."""
    return min(1.0, math.log1p(lines) / 6.0)


NAMELESS: Row = (0.0,) * len(NAME)
"""What the name of a file's module unit says: nothing, for the file's stem says it."""


def _name_signals(asked: _Asked, name: str) -> Row:
    """The values of :data:`NAME`."""
    name_words = parts(name)
    exact = name in asked.exact
    return (
        *asked.shares(name_words),
        float(exact),
        float(bool(name_words) and asked.spells("".join(name_words))),
        asked.share_begun(name),
        float(name.startswith(("_", "#")) and not name.endswith("__") and not exact),
    )


def _path_signals(asked: _Asked, candidate: Candidate) -> Row:
    """The values of :data:`PATH`."""
    path, query = _path(candidate.path), asked.query
    return (
        *asked.shares(path.stem),
        float(asked.spells("".join(path.stem))),
        asked.shares(path.folders)[0],
        path.depth,
        float(path.role == "test" and not query.wants_tests),
        float(path.role == "example" and not query.wants_examples),
        float(path.role == "compat"),
        float(superseded(candidate.path, asked.newest, asked.typed)),
        path.entry,
        path.declaration,
        float(candidate.content != "code"),
    )


class _Path(NamedTuple):
    """What a path says, whatever is asked: the words of its stem and of its folders, and more."""

    stem: tuple[str, ...]
    folders: tuple[str, ...]
    depth: float
    role: Role
    entry: float
    declaration: float


@lru_cache(maxsize=4096)
def _path(path: str) -> _Path:
    folders, _, file_name = path.rpartition("/")
    stem = file_name.split(".")[0] or file_name
    entry = stem.lower() in ENTRY_STEMS
    return _Path(
        parts(folders.rpartition("/")[2] if entry and folders else stem),
        parts(folders),
        min(1.0, path.count("/") / 8),
        role_of(path),
        float(entry),
        float(path.endswith(DECLARATIONS)),
    )


@lru_cache(maxsize=256)
def _kind_signals(kind: str, content: str) -> Row:
    """The values of :data:`KIND`."""
    return (
        float(kind == "module" and content == "code"),  # a document is better answered by its section
        float(kind == "module"),
        float(kind in TYPE_KINDS),
        float(kind in MEMBER_KINDS),
    )
