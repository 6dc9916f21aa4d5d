"""The files of a repository at a commit, or of a folder, as te would read them."""

from __future__ import annotations

import subprocess
from contextlib import closing
from typing import TYPE_CHECKING

import objects

from te_cli.config import DEFAULT_MAX_FILE_BYTES
from te_cli.model import Skipped
from te_cli.parse import parse
from te_cli.walk.content import HEAD_BYTES, FileText, decode, read
from te_cli.walk.files import scan
from te_cli.walk.languages import classify
from te_cli.walk.machine_made import machine_made, machine_made_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from te_cli.model import Unit

NOT_DEFINITIONS = frozenset({"module", "section", "block"})
"""Kinds of units that stand for a file or for text."""


def is_git_dir(path: Path) -> bool:
    """Whether ``path`` is where git keeps a repository, rather than a work tree."""
    return (path / "HEAD").is_file() and (path / "objects").is_dir()


def read_names(path: Path) -> list[str]:
    """The repositories that a file names, one ``owner/name`` a line."""
    return path.read_text("utf-8").split()


def find_git_dir(mirrors: Path, name: str) -> Path | None:
    """Where git keeps the repository ``owner/name`` below ``mirrors``: a bare clone or one with a work tree."""
    flat = mirrors / name.replace("/", "+")
    places = (flat / "repo" / ".git", flat / "repo", flat / ".git", flat)
    return next(filter(is_git_dir, places), None)


def git_dir(mirrors: Path, name: str) -> Path:
    """The same, FileNotFoundError where it is not there."""
    place = find_git_dir(mirrors, name)
    if place is None:
        raise FileNotFoundError(f"no repository {name} below {mirrors}")
    return place


def git(place: Path, *command: str) -> bytes:
    """What git prints."""
    return subprocess.run(objects.git(place, *command), check=True, capture_output=True, env=objects.ENVIRONMENT).stdout


def listing(place: Path, commit: str = "HEAD") -> list[tuple[str, str]]:
    """Path and object id of each ordinary file at ``commit``."""
    rows = git(place, "ls-tree", "-r", "-z", commit).decode("utf-8", "replace").split("\0")
    found = []
    for row in filter(None, rows):
        facts, _, path = row.partition("\t")
        mode, _, name = facts.split(" ")
        if mode.startswith("100"):  # neither links nor submodules
            found.append((path, name))
    return found


def blobs(place: Path, files: Sequence[tuple[str, str]]) -> Iterator[tuple[str, bytes]]:
    """Path and content of each of ``files``, as ``listing`` gives them; those that are missing or huge are left out."""
    with closing(objects.Objects(place)) as process:
        for path, name in files:
            data = process.read(name)
            if data is not None and len(data) <= DEFAULT_MAX_FILE_BYTES:
                yield path, data


def readable(path: str, data: bytes) -> FileText | None:
    """A file's text, in its language; None where te would not index it or does not know what it is."""
    if machine_made_name(path) or (kind := classify(path, data[:HEAD_BYTES])) is None:
        return None
    text = decode(data)
    if text is None or machine_made(text, *kind):
        return None
    return FileText(path, *kind, b"", text)


def texts_of_repository(place: Path, commit: str = "HEAD") -> Iterator[FileText]:
    """Every file at ``commit`` that te would index."""
    known = [(path, name) for path, name in listing(place, commit) if classify(path) or "." not in path]
    for path, data in blobs(place, known):
        if (text := readable(path, data)) is not None:
            yield text


def texts_of_folder(folder: Path) -> Iterator[FileText]:
    """Every file below ``folder`` that te would index."""
    for file in scan(folder, folder / ".te", DEFAULT_MAX_FILE_BYTES).files:
        text = read(folder, file)
        if not isinstance(text, Skipped):
            yield text


def texts_of(tree: Path) -> Iterator[FileText]:
    """The files of a git directory at its newest commit, or of a folder."""
    return texts_of_repository(tree) if is_git_dir(tree) else texts_of_folder(tree)


def definitions(file: FileText) -> list[Unit]:
    """The units of a code file that define something; none where the parser fails, for one file is no matter."""
    if file.content != "code":
        return []
    try:
        units = parse(file.path, file.language, file.text).units
    except Exception:  # noqa: BLE001 - whatever a file does to the parser, the others go on
        return []
    return [unit for unit in units if unit.symbol.kind not in NOT_DEFINITIONS]
