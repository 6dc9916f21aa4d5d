"""Which files are there, and what are they? One ``lstat`` a file, nothing opened."""

from __future__ import annotations

import os
import re
import stat
import time
from dataclasses import dataclass, replace
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from te_cli.model import Skipped, SkipReason, SourceFile
from te_cli.walk import candidates
from te_cli.walk.boundary import Boundary, ancestors
from te_cli.walk.content import READ_CEILING
from te_cli.walk.fingerprint import of_stat
from te_cli.walk.languages import UNKNOWN, classify, declared, is_binary_name

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping
    from pathlib import Path

NO_LANGUAGES: Final[Mapping[str, str]] = MappingProxyType({})

FORCED_FACTOR = 16
"""How many times the limit a file asked for by name may be: a wish is honoured, a disk image is not read whole."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a root, and those left out with their reasons; both sorted by path."""

    files: tuple[SourceFile, ...]
    skipped: tuple[Skipped, ...]


def scan(root: Path, index_dir: Path, max_file_bytes: int, languages: Mapping[str, str] = NO_LANGUAGES) -> Listing:
    """Every file below ``root`` worth indexing, as git names them or by the same rules, and every one skipped.

    ``languages``: what the settings say of some extensions and file names.
    """
    boundary = Boundary(root, index_dir)
    return _look_at(boundary, candidates.find(boundary), max_file_bytes, languages)


def scan_paths(
    root: Path, index_dir: Path, max_file_bytes: int, paths: Iterable[str], languages: Mapping[str, str] = NO_LANGUAGES
) -> Listing:
    """The same for some paths, relative to ``root``, and for all below those that are folders.

    What is gone or ignored is in neither list.
    """
    boundary = Boundary(root, index_dir)
    wanted = frozenset(path for path in paths if _nameable(path) and boundary.file(path) != "never")
    if not wanted:
        return Listing((), ())
    found = candidates.find(boundary, wanted)
    found.paths = [path for path in found.paths if at_or_below(path, wanted)]
    found.skipped = [skip for skip in found.skipped if at_or_below(skip.path, wanted)]
    return _look_at(boundary, found, max_file_bytes, languages)


def at_or_below(path: str, wanted: Container[str]) -> bool:
    """Whether ``path`` or a folder that it lies in is ``wanted``."""
    return path in wanted or any(folder in wanted for folder in ancestors(path.rpartition("/")[0]))


def _look_at(
    boundary: Boundary, found: candidates.Candidates, max_file_bytes: int, languages: Mapping[str, str]
) -> Listing:
    files: list[SourceFile] = []
    skipped = [Skipped(printable(skip.path), skip.reason) for skip in found.skipped]
    for path in dict.fromkeys(found.paths):
        seen = _examine(boundary, path, max_file_bytes, forced=path in found.forced)
        if isinstance(seen, SourceFile):
            row = declared(path, languages) if languages else None
            files.append(seen if row is None else replace(seen, language=row.name, content=row.content, declared=True))
        elif seen is not None:
            skipped.append(seen)
    by_path = attrgetter("path")
    there = {file.path for file in files}  # a name that is no text may be written as another file is called
    left_out = {skip.path: skip for skip in skipped if skip.path not in there}
    return Listing(tuple(sorted(files, key=by_path)), tuple(sorted(left_out.values(), key=by_path)))


def _examine(boundary: Boundary, path: str, max_file_bytes: int, *, forced: bool) -> SourceFile | Skipped | None:
    """One file as it is now; None where it is gone or never content."""
    verdict = boundary.file(path)
    if verdict == "never":
        return None
    if verdict is not None:
        return Skipped(printable(path), verdict)
    seen_ns = time.time_ns()
    try:
        found = os.lstat(boundary.prefix + path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        return Skipped(printable(path), SkipReason.UNREADABLE)
    if stat.S_ISDIR(found.st_mode):
        return None  # what git tracks as a file is gone, and a folder has its place
    fingerprint = of_stat(found, seen_ns)
    reason = _reason(path, found, max_file_bytes, forced=forced)
    if reason is not None:
        return Skipped(printable(path), reason, fingerprint)
    language, content = classify(path) or UNKNOWN
    return SourceFile(path, language, content, fingerprint, forced)


def _reason(path: str, found: os.stat_result, max_file_bytes: int, *, forced: bool) -> SkipReason | None:
    mode = found.st_mode
    if not stat.S_ISREG(mode):
        return SkipReason.LINK if stat.S_ISLNK(mode) else SkipReason.NOT_REGULAR
    if not path.isascii() and printable(path) != path:
        return SkipReason.NOT_UTF8_PATH
    if not forced and is_binary_name(path):
        return SkipReason.BINARY
    wished = min(max_file_bytes * FORCED_FACTOR, READ_CEILING) if forced else 0
    limit = max(max_file_bytes, wished)
    return SkipReason.TOO_LARGE if found.st_size > limit else None


def with_namesakes(paths: Iterable[str]) -> set[str]:
    """``paths``, and those that are listed under the same name: one that is no text is listed as it is printed."""
    found = set(paths)
    return found.union(map(printable, found), (_PRINTED_BYTE.sub(_byte, path) for path in found if "\\x" in path))


_PRINTED_BYTE = re.compile(r"\\x([89a-f][0-9a-f])")


def _byte(printed: re.Match[str]) -> str:
    return os.fsdecode(bytes.fromhex(printed[1]))


def _nameable(path: str) -> bool:
    """Whether a file system could hold such a path."""
    try:
        return b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        return False


def printable(path: str) -> str:
    """``path`` with each byte that is not UTF-8 written in hexadecimal, as Python writes it."""
    if path.isascii():
        return path
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
