"""What do the lines of an ignore file say of a path? gitignore syntax, compiled by pathspec.

A ``.gitignore`` is asked about each entry as a walk meets it (:meth:`Rules.names`), because git prunes ignored folders
and a line about a folder says nothing of what is inside. A ``.teignore`` is asked about whole paths
(:meth:`Rules.reaches`), because a line about a folder is meant for everything in it.

As in git, a wildcard stands for bytes: lines and paths are matched as UTF-8 with a character for each byte.
"""

from __future__ import annotations

import os
import re
import warnings
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from te_cli.planted import read_planted
from te_cli.walk.globs import Expression, linear

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_RULES_BYTES = 1 << 18
"""An ignore file longer than this was not written by hand; its beginning is enough to know that it is nonsense."""

MAX_LINE = 4096
"""No path is longer on the systems we know, so a longer line matches nothing."""

MAX_LINES = 10_000
"""Lines of one file that count; each is tried on each path."""

_REOPENS_FOLDERS = {"!*/", "!**/", "!/*/", "!/**/"}
"""Lines that git needs to look inside folders closed by ``*``. A .teignore closes no folder, so they say nothing."""


class Rules:
    """The lines of one ignore file. Paths given to it are relative to the file's folder, without a leading slash."""

    __slots__ = ("_any", "_patterns", "forces")

    def __init__(self, lines: Iterable[str]) -> None:
        compiled = [rule for line in islice(lines, MAX_LINES) if (rule := _compile(line)) is not None]
        self._patterns = tuple(reversed(compiled))
        self._any = _any_of([rule.expression.reaches for rule in compiled])
        self.forces = any(not rule.include for rule in compiled)
        """Whether a ``!`` line is among them."""

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def reaches(self, path: str) -> bool | None:
        """What the last line that matches ``path``, or a folder it lies in, says: True out, False in, None nothing."""
        path = _bytewise(path)
        if not self._any.search(path):
            return None
        for rule in self._patterns:
            if rule.reaches.search(path):
                return rule.include
        return None

    def names(self, path: str, *, folder: bool) -> bool | None:
        """What the last line that matches ``path`` itself says: True out, False in, None nothing."""
        path = _bytewise(path)
        if not self._any.search(path + "/" if folder else path):
            return None
        for rule in self._patterns:
            if (folder or not rule.expression.folders) and rule.names.search(path):
                return rule.include
        return None


class _Rule:
    """One line: whether it leaves out or brings in, and its expressions, made when they are first asked."""

    def __init__(self, expression: Expression, *, include: bool) -> None:
        self.expression = expression
        self.include = include

    @cached_property
    def reaches(self) -> re.Pattern[str]:
        """Found in a path that the line matches, or that lies in a folder that it matches."""
        return _regex(self.expression.reaches)

    @cached_property
    def names(self) -> re.Pattern[str]:
        """Found in a path that the line matches itself."""
        return _regex(self.expression.names)


def read_rules(path: str) -> Rules | None:
    """The rules in the file at ``path``; None where it has none, is a link, or is not a plain file (as in git)."""
    lines = _lines_of(path)
    return (Rules(lines) or None) if lines else None


def teignore_rules(path: str) -> Rules | None:
    """The rules of a ``.teignore``, less the lines that only re-open folders."""
    lines = [line for line in _lines_of(path) if line.rstrip(" ") not in _REOPENS_FOLDERS]
    return (Rules(lines) or None) if lines else None


def _lines_of(path: str) -> list[str]:
    data = (read_planted(path, MAX_RULES_BYTES) or b"").removeprefix(b"\xef\xbb\xbf")
    return [line.removesuffix("\r") for line in data.decode("latin-1").split("\n")] if data else []


def _bytewise(path: str) -> str:
    return path if path.isascii() else os.fsencode(path).decode("latin-1")


def _compile(line: str) -> _Rule | None:
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern  # most trees are git's to judge

    if len(line) > MAX_LINE:
        return None
    line = line.rstrip(" ") if not line.endswith("\\ ") else line
    if line[-1:].isspace() and line[-1] != " ":
        line = f"{line[:-1]}[{line[-1]}]"  # pathspec would cut it off, and with it half of a letter such as à
    try:
        source, include = GitIgnoreSpecPattern.pattern_to_regex(line)
        if source is None or include is None:
            return None
        rule = _Rule(linear(source), include=include)
        _regex(rule.expression.reaches)  # git, too, lets a malformed line match nothing
    except (ValueError, re.error, RecursionError, OverflowError):
        return None
    return rule


def _regex(source: str) -> re.Pattern[str]:
    with warnings.catch_warnings():
        # A bracket such as [[a] is fine in a glob; re would warn of what it may mean one day.
        warnings.simplefilter("ignore", FutureWarning)
        return re.compile(source, re.DOTALL)


def _any_of(sources: list[str]) -> re.Pattern[str]:
    """One expression that matches where any of ``sources`` does: most paths match none, and are done at once."""
    return _regex("|".join(f"(?:{source})" for source in sources) if sources else r"(?!)")
