"""The values that pass between rooms: frozen, slotted, and free of behaviour that needs a library.

A *unit* is what can be found. For code it is a symbol (function, class, constant ...); each file also has exactly
one ``module`` unit, documents have ``section`` units, and text without a grammar has ``block`` units. Lines are
1-based and inclusive everywhere; paths are relative to the indexed root and use ``/`` on every platform.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Content = Literal["code", "docs", "config"]
"""What a file is for: program text, prose, or settings and data."""

CONTENTS: tuple[Content, ...] = ("code", "docs", "config")

Mode = Literal["hybrid", "text", "semantic", "name"]
"""Which retrievers answer: all three, words, meaning, or names alone."""

MODES: tuple[Mode, ...] = ("hybrid", "text", "semantic", "name")

Freshness = Literal["fresh", "unchecked", "stale"]
"""``fresh``: the work tree was checked for this answer; ``unchecked``: it was not; ``stale``: a hit's file changed."""

KINDS: tuple[str, ...] = (
    "module", "namespace", "class", "struct", "union", "enum", "interface", "trait", "type", "function", "method",
    "constructor", "property", "field", "constant", "variable", "macro", "section", "block",
)  # fmt: skip
"""Every kind of unit, in the order in which listings show them."""


class SkipReason(StrEnum):
    """Why a file that the walk met is not in the index; the value is what users read."""

    BINARY = "binary"
    TOO_LARGE = "too large"
    MINIFIED = "minified"
    GENERATED = "generated"
    LINK = "symbolic link"
    OUTSIDE = "outside the root"
    NOT_REGULAR = "not a regular file"
    REPOSITORY = "a repository of its own"
    UNREADABLE = "unreadable"
    NOT_UTF8_PATH = "path is not valid text"
    PARSER_FAILED = "parser failed"
    PARSER_TIMED_OUT = "parser timed out"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What ``stat`` said of a file, and when: equal ones, old enough, mean unchanged content.

    ``seen_ns`` is the wall-clock time (nanoseconds) just before the stat that precedes reading the content.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    seen_ns: int


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that the walk offers for indexing.

    ``forced``: a ``!`` line of .teignore asked for it by name; ``declared``: the settings say what its language is.
    """

    path: str
    language: str
    content: Content
    fingerprint: Fingerprint
    forced: bool = False
    declared: bool = False


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file left out, and why. ``fingerprint`` is None where the file could not even be looked at."""

    path: str
    reason: SkipReason
    fingerprint: Fingerprint | None = None


@dataclass(frozen=True, slots=True)
class Symbol:
    """One unit of a file, as users see it.

    ``module`` is the package or namespace it lives in; ``parent`` is the position (in the file's list of units) of
    the symbol that encloses it or, for a method written outside its type, of that type; None at the top.
    """

    kind: str
    name: str
    qualified_name: str
    module: str
    signature: str
    doc: str
    start_line: int
    end_line: int
    parent: int | None = None


values_of: Final[Callable[[Symbol], tuple[Any, ...]]] = attrgetter(*Symbol.__dataclass_fields__)
"""The fields of a symbol, in their order."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A symbol with the text it is found by: its body, less what smaller units inside it stand for."""

    symbol: Symbol
    text: str


ReferenceKind = Literal["call", "import", "inherit", "implement", "type", "use"]
"""What a reference does with what it names: calls it, brings it in, extends it, implements it, uses it as a type."""

REFERENCE_KINDS: tuple[ReferenceKind, ...] = ("call", "import", "inherit", "implement", "type", "use")


class Reference(NamedTuple):
    """A place that names a definition. A named tuple, for there are many: ten a unit.

    ``qualifier``: what stands before the name (``os.path`` in ``os.path.join(…)``; for an import, where it comes from;
    ``?`` for an expression). ``alias``: what an import is called here. ``column`` counts characters from 1. ``unit``:
    the position, in the file's list of units, of the innermost one around the place.
    """

    kind: ReferenceKind
    name: str
    qualifier: str
    alias: str
    line: int
    column: int
    unit: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file's text holds: its units, the ``module`` unit first, and its references in source order."""

    units: tuple[Unit, ...]
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Excluded:
    """What no hit may be. ``words`` stand in its path or name; ``paths`` are patterns that fit a part of its path."""

    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    contents: tuple[Content, ...] = ()
    modules: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.languages or self.kinds or self.contents or self.modules or self.words or self.paths)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a hit must satisfy; empty means anything. Applied inside each retriever, before its cut.

    ``modules`` are packages or namespaces, by whole components of their names: ``net.http`` has ``x.net.http.client``.
    """

    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    contents: tuple[Content, ...] = ()
    modules: tuple[str, ...] = ()
    without: Excluded = Excluded()

    def __bool__(self) -> bool:
        return bool(self.languages or self.kinds or self.paths or self.contents or self.modules or self.without)


Refresh = Literal["auto", "always", "never"]
"""Whether a search updates the index first: when that is cheap, in any case, or not at all."""

REFRESHES: tuple[Refresh, ...] = ("auto", "always", "never")


MAX_LIMIT = 100_000
"""The most answers that one search gives: nobody reads more, and the memory that they need grows with them."""


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What was asked: the words, and how to answer.

    ``context`` is the lines of source wanted around a hit's start. ``fold``: hits that are nearly the same are shown
    once. ``max_tokens``: what the answer may take, a token being four characters; then hits come whole where they fit.
    """

    text: str
    limit: int = 10
    filters: Filters = Filters()
    mode: Mode = "hybrid"
    refresh: Refresh = "auto"
    context: int | None = None
    explain: bool = False
    fold: bool = True
    max_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """One reason for a hit's place: ``value`` in the signal's own scale, ``weight`` per unit of it.

    ``reason`` says to people what the signal means.
    """

    name: str
    value: float
    weight: float
    reason: str = ""


