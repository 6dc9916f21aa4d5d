"""``te search``: answers for people, pipes and programs, and one clear sentence when there are none."""

from __future__ import annotations

import json
import os
import re
import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import MakeRepository, Run

FILES = {
    "src/greet.py": 'class Greeter:\n    """Greets visitors."""\n\n    def greet(self, name):\n        return name\n',
    "src/farewell.go": (
        "package main\n\n// Farewell says goodbye.\nfunc Farewell(name string) string {\n\treturn name\n}\n"
    ),
    "guide.md": "# Guide\n\nHow visitors are greeted.\n",
    "app.toml": "[greeting]\ntext = 'hello'\n",
}


@pytest.fixture
def indexed(repo: MakeRepository, te: Run) -> Path:
    """A small repository with its index."""
    root = repo(FILES)
    assert te("index").exit_code == 0
    return root


@pytest.mark.usefixtures("indexed")
def test_one_line_a_hit(te: Run) -> None:
    ran = te("search", "Farewell", "--kind", "function")
    assert (ran.exit_code, ran.stdout, ran.stderr) == (0, "src/farewell.go:4: function Farewell\n", "")


@pytest.mark.usefixtures("indexed")
def test_words_need_no_quotes(te: Run) -> None:
    assert te("search", "who", "says", "goodbye").lines == te("search", "who says goodbye").lines != []


@pytest.mark.usefixtures("indexed")
def test_a_query_that_starts_with_a_dash_follows_two(te: Run) -> None:
    assert te("search", "-k", "1", "--", "-Farewell").lines == ["src/farewell.go:4: function Farewell"]
    assert te("search", "-Farewell").exit_code == 2


@pytest.mark.usefixtures("indexed")
def test_nothing_found_is_exit_code_1(te: Run) -> None:
    ran = te("search", "zyxwvut", "--mode", "text")
    assert (ran.exit_code, ran.stdout, ran.stderr) == (1, "", "Nothing found for 'zyxwvut'.\n")
    ran = te("search", "zyxwvut", "--mode", "text", "--lang", "go")
    assert ran.stderr == "Nothing found for 'zyxwvut'.  Fewer filters may find more.\n"
    assert te("search", "zyxwvut", "--mode", "text", "--quiet").stderr == ""


@pytest.mark.parametrize("query", [(), ("",), (" ", "\t")])
def test_an_empty_query_is_refused(te: Run, query: tuple[str, ...]) -> None:
    ran = te("search", *query)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr == "te: There is nothing to search for.\n    For example: te search where are sessions expired\n"


@pytest.mark.usefixtures("indexed")
def test_filters(te: Run) -> None:
    everything = ("search", "greet visitors goodbye hello", "-k", "50")

    def paths(*flags: str) -> set[str]:
        return {line.split(":")[0] for line in te(*everything, *flags).lines}

    assert paths() == set(FILES)
    assert paths("--lang", "go") == {"src/farewell.go"}
    assert (
        paths("--lang", "py,golang") == paths("--lang", "Python", "--lang", "go") == {"src/greet.py", "src/farewell.go"}
    )
    assert paths("--path", "src/**/*.py") == {"src/greet.py"}
    assert paths("--content", "docs") == {"guide.md"}
    assert paths("--content", "config") == {"app.toml"}
    assert paths("--content", "all") == set(FILES)
    assert paths("--kind", "class") == {"src/greet.py"}


@pytest.mark.parametrize(
    ("flags", "message", "hint"),
    [
        (("--lang", "pyhton"), "There is no language named 'pyhton'.", "Did you mean 'python'?"),
        (("--kind", "functoin"), "There is no kind named 'functoin'.", "Did you mean 'function'?"),
        (("--mode", "hybird"), "There is no mode named 'hybird'.", "Did you mean 'hybrid'?"),
        (("--content", "doc"), "There is no content named 'doc'.", "Did you mean 'docs'?"),
        (("--refresh", "x"), "There is no way to refresh named 'x'.", "Known: always, auto, never."),
    ],
)
def test_unknown_names_get_the_nearest_known_one(te: Run, flags: tuple[str, str], message: str, hint: str) -> None:
    ran = te("search", "x", *flags, "--json")
    assert ran.exit_code == 2
    assert ran.json()["error"] == {"code": "unknown_name", "message": message, "hint": hint}


