"""What does git name below this folder? It is asked, and safely.

git is asked, never imitated, where there is a work tree: ``git ls-files``, with everything off that a repository's
configuration could make it run or fetch. A program from inside the root is never taken for git.
"""

# A tree has a hundred thousand paths: they stay strings.
# ruff: noqa: PTH117, PTH118

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    Answer = subprocess.CompletedProcess[bytes] | None

GIT_SECONDS = 120
"""git that has not answered by then hangs on something (an ignore file that is a pipe, a dead mount): walk instead."""

GIVEN_UP_SECONDS = 900.0
"""... and for so long nothing more is asked about that root: a run has several questions, and would wait for each."""

_given_up: dict[str, float] = {}
"""The roots about which git did not answer, and until when it is not asked again."""

_SAFE_OPTIONS = (
    "--no-pager",
    "-c",
    "core.fsmonitor=false",
    "-c",
    f"core.hooksPath={os.devnull}",
    "-c",
    "safe.bareRepository=explicit",
)

_KEPT_VARIABLES = re.compile(
    r"GIT_(CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM|EXEC_PATH)"
)
"""What the user says to git about configuration and discovery. The rest (GIT_DIR, GIT_INDEX_FILE ... as a hook or an
alias sets them) speaks of another repository than the one asked about."""

_ADDED_VARIABLES = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    # A partial clone fetches an ignore file that it lacks, by a transport of its own choice: that may be a command.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",
    "LC_ALL": "C",
}

_UNREADABLE_FOLDER = re.compile(
    rb"^warning: could not open directory '(?:(.+)/': (?!No such file).*|((?:(?!': ).)+))$", re.MULTILINE
)
"""git cuts a warning short at 4096 bytes, and a path that long is a reason for one."""


@dataclass(slots=True)
class Named:
    """What git named below one folder, relative to it. Each name once, in git's order.

    ``submodules`` are the paths of gitlinks; ``repositories`` those of untracked repositories of their own.
    """

    files: list[str] = field(default_factory=list)
    submodules: list[str] = field(default_factory=list)
    repositories: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


class Repository(NamedTuple):
    """Absolute paths: the top of the work tree, and the files of its repository that decide what git names in it."""

    top: str
    index_file: str
    exclude: str
    config: str


