"""Promise 1, language by language: what was parsed is what the index says, also when a file is again what it was."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from comparing import place_of

from te_cli.config import Options, settings_for_indexing
from te_cli.engine.indexing import update
from te_cli.model import values_of
from te_cli.parse import parse
from te_cli.store.reader import Reader
from te_cli.store.sums import QUALIFIED_NAME

if TYPE_CHECKING:
    from conftest import MakeRepository, Run

CASES = Path(__file__).resolve().parent.parent / "fixtures" / "parse"


@pytest.fixture
def every_language(repo: MakeRepository) -> Path:
    """A repository with each of the parser's cases."""
    cases = {path.relative_to(CASES): path.read_bytes() for path in sorted(CASES.glob("*/*/input.*"))}
    return repo({f"{path.parts[0]}/{path.parts[1]}{path.suffix}": data for path, data in cases.items()})


def test_every_language_is_kept_as_it_was_parsed(every_language: Path) -> None:
    """Names that do not end with their last part, as Erlang's with their arity, were put together wrongly."""
    root = every_language
    settings = settings_for_indexing(str(root), Options())
    update(settings)
    fresh = _units(root)
    for path, rows in fresh.items():
        parsed = parse(path, rows[0][0], (root / path).read_text(encoding="utf-8"))
        assert [row[2:] for row in rows] == [values_of(unit.symbol) for unit in parsed.units], path
    texts = {path: (root / path).read_bytes() for path in fresh}
    for path, data in texts.items():
        (root / path).write_bytes(data + b"\n" + data)
    update(settings)
    for path, data in texts.items():
        (root / path).write_bytes(data)
    update(settings)  # nothing of this is parsed again
    assert _units(root) == fresh


def _units(root: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Of each file the language, and of its units the digest of all that they are made from, and their symbols."""
    columns = f"kind, name, {QUALIFIED_NAME}, module, signature, doc, start_line, end_line, parent"
    source = "units u JOIN files f ON f.id = file_id"
    sql = f"SELECT path, language, u.digest, {columns} FROM {source} ORDER BY path, position"  # noqa: S608
    found: dict[str, list[tuple[Any, ...]]] = {}
    with Reader(place_of(root)) as reader:
        for path, *row in reader.catalog.rows(sql):
            found.setdefault(path, []).append(tuple(row))
    return found


def test_an_arity_is_part_of_a_name(repo: MakeRepository, te: Run) -> None:
    """`te outline` showed `start/1start`, and nobody could ask for the function by its name."""
    repo({"a.erl": "-module(a).\n\nstart(X) ->\n    start(X, 1).\n\nstart(X, Y) ->\n    X + Y.\n"})
    te("index")
    assert [line.rpartition(" ")[2] for line in te("outline", "a.erl").lines] == ["start/1", "start/2"]
    assert te("search", "start/2").lines[0] == "a.erl:6: function start/2"
