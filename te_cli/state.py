"""What te says of itself, as values: the state of an index, its health, and the languages that are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from te_cli.model import IndexReport

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from te_cli.model import Content, Freshness, Skipped


class Counts(Mapping[str, int]):
    """How many there are of each: equal to a dictionary of the same, hashable, and never another."""

    __slots__ = ("_counts",)

    def __init__(self, counts: Mapping[str, int] | Iterable[tuple[str, int]]) -> None:
        self._counts = dict(counts)

    def __getitem__(self, name: str) -> int:
        return self._counts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._counts)

    def __len__(self) -> int:
        return len(self._counts)

    def __hash__(self) -> int:
        return hash(frozenset(self._counts.items()))

    def __repr__(self) -> str:
        return f"Counts({self._counts!r})"


@dataclass(frozen=True, slots=True)
class Status:
    """What is indexed, how big it is on disk (bytes) and how fresh; ``indexed_at`` is in seconds since 1970."""

    root: str
    index_dir: str
    format: int
    files: int
    symbols: int
    references: int
    by_language: Counts
    by_kind: Counts
    skipped: tuple[Skipped, ...]
    model: str
    dimensions: int
    unembedded: int
    bytes: Counts
    freshness: Freshness
    changed_files: int
    indexed_at: float | None
    writer: str | None = None
    watcher: Watcher | None = None
    model_fault: str | None = None


@dataclass(frozen=True, slots=True)
class Watcher:
    """The process that keeps an index fresh; since when (seconds since 1970), and whether it has caught up by now."""

    pid: int
    since: float
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Started:
    """``te watch`` has begun. ``polling``: it looks at everything from time to time, without the system's notices."""

    root: str
    index_dir: str
    pid: int
    polling: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something went wrong, and ``te watch`` goes on: an error's code, sentence and hint."""

    code: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Stopped:
    """``te watch`` has ended, after so many updates that changed something, the first one included."""

    updates: int


WatchEvent = Started | IndexReport | Trouble | Stopped
"""What ``te watch`` tells of."""


Extracted = Literal["symbols", "sections", "keys", "blocks"]
"""What is read from files of a language: definitions and references, headed sections, keys, or plain blocks."""


@dataclass(frozen=True, slots=True)
class KnownLanguage:
    """A language that te tells apart: what it is for, what is extracted, and how its files are recognised."""

    name: str
    content: Content
    extracted: Extracted
    extensions: tuple[str, ...]
    filenames: tuple[str, ...]

    @property
    def referring(self) -> bool:
        """Whether references are read from its files."""
        return self.extracted == "symbols"


@dataclass(frozen=True, slots=True)
class CachedModel:
    """What is kept of one model's embeddings. ``entries`` is None where they cannot be read."""

    name: str
    fingerprint: str
    dimensions: int
    entries: int | None
    bytes: int
    last_used: float
    folder: str


@dataclass(frozen=True, slots=True)
class CacheState:
    """The embeddings kept for all repositories: at most ``limit_bytes``, 0 for none; and what was just removed."""

    folder: str
    limit_bytes: int
    models: tuple[CachedModel, ...]
    removed: tuple[CachedModel, ...] = ()

    @property
    def bytes(self) -> int:
        """Of all models."""
        return sum(model.bytes for model in self.models)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing the doctor looked at: ``ok`` or a sentence that says what is wrong."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All checks of one visit to the doctor, and what was repaired."""

    root: str
    checks: tuple[Check, ...]
    repaired: tuple[str, ...] = field(default=())

    @property
    def healthy(self) -> bool:
        """Whether every check passed."""
        return all(check.ok for check in self.checks)


ModelPlace = Literal["shipped", "local", "online"]
"""Where a model is: in the package, on this machine, or where it could be downloaded from."""


@dataclass(frozen=True, slots=True)
class Speed:
    """How quick a model is on this machine, measured on so many symbols; ``query_ms`` is the median of a query."""

    symbols: int
    symbols_per_second: float
    query_ms: float
    load_seconds: float


@dataclass(frozen=True, slots=True)
class Reading:
    """How a transformer reads a text: so many tokens at most, and the words that are put before.

    ``pooling``: mean, cls (of the first token), last, or own, which is the file's or fastembed's. ``said``: not a guess
    by the model's name.
    """

    tokens: int
    pooling: str
    said: bool
    query: str = ""
    passage: str = ""


@dataclass(frozen=True, slots=True)
class KnownModel:
    """An embedding model. ``name`` is what to type after ``--model``; ``used``: the nearest index has its vectors.

    ``static``: it is a table of token vectors; of others that are here ``reading`` is told. What is not known is None,
    and a licence empty; ``trouble`` is why it cannot be used.
    """

    name: str
    place: ModelPlace
    static: bool | None
    dimension: int | None
    bytes: int | None
    licence: str = ""
    folder: str | None = None
    used: bool = False
    trouble: str | None = None
    speed: Speed | None = None
    reading: Reading | None = None


@dataclass(frozen=True, slots=True)
class KnownModels:
    """The models there are, the shipped one first; ``root`` is of the nearest index, or of what was measured on."""

    models: tuple[KnownModel, ...]
    root: str | None = None
