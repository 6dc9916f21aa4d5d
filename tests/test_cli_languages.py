"""``te languages``: what te knows, and what it extracts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from te_cli.engine.languages import languages
from te_cli.parse.documents import DEFINING
from te_cli.parse.grammars import GRAMMARS

if TYPE_CHECKING:
    from conftest import MakeRepository, Run


def test_languages_for_people(te: Run) -> None:
    """One line a language, those with symbols first."""
    ran = te("languages")
    assert (ran.exit_code, ran.stderr) == (0, "")
    words = [line.split() for line in ran.lines]
    assert ["go", "symbols,", "references", "go"] in words
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
        "references": True,
        "extensions": by_name["python"]["extensions"],
        "filenames": by_name["python"]["filenames"],
    }
    assert "py" in by_name["python"]["extensions"]
    defining = {name for name, language in by_name.items() if language["extracted"] == "symbols"}
    assert defining == {*GRAMMARS, *DEFINING}
    assert defining == {name for name, language in by_name.items() if language["references"]}


def test_a_language_is_known_by_something() -> None:
    """A row that no file can match would be a row too many."""
    assert all(language.extensions or language.filenames or language.extracted for language in languages())


def test_a_project_maps_extensions_and_names(repo: MakeRepository, te: Run) -> None:
    """`[tool.te] languages` names the language of an extension or of a file, and a change of it is taken up."""
    root = repo(
        {
            "a.inc": "<?php\nfunction shelve() {}\n",
            "Shelf": "def stock():\n    pass\n",
            "pyproject.toml": '[tool.te]\nlanguages = { ".INC" = "php", Shelf = "python" }\n',
        }
    )
    te("index")
    assert te("outline", "a.inc").lines == ["a.inc:2: function shelve"]
    assert te("outline", "Shelf").lines == ["Shelf:1: function stock"]
    assert te("config", "--json").json()["languages"] == {"INC": "php", "Shelf": "python"}
    (root / "pyproject.toml").write_text("")
    assert te("search", "shelve", "--lang", "php", "--json").json()["results"] == []
    assert te("outline", "a.inc").lines == []


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ('languages = { inc = "phq" }', "te.toml: languages names 'phq', which is no language."),
        ("languages = { inc = 1 }", "te.toml: languages says that 'inc' is '1', which makes no sense."),
        ('languages = ["php"]', "te.toml: languages is no table of extensions and languages."),
        ('languages = { "." = "php" }', "te.toml: languages says that '.' is 'php', which makes no sense."),
    ],
)
def test_a_mapping_that_makes_no_sense_is_told(repo: MakeRepository, te: Run, said: str, message: str) -> None:
    repo({"a.inc": "", "te.toml": f"{said}\n"})
    ran = te("index")
    assert ran.exit_code == 2
    assert message in ran.stderr
