"""What happened below this root? Every folder that can hold something to index is watched, through inotify."""

# A tree has a hundred thousand paths: they stay strings.
# ruff: noqa: PTH112, PTH114, PTH118, PTH119

from __future__ import annotations

import errno
import os
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from te_cli.walk import inotify
from te_cli.walk.boundary import OWN_FOLDERS
from te_cli.walk.deciders import DECISIVE_NAMES, Deciders, deciders
from te_cli.walk.grounds import Grounds
from te_cli.walk.worktree import Git

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(slots=True)
class Touched:
    """What one look at the notices brought: paths relative to the root, each standing for all below it too.

    ``everything``: the rules changed, or notices were lost. ``listed``: git wrote its list of names.
    """

    paths: set[str] = field(default_factory=set)
    everything: bool = False
    listed: bool = False

    def __bool__(self) -> bool:
        return bool(self.paths) or self.everything or self.listed


class WatchedTree:
    """The watches of one root. All methods may be called from any thread."""

    def __init__(self, root: str, index_dir: str) -> None:
        """Open it; :meth:`survey` sets the watches.

        Raises:
            OSError: the system refuses.
        """
        self._root = root
        self._index_dir = index_dir
        self._git = Git(root)
        self._lock = threading.Lock()
        self._notices = inotify.Inotify()
        self._folders: dict[int, str] = {}  # by watch
        self._watches: dict[str, int] = {}  # by folder
        self._outside: dict[int, dict[str, bool]] = {}  # by watch: names, and whether they are git's lists
        self._repositories: list[str] = []
        self._tracked: bytes | None = None
        self._deciders = Deciders()

    def fileno(self) -> int:
        """What to wait on: readable when there is something to :meth:`look` at."""
        return self._notices.fileno()

    def close(self) -> None:
        """Let go of all watches."""
        with self._lock:
            self._notices.close()

    # Setting watches

    def survey(self) -> None:
        """Watch what there is to watch now, and no more what is not. What happens from here on is noticed.

        Raises:
            OSError: the watches ran out.
        """
        while True:
            grounds = Grounds(self._root, self._index_dir, self._git)
            repositories: list[str] = []
            current: dict[str, int] = {}
            for folder in grounds.folders():
                self._watch(folder, current)
                if folder and os.path.lexists(self._absolute(folder) + "/.git"):
                    repositories.append(folder)
            self._repositories = repositories
            self._watch_outside(deciders(self._root, self._git, repositories))
            with self._lock:
                for watch in self._folders.keys() - set(current.values()):
                    del self._folders[watch]
                    if watch not in self._outside:
                        self._notices.drop(watch)
                self._watches = current
            # Rules that changed while the watches were set went unnoticed, if they lie in folders watched only since.
            tracked = self._git.tracked(self._root)
            if tracked == grounds.tracked or grounds.tracked is None:
                self._tracked = tracked
                return

    def adopt(self, paths: Iterable[str]) -> None:
        """Watch those of ``paths`` that are folders by now, with all below them.

        Raises:
            OSError: the watches ran out.
        """
        new = [path for path in paths if path not in self._watches and self._is_folder(path)]
        if not new:
            return
        for folder in Grounds(self._root, self._index_dir, self._git).folders(new):
            self._watch(folder, self._watches)
            if os.path.lexists(self._absolute(folder) + "/.git"):
                self._repositories.append(folder)

    def _watch(self, folder: str, into: dict[str, int]) -> None:
        with self._lock:
            try:
                watch = self._notices.add(self._absolute(folder))
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.ENOMEM):
                    raise
                return  # gone, or not to be read: what that changes is noticed by the folder that holds it
            before = self._folders.get(watch)
            if before is not None and before != folder and self._watches.get(before) == watch:
                del self._watches[before]
            self._folders[watch] = folder
            into[folder] = watch
            self._watches[folder] = watch

    def _watch_outside(self, found: Deciders) -> None:
        wanted: dict[str, dict[str, bool]] = {}
        for path in found.rules | found.lists:
            folder, name = os.path.split(os.path.realpath(os.path.split(path)[0]) + os.sep + os.path.basename(path))
            wanted.setdefault(folder, {})[name] = path in found.lists
        with self._lock:
            outside: dict[int, dict[str, bool]] = {}
            for folder, names in wanted.items():
                try:
                    outside[self._notices.add(folder)] = names
                except OSError as error:
                    if error.errno in (errno.ENOSPC, errno.ENOMEM):
                        raise
            for watch in self._outside.keys() - outside.keys() - self._folders.keys():
                self._notices.drop(watch)
            self._outside = outside
            self._deciders = found

    # What happened

    def look(self) -> Touched:
        """What happened since the last look, to the moment of the call."""
        touched = Touched()
        with self._lock:
            while events := self._notices.read():
                for event in events:
                    self._take(event, touched)
        return touched

    def relisted(self) -> bool:
        """Whether git tracks other names than when this was last asked, in any repository below the root."""
        before, self._tracked = self._tracked, self._git.tracked(self._root)
        return before != self._tracked or bool(self._repositories)

    def git_at_work(self) -> str:
        """The file that is there while git changes the tree; empty where there is no git."""
        return self._deciders.lock

    def _take(self, event: inotify.Event, touched: Touched) -> None:
        if event.mask & inotify.OVERFLOW:
            touched.everything = True
            return
        outside = self._outside.get(event.watch)
        if outside is not None and event.name in outside:
            touched.listed |= outside[event.name]
            touched.everything |= not outside[event.name]
        folder = self._folders.get(event.watch)
        if folder is None:
            return
        if event.mask & (inotify.IGNORED | inotify.UNMOUNT):
            self._forget(event.watch, folder)
            return
        if not event.name:  # of other folders the one that holds them tells
            touched.everything |= folder == "" and bool(event.mask & inotify.ATTRIB)
            return
        self._take_entry(event, f"{folder}/{event.name}" if folder else event.name, touched)

    def _take_entry(self, event: inotify.Event, path: str, touched: Touched) -> None:
        comes_or_goes = bool(event.mask & (inotify.COMES | inotify.GOES))
        if event.name in OWN_FOLDERS or self._absolute(path) == self._index_dir:
            lost = self._absolute(path) == self._index_dir and bool(event.mask & inotify.GOES)
            touched.everything |= lost or (event.name == ".git" and comes_or_goes)
        elif event.name in DECISIVE_NAMES:
            touched.everything = True
        else:
            touched.paths.add(path)
            if event.mask & inotify.IS_FOLDER and event.mask & inotify.GOES:
                self._forget_below(path)

    def _forget_below(self, path: str) -> None:
        """A folder went, perhaps to another place in the tree: there its folders are met anew."""
        start = path + "/"
        for folder in [each for each in self._watches if each == path or each.startswith(start)]:
            watch = self._watches.pop(folder)
            self._folders.pop(watch, None)
            self._notices.drop(watch)

    def _forget(self, watch: int, folder: str) -> None:
        del self._folders[watch]
        if self._watches.get(folder) == watch:
            del self._watches[folder]

    def _absolute(self, folder: str) -> str:
        return os.path.join(self._root, folder) if folder else self._root

    def _is_folder(self, path: str) -> bool:
        found = self._absolute(path)
        return os.path.isdir(found) and not os.path.islink(found)
