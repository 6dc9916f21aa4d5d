"""Which files are there, and which are as they were? One ``lstat`` a file, nothing opened."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from te_cli.model import Skipped, SourceFile
from te_cli.walk import candidates
from te_cli.walk.boundary import Boundary, ancestors, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping
    from pathlib import Path

NO_LANGUAGES: Final[Mapping[str, str]] = MappingProxyType({})

Stamp = tuple[str, int, int, int, int]
"""A path, and what ``stat`` said of its file: bytes, modification and change (ns), inode."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a root, and those left out with their reasons; both sorted by path.

    ``same`` are the paths of files that were known before, and are neither in the one nor in the other.
    """

    files: tuple[SourceFile, ...]
    skipped: tuple[Skipped, ...]
    same: frozenset[str] = frozenset()


def scan(
    root: Path,
    index_dir: Path,
    max_file_bytes: int,
    languages: Mapping[str, str] = NO_LANGUAGES,
    known: Callable[[], Iterable[Stamp]] = tuple,
    expect: Callable[[str], None] | None = None,
) -> Listing:
    """Every file below ``root`` worth indexing, as git names them or by the same rules, and every one skipped.

    ``languages``: what the settings say of some extensions and file names. ``known`` gives files that nobody asked for
    by name, of which nothing has to be said as long as they are where and what they were; it is asked while git looks.
    ``expect`` is told the first of them that is another, as soon as it is met.
    """
    boundary = Boundary(root, index_dir)
    as_before: set[str] = set()

    def look_again() -> None:
        paths = list(_as_before(boundary.prefix, known(), max_file_bytes, expect))
        folders = dict.fromkeys([path.rpartition("/")[0] for path in paths])  # in order: neighbours are near in memory
        closed = {folder for folder in folders if boundary.folder(folder) is not None}
        as_before.update([path for path in paths if path.rpartition("/")[0] not in closed] if closed else paths)

    found = candidates.find(boundary, meanwhile=look_again)
    same = as_before.intersection(found.paths)
    same -= found.forced
    found.paths = [path for path in found.paths if path not in same]
    return _look_at(boundary, found, max_file_bytes, languages, frozenset(same))


def _as_before(
    prefix: str, known: Iterable[Stamp], max_file_bytes: int, expect: Callable[[str], None] | None
) -> Iterator[str]:
    """The paths whose files have the stamp that they had. One with the same inode and times is of the same kind."""
    lstat = os.lstat
    for path, size, mtime_ns, ctime_ns, inode in known:
        try:
            found = lstat(prefix + path)
        except (OSError, ValueError):
            continue
        if (
            found.st_mtime_ns == mtime_ns
            and found.st_ctime_ns == ctime_ns
            and found.st_size == size <= max_file_bytes
            and found.st_ino == inode
        ):
            yield path
        elif expect is not None:
            expect(path)
            expect = None


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
    boundary: Boundary,
    found: candidates.Candidates,
    max_file_bytes: int,
    languages: Mapping[str, str],
    same: frozenset[str] = frozenset(),
) -> Listing:
    files: list[SourceFile] = []
    skipped = [Skipped(printable(skip.path), skip.reason) for skip in found.skipped]
    if found.paths:
        from te_cli.walk.examining import examine  # all that is known of languages

        for path in dict.fromkeys(found.paths):
            seen = examine(boundary, path, max_file_bytes, languages, forced=path in found.forced)
            if isinstance(seen, SourceFile):
                files.append(seen)
            elif seen is not None:
                skipped.append(seen)
    by_path = attrgetter("path")
    there = same.union(file.path for file in files)  # a name that is no text may be written as another file is called
    left_out = {skip.path: skip for skip in skipped if skip.path not in there}
    return Listing(tuple(sorted(files, key=by_path)), tuple(sorted(left_out.values(), key=by_path)), same)


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
