"""The trees that are searched: the units that te would index of them, parsed once and kept.

A file that several commits of a repository share, by path and content, is parsed and kept once.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corpus import find_git_dir
from trees import blobs, listing

from te_cli.digest import digest
from te_cli.engine.places import RECIPE
from te_cli.model import Document, Symbol
from te_cli.parse import parse
from te_cli.walk.boundary import OWN_FOLDERS
from te_cli.walk.content import HEAD_BYTES, decode
from te_cli.walk.languages import UNKNOWN, classify, is_binary_name
from te_cli.walk.machine_made import machine_made, machine_made_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

FORMAT = "1"
"""Raised when what is kept changes."""

MAX_BODY = 12_000
"""Characters kept of a unit's text: a model reads a few hundred words of it, and those take a quarter of this."""

Row = list[Any]
"""A file as it is kept: path, language, content, and its units."""

Built = tuple[list[Row], dict[str, list[int]]]
"""Files, and for each tree the positions of its files."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that te would index, and its units, the module unit first."""

    path: str
    language: str
    content: str
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

    def build() -> Built:
        rows = [row for name in names if (row := parsed(name, (folder / name).read_bytes()))]
        return rows, {"": list(range(len(rows)))}

    return _kept(cache / _key(*names), build)


def git_dir_of(checkouts: Path, name: str) -> Path:
    """Where git keeps the repository of that name. FileNotFoundError where it is not there."""
    found = find_git_dir(checkouts, name)
    if found is None:
        raise FileNotFoundError(f"no repository {name} below {checkouts}")
    return found


def parsed(path: str, data: bytes) -> Row | None:
    """A file as it is kept; None where te would skip it."""
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
    found: list[Row] = []
    for unit, body in zip(units, bodies, strict=True):
        s = unit.symbol
        found.append(
            [s.kind, s.name, s.qualified_name, s.module, s.signature, s.doc, s.start_line, s.end_line, body[:MAX_BODY]]
        )
    return [path, language, content, found]


def _key(*parts: str) -> str:
    return digest("\0".join((RECIPE, FORMAT, *parts)).encode()).hex()[:24] + ".json.z"


def _kept(path: Path, build: Callable[[], Built]) -> Searched:
    if path.is_file():
        rows, trees = json.loads(zlib.decompress(path.read_bytes()))
    else:
        rows, trees = build()
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_bytes(zlib.compress(json.dumps((rows, trees), ensure_ascii=False).encode("utf-8", "replace"), 3))
        fresh.replace(path)
    return Searched([_file(row) for row in rows], trees)


def _file(row: Row) -> File:
    path, language, content, units = row
    found = []
    for kind, name, qualified, module, signature, doc, start, end, body in units:
        symbol = Symbol(kind, name, qualified, module, signature, doc, start, end)
        found.append((symbol, Document(path, kind, name, qualified, signature, doc, body)))
    return File(path, language, content, found)


def _read(git_dir: Path, commits: Sequence[str], prefix: str) -> Built:
    rows: list[Row] = []
    positions: dict[tuple[str, str], int] = {}
    trees: dict[str, list[int]] = {}
    met: set[tuple[str, str]] = set()
    for commit in commits:
        listed = [entry for entry in listing(git_dir, commit) if entry[0].startswith(prefix) and _offered(entry[0])]
        new = [entry for entry in listed if entry not in met]
        met.update(new)
        named = dict(new)
        for path, data in blobs(git_dir, new):
            row = parsed(path.removeprefix(prefix), data)
            if row:
                positions[path, named[path]] = len(rows)
                rows.append(row)
        trees[commit] = [positions[entry] for entry in listed if entry in positions]
    return rows, trees


def _offered(path: str) -> bool:
    """Whether te would read a file of that name."""
    own = OWN_FOLDERS.intersection(path.split("/"))
    return not own and not is_binary_name(path) and not machine_made_name(path)
