"""``te search``: what comes back of a hit, copies shown once, a budget of tokens, and no answer where nothing fits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from te_cli.rank.copies import Text

if TYPE_CHECKING:
    from conftest import MakeRepository, Run

RETRY = (
    "def upload(path, client, attempts):\n"
    '    """Send a file to the bucket."""\n'
    "    name = path.name\n    size = path.stat().st_size\n    started = clock()\n    report(name, size)\n"
    "    checksum = digest(path)\n    client.open(name)\n    client.announce(size, checksum)\n    failures = []\n"
    "    for attempt in range(attempts):\n"
    "        try:\n            client.send(path)\n            break\n"
    "        except Timeout as error:\n            failures.append(error)\n"
    "            sleep_with_backoff(attempt)\n"
    "    client.close()\n    report(name, clock() - started)\n    return failures\n"
)

FILES = {
    "src/uploads.py": RETRY,
    "src/jobs.py": (
        "class Scheduler:\n"
        '    """Runs jobs when they are due."""\n\n'
        "    def run(self, jobs):\n        return [job.start() for job in jobs if job.due()]\n\n"
        "    class Clock:\n        def tick(self):\n            return self.now + 1\n"
    ),
    "src/colours.py": "def parse_colour(text):\n    return tuple(int(text[n : n + 2], 16) for n in (1, 3, 5))\n",
    "src/sessions.py": "def expire_sessions(store):\n    for session in store:\n        session.close()\n",
}


def test_the_lines_that_matched_are_shown(repo: MakeRepository, te: Run) -> None:
    repo(FILES)
    hit = te("search", "sleep with backoff after a timeout", "-k", "1", "--json", "-q").json()["results"][0]
    assert hit["name"] == "upload"
    shown = dict(enumerate(hit["snippet"].split("\n"), hit["snippet_start"]))
    assert len(shown) == 8
    assert [shown[number].strip() for number in hit["matched_lines"]] == [
        "except Timeout as error:",
        "sleep_with_backoff(attempt)",
    ]


def test_the_beginning_is_shown_where_the_body_says_no_more(repo: MakeRepository, te: Run) -> None:
    repo(FILES)
    hit = te("search", "upload a file to the bucket", "-k", "1", "--json", "-q").json()["results"][0]
    assert (hit["name"], hit["snippet_start"], hit["matched_lines"]) == ("upload", 1, [1, 2])


def test_a_hit_says_what_encloses_it(repo: MakeRepository, te: Run) -> None:
    repo(FILES)
    hit = te("search", "Scheduler.run", "-k", "1", "--json", "-q").json()["results"][0]
    assert hit["parent"] == {
        "kind": "class",
        "name": "Scheduler",
        "qualified_name": "Scheduler",
        "start_line": 1,
        "end_line": 9,
    }
    assert te("search", "upload", "-k", "1", "--json", "-q").json()["results"][0]["parent"] is None


BODY = "".join(f"    total_{n} = combine(first_{n}, second_{n}, rates)\n" for n in range(12))


def copies(**changes: str) -> dict[str, str]:
    """Four files with the same function, and one with another of that name."""
    files = {f"app{n}/tax.py": f"def compute_tax(rates):\n{BODY}    return {n}\n" for n in range(4)}
    other = "def compute_tax(country):\n    table = load(country)\n    return table.rate * table.base\n"
    return files | {"other/tax.py": other} | changes


def test_copies_are_shown_once_with_their_places(repo: MakeRepository, te: Run) -> None:
    repo(copies())
    ran = te("search", "compute_tax", "--kind", "function", "-q")
    assert sorted(ran.lines) == [
        "app0/tax.py:1: function compute_tax [and 3 alike]",
        "other/tax.py:1: function compute_tax",
    ]
    second, first = te("search", "compute_tax", "--kind", "function", "--json").json()["results"]
    assert sorted(first["alike"], key=lambda place: str(place["path"])) == [
        {"path": f"app{n}/tax.py", "line": 1, "kind": "function", "qualified_name": "compute_tax"} for n in (1, 2, 3)
    ]
    assert second["alike"] == []
    assert len(te("search", "compute_tax", "--kind", "function", "--no-fold").lines) == 5


def test_what_is_folded_makes_room_for_other_hits(repo: MakeRepository, te: Run) -> None:
    repo(copies())
    ran = te("search", "compute_tax", "--kind", "function", "-k", "2", "-q")
    assert [line.split(":")[0] for line in ran.lines] == ["other/tax.py", "app0/tax.py"]
    assert "[and 3 alike]" in te("search", "compute_tax", "--path", "app*", "-k", "1", "--kind", "function").stdout


def test_what_differs_a_little_and_has_another_name_elsewhere_is_another_answer(repo: MakeRepository, te: Run) -> None:
    body = BODY.replace("total_3", "sum_3")
    sibling = f"def compute_duty(rates):\n{body}    return 1\n"
    repo({"tax.py": f"def compute_tax(rates):\n{BODY}    return 0\n", "duty.py": sibling})
    flags = ("search", "compute tax duty", "--kind", "function", "-q")
    assert {line.split(":")[0] for line in te(*flags).lines} == {"tax.py", "duty.py"}
    repo({"duty.py": None, "tax.py": f"def compute_tax(rates):\n{BODY}    return 0\n\n\n{sibling}"})
    assert [line.rpartition(" [")[2] for line in te(*flags).lines] == ["and 1 alike]"]


def test_folding_changes_no_score(repo: MakeRepository, te: Run) -> None:
    repo(copies())
    flags = ("search", "compute_tax", "--kind", "function", "--json", "--explain")
    scores = {hit["path"]: (hit["score"], hit["explain"]) for hit in te(*flags, "--no-fold").json()["results"]}
    shown = te(*flags).json()["results"]
    assert all(scores[hit["path"]] == (hit["score"], hit["explain"]) for hit in shown)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (BODY, BODY, True),
        (BODY, BODY.replace("total_3", "sum_3"), True),
        (BODY, BODY.replace("combine", "divide"), False),
        ("return self.name", "return self.name", False),  # of another class: another answer
        (f"a = 1\n{BODY}", "b = 2", False),
        ("x y z a b c d e f", "x y z\n  a b c d e f", True),
        ("x y z a b c d e f", "x y z a b c d e g", False),
    ],
)
def test_alike_is_the_same_text_or_nearly(first: str, second: str, same: bool) -> None:
    assert Text(first).nearly(Text(second)) is same
    assert Text(second).nearly(Text(first)) is same


BUDGET = ("search", "upload a file with backoff after a timeout", "--mode", "text")


@pytest.mark.parametrize("tokens", [15, 60, 120, 200, 400, 2000])
def test_a_budget_bounds_what_is_printed(repo: MakeRepository, te: Run, tokens: int) -> None:
    repo(FILES | copies())
    te("index")
    ran = te(*BUDGET, "--max-tokens", str(tokens))
    assert len(ran.stdout) <= 4 * tokens
    answer = te(*BUDGET, "--max-tokens", str(tokens), "--json").json()
    everything = te(*BUDGET, "--json").json()["results"]
    assert len(answer["results"]) + answer["left_out"] == len(everything)
    if answer["left_out"]:
        assert f"not fit into {tokens} tokens." in ran.stderr


def test_the_best_hit_comes_whole_and_the_rest_as_far_as_it_fits(repo: MakeRepository, te: Run) -> None:
    repo(FILES)
    ran = te(*BUDGET, "--max-tokens", "250", "-q")
    assert ran.lines[0] == "src/uploads.py:1: function upload"
    assert ran.lines[1:21] == [f"{n}-{line}" for n, line in enumerate(RETRY.splitlines(), 1)]
    first, *rest = te(*BUDGET, "--max-tokens", "250", "--json").json()["results"]
    assert (first["shown"], first["snippet"]) == ("whole", RETRY.rstrip("\n"))
    assert {hit["shown"] for hit in rest} <= {"whole", "signature"}


def test_of_a_best_hit_that_is_too_long_the_lines_that_matched(repo: MakeRepository, te: Run) -> None:
    repo(FILES)
    (hit, *_) = te(*BUDGET, "--max-tokens", "80", "--json", "--kind", "function").json()["results"]
    assert hit["shown"] == "lines"
    assert "sleep_with_backoff(attempt)" in hit["snippet"]
    (hit, *_) = te(*BUDGET, "--max-tokens", "30", "--json", "--kind", "function").json()["results"]
    assert (hit["shown"], "snippet" in hit, hit["signature"]) == (
        "signature",
        False,
        "def upload(path, client, attempts)",
    )


def test_a_budget_too_small_for_anything_is_not_an_empty_answer(repo: MakeRepository, te: Run) -> None:
    repo(FILES)
    te("index")
    ran = te(*BUDGET, "--max-tokens", "1")
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert re.fullmatch(r"\d hits do not fit into 1 token\.\n", ran.stderr)
    assert te(*BUDGET, "--max-tokens", "0").exit_code == 2
    assert te(*BUDGET, "--max-tokens", "9", "--context", "2").exit_code == 2


ABSENT = ["train a neural network", "qwzrtl fblorp", "bluetooth pairing"]


@pytest.mark.parametrize("mode", ["hybrid", "text", "semantic"])
@pytest.mark.parametrize("query", ABSENT)
def test_what_is_not_there_is_not_answered(repo: MakeRepository, te: Run, query: str, mode: str) -> None:
    repo(FILES)
    te("index")
    ran = te("search", query, "--mode", mode)
    assert (ran.exit_code == 1) == (ran.stdout == "")
    assert all(line.endswith("[weak]") for line in ran.lines)
    assert ran.stderr.startswith(f"Nothing found for '{query}'.\n" if ran.exit_code else "Nothing fits well")
    answer = te("search", query, "--mode", mode, "--json").json()
    assert all(hit["weak"] for hit in answer["results"])


@pytest.mark.parametrize("mode", ["hybrid", "text", "semantic"])
def test_what_is_there_is_not_called_weak(repo: MakeRepository, te: Run, mode: str) -> None:
    repo(FILES)
    te("index")
    ran = te("search", "expire the sessions of a store", "--mode", mode, "-k", "1")
    assert (ran.exit_code, ran.stdout) == (0, "src/sessions.py:1: function expire_sessions\n")


def test_who_filters_gets_the_best_of_a_part(repo: MakeRepository, te: Run) -> None:
    repo(FILES)
    ran = te("search", "train a neural network", "--path", "src/jobs.py", "-q")
    assert ran.exit_code == 0
    assert all(line.endswith("[weak]") for line in ran.lines)


def test_whether_there_is_an_answer_does_not_depend_on_how_many_are_wanted(repo: MakeRepository, te: Run) -> None:
    repo(FILES)
    te("index")
    for query in (*ABSENT, "expire sessions", "parse_colour"):
        assert len({te("search", query, "-k", k).exit_code for k in ("1", "3", "10", "50")}) == 1


def test_a_name_or_a_path_that_is_there_always_fits(repo: MakeRepository, te: Run) -> None:
    repo({**FILES, "src/zx.py": "def zxq():\n    return 1\n"})
    te("index")
    for query in ("zxq", "src/zx.py", "parse_colour", "Scheduler"):
        hits = te("search", query, "--json").json()["results"]
        assert hits
        assert not hits[0]["weak"]
