"""Every error that te raises on purpose, with the sentence, the hint and the exit code that users get.

    TeError                        exit 2   code "error"
    ├── UsageError                 exit 2   code "usage"             an argument that makes no sense
    │   ├── NoSuchFolder           exit 2   code "no_such_folder"
    │   ├── NotAFolder             exit 2   code "not_a_folder"
    │   ├── UnknownName            exit 2   code "unknown_name"      a language, kind ... with the nearest known one
    │   ├── EmptyQuery             exit 2   code "empty_query"
    │   └── ConfigError            exit 2   code "bad_config"
    ├── StoreError                 exit 2   code "index"             something about .te/
    │   ├── NoIndex                exit 2   code "no_index"
    │   ├── NotIndexed             exit 2   code "not_indexed"       a file that the index does not hold
    │   ├── IndexBusy              exit 2   code "index_busy"
    │   ├── AlreadyWatched         exit 2   code "already_watched"
    │   ├── IndexTooNew            exit 2   code "index_too_new"
    │   ├── IndexForeign           exit 2   code "index_foreign"
    │   ├── OtherModel             exit 2   code "other_model"
    │   └── IndexDamaged           exit 2   code "index_damaged"
    ├── NotReadable                exit 2   code "not_readable"
    ├── NotWritable                exit 2   code "not_writable"
    ├── NotEnough                  exit 2   code "not_enough"        memory, threads
    └── ModelError                 exit 2   code "model"

A message is one sentence; a hint is the next thing to do. Anything that is not a TeError is a bug: traceback, exit 70.
"""

from __future__ import annotations

from contextlib import contextmanager
from difflib import SequenceMatcher, get_close_matches
from typing import TYPE_CHECKING, ClassVar, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Name = TypeVar("Name", bound=str)


class TeError(Exception):
    """The root of the tree: a sentence, a hint and an exit code."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(TeError):
    """An argument that cannot be acted on."""

    code = "usage"


class NoSuchFolder(UsageError):
    """The named folder does not exist."""

    code = "no_such_folder"


class NotAFolder(UsageError):
    """A file was named where a folder is meant."""

    code = "not_a_folder"


class UnknownName(UsageError):
    """A name outside a known set."""

    code = "unknown_name"

    @classmethod
    def among(cls, what: str, name: str, known: Iterable[str]) -> UnknownName:
        """An error for ``name``, hinting at the nearest of ``known``."""
        choices = sorted(known)
        near = nearest(name.lower(), choices)
        hint = f"Did you mean '{near}'?" if near else f"Known: {', '.join(choices)}."
        return cls(f"There is no {what} named '{name}'.", hint)


def one_of(what: str, name: str, known: tuple[Name, ...]) -> Name:
    """The one of ``known`` that ``name`` is; raises :class:`UnknownName`."""
    for each in known:
        if each == name.strip().lower():
            return each
    raise UnknownName.among(what, name, known)


def nearest(name: str, choices: Sequence[str]) -> str | None:
    """The one of ``choices`` that ``name`` is most likely a slip for, if any is near.

    Two letters typed in the wrong order come first, then one letter wrong, left out or too many; then what is alike.
    """
    for slip in (_swapped, _one_off):
        for choice in choices:
            if slip(name, choice):
                return choice
    return next(iter(get_close_matches(name, choices, n=1, cutoff=0.5)), None)


def alike(name: str, other: str, least: float) -> bool:
    """Whether two names share at least so much of their letters, from 0 to 1."""
    return SequenceMatcher(None, name, other).ratio() >= least


def _swapped(name: str, other: str) -> bool:
    """Whether two neighbouring letters changed places."""
    at = _shared_start(name, other)
    return name != other and other == name[:at] + name[at + 1 : at + 2] + name[at : at + 1] + name[at + 2 :]


def _one_off(name: str, other: str) -> bool:
    """Whether one letter is wrong, left out or too many; in names of two letters that says nothing."""
    at = _shared_start(name, other)
    rests = {(name[at + 1 :], other[at + 1 :]), (name[at + 1 :], other[at:]), (name[at:], other[at + 1 :])}
    return min(len(name), len(other)) > 2 and any(left == right for left, right in rests)


def _shared_start(name: str, other: str) -> int:
    """How many letters the two begin with alike."""
    pairs = enumerate(zip(name, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(name), len(other)))


class EmptyQuery(UsageError):
    """Nothing to search for."""

    code = "empty_query"


class ConfigError(UsageError):
    """A setting that cannot be read or makes no sense."""

    code = "bad_config"


class StoreError(TeError):
    """Something about the index folder."""

    code = "index"


class NoIndex(StoreError):
    """A verb that does not build an index found none."""

    code = "no_index"


class NotIndexed(StoreError):
    """The file is not in the index."""

    code = "not_indexed"


class IndexBusy(StoreError):
    """Another process is writing."""

    code = "index_busy"


class AlreadyWatched(StoreError):
    """Another process watches this root for the same index."""

    code = "already_watched"


class IndexTooNew(StoreError):
    """A newer te wrote this index."""

    code = "index_too_new"


class IndexForeign(StoreError):
    """This user did not build this index, and it cannot be built anew here."""

    code = "index_foreign"


class OtherModel(StoreError):
    """Another embedding model made the vectors of this index."""

    code = "other_model"


class IndexDamaged(StoreError):
    """A part of the index is missing or does not check out; ``te doctor --repair`` or the next write heals it."""

    code = "index_damaged"


class NotReadable(TeError):
    """A folder or file cannot be read."""

    code = "not_readable"


class NotWritable(TeError):
    """The index folder cannot be written."""

    code = "not_writable"


class NotEnough(TeError):
    """The command ran into a limit of the machine's, or one that was set for it."""

    code = "not_enough"


class ModelError(TeError):
    """An embedding model cannot be loaded."""

    code = "model"


@contextmanager
def foreign(what: str, as_error: type[TeError]) -> Iterator[None]:
    """Around a program's own part: what that raises, if it is no TeError, is the cause of ``as_error``."""
    try:
        yield
    except TeError:  # it says itself what is wrong
        raise
    except Exception as error:
        said = f"{type(error).__name__}: {error}".rstrip(": ")
        raise as_error(f"{what} failed with {said}.") from error
