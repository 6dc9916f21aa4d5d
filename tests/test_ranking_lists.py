"""Labelled lists: what is asked of commits, documentation and names, and what is kept of the answers."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts" / "train"))

import ranking_data
import ranking_kept
from ranking_commits import Commit, asked, base_of, body, changed, commits, subject
from ranking_data import Asked
from ranking_definitions import Source, named, source_of, told, undocumented
from ranking_lists import faults, gather, repositories, rows_of

from te_cli.parse import parse
from te_cli.walk.content import FileText

if TYPE_CHECKING:
    from conftest import MakeRepository

MOST = {"commit": 10, "issue": 10}
REASON = "Servers behind a proxy close idle connections without a word, and the next request then fails. " * 3


def commit(message: str, *files: str) -> Commit:
    return Commit("1" * 40, "Ada", message, tuple(tuple(file.split(" ", 1)) for file in files))  # type: ignore[misc]


def draw(seed: int = 0) -> random.Random:
    return random.Random(seed)  # noqa: S311 - no secret


def sources(language: str = "python", /, **files: str) -> list[Source]:
    texts = [FileText(f"{name}.{language}", language, "code", b"", text) for name, text in files.items()]
    found = [source_of(text) for text in texts]
    assert None not in found
    return [source for source in found if source]


@pytest.mark.parametrize(
    "message",
    [
        "Bump urllib3 from 1.26.5 to 1.26.9",
        "fix: typo in the documentation of retries",
        "Merge branch 'main' into retries for good",
        "release: prepare the version after next",
        'Revert "Retry uploads that a proxy refused"',
        "chore(deps): update all of the non-major dependencies",
        "Run clang-format on the whole upload folder",
        "Fix the upload",
    ],
)
def test_a_subject_that_says_nothing_of_code_is_no_query(message: str) -> None:
    assert not subject(message, draw())


def test_number_and_prefix_of_a_subject_stay_in_some_queries_only() -> None:
    line = "fix(core): retry uploads that a proxy refused (#123)"
    found = {subject(line, draw(seed)) for seed in range(40)}
    bare = "retry uploads that a proxy refused"
    assert found == {bare, f"fix(core): {bare}", f"{bare} (#123)", line}
    assert subject(f"🐛 {line}", draw()) in found


def test_a_body_loses_signatures_and_links() -> None:
    message = (
        "Retry\n\nIt fails, see https://a.org/1.\n\nFixes #12\nSigned-off-by: Ada <a@b.c>\nCo-authored-by: B <b@c>"
    )
    assert body(message) == "It fails, see"


def test_a_commit_asks_for_the_code_that_it_changed_less_its_tests() -> None:
    there = {"upload.py", "tests/test_upload.py", "README.md"}
    about = commit("Retry uploads", "M upload.py", "M tests/test_upload.py", "M README.md")
    assert changed(about, there) == ("upload.py",)


def test_a_commit_of_tests_alone_asks_for_them_where_it_says_so() -> None:
    there = {"tests/test_upload.py"}
    assert changed(commit("Add tests of uploads", "M tests/test_upload.py"), there) == ("tests/test_upload.py",)
    assert changed(commit("Wait for uploads", "M tests/test_upload.py"), there) == ()


def test_a_commit_that_adds_code_or_changes_much_is_left_out() -> None:
    there = {f"{name}.py" for name in "abcd"}
    assert changed(commit("Retry", "M a.py", "A new.py"), there) == ()
    assert changed(commit("Retry", *(f"M {path}" for path in sorted(there))), there) == ()


def test_commits_after_the_base_become_queries(repo: MakeRepository) -> None:
    """Each with the files it changed; a message of some length is asked for as an issue too; the base asks nothing."""
    root = repo({"upload.py": "a = 1\n", "proxy.py": "b = 1\n"})

    def change(path: str, message: str) -> None:
        (root / path).write_text((root / path).read_text() + "c = 1\n", "utf-8")
        git = ["git", "-c", "user.name=Ada", "-c", "user.email=a@b.c", "-C", str(root)]
        subprocess.run([*git, "add", "-A"], check=True)
        subprocess.run([*git, "commit", "-q", "-m", message], check=True)

    for name in ("name", "number", "date"):
        change("upload.py", f"Give every upload a {name}")
    change("upload.py", "Send a failed upload again")
    change("proxy.py", f"Ask the proxy before each upload\n\n{REASON}")
    base = base_of(root / ".git", "HEAD", window=2)
    found = asked(commits(root / ".git", base, "HEAD"), {"upload.py", "proxy.py"}, MOST)
    assert [(query.kind, query.gold) for query in found] == [
        ("commit", ("upload.py",)),
        ("commit", ("proxy.py",)),
        ("issue", ("proxy.py",)),
    ]
    assert found[0].text == "Send a failed upload again"
    assert REASON.strip() in found[2].text


PYTHON = '''class Upload:
    """A file on its way to the server."""

    def again(self):
        """Send a failed upload once more.

        Gives up after three attempts.
        """
        # wait longer each time
        return self
'''
GO = """package upload

