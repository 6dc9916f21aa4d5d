"""Which files does a folder hold, by git's rules but without git? For what no work tree holds, or one ignores."""

# A tree has a hundred thousand paths: they stay strings.
# ruff: noqa: PTH112, PTH114

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from te_cli.walk import teignore
from te_cli.walk.boundary import Boundary, ancestors
from te_cli.walk.rules import Rules, read_rules

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator


GITIGNORE = ".gitignore"

_IGNORE_FILES = frozenset({GITIGNORE, teignore.NAME})


@dataclass(frozen=True, slots=True)
class _State:
    """What holds in a folder: ignore rules, nearest first, each with the length of what to cut from a path."""

    rules: tuple[tuple[int, Rules], ...]
    ignored: bool

    def ignores(self, path: str, *, folder: bool) -> bool:
        """Whether the entry ``path`` (relative to the root) of this folder is ignored."""
        if self.ignored:
            return True
        for skip, rules in self.rules:
            said = rules.names(path[skip:], folder=folder)
            if said is not None:
                return said
        return False


class Walker:
    """Walks the folders below ``start``. ``unreadable`` holds the folders that could not be listed."""

    def __init__(
        self, boundary: Boundary, overrides: teignore.Overrides, start: str, exclude_files: Iterable[str]
    ) -> None:
        self._boundary = boundary
        self._overrides = overrides
        self._start = start
        skip = len(start) + 1 if start else 0
        rules = (read_rules(path) for path in exclude_files)
        self._base = _State(tuple((skip, found) for found in rules if found is not None), ignored=False)
        self._states: dict[str, _State] = {}
        self.unreadable: list[str] = []

    def all_files(self) -> Iterator[tuple[str, bool]]:
        """Every entry that is no folder and not ignored, and whether a ``!`` line of .teignore forces it."""
        yield from self._files_below(self._start)

    def _files_below(self, start: str) -> Iterator[tuple[str, bool]]:
        pending = [start]
        while pending:
            folder = pending.pop()
            entries = self._entries(folder)
            state = self._state(folder, entries)
            for entry in entries:
                path = f"{folder}/{entry.name}" if folder else entry.name
                if entry.is_dir(follow_symlinks=False):
                    if self._enters(state, path):
                        pending.append(path)
                elif (forced := self._forced(state, path)) is not None:
                    yield path, forced

    def all_folders(self, starts: Iterable[str]) -> Iterator[str]:
        """``starts`` and every folder below them that may hold such a file."""
        pending = [start for start in starts if not start or self._enters(self._state(start.rpartition("/")[0]), start)]
        while pending:
            folder = pending.pop()
            if not os.path.isdir(self._boundary.absolute(folder)):
                continue
            entries = self._entries(folder)
            state = self._state(folder, entries)
            yield folder
            for entry in entries:
                path = f"{folder}/{entry.name}" if folder else entry.name
                if entry.is_dir(follow_symlinks=False) and self._enters(state, path):
                    pending.append(path)

    def files_among(self, only: Iterable[str]) -> Iterator[tuple[str, bool]]:
        """The same for some paths, without listing their folders, and for all below those that are folders."""
        for path in sorted(only):
            folder = path.rpartition("/")[0]
            if self._boundary.folder(folder) == "never":
                continue
            absolute = self._boundary.absolute(path)
            if os.path.isdir(absolute) and not os.path.islink(absolute):
                if self._enters(self._state(folder), path):
                    yield from self._files_below(path)
            elif os.path.isdir(absolute):
                continue
            elif (forced := self._forced(self._state(folder), path)) is not None:
                yield path, forced

    def _forced(self, state: _State, path: str) -> bool | None:
        """Whether a file is forced in; None where it is left out."""
        said = self._overrides.verdict(path)
        if said is None:
            return None if state.ignores(path, folder=False) else False
        return None if said else True

    def _enters(self, state: _State, path: str) -> bool:
        if self._boundary.folder(path) is not None:
            return False
        return not state.ignores(path, folder=True) or self._overrides.may_force(path)

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self._boundary.absolute(folder)) as entries:
                return list(entries)
        except FileNotFoundError:
            return []
        except OSError:
            self.unreadable.append(folder)
            return []

    def _state(self, folder: str, entries: Iterable[os.DirEntry[str]] | None = None) -> _State:
        """What holds in a folder; where its ``entries`` are given, ignore files are looked for among them."""
        if folder in self._states:
            return self._states[folder]
        names = _IGNORE_FILES if entries is None else {entry.name for entry in entries}
        above = None if folder == self._start else self._states.get(folder.rpartition("/")[0])
        if above is not None:  # as always in a walk
            state = self._states[folder] = self._entered(above, folder, names)
            return state
        state = self._base
        for part in ancestors(folder):
            if len(part) < len(self._start):
                continue
            if part not in self._states:
                self._states[part] = self._entered(state, part, names if part == folder else _IGNORE_FILES)
            state = self._states[part]
        return state

    def _entered(self, state: _State, folder: str, names: Container[str]) -> _State:
        """The state inside ``folder``, from the one of the folder that holds it; ``names``: what may lie in it."""
        if folder != self._start and state.ignores(folder, folder=True):
            return _State(state.rules, ignored=True)
        prefix = folder + "/" if folder else ""
        found = read_rules(self._boundary.absolute(prefix + GITIGNORE)) if GITIGNORE in names else None
        if found is not None:
            state = _State(((len(prefix), found), *state.rules), ignored=False)
        if teignore.NAME in names and not state.ignores(prefix + teignore.NAME, folder=False):
            self._overrides.add(folder, self._boundary.absolute(prefix + teignore.NAME))
        return state
