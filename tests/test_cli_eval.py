"""``te eval``: how well te answers questions whose answers are known."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import MakeRepository, Run

    Ask = Callable[..., str]

FILES = {
    "shop/till.py": (
        '"""The till."""\n\n\nclass Till:\n    """Counts money."""\n\n    def open_drawer(self):\n'
        '        """Open the drawer."""\n        return self\n\n    def ring(self):\n        pass\n'
    ),
    "shop/tax.py": 'def vat_rate(country):\n    """The tax rate of a country."""\n    return country\n',
    "shop/bell.go": "package shop\n\n// Chime rings the bell.\nfunc Chime() {\n}\n",
}


@pytest.fixture
def shop(repo: MakeRepository) -> Path:
    """A repository to ask."""
    return repo(FILES)


@pytest.fixture
def asked(tmp_path: Path) -> Ask:
    """Write a file of questions, which lies outside the repository."""

    def write(*rows: Any, name: str = "questions.jsonl") -> str:
        path = tmp_path / name
        path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows))
        return str(path)

    return write


@pytest.mark.usefixtures("shop")
def test_the_figures_and_what_was_missed(te: Run, asked: Ask) -> None:
    file = asked(
        {"query": "vat_rate", "gold": "shop/tax.py"},
        {"query": "Till.open_drawer", "gold": ["shop.till.Till.open_drawer", "shop/gone.py"]},
        {"query": "chime", "gold": "shop/gone.py"},
    )
    ran = te("eval", file)
    assert ran.exit_code == 0
    assert ran.lines[0].startswith(f"{file}: 3 queries, 4 gold (2 not in the index) in ")
    assert ran.lines[0].endswith("  (hybrid; 3 files, 8 units; up to date)")
    ndcg = (1 + 1 / (1 + 1 / math.log2(3))) / 3
    assert ran.lines[1].startswith(f"NDCG@10       {ndcg:.3f}  (95 %: 0.000 to ")
    assert [line.split()[:2] for line in ran.lines[2:6]] == [
        ["MRR@10", "0.667"],
        ["recall@1", "0.500"],
        ["recall@5", "0.500"],
        ["recall@10", "0.500"],
    ]
    assert ran.lines[6:] == [
        "",
        "Missed, 1 of 3 queries:",
        "  line 3: chime",
        "      shop/gone.py: neither a file nor a name in the index",
    ]


@pytest.mark.usefixtures("shop")
def test_the_report_as_json(te: Run, asked: Ask) -> None:
    ran = te("eval", asked({"query": "Chime", "gold": {"path": "shop/bell.go", "start_line": 5}, "id": 7}), "--json")
    value = ran.json()
    (result,) = value["results"]
    assert (value["schema"], value["mode"], value["queries"], value["missed"]) == ("te.eval/1", "hybrid", 1, 0)
    assert value["score"] == result["score"] == dict.fromkeys(("ndcg", "mrr", "r1", "r5", "r10"), 1.0)
    assert value["interval"]["ndcg"] == [1.0, 1.0]
    assert (result["line"], result["ranks"], result["unknown"]) == (1, [1], [])
    assert result["gold"] == [{"path": "shop/bell.go", "start_line": 5}]
    assert (result["page"][0]["qualified_name"], value["comparison"]) == ("Chime", None)
    assert ran.stderr.count("Building it") == 1


def test_the_page_is_that_of_te_search(shop: Path, te: Run, asked: Ask) -> None:
    page = te("search", "money drawer", "--json").json()["results"]
    (result,) = te("eval", asked({"query": "money drawer", "gold": "shop/till.py"}), "--json").json()["results"]
    assert [hit["score"] for hit in result["page"]] == [hit["score"] for hit in page]
    assert te("eval", asked({"query": "x", "gold": "shop/tax.py"}), str(shop / "shop"), "--json").json()["index"][
        "root"
    ] == str(shop / "shop")


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("gold", "rank"),
    [
        ("shop/till.py", 1),
        ("./shop/till.py", 1),
        ("Till.open_drawer", 1),
        ("till.Till.open_drawer()", 1),
        ("open_drawer", None),
        ("Bell.open_drawer", None),
        ({"path": "shop/till.py", "start_line": 9, "end_line": 9}, 1),
        ({"path": "shop/till.py"}, 1),
    ],
)
def test_gold_is_a_path_lines_of_it_or_a_name(te: Run, asked: Ask, gold: Any, rank: int | None) -> None:
    (result,) = te("eval", asked({"query": "Till.open_drawer", "gold": gold}), "--json").json()["results"]
    assert result["ranks"] == [rank]
    assert bool(result["unknown"]) == (rank is None)


def test_what_came_too_late_is_told_with_its_place(repo: MakeRepository, te: Run, asked: Ask) -> None:
    repo({f"f{number:02d}.py": "def handler(event):\n    return event\n" for number in range(30)})
    file = asked({"query": "handler", "gold": "f20.py"}, {"query": "nothing_like_it", "gold": "f03.py"})
    ran = te("eval", file, "--mode", "name")
    assert "      f20.py: at 21 of 100" in ran.lines
    assert ran.lines[-3:] == [
        "  line 2: nothing_like_it",
        "      f03.py: not among 100",
        "      (no answer at all)",
    ]


def test_two_settings_are_compared_query_by_query(shop: Path, te: Run, asked: Ask) -> None:
    words = [{"query": f"{word} money", "gold": "shop/till.py"} for word in ("counts", "open", "drawer")]
    file = asked({"query": "vat_rate", "gold": "shop/tax.py"}, *words)
    ran = te("eval", file, "--compare-mode", "name")
    start = ran.lines.index("hybrid against name, 4 queries:")
    assert ran.lines[start + 1].startswith("NDCG@10       1.000 against ")
    assert ran.lines[-4] == "Gained most, of 3:"
    assert ran.lines[-3:] == [
        f"  +1.000  1.000 against 0.000  line {n + 2}: {row['query']}" for n, row in enumerate(words)
    ]
    assert "Lost most" not in ran.stdout
    report = shop.parent / "report.json"
    report.write_text(te("eval", file, "--mode", "name", "--json").stdout)
    value = te("eval", file, "--against", str(report), "--json").json()["comparison"]
    assert (value["queries"], value["left_out"], value["other"]) == (4, 0, str(report))
    assert value["gain"]["ndcg"] == pytest.approx(0.75)
    assert 0 < value["interval"]["ndcg"][0] < 0.75 < value["interval"]["ndcg"][1] <= 1
    assert [change["line"] for change in value["changes"]] == [2, 3, 4]
    few = asked(words[0], {"query": "new", "gold": "shop/tax.py"}, name="few.jsonl")
    assert "name against" in (told := te("eval", few, "--mode", "name", "--against", str(report)).stdout)
    assert "1 query (4 asked of one only):" in told
    assert "These queries do not tell which is better" in told


def test_the_file_of_questions_is_no_answer_to_them(shop: Path, te: Run) -> None:
    (shop / "my [questions].jsonl").write_text('{"query": "frobnicate the quux", "gold": "shop/tax.py"}\n')
    (result,) = te("eval", "my [questions].jsonl", "--json").json()["results"]
    assert "my [questions].jsonl" not in {hit["path"] for hit in result["page"]}
    assert "my [questions].jsonl" in te("search", "frobnicate the quux").stdout


GOOD = {"query": "x", "gold": "y"}


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (["{"], "line 1 is not JSON"),
        ([GOOD, "", "[1]"], "line 3 is not a JSON object"),
        ([{"gold": "y"}], 'line 1 has no text as its "query"'),
        ([{"query": "  ", "gold": "y"}], 'line 1 has no text as its "query"'),
        ([GOOD, {"query": "x"}], 'line 2 has no "gold"'),
        ([{"query": "x", "gold": []}], 'line 1 has no "gold"'),
        ([{"query": "x", "gold": " "}], "line 1 has an empty gold"),
        ([{"query": "x", "gold": [3]}], 'line 1 has a gold that is neither a text nor an object with a "path"'),
        (
            [{"query": "x", "gold": {"path": "y", "start_line": 3, "end_line": 2}}],
            "line 1 has a gold whose lines are no range, counted from 1",
        ),
        (
            [{"query": "x", "gold": {"path": "y", "end_line": 2}}],
            'line 1 has a gold with an "end_line" and no "start_line"',
        ),
        (["[" * 100_000], "line 1 is not JSON"),
        (['{"query": "x", "gold": "\\ud800"}'], "line 1 holds half a character, which is no text"),
    ],
)
def test_a_bad_line_is_told_by_its_number(te: Run, asked: Ask, rows: list[Any], sentence: str) -> None:
    file = asked(*rows)
    ran = te("eval", file)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr.splitlines()[0] == f"te: '{file}', {sentence}."
    assert ran.stderr.count("\n") == 2


@pytest.mark.usefixtures("shop")
def test_what_cannot_be_read_is_refused(te: Run, asked: Ask, tmp_path: Path) -> None:
    good, bad = asked(GOOD), tmp_path / "bad"
    for data, sentence in ((b"\n \n", "holds no question."), (b"\xff\xfe", "is not valid UTF-8.")):
        bad.write_bytes(data)
        assert te("eval", str(bad)).stderr.startswith(f"te: '{bad}' {sentence}\n")
    assert te("eval", "nowhere.jsonl", "--json").json()["error"]["code"] == "not_readable"
    assert te("eval", str(tmp_path)).exit_code == 2
    for report in ("{}", "[]", '{"schema": "te.eval/1", "results": [{}]}', "nonsense", "3"):
        bad.write_text(report)
        told = te("eval", good, "--against", str(bad)).stderr
        assert told.startswith(f"te: '{bad}' is no report of `te eval --json`.\n")
    bad.write_text(te("eval", asked({"query": "other", "gold": "y"}, name="other.jsonl"), "--json").stdout)
    assert te("eval", good, "--against", str(bad)).stderr.startswith(f"te: {bad} has none of these questions.\n")
    assert te("eval", good, "--against", str(bad), "--compare-mode", "text").exit_code == 2
    assert te("eval", good, ".", "-C", ".").exit_code == 2
    assert te("eval", good, "--compare-mode", "txt").stderr.endswith("Did you mean 'text'?\n")


@pytest.mark.usefixtures("shop")
def test_any_text_of_json_is_a_question(te: Run, asked: Ask) -> None:
    """A null, a mark that reorders, a byte order mark: JSON can say what no command line can."""
    file = asked('\ufeff{"query": "\\u0000 tax", "gold": "\\u0000"}', {"query": "\u202e", "gold": "a\0b"})
    assert te("eval", file).exit_code == 0
    assert te("eval", file, "--json").json()["queries"] == 2
