"""Which files decide what is indexed? Some lie in the tree, others around it or in git's own store."""

# A tree has a hundred thousand paths: they stay strings.
# ruff: noqa: PTH111, PTH117, PTH118

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from te_cli.walk.boundary import ancestors

if TYPE_CHECKING:
    from te_cli.walk.worktree import Git

DECISIVE_NAMES = frozenset({".gitignore", ".teignore", ".gitmodules", "te.toml", "pyproject.toml"})
"""Files of the tree that decide about others: which are indexed, and how. Anything called ``.git`` does so too."""


@dataclass(frozen=True, slots=True)
class Deciders:
    """Absolute paths outside of what is indexed.

    ``rules`` hold for the whole root, whatever changes in them. Of ``lists``, git's indexes, only the names matter:
    git writes them whenever it looks. While the file ``lock`` is there, git is in the middle of something.
    """

    rules: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    lock: str = ""


def deciders(root: str, git: Git, repositories: list[str]) -> Deciders:
    """Those of ``root``, and of the ``repositories`` (relative) inside it."""
    around = git.repository(root)
    if around is None:
        return Deciders(frozenset(_of_user(git, root)))
    rules = {*_of_user(git, root), around.exclude, around.config}
    top = os.path.realpath(around.top)
    if root.startswith(os.path.join(top, "")):
        inside = root[len(top) + 1 :].replace(os.sep, "/")
        rules |= {os.path.join(top, folder, ".gitignore") for folder in ancestors(inside)[:-1]}
    lists = {around.index_file}
    for repository in repositories:
        if found := git.repository(os.path.join(root, repository)):
            rules.add(found.exclude)
            lists.add(found.index_file)
    return Deciders(frozenset(rules), frozenset(lists), around.index_file + ".lock")


def _of_user(git: Git, root: str) -> set[str]:
    """What this user's git reads for every repository, whether or not it is there."""
    home = os.path.expanduser("~")
    base = os.path.join(os.environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config"), "git")
    configured = os.environ.get("GIT_CONFIG_GLOBAL")
    settings = {configured} if configured else {os.path.join(home, ".gitconfig"), os.path.join(base, "config")}
    excludes = git.global_excludes(root) or os.path.join(base, "ignore")
    return {path for path in (*settings, excludes) if os.path.isabs(path) and path != os.devnull}
