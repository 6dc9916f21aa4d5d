"""``te languages``: what te knows, and what it extracts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from te_cli.engine.languages import languages
from te_cli.parse.grammars import GRAMMARS

if TYPE_CHECKING:
    from conftest import Run


def test_languages_for_people(te: Run) -> None:
    """One line a language, those with symbols first."""
    ran = te("languages")
    assert (ran.exit_code, ran.stderr) == (0, "")
    words = [line.split() for line in ran.lines]
    assert ["go", "symbols", "go"] in words
    assert ["markdown", "sections"] in [line[:2] for line in words]
    assert [line[1] for line in words].index("blocks") > len(GRAMMARS)


def test_languages_as_json(te: Run) -> None:
    """Every grammar's language can be recognised, and says so."""
    said = te("languages", "--json").json()
    assert said["schema"] == "te.languages/1"
    by_name = {language["name"]: language for language in said["languages"]}
    assert by_name["python"] == {
        "name": "python",
        "content": "code",
        "extracted": "symbols",
        "extensions": by_name["python"]["extensions"],
        "filenames": by_name["python"]["filenames"],
    }
    assert "py" in by_name["python"]["extensions"]
    assert {name for name, language in by_name.items() if language["extracted"] == "symbols"} == set(GRAMMARS)


def test_a_language_is_known_by_something() -> None:
    """A row that no file can match would be a row too many."""
    assert all(language.extensions or language.filenames or language.extracted for language in languages())
