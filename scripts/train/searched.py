"""The trees that are searched: the units that te would index of them, parsed once and kept.

A file that several commits of a repository share, by path and content, is parsed once; and a document that several
versions of a file share is kept, and is encoded, once.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from trees import blobs, listing

from te_cli.digest import digest
from te_cli.document import Document
from te_cli.engine.places import RECIPE
from te_cli.model import Symbol
from te_cli.parse import parse
from te_cli.walk.boundary import OWN_FOLDERS
from te_cli.walk.content import HEAD_BYTES, decode
from te_cli.walk.languages import UNKNOWN, classify, is_binary_name
from te_cli.walk.machine_made import machine_made, machine_made_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from te_cli.model import Content

_FIELDS = [each.name for each in fields(Document) if each.init]

FORMAT = "2"
"""Raised when what is kept changes."""

MAX_BODY = 12_000
"""Characters kept of a unit's text: a model reads a few hundred words of it, and those take a quarter of this."""

Kept = dict[str, Any]
"""
What is kept: ``documents`` as their fields, ``files`` with the place in that list of each unit's, and ``trees``.
"""


@dataclass(frozen=True, slots=True)
class File:
    """A file that te would index, and its units, the module unit first."""

    path: str
    language: str
    content: Content
    units: list[tuple[Symbol, Document]]


@dataclass(frozen=True, slots=True)
class Searched:
    """Files, each once, and for each tree (by its commit) the positions of its files."""

    files: list[File]
    trees: dict[str, list[int]]


def of_repository(cache: Path, git_dir: Path, commits: Sequence[str], root: str = "") -> Searched:
    """The trees of ``commits`` below ``root``; paths are relative to ``root``."""
    root = root.strip("/")
    return _kept(cache / _key(root, *sorted(commits)), lambda: _read(git_dir, commits, f"{root}/" if root else ""))


def of_folder(cache: Path, folder: Path) -> Searched:
    """The files of a folder that does not change, as the tree ``""``."""
    names = sorted(path.name for path in folder.iterdir() if path.is_file())

    def build() -> Kept:
        builder = _Builder()
        found = [builder.add(name, (folder / name).read_bytes()) for name in names]
        return builder.kept({"": [position for position in found if position is not None]})

    return _kept(cache / _key(*names), build)


def file_of(path: str, data: bytes) -> File | None:
    """A file that te would index; None where te would skip it."""
    text = decode(data)
    if text is None:
        return None
    language, content = classify(path, data[:HEAD_BYTES]) or UNKNOWN
    if machine_made(text, language, content):
        return None
    try:
        units = parse(path, language, text).units
    except Exception:  # noqa: BLE001 - whatever a file does to the parser, the others go on, as in te
        return None
    # The vector of a module with symbols is theirs, so that its own text is kept only where there are none.
    bodies = [text if len(units) == 1 else "", *(unit.text for unit in units[1:])]
    found = []
    for symbol, body in zip((unit.symbol for unit in units), bodies, strict=True):
        named = (symbol.kind, symbol.name, symbol.qualified_name, symbol.signature, symbol.doc)
        found.append((symbol, Document(path, *named, body[:MAX_BODY])))
    return File(path, language, content, found)


class _Builder:
    """Gathers files on their way to what is kept."""

    def __init__(self) -> None:
        self._documents: dict[Document, int] = {}
        self._files: list[list[Any]] = []

    def add(self, path: str, data: bytes) -> int | None:
        """Add a file. The answer is its position; None where te would skip it."""
        file = file_of(path, data)
        if file is None:
            return None
        units = [
            [self._documents.setdefault(document, len(self._documents)), s.module, s.start_line, s.end_line]
            for s, document in file.units
        ]
        self._files.append([path, file.language, file.content, units])
        return len(self._files) - 1

    def kept(self, trees: dict[str, list[int]]) -> Kept:
        """Everything, with the trees that the files form."""
        return {
            "documents": [[getattr(document, name) for name in _FIELDS] for document in self._documents],
            "files": self._files,
            "trees": trees,
        }


def _key(*parts: str) -> str:
    return digest("\0".join((RECIPE, FORMAT, *parts)).encode()).hex()[:24] + ".json.z"


def _kept(path: Path, build: Callable[[], Kept]) -> Searched:
    if path.is_file():
        kept = json.loads(zlib.decompress(path.read_bytes()))
    else:
        kept = build()
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_bytes(zlib.compress(json.dumps(kept, ensure_ascii=False).encode("utf-8", "replace"), 3))
        fresh.replace(path)
    documents = [Document(*fields) for fields in kept["documents"]]
    return Searched([_file(row, documents) for row in kept["files"]], kept["trees"])


def _file(row: list[Any], documents: list[Document]) -> File:
    path, language, content, units = row
    found = []
    for position, module, start, end in units:
        d = documents[position]
        found.append((Symbol(d.kind, d.name, d.qualified_name, module, d.signature, d.doc, start, end), d))
    return File(path, language, content, found)


def _read(git_dir: Path, commits: Sequence[str], prefix: str) -> Kept:
    builder = _Builder()
    positions: dict[tuple[str, str], int | None] = {}
    trees: dict[str, list[int]] = {}
    for commit in commits:
        listed = [entry for entry in listing(git_dir, commit) if entry[0].startswith(prefix) and _offered(entry[0])]
        new = {path: blob for path, blob in listed if (path, blob) not in positions}
        positions |= dict.fromkeys(new.items())
        for path, data in blobs(git_dir, list(new.items())):
            positions[path, new[path]] = builder.add(path.removeprefix(prefix), data)
        found = (positions[entry] for entry in listed)
        trees[commit] = [position for position in found if position is not None]
    return builder.kept(trees)


def _offered(path: str) -> bool:
    """Whether te would read a file of that name."""
    own = OWN_FOLDERS.intersection(path.split("/"))
    return not own and not is_binary_name(path) and not machine_made_name(path)
