"""``te`` alone, its version, its help, and what it says to a slip of the hand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run

VERBS = ("search", "outline", "index", "watch", "status", "doctor", "models", "cache", "config")


def test_te_alone_shows_how_to_begin(te: Run) -> None:
    ran = te()
    assert ran.exit_code == 0
    assert ran.lines[0] == "te is the memory of a codebase: it finds code by what it does, by its words and"
    assert max(map(len, ran.lines)) < 80
    assert ran.stderr == ""


def test_completion_can_be_had_for_a_shell_by_name(te: Run, home: Path) -> None:
    assert te("--show-completion", "zsh").stdout.startswith("#compdef te\n")
    assert te("--show-completion", "fish").stdout.startswith("complete --command te ")
    assert te("--install-completion", "bash").exit_code == 0
    assert "te.sh" in (home / ".bashrc").read_text()
    slip = te("--show-completion", "bsah")
    assert (slip.exit_code, slip.stdout) == (2, "")
    assert slip.stderr == "te: There is no shell named 'bsah'.\n    Did you mean 'bash'?\n"


def test_version_is_one_line(te: Run) -> None:
    ran = te("--version")
    assert re.fullmatch(r"te \d+\.\d+\.\d+\S*\n", ran.stdout)
    assert (ran.exit_code, ran.stderr) == (0, "")


def test_help_lists_every_verb_untruncated(te: Run) -> None:
    ran = te("--help")
    assert ran.exit_code == 0
    assert all(re.search(rf"^  {verb} +[A-Z].*\.$", ran.stdout, re.MULTILINE) for verb in VERBS)
    assert "..." not in ran.stdout.partition("Find:")[2]


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_explains_itself(te: Run, verb: str) -> None:
    ran = te(verb, "--help")
    assert ran.exit_code == 0
    assert ran.stdout.startswith(f"Usage: te {verb} ")


def test_a_misspelt_verb_gets_the_nearest_one(te: Run) -> None:
    ran = te("serach", "x")
    assert ran.exit_code == 2
    assert ran.stderr == "te: There is no verb 'serach'.\n    Did you mean 'te search'?\n"
    assert ran.stdout == ""


def test_a_question_without_a_verb_is_told_where_it_goes(te: Run) -> None:
    ran = te("where are sessions expired")
    assert ran.exit_code == 2
    assert ran.stderr.splitlines()[1] == "    To look for it: te search QUERY. All verbs: te --help."


def test_a_misspelt_option_gets_the_nearest_one(te: Run) -> None:
    ran = te("index", "--quite")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr == "te: There is no option '--quite'.\n    Did you mean '--quiet'?\n"


def test_usage_errors_are_json_for_who_asked_for_json(te: Run) -> None:
    ran = te("index", "--json", "a", "b")
    assert (ran.exit_code, ran.stderr) == (2, "")
    assert ran.json() == {
        "schema": "te.error/1",
        "error": {
            "code": "usage",
            "message": "Got unexpected extra argument(s) (b).",
            "hint": "How it is used: te index --help.",
        },
    }


def test_a_number_must_be_one(te: Run) -> None:
    ran = te("search", "x", "-k", "many")
    assert ran.exit_code == 2
    assert ran.stderr.startswith("te: Invalid value for '-k' / '--limit': 'many' is not a whole number.\n")


def test_json_after_two_dashes_is_a_query(te: Run) -> None:
    ran = te("search", "-k", "0", "--", "--json")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr == "te: -k is 0, but must be at least 1.\n    For example: -k 5\n"