Shown = Literal["whole", "lines", "signature"]
"""How much of a hit fits into a budget: all of its source, the lines that matched, or no more than its signature."""


class Alike(NamedTuple):
    """A place whose source is nearly that of a hit."""

    path: str
    symbol: Symbol


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer. ``id`` lives as long as the unit does; ``stale`` says that the file changed since it was indexed.

    ``weak``: little of the query speaks for it. ``parent`` is what encloses the symbol, where something does;
    ``alike`` are the places of hits that are nearly the same. ``snippet`` are its best lines from ``snippet_start`` on:
    ``matched_lines`` of them hold words of the query, in the lowered spellings of ``matched``. ``shown`` stands there
    where the answer was to fit into a budget.
    """

    id: int
    path: str
    language: str
    symbol: Symbol
    score: float
    stale: bool = False
    weak: bool = False
    parent: Symbol | None = None
    alike: tuple[Alike, ...] = ()
    snippet: str | None = None
    snippet_start: int | None = None
    matched: tuple[str, ...] = ()
    matched_lines: tuple[int, ...] = ()
    shown: Shown | None = None
    explain: tuple[Signal, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The answer to one query: hits best first, and how fresh the index was when it gave them.

    ``left_out`` counts the hits that did not fit into the budget asked for.
    """

    query: str
    root: str
    freshness: Freshness
    files: int
    units: int
    seconds: float
    hits: tuple[Hit, ...]
    note: str | None = None
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class UsesRequest:
    """What is asked of a name: where it is used, in which ways. ``limit`` is the most that are wanted; None for all."""

    name: str
    kinds: tuple[ReferenceKind, ...] = ()
    filters: Filters = Filters()
    limit: int | None = None
    refresh: Refresh = "auto"


@dataclass(frozen=True, slots=True)
class Use:
    """A place that uses a name: the reference, the unit around it, and its line of source where that can be read."""

    path: str
    language: str
    reference: Reference
    within: Symbol
    id: int
    stale: bool = False
    source: str | None = None


@dataclass(frozen=True, slots=True)
class UsesResult:
    """Every place that uses a name, ``total`` past the limit too. ``near``: names to try where there is none."""

    name: str
    root: str
    freshness: Freshness
    total: int
    uses: tuple[Use, ...]
    note: str | None = None
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What one run of the indexer did. ``unembedded`` counts units whose text has no word that the model knows.

    Where embeddings are kept, ``embedded`` counts the texts that the model read in this run, and ``recalled`` those
    whose embeddings were kept already; ``trouble`` is what went wrong with that.
    """

    root: str
    index_dir: str
    files: int
    symbols: int
    added: int
    changed: int
    removed: int
    unchanged: int
    units_written: int
    unembedded: int
    skipped: tuple[Skipped, ...]
    seconds: float
    rebuilt: str | None = None
    embedded: int = 0
    recalled: int = 0
    trouble: str | None = None

    @property
    def skipped_by_reason(self) -> Mapping[str, int]:
        """Count of skipped files for each reason, most first."""
        counts: dict[str, int] = {}
        for skip in self.skipped:
            counts[skip.reason.value] = counts.get(skip.reason.value, 0) + 1
        return MappingProxyType(dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))))

    @property
    def touched(self) -> bool:
        """Whether the run changed what searches see."""
        return bool(self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: ``phase`` is a word for people, and ``counted`` says what the counts are of.

    ``embedded`` counts the texts that a slow model has embedded, or read from the cache, so far.
    """

    phase: str
    done: int
    total: int
    units: int = 0
    counted: str = "files"
    embedded: int = 0


@dataclass(frozen=True, slots=True)
class OutlineNode:
    """A symbol with the symbols it encloses."""

    symbol: Symbol
    children: tuple[OutlineNode, ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """The symbols of one file, nested. ``stale``: the file changed since it was indexed."""

    path: str
    language: str
    stale: bool
    nodes: tuple[OutlineNode, ...]
