"""Which room may import which, and each third-party library's one home."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "te_cli"
FILES = sorted(PACKAGE.rglob("*.py"))
NAMES = [file.relative_to(PACKAGE).as_posix() for file in FILES]

GROUND = {
    "model",
    "document",
    "state",
    "evaluation",
    "errors",
    "digest",
    "planted",
    "words",
    "timings",
    "machine",
    "given",
    "threads",
}
"""The bottom floor: any room may stand on it."""

ARROWS = {
    "model": set(),
    "state": {"model"},
    "document": {"words"},
    "evaluation": {"model"},
    "errors": set(),
    "digest": set(),
    "given": {"errors"},
    "threads": set(),
    "planted": set(),
    "words": set(),
    "timings": set(),
    "machine": {"errors"},
    "config": GROUND | {"project", "repository"},
    "project": {"errors", "planted"},
    "repository": {"planted"},
    "walk": GROUND,
    "parse": GROUND,
    "embed": GROUND,
    "store": GROUND,
    "rank": GROUND,
    "graph": GROUND,
    "render": GROUND | {"config"},
    "backend": GROUND | {"embed", "store"},
    "engine": GROUND | {"config", "walk", "parse", "embed", "store", "rank", "graph"},
    "cli": GROUND | {"config", "engine", "render", ""},
    "__main__": {"cli"},
    "library": GROUND | {"config", "embed", "engine"},
    "": GROUND | {"library"},
}
"""Room -> the rooms it may import, besides itself. The empty name is the public face."""

HOMES = {
    "typer": {"cli"},
    "rich": {"render"},
    "tree_sitter": {"parse"},
    "tree_sitter_language_pack": {"parse"},
    "blake3": {"digest"},
    "tantivy": {"store"},
    "usearch": {"store"},
    "sqlite3": {"store", "embed"},
    "diskcache": {"embed"},
    "tokenizers": {"embed"},
    "safetensors": {"embed"},
    "fastembed": {"embed"},
    "onnxruntime": {"embed"},
    "huggingface_hub": {"embed"},
    "loguru": {"embed"},
    "watchdog": {"walk"},
    "pathspec": {"walk"},
    "numpy": {"embed", "store", "rank", "backend"},
}
"""Library -> the rooms that may import it."""

ONE_FILE = {"tantivy", "usearch", "blake3", "diskcache"}
"""Libraries that one module keeps to itself."""

ROOMS = ARROWS.keys() - {""}

LONGEST_FILE, LONGEST_FUNCTION = 400, 60


def room_of(name: str) -> str:
    first = name.split("/", 1)[0].removesuffix(".py")
    return "" if first == "__init__" else first


def imports_of(file: Path) -> set[str]:
    """Every module that a file imports, wherever in it, as dotted names."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative imports hide their arrows"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def rooms_in(modules: set[str]) -> set[str]:
    """The rooms of te that dotted names lead to; a name of the public face leads to the face."""
    parts = [module.split(".") for module in modules if module.split(".")[0] == "te_cli"]
    return {names[1] if len(names) > 1 and names[1] in ROOMS else "" for names in parts}


@pytest.mark.parametrize("name", NAMES)
def test_every_arrow_points_down(name: str) -> None:
    room = room_of(name)
    wrong = rooms_in(imports_of(PACKAGE / name)) - ARROWS[room] - {room}
    assert not wrong, f"{name} may not import {sorted(wrong)}"


@pytest.mark.parametrize("name", NAMES)
def test_every_library_has_one_home(name: str) -> None:
    used = {module.split(".")[0] for module in imports_of(PACKAGE / name)}
    astray = {library for library in used & HOMES.keys() if room_of(name) not in HOMES[library]}
    assert not astray, f"{name} is not the home of {sorted(astray)}"


@pytest.mark.parametrize("library", sorted(ONE_FILE))
def test_some_libraries_are_known_to_one_module_only(library: str) -> None:
    users = [name for name in NAMES if library in {module.split(".")[0] for module in imports_of(PACKAGE / name)}]
    assert len(users) <= 1, f"{library} is imported by {users}"


def test_sqlite_is_known_to_the_catalog_only() -> None:
    """And its errors to the cache of embeddings, whose library raises them."""
    users = [name for name in NAMES if "sqlite3" in imports_of(PACKAGE / name)]
    assert all(name.startswith(("store/catalog", "embed/rows")) for name in users), users


@pytest.mark.parametrize("name", NAMES)
def test_files_and_functions_stay_readable(name: str) -> None:
    text = (PACKAGE / name).read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, f"{name}: {node.name} is too long"


def test_every_room_is_on_the_plan() -> None:
    rooms = {room_of(name) for name in NAMES}
    assert rooms <= ARROWS.keys()
