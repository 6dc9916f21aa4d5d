"""What te says of itself, as values: the state of an index, its health, and the languages that are known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from te_cli.model import IndexReport

if TYPE_CHECKING:
    from te_cli.model import Content, Freshness, Skipped


@dataclass(frozen=True, slots=True)
class Status:
    """What is indexed, how big it is on disk (bytes) and how fresh."""

    root: str
    index_dir: str
    format: int
    files: int
    symbols: int
    references: int
    by_language: dict[str, int]
    by_kind: dict[str, int]
    skipped: tuple[Skipped, ...]
    model: str
    dimensions: int
    unembedded: int
    bytes: dict[str, int]
    freshness: Freshness
    changed_files: int
    indexed_at: float | None
    writer: str | None = None
    watcher: Watcher | None = None


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
