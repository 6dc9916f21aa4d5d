"""What do the lines of an ignore file say of a path? gitignore syntax, compiled by pathspec.

A ``.gitignore`` is asked about each entry as a walk meets it (:meth:`Rules.names`), because git prunes ignored folders
and a line about a folder says nothing of what is inside. A ``.teignore`` is asked about whole paths
(:meth:`Rules.reaches`), because a line about a folder is meant for everything in it.

As in git, a wildcard stands for bytes: lines and paths are matched as UTF-8 with a character for each byte.
"""

from __future__ import annotations

import os
import re
import stat
import warnings
from typing import TYPE_CHECKING

from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_RULES_BYTES = 1 << 18
"""An ignore file longer than this was not written by hand; its beginning is enough to know that it is nonsense."""

MAX_LINE = 4096
"""No path is longer on the systems we know, so a longer line matches nothing."""

_REOPENS_FOLDERS = {"!*/", "!**/", "!/*/", "!/**/"}
"""Lines that git needs to look inside folders closed by ``*``. A .teignore closes no folder, so they say nothing."""


class Rules:
    """The lines of one ignore file. Paths given to it are relative to the file's folder, without a leading slash."""

    __slots__ = ("_any", "_patterns", "forces")

    def __init__(self, lines: Iterable[str]) -> None:
        compiled = [pattern for line in lines if (pattern := _compile(line)) is not None]
        self._patterns = tuple(reversed(compiled))
        self._any = _any_of([regex.pattern for _, regex in compiled])
        self.forces = any(not include for include, _ in compiled)
        """Whether a ``!`` line is among them."""

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def reaches(self, path: str) -> bool | None:
        """What the last line that matches ``path``, or a folder it lies in, says: True out, False in, None nothing."""
        path = _bytewise(path)
        if not self._any.search(path):
            return None
        for include, regex in self._patterns:
            if regex.search(path):
                return include
        return None

    def names(self, path: str, *, folder: bool) -> bool | None:
        """What the last line that matches ``path`` itself says: True out, False in, None nothing."""
        path = _bytewise(path)
        if not self._any.search(path + "/" if folder else path):
            return None
        for include, regex in self._patterns:
            if _names(regex, path, folder=folder):
                return include
        return None


def read_rules(path: str) -> Rules | None:
    """The rules in the file at ``path``; None where it has none, is a link, or is not a plain file (as in git)."""
    return Rules(_lines_of(path)) or None


def teignore_rules(path: str) -> Rules | None:
    """The rules of a ``.teignore``, less the lines that only re-open folders."""
    return Rules(line for line in _lines_of(path) if line.rstrip(" ") not in _REOPENS_FOLDERS) or None


def _lines_of(path: str) -> list[str]:
    data = _read_plain(path).removeprefix(b"\xef\xbb\xbf")
    return [line.removesuffix("\r") for line in data.decode("latin-1").split("\n")]


def _bytewise(path: str) -> str:
    return path if path.isascii() else os.fsencode(path).decode("latin-1")


def _read_plain(path: str) -> bytes:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except (OSError, ValueError):
        return b""
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return b""
        return file.read(MAX_RULES_BYTES)


def _compile(line: str) -> tuple[bool, re.Pattern[str]] | None:
    if len(line) > MAX_LINE:
        return None
    line = line.rstrip(" ") if not line.endswith("\\ ") else line
    if line[-1:].isspace() and line[-1] != " ":
        line = f"{line[:-1]}[{line[-1]}]"  # pathspec would cut it off, and with it half of a letter such as à
    try:
        with warnings.catch_warnings():
            # A bracket such as [[a] is fine in a glob; re would warn of what it may mean one day.
            warnings.simplefilter("ignore", FutureWarning)
            pattern = GitIgnoreSpecPattern(line)
    except (ValueError, re.error, RecursionError, OverflowError):
        return None  # git, too, lets a malformed line match nothing
    if pattern.include is None or pattern.regex is None:
        return None
    return pattern.include, pattern.regex


def _any_of(sources: list[str]) -> re.Pattern[str]:
    """One expression that matches where any of ``sources`` does: most paths match none, and are done at once."""
    unnamed = [re.sub(r"\(\?P<\w+>", "(?:", source) for source in sources]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return re.compile("|".join(f"(?:{source})" for source in unnamed) if unnamed else r"(?!)")


def _names(regex: re.Pattern[str], path: str, *, folder: bool) -> bool:
    """Whether ``regex`` matches the entry itself. pathspec's one group marks the slash after the folder it matched."""
    found = regex.search(path)
    if found and not found.lastindex:
        return True
    if not folder:
        return False
    found = regex.search(path + "/")
    if not found or not found.lastindex:
        return False
    # The second search is for "*/", whose expression is the slash alone and is found first at any other folder.
    return found.start(1) == len(path) or regex.search(path + "/", len(path)) is not None
