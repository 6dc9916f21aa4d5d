"""Cases of the parse room: a folder with an input and what is read from it.

``TE_UPDATE_FIXTURES=1 pytest tests/test_parse_fixtures.py`` writes every ``expected.txt`` anew; read the difference
before accepting it. A line is ``start-end kind qualified_name | signature | first line of the documentation`` for a
unit, and ``line:column kind [qualifier] name as alias in qualified_name`` for a reference. A case with a
``known_bug.txt``, which says what goes wrong, lists what is right: it fails, and says so when it no longer does.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from te_cli.model import KINDS
from te_cli.parse import parse
from te_cli.parse.documents import DEFINING
from te_cli.parse.grammars import GRAMMARS

CASES = Path(__file__).parent.parent / "fixtures" / "parse"
UPDATE = bool(os.environ.get("TE_UPDATE_FIXTURES"))
INPUTS = sorted(CASES.glob("*/*/input.*"))


def described(language: str, path: Path) -> str:
    """The units of one case, one a line, then its references."""
    lines: list[str] = []
    parsed = parse(f"src/pkg/{path.name}", language, path.read_bytes().decode("utf-8"))
    for unit in parsed.units:
        symbol = unit.symbol
        first = symbol.doc.partition("\n")[0]
        where = f"{symbol.start_line}-{symbol.end_line}"
        lines.append(f"{where} {symbol.kind} {symbol.qualified_name} | {symbol.signature} | {first}".rstrip())
    for kind, name, qualifier, alias, line, column, position in parsed.references:
        said = f"{line}:{column} {kind} {f'[{qualifier}] ' if qualifier else ''}{name}{f' as {alias}' if alias else ''}"
        lines.append(f"{said} in {parsed.units[position].symbol.qualified_name}" if position else said)
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: "/".join(path.parts[-3:-1]))
def test_case(path: Path) -> None:
    """A file gives the units that its case lists."""
    expected = path.with_name("expected.txt")
    actual = described(path.parts[-3], path)
    bug = path.with_name("known_bug.txt")
    if bug.exists():
        assert actual != expected.read_bytes().decode("utf-8"), "mended: remove known_bug.txt"
        pytest.xfail(bug.read_text("utf-8"))
    if UPDATE:
        expected.write_bytes(actual.encode("utf-8"))
    assert actual == expected.read_bytes().decode("utf-8")


@pytest.mark.parametrize("language", sorted({*GRAMMARS, *DEFINING}))
def test_every_language_has_cases(language: str) -> None:
    """Each language with definitions comes with a folder of at least three cases, and they show references."""
    cases = list((CASES / language).glob("*/input.*"))
    assert len(cases) >= 3
    listed = "\n".join(path.with_name("expected.txt").read_text("utf-8") for path in cases)
    assert re.search(r"^\d+:\d+ [a-z]+ ", listed, re.MULTILINE), f"no case of {language} shows a reference"


def test_kinds_are_known() -> None:
    """Every kind that a case shows is one that the model lists."""
    lines = [line for path in CASES.glob("*/*/expected.txt") for line in path.read_text("utf-8").splitlines()]
    kinds = {line.split(" ")[1] for line in lines if line.split(" ")[0].replace("-", "").isdigit()}
    assert kinds <= set(KINDS)