class Git:
    """The user's git, asked about folders below ``root``."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._program = _find_git(root)
        self._environment = _environment()

    def named(self, folder: str, only: Sequence[str] = (), meanwhile: Callable[[], None] | None = None) -> Named | None:
        """Tracked and untracked files below ``folder`` that git does not ignore; None where git cannot say.

        ``only``: paths, relative to ``folder``, to ask about instead of everything. ``meanwhile`` is done while git
        looks, which on a large tree is as long as all else takes.
        """
        arguments = (folder, "-s", "-c", "-o", "--", *only)
        answer = self._list(*arguments) if meanwhile is None else _beside(meanwhile, partial(self._list, *arguments))
        if answer is None:
            return None
        named = _parse(os.fsdecode(answer.stdout))
        named.unreadable = [os.fsdecode(whole or cut) for whole, cut in _UNREADABLE_FOLDER.findall(answer.stderr)]
        return named

    def ignored(self, folder: str, only: Sequence[str] = ()) -> Named:
        """Files below ``folder`` that git does ignore."""
        answer = self._list(folder, "-o", "-i", "--", *only)
        return Named() if answer is None else _parse(os.fsdecode(answer.stdout))

    def ignored_among(self, folder: str, paths: Iterable[str]) -> set[str]:
        """Those of ``paths``, relative to ``folder``, that ignore files name, tracked or not."""
        asked = "\0".join(f"./{path}" for path in paths)  # so that no name is taken for more than a name
        answer = self._ask(folder, "check-ignore", "--no-index", "-z", "--stdin", asked=os.fsencode(asked))
        found = "" if answer is None else os.fsdecode(answer.stdout)
        return {path.removeprefix("./") for path in found.split("\0")}

    def tracked(self, folder: str) -> bytes | None:
        """The names that git tracks below ``folder``, as it prints them: for comparison; None outside git."""
        answer = self._ask(folder, "ls-files", "-z", "-c")
        return None if answer is None else answer.stdout

    def repository(self, folder: str) -> Repository | None:
        """Where the repository around ``folder`` keeps what decides about its files; None where there is none."""
        files = [word for name in ("index", "info/exclude", "config") for word in ("--git-path", name)]
        answer = self._ask(folder, "rev-parse", "--show-toplevel", *files)
        found = [] if answer is None else os.fsdecode(answer.stdout).split("\n")[:-1]
        if len(found) != 1 + len(files) // 2:  # none, or a name with a line feed in it
            return None
        return Repository(*(os.path.join(folder, path) for path in found))

    def ignores(self, folder: str) -> bool:
        """Whether ``folder`` is one that its work tree ignores, and tracks nothing in: git would list nothing there."""
        if os.path.lexists(os.path.join(folder, ".git")):
            return False
        return self._ask(folder, "check-ignore", "-q", ".") is not None

    def global_excludes(self, folder: str) -> str | None:
        """The file that the user's ``core.excludesFile`` names, if it is set."""
        answer = self._ask(folder, "config", "--global", "--includes", "--type=path", "--get", "core.excludesFile")
        return os.fsdecode(answer.stdout).rstrip("\n") if answer is not None else None

    def work_trees(self, folder: str) -> list[str]:
        """The work trees of the repository of ``folder``, the main one first; each says itself that it is one of it."""
        listed = self._ask(folder, "worktree", "list", "--porcelain", "-z")
        ours = self._store(folder)
        lines = os.fsdecode(listed.stdout).split("\0") if listed is not None else []
        tops = [line.removeprefix("worktree ") for line in lines if line.startswith("worktree ")]
        return [top for top in tops if ours is not None and self._store(top) == ours]

    def _store(self, folder: str) -> str | None:
        """The store that the work tree around ``folder`` shares with its siblings."""
        answer = self._ask(folder, "rev-parse", "--path-format=absolute", "--git-common-dir")
        return None if answer is None else os.path.realpath(os.fsdecode(answer.stdout).rstrip("\n"))

    def _list(self, folder: str, *arguments: str) -> subprocess.CompletedProcess[bytes] | None:
        return self._ask(folder, "--literal-pathspecs", "ls-files", "-z", "-t", "--exclude-standard", *arguments)

    def _ask(self, folder: str, *arguments: str, asked: bytes = b"") -> subprocess.CompletedProcess[bytes] | None:
        if self._program is None or time.monotonic() < _given_up.get(self._root, 0.0):
            return None
        try:
            answer = subprocess.run(
                [self._program, "-C", folder, *_SAFE_OPTIONS, *arguments],
                input=asked,
                capture_output=True,
                env=self._environment,
                timeout=GIT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            _given_up[self._root] = time.monotonic() + GIVEN_UP_SECONDS
            return None
        except (OSError, ValueError, subprocess.SubprocessError):
            return None
        return answer if answer.returncode == 0 else None


def is_store(folder: Path) -> bool:
    """Whether ``folder`` is a repository without a work tree, or the store inside one: files of git's own."""
    return (folder / "HEAD").is_file() and all((folder / name).is_dir() for name in ("objects", "refs"))


def _beside(meanwhile: Callable[[], None], ask: Callable[[], Answer]) -> Answer:
    """What ``ask`` gives in a thread of its own, while this one does something else."""
    answers: list[Answer] = []
    asking = threading.Thread(target=lambda: answers.append(ask()))
    asking.start()
    try:
        meanwhile()
    finally:
        asking.join()
    return answers[0] if answers else None


def _parse(text: str) -> Named:
    """Sort the entries of ``ls-files -z -t [-s]``: ``? name``, or tag, mode, object and stage, a tab, and the name."""
    files: dict[str, None] = {}
    submodules: dict[str, None] = {}
    repositories: dict[str, None] = {}
    for entry in text.split("\0"):
        if entry.startswith("? "):
            name = entry[2:]
            if name.endswith("/"):
                repositories[name[:-1]] = None
            else:
                files[name] = None
        elif entry:
            about, _, name = entry.partition("\t")
            (submodules if about.startswith("160000", 2) else files)[name] = None
    return Named(list(files), list(submodules), list(repositories))


def _find_git(root: str) -> str | None:
    """The git in the first absolute entry of PATH outside ``root``: what a repository brings along is never run."""
    entries = [entry for entry in os.environ.get("PATH", os.defpath).split(os.pathsep) if os.path.isabs(entry)]
    outside = [entry for entry in entries if not _within(entry, root)]
    found = shutil.which("git", path=os.pathsep.join(outside))
    return found if found and os.path.isabs(found) and not _within(found, root) else None


def _within(path: str, root: str) -> bool:
    real, real_root = os.path.realpath(path), os.path.realpath(root)
    return real == real_root or real.startswith(os.path.join(real_root, ""))


def _environment() -> dict[str, str]:
    kept: Iterable[tuple[str, str]] = (
        (name, value)
        for name, value in os.environ.items()
        if not name.upper().startswith("GIT_") or _KEPT_VARIABLES.fullmatch(name)
    )
    return {**dict(kept), **_ADDED_VARIABLES}
