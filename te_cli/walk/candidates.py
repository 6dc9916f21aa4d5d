"""Which paths below a root are worth a look? git's names where git answers, the same rules by pathspec elsewhere."""

# A tree has a hundred thousand paths: they stay strings.
# ruff: noqa: PTH111, PTH118

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from te_cli.model import Skipped, SkipReason
from te_cli.walk import folders, teignore
from te_cli.walk.boundary import Boundary, ancestors
from te_cli.walk.worktree import Git, Named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

MAX_NARROW = 200
"""More paths than this are found faster by asking git for everything, and would not fit a command line at some size."""


@dataclass(slots=True)
class Candidates:
    """Paths to look at, those among them that a ``!`` line of .teignore asked for, and what is skipped unseen."""

    paths: list[str] = field(default_factory=list)
    forced: set[str] = field(default_factory=set)
    skipped: list[Skipped] = field(default_factory=list)


def find(
    boundary: Boundary, only: frozenset[str] | None = None, meanwhile: Callable[[], None] | None = None
) -> Candidates:
    """Every candidate below the root, or at least those among ``only``; ``meanwhile`` is done while git looks."""
    collector = _Collector(boundary)
    if collector.git.ignores(boundary.root):
        if meanwhile is not None:
            meanwhile()
    elif collector.ask_git(only, meanwhile):
        return collector.found
    collector.walk("", only)
    return collector.found


class _Collector:
    """Gathers the candidates of one listing."""

    def __init__(self, boundary: Boundary) -> None:
        self.boundary = boundary
        self.git = Git(boundary.root)
        self.overrides = teignore.Overrides()
        self.found = Candidates()
        self.overrides.add("", boundary.absolute(teignore.NAME))

    def ask_git(self, only: frozenset[str] | None, meanwhile: Callable[[], None] | None = None) -> bool:
        """Gather what git names, in this work tree and in its submodules. False where git has no answer."""
        wanted = self._narrowed(only)
        named = self.git.named(self.boundary.root, wanted, meanwhile)
        if named is None:
            return False
        pending = [("", named)]
        while pending:
            prefix, named = pending.pop()
            for inner in self._gather(prefix, named, wanted):
                answer = self.git.named(self.boundary.absolute(inner))
                if answer is None:
                    self.walk(inner, None)
                else:
                    pending.append((inner + "/", answer))
            wanted = ()
        return True

    def walk(self, start: str, only: frozenset[str] | None) -> None:
        """Gather what the same rules leave, without git, below ``start``."""
        exclude_files = self._exclude_files()
        walker = folders.Walker(self.boundary, self.overrides, start, exclude_files)
        for path, forced in walker.all_files() if only is None else walker.files_among(only):
            self._add(path, forced=forced)
        self.found.skipped += [Skipped(path, SkipReason.UNREADABLE) for path in walker.unreadable]

    def _gather(self, prefix: str, named: Named, wanted: Sequence[str]) -> list[str]:
        """Take the names of one repository; the answer is the repositories inside it to ask in turn."""
        files = [prefix + name for name in named.files] if prefix else named.files
        self._read_overrides(files)
        if not self.overrides:
            self.found.paths += files
        for path in files if self.overrides else ():
            said = self.overrides.verdict(path)
            if said is not True:
                self._add(path, forced=said is False)
        self.found.skipped += [Skipped(prefix + path, SkipReason.UNREADABLE) for path in named.unreadable]
        inner = self._submodules(prefix, named) + self._repositories(prefix, named.repositories, report=True)
        if self.overrides.forces:
            ignored = self.git.ignored(self.boundary.absolute(prefix), wanted)
            for path in (prefix + name for name in ignored.files):
                if self.overrides.verdict(path) is False:
                    self._add(path, forced=True)
            inner += self._repositories(prefix, ignored.repositories, report=False)
        return inner

    def _submodules(self, prefix: str, named: Named) -> list[str]:
        paths = (prefix + name for name in named.submodules)
        return [path for path in paths if self.overrides.verdict(path + "/") is not True and self._checked_out(path)]

    def _repositories(self, prefix: str, names: Iterable[str], *, report: bool) -> list[str]:
        """Untracked repositories inside this one: git names only their folder, so they are opened only when forced."""
        forced = []
        for path in (prefix + name for name in names):
            said = self.overrides.verdict(path + "/")
            if said is False and self._checked_out(path):
                forced.append(path)
            elif said is None and report and self.boundary.folder(path) is None:
                self.found.skipped.append(Skipped(path, SkipReason.REPOSITORY))
        return forced

    def _checked_out(self, path: str) -> bool:
        verdict = self.boundary.folder(path)
        if isinstance(verdict, SkipReason):
            self.found.skipped.append(Skipped(path, verdict))
        return verdict is None and os.path.lexists(self.boundary.absolute(path + "/.git"))

    def _read_overrides(self, files: Iterable[str]) -> None:
        for path in [path for path in files if path.endswith(teignore.NAME)]:
            folder, _, name = path.rpartition("/")
            if name == teignore.NAME and self.boundary.file(path) is None:
                self.overrides.add(folder, self.boundary.absolute(path))

    def _add(self, path: str, *, forced: bool) -> None:
        self.found.paths.append(path)
        if forced:
            self.found.forced.add(path)

    def _narrowed(self, only: frozenset[str] | None) -> list[str] | tuple[()]:
        """What to ask git about: ``only`` and the .teignore files that hold for it, or everything."""
        if only is None or len(only) > MAX_NARROW:
            return ()
        above = {folder for path in only for folder in ancestors(path.rpartition("/")[0])}
        if any(folder and os.path.lexists(self.boundary.absolute(folder + "/.git")) for folder in above):
            return ()  # some lie in another repository inside this one
        return sorted(only | {f"{folder}/{teignore.NAME}" if folder else teignore.NAME for folder in above})

    def _exclude_files(self) -> list[str]:
        """Ignore files that hold for a whole root without lying in its folders, the strongest first."""
        configured = self.git.global_excludes(self.boundary.root)
        base = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
        return [
            self.boundary.absolute(".git/info/exclude"),
            configured if configured is not None else os.path.join(base, "git", "ignore"),
        ]