@pytest.mark.parametrize(
    ("name", "meant"),
    [("rsut", "rust"), ("ruts", "rust"), ("jaav", "java"), ("pyton", "python"), ("goo", "go"), ("ruste", "rust")],
)
def test_letters_that_changed_places_are_the_likeliest_slip(te: Run, name: str, meant: str) -> None:
    assert te("search", "x", "--lang", name).stderr.splitlines()[1] == f"    Did you mean '{meant}'?"


@pytest.mark.parametrize("flags", [("--path", ""), ("--lang", ""), ("--kind", ","), ("--content", " "), ("--kind", "")])
def test_a_filter_that_was_left_empty_is_refused(te: Run, flags: tuple[str, str]) -> None:
    ran = te("search", "x", *flags)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert re.fullmatch(rf"te: {flags[0]} names nothing\.\n    For example: {flags[0]} \S+\. .*\n", ran.stderr)


def test_a_folder_without_text_has_nothing_to_search(repo: MakeRepository, te: Run) -> None:
    root = repo({"a.bin": b"\0"})
    ran = te("search", "greet")
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr.splitlines()[1:] == [
        f"Nothing is indexed in {root}: no file of text was found there.",
        "    `te status --skipped` lists what was left out.",
    ]


def test_the_answer_as_json(indexed: Path, te: Run) -> None:
    ran = te("search", "Farewell", "--json", "-k", "1")
    answer = ran.json()
    hit = answer["results"][0]
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert isinstance(hit.pop("id"), int)
    assert isinstance(hit.pop("score"), float)
    assert answer == {
        "schema": "te.search/1",
        "query": "Farewell",
        "index": {
            "root": str(indexed),
            "freshness": "fresh",
            "files": 4,
            "units": answer["index"]["units"],
            "note": None,
        },
        "results": [hit],
        "left_out": 0,
    }
    assert hit == {
        "path": "src/farewell.go",
        "start_line": 4,
        "end_line": 6,
        "language": "go",
        "kind": "function",
        "name": "Farewell",
        "qualified_name": hit["qualified_name"],
        "signature": "func Farewell(name string) string",
        "doc": "Farewell says goodbye.",
        "parent": None,
        "stale": False,
        "weak": False,
        "alike": [],
        "snippet": "func Farewell(name string) string {\n\treturn name\n}",
        "snippet_start": 4,
        "matched_lines": [4],
    }


@pytest.mark.usefixtures("indexed")
def test_nothing_found_as_json_is_still_one_object(te: Run) -> None:
    ran = te("search", "zyxwvut", "--mode", "text", "--json")
    assert (ran.exit_code, ran.json()["results"], ran.stderr) == (1, [], "")


@pytest.mark.usefixtures("indexed")
def test_explain_says_why(te: Run) -> None:
    hit = te("search", "Farewell", "--json", "-k", "1", "--explain").json()["results"][0]
    assert {"name", "value", "weight", "reason", "points"} == set(hit["explain"][0])
    assert sum(signal["points"] for signal in hit["explain"]) == pytest.approx(hit["score"], abs=1e-4)
    assert te("search", "Farewell", "-k", "1", "--explain").lines[1].startswith("    +")


@pytest.mark.usefixtures("indexed")
def test_jsonl_is_one_object_a_line(te: Run) -> None:
    lines = te("search", "greet", "visitors", "--jsonl").lines
    assert [json.loads(line)["path"] for line in lines]
    assert te("search", "x", "--json", "--jsonl").exit_code == 2


@pytest.mark.usefixtures("indexed")
def test_context_prints_source_as_grep_does(te: Run) -> None:
    assert te("search", "Farewell", "-k", "1", "--context", "1").lines == [
        "src/farewell.go:4: function Farewell",
        "src/farewell.go-3-// Farewell says goodbye.",
        "src/farewell.go-4-func Farewell(name string) string {",
        "src/farewell.go-5-\treturn name",
    ]