// Again sends a failed upload once more.
// It gives up after three attempts.
func Again() {
	// wait longer each time
}
"""
ELIXIR = '''defmodule Upload do
  @doc """
  Sends a failed upload once more.
  """
  def again(a), do: a
end
'''


@pytest.mark.parametrize(("language", "text"), [("python", PYTHON), ("go", GO), ("elixir", ELIXIR)])
def test_documentation_is_blanked_and_the_rest_stays_in_its_lines(language: str, text: str) -> None:
    units = parse(f"upload.{language}", language, text).units
    bare = undocumented(text, language, [unit.symbol.doc for unit in units[1:]])
    after = parse(f"upload.{language}", language, bare).units
    assert "failed" not in bare
    assert not any(unit.symbol.doc for unit in after[1:])
    assert ("wait longer" in bare) == ("wait longer" in text)
    assert bare.count("\n") == text.count("\n")
    assert [unit.symbol.qualified_name for unit in after] == [unit.symbol.qualified_name for unit in units]


def test_a_first_sentence_asks_for_its_definition() -> None:
    found = told(sources(upload=PYTHON), draw(), 10)
    assert {(query.text, query.gold[0]["start_line"]) for query in found} == {  # type: ignore[index]
        ("A file on its way to the server", 1),
        ("Send a failed upload once more", 4),
    }


def test_a_sentence_that_is_said_elsewhere_asks_nothing() -> None:
    other = 'ADVICE = "send a failed upload once more"\n'
    found = told(sources(upload=PYTHON, advice=other), draw(), 10)
    assert [query.text for query in found] == ["A file on its way to the server"]


def test_a_sentence_loses_the_name_in_front() -> None:
    found = told(sources("go", upload=GO), draw(), 10)
    assert [query.text for query in found] == ["sends a failed upload once more"]


def test_a_name_is_asked_for_where_one_definition_has_it_and_another_is_near() -> None:
    users = {f"user{number}": "from upload import Upload, lonely\nUpload(lonely())\n" for number in range(3)}
    defined = "class Upload:\n    pass\n\ndef upload():\n    pass\n\ndef lonely():\n    pass\n"
    found = named(sources(upload=defined, **users), draw(), 10)
    assert [(query.text, query.gold) for query in found] == [
        ("Upload", ({"path": "upload.python", "start_line": 1, "end_line": 2},))
    ]


def test_lists_are_read_as_they_were_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And refused once the signals are others."""
    monkeypatch.setattr(ranking_data, "names", [])
    values = np.array([[0.5, 0], [1, 0.25], [0, 0]])
    first = Asked("doc a/b", "words", values, np.array([[True, False, False]]), np.array([0, 0, 2]))
    second = Asked("name a/b", "name", values[:1], np.array([[True], [False]]), np.array([0]))
    ranking_kept.save(tmp_path / "a+b.npz", [first, second], ["words", "length"])
    for before, after in zip([first, second], ranking_kept.load(tmp_path), strict=True):
        assert (before.repository, before.intent) == (after.repository, after.intent)
        for column in ("values", "hits", "files"):
            assert np.array_equal(getattr(before, column), getattr(after, column))
    monkeypatch.setattr(ranking_data, "names", ["length"])
    with pytest.raises(ValueError, match="gather the lists again"):
        ranking_kept.load(tmp_path)


def test_a_repository_is_laid_out_asked_and_kept(repo: MakeRepository, tmp_path: Path) -> None:
    root = repo({"upload.py": PYTHON, "proxy.py": 'def proxy():\n    """Ask the proxy whether it is there."""\n'})
    git = ["git", "-c", "user.name=Ada", "-c", "user.email=a@b.c", "-C", str(root)]
    for number in range(2):
        (root / "upload.py").write_text(f"{PYTHON}A = {number}\n", "utf-8")
        subprocess.run([*git, "add", "-A"], check=True)
        subprocess.run([*git, "commit", "-q", "-m", f"Send a failed upload again {number}"], check=True)
    mirrors, out = tmp_path / "mirrors", tmp_path / "lists"
    mirrors.mkdir()
    root.rename(mirrors / "ada+upload")
    assert "commit   1" in gather(mirrors, out, ("ada/upload", "HEAD"))
    assert {row["kind"] for row in rows_of("ada/upload", out)} == {"commit", "doc"}
    lists = ranking_kept.load(out / "lists")
    assert {each.repository for each in lists} == {"commit ada/upload", "doc ada/upload"}
    assert all(each.hits.any() for each in lists)
    left_over = out / "whole" / "ada+upload" / "old.py"
    left_over.touch()
    (out / "queries" / "ada+upload.jsonl").unlink()
    gather(mirrors, out, ("ada/upload", "HEAD"))
    assert not left_over.exists()
    assert len(ranking_kept.load(out / "lists")) == len(lists)


def test_what_is_measured_or_trained_on_is_refused() -> None:
    assert not faults(repositories(), [])
    assert len(faults(["psf/Requests", "typelevel/cats", "absinthe-graphql/absinthe"], ["psf/requests"])) == 3
