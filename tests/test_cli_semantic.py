"""``te search`` by meaning: vectors alone, no noise from unknown words, and text where no word is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import MakeRepository, Run

FILES = {
    "src/uploads.py": (
        "import time\n\n\ndef send_again(path):\n    for attempt in range(3):\n"
        "        if upload(path):\n            return True\n        time.sleep(attempt)\n    return False\n"
    ),
    "src/parsing.py": "def read_tokens(text):\n    words = text.split()\n    return [word.lower() for word in words]\n",
    "src/zxqjwv.py": "def fetch(url):\n    # zxqjwv 90210 загрузка\n    return url\n",
}
NOTE = "No word of the query is known to the embedding model: answered by text."

UNKNOWN = ["zxqjwv", "90210", "загрузка", "zxqjwv 90210"]


@pytest.fixture(autouse=True)
def indexed(repo: MakeRepository, te: Run) -> None:
    """A small repository with its index; one of its files has words that no model knows."""
    repo(FILES)
    assert te("index").exit_code == 0


def test_meaning_needs_none_of_the_words(te: Run) -> None:
    ran = te("search", "retry a failed transfer", "--mode", "semantic", "-k", "1")
    assert (ran.exit_code, ran.stdout, ran.stderr) == (0, "src/uploads.py:4: function send_again\n", "")


def test_vectors_alone_have_a_say(te: Run) -> None:
    hits = te("search", "retry uploads", "--mode", "semantic", "--explain", "--json").json()["results"]
    reasons = {signal["name"] for hit in hits for signal in hit["explain"]}
    assert {"cosine", "file_cosine", "gathered"} <= reasons
    assert reasons <= {"cosine", "file_cosine", "gathered", "whole_file", "crowding"}


@pytest.mark.parametrize("query", UNKNOWN)
def test_a_query_without_a_known_word_is_answered_by_text(te: Run, query: str) -> None:
    ran = te("search", query, "--mode", "semantic")
    assert {line.split(":")[0] for line in ran.lines} == {"src/zxqjwv.py"}
    assert (ran.exit_code, ran.stderr) == (0, f"{NOTE}\n")
    answer = te("search", query, "--mode", "semantic", "--json").json()
    assert answer["index"]["note"] == NOTE
    assert answer["results"] == te("search", query, "--mode", "text", "--json").json()["results"]


@pytest.mark.parametrize("query", UNKNOWN)
def test_vectors_then_stay_out_of_the_usual_ranking(te: Run, query: str) -> None:
    ran = te("search", query, "--explain", "--json")
    first, *_ = ran.json()["results"]
    assert first["path"] == "src/zxqjwv.py"
    assert not {"vector", "file_vector"} & {
        signal["name"] for hit in ran.json()["results"] for signal in hit["explain"]
    }
    assert ran.json()["index"]["note"] is None


def test_unknown_words_beside_known_ones_change_nothing(te: Run) -> None:
    plain = te("search", "retry uploads", "--mode", "semantic", "--json").json()
    noisy = te("search", "retry 90210 zxqjwv uploads загрузка", "--mode", "semantic", "--json").json()
    assert noisy["results"] == plain["results"]
    assert noisy["index"]["note"] is None


def test_nothing_known_and_nothing_found(te: Run) -> None:
    ran = te("search", "文件上传", "--mode", "semantic")
    assert (ran.exit_code, ran.stdout, ran.stderr) == (1, "", f"Nothing found for '文件上传'.\n{NOTE}\n")