@pytest.mark.usefixtures("indexed")
def test_limits_small_and_absurd(te: Run) -> None:
    assert len(te("search", "greet", "-k", "1").lines) == 1
    assert te("search", "greet", "-k", "100000").exit_code == 0
    assert te("search", "greet", "-k", "100001").stderr.startswith("te: -k is 100001, but must be at most 100,000.\n")
    assert te("search", "greet", "-k", "0").stderr == "te: -k is 0, but must be at least 1.\n    For example: -k 5\n"
    assert te("search", "greet", "--context", "-1").exit_code == 2


def test_the_first_question_builds_the_index_and_says_so(repo: MakeRepository, te: Run) -> None:
    root = repo(FILES)
    ran = te("search", "-C", "src", "Farewell", "-k", "1")
    assert (ran.exit_code, ran.stdout) == (0, "src/farewell.go:4: function Farewell\n")
    assert ran.stderr == f"There is no index for {root}. Building it.\n"
    assert te("search", "Farewell", "-k", "1").stderr == ""


def test_paths_are_relative_to_the_root_from_wherever_one_asks(indexed: Path, te: Run) -> None:
    assert te("search", "-C", str(indexed / "src"), "Farewell", "-k", "1").lines == [
        "src/farewell.go:4: function Farewell"
    ]


@pytest.mark.usefixtures("indexed")
def test_an_edit_is_found_at_the_next_question(te: Run, repo: MakeRepository) -> None:
    repo({"src/new.py": "def brand_new_thing():\n    pass\n"})
    assert te("search", "brand_new_thing", "--mode", "name").lines == ["src/new.py:1: function brand_new_thing"]


@pytest.mark.usefixtures("indexed")
def test_a_hit_whose_file_changed_is_marked(te: Run, repo: MakeRepository) -> None:
    repo({"src/farewell.go": "package other\n"})
    ran = te("search", "Farewell", "--refresh", "never", "--json", "--mode", "name")
    assert ran.json()["index"]["freshness"] == "stale"
    assert ran.json()["results"][0]["stale"] is True
    told = te("search", "Farewell", "--refresh", "never", "--mode", "name")
    assert told.stdout.splitlines()[0] == "src/farewell.go:4: function Farewell [stale]"
    assert told.stderr == "Some files have changed since they were indexed.\n"


@pytest.mark.usefixtures("indexed")
def test_the_same_question_prints_the_same_bytes(te_process: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = set()
    for seed in ("0", "1", "2"):
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        printed.add(te_process("search", "greet visitors name", "--json", "--explain").stdout)
    assert len(printed) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows allows no such file name")
def test_a_hostile_path_stays_one_harmless_line(repo: MakeRepository, te: Run) -> None:
    repo({"a\n\x1b[2Jb.py": "def hidden_thing():\n    pass\n"})
    assert te("search", "hidden_thing", "--mode", "name", "-q").stdout == "a\\n\\e[2Jb.py:1: function hidden_thing\n"


def test_a_lost_index_is_built_again(indexed: Path, te: Run) -> None:
    shutil.rmtree(indexed / ".te")
    assert te("search", "Farewell", "-k", "1").lines == ["src/farewell.go:4: function Farewell"]


def test_a_repository_cannot_move_the_index(repo: MakeRepository, te: Run) -> None:
    repo({"te.toml": "index_dir = '/tmp'\n", "a.py": "x = 1\n"})
    ran = te("search", "x", "--json")
    assert (ran.exit_code, ran.json()["error"]["code"]) == (2, "bad_config")


def test_a_path_is_a_query(repo: MakeRepository, te: Run) -> None:
    """A pasted path finds its file, one with a line what lies there, whatever else has those words."""
    many = {f"other{n}/greet.py": "def greet():\n    return 'src greet py'\n" for n in range(3)}
    repo({"src/greet.py": "import os\n\n\ndef hello():\n    return 1\n", **many})
    te("index")
    assert te("search", "src/greet.py", "-k", "1").lines[0].startswith("src/greet.py:1: module")
    assert te("search", "src/greet.py:5", "-k", "1").lines == ["src/greet.py:4: function hello"]
    assert te("search", "/home/me/code/src/greet.py", "-k", "1").lines[0].startswith("src/greet.py:1: module")
    assert te("search", "src/greet.py", "--path", "other0", "-k", "1").lines[0].startswith("other0/")
