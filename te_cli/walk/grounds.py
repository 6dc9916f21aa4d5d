"""Which folders can hold something to index? Those are worth watching; a folder that git ignores is not.

A build writes ten thousand files where git ignores them: a watcher that is not told of them has nothing to do.
"""

# A tree has a hundred thousand paths: they stay strings.
# ruff: noqa: PTH112

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from te_cli.walk import teignore
from te_cli.walk.boundary import Boundary, ancestors
from te_cli.walk.folders import Walker

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from te_cli.walk.worktree import Git


class Grounds:
    """The folders of one root, looked at once: rules that change call for another."""

    def __init__(self, root: str, index_dir: str, git: Git) -> None:
        self._boundary = Boundary(root, index_dir)
        self._git = git
        self._overrides = teignore.Overrides()
        self.tracked = git.tracked(root)
        """What git tracks below the root, as it names it; None where git is not asked."""
        if git.ignores(root):
            self.tracked = None

    def folders(self, starts: Iterable[str] = ("",)) -> Iterator[str]:
        """``starts`` and every folder below them, relative to the root; none that is ignored or no folder."""
        if self.tracked is None:
            yield from Walker(self._boundary, self._overrides, "", ()).all_folders(starts)
            return
        pending: dict[str, list[str]] = {}
        for start in starts:
            pending.setdefault(self._home(start), []).append(start)
        while pending:
            home, level = pending.popitem()
            tracked = self._holding_tracked(home)
            while level:
                inner: list[str] = []
                for folder in self._entered(home, level, tracked):
                    if folder != home and os.path.lexists(self._boundary.absolute(folder + "/.git")):
                        pending[folder] = [folder]
                    elif os.path.isdir(self._boundary.absolute(folder)):
                        yield folder  # by whom it is watched from here on, so that nothing falls between
                        inner += self._inside(folder)
                level = inner

    def _home(self, folder: str) -> str:
        """The innermost repository around ``folder``; on the way down, rules that hold in it are noted."""
        home = ""
        for part in ancestors(folder)[:-1]:
            found = self._boundary.absolute(f"{part}/" if part else "")
            self._overrides.add(part, found + teignore.NAME)
            if part and os.path.lexists(found + ".git"):
                home = part
        return home

    def _holding_tracked(self, home: str) -> set[str]:
        """The folders, relative to ``home``, in which something is tracked: they are never ignored whole."""
        names = self._git.tracked(self._boundary.absolute(home)) if home else self.tracked
        holding: set[str] = set()
        for name in os.fsdecode(names or b"").split("\0"):
            folder = name.rpartition("/")[0]
            while folder and folder not in holding:
                holding.add(folder)
                folder = folder.rpartition("/")[0]
        return holding

    def _entered(self, home: str, folders: Iterable[str], tracked: set[str]) -> list[str]:
        """Those of ``folders``, all in the repository ``home``, that are not ignored."""
        skip = len(home) + 1 if home else 0
        allowed = [folder for folder in folders if not folder or self._boundary.folder(folder) is None]
        doubtful = [folder for folder in allowed if folder != home and folder[skip:] not in tracked]
        ignored: set[str] = set()
        if doubtful:
            asked = (folder[skip:] for folder in doubtful)
            ignored = self._git.ignored_among(self._boundary.absolute(home), asked)
        return [
            folder
            for folder in allowed
            if folder == home
            or folder[skip:] in tracked
            or folder[skip:] not in ignored
            or self._overrides.may_force(folder)
        ]

    def _inside(self, folder: str) -> list[str]:
        """The folders in ``folder``, rules that it brings along noted; none where it cannot be listed."""
        prefix = f"{folder}/" if folder else ""
        inner = []
        try:
            with os.scandir(self._boundary.absolute(folder)) as entries:
                for entry in entries:
                    if entry.name == teignore.NAME:
                        self._overrides.add(folder, entry.path)
                    elif entry.is_dir(follow_symlinks=False):
                        inner.append(prefix + entry.name)
        except OSError:
            return []
        return inner
