"""Which repositories the model is trained on, and where they lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from pathlib import Path

Share = Literal["train", "held"]
"""What a repository is for: to learn from, or to measure on what was not learned from."""


@dataclass(frozen=True, slots=True)
class Repository:
    """One line of the list: ``owner/name``, a full commit, an SPDX licence identifier, what it is for."""

    name: str
    commit: str
    licence: str
    share: Share


def read_corpus(path: Path) -> list[Repository]:
    """The list in a file of lines ``name<TAB>commit<TAB>licence<TAB>share``. ValueError for a line of other fields."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        fields = line.split("\t")
        if len(fields) != len(Repository.__slots__) or fields[3] not in get_args(Share):
            raise ValueError(f"{path}: not a line of four fields, the last train or held: {line!r}")
        name, commit, licence, share = fields
        found.append(Repository(name, commit, licence, "held" if share == "held" else "train"))
    return found


def read_names(path: Path) -> list[str]:
    """The repositories that a file names, one ``owner/name`` a line."""
    return path.read_text("utf-8").split()


def find_git_dir(mirrors: Path, name: str) -> Path | None:
    """Where git keeps the repository ``owner/name`` below ``mirrors``: a bare clone or one with a work tree."""
    flat = mirrors / name.replace("/", "+")
    for place in (flat / "repo" / ".git", flat / "repo", flat / ".git", flat):
        if (place / "HEAD").is_file() and (place / "objects").is_dir():
            return place
    return None


def git_dir(mirrors: Path, name: str) -> Path:
    """The same, FileNotFoundError where it is not there."""
    place = find_git_dir(mirrors, name)
    if place is None:
        raise FileNotFoundError(f"no repository {name} below {mirrors}")
    return place
