"""What training measures is what a user is shown, and what is kept of the trees is what was read of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts" / "train"))

from documented import Asked, Query
from documented import thinned as thinned_candidates
from searched import Searched, file_of, of_folder, of_repository
from searching import Pool, Timed
from suites import thinned

from te_cli.document import Document
from te_cli.embed.static import StaticModel

if TYPE_CHECKING:
    from conftest import MakeRepository, Run

FILES: dict[str, str | bytes | None] = {
    "src/uploads.py": (
        '"""Uploads."""\n\nRETRIES = 3\n\n\ndef send_again(path):\n    """Retry a failed upload."""\n    return path\n'
        "\n\ndef cancel_upload(path):\n    return None\n"
    ),
    "src/parsing.py": "def read_tokens(text):\n    return text.split()\n\n\nclass Parser:\n    def parse(self): ...\n",
    "docs/guide.md": "# Guide\n\nHow to upload.\n\n## Retries\n\nA failed upload is sent again.\n",
    "empty.py": "",
    "logo.png": b"\x89PNG\r\n",
}


def commit_of(root: Path) -> str:
    """Commit everything in ``root``."""
    git = ["git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-qm", "work"], check=True)
    return subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize("query", ["retry a failed upload", "split text into words", "how are retries documented"])
def test_the_page_is_that_of_te(repo: MakeRepository, te: Run, tmp_path: Path, query: str) -> None:
    root = repo(FILES)
    read = of_repository(tmp_path / "cache", root / ".git", [commit_of(root)])
    assert te("index").exit_code == 0
    shown = te("search", query, "--mode", "semantic", "-k", "10", "--json").json()["results"]
    model = Timed(StaticModel())
    page = Pool(read.files, model).tree(read.files).page(query, model.embed_query(query))
    assert page == [(hit["path"], hit["start_line"], hit["end_line"]) for hit in shown]
    assert model.texts
    assert model.seconds > 0


def test_commits_share_their_files_and_versions_their_documents(repo: MakeRepository, tmp_path: Path) -> None:
    root = repo(FILES)
    first = commit_of(root)
    changed = FILES["src/uploads.py"]
    assert isinstance(changed, str)
    repo({"src/uploads.py": changed.replace("return None", "return path")})
    commits = [first, commit_of(root)]
    read = of_repository(tmp_path / "cache", root / ".git", commits, "src")
    assert sorted(file.path for file in read.files) == ["parsing.py", "uploads.py", "uploads.py"]
    before, after = ([read.files[position] for position in read.trees[commit]] for commit in commits)
    assert before[0] is after[0]
    same = [one is other for (_, one), (_, other) in zip(before[1].units, after[1].units, strict=True)]
    assert [symbol.name for symbol, _ in after[1].units] == ["uploads", "RETRIES", "send_again", "cancel_upload"]
    assert same == [True, True, True, False]


def test_what_is_kept_is_what_was_read(repo: MakeRepository, tmp_path: Path) -> None:
    folder = repo({"a.py": "def a():\n    return 1\n", "b.txt": "words\n"}, git=False)

    def read() -> Searched:
        return of_folder(tmp_path / "cache", folder)

    assert read() == read()
    assert [file.path for file in read().files] == ["a.py", "b.txt"]


def test_a_sample_has_what_is_asked_for() -> None:
    files = [file for number in range(9) if (file := file_of(f"{number}.py", b"def a(): ...\n"))]
    kept = thinned(files, ["4.py"], 4)
    assert "4.py" in [file.path for file in kept]
    assert len(kept) == 3
    assert thinned(files, [], None) == files
    documents = [Document("a.py", "function", str(number), str(number), "", "", "") for number in range(9)]
    asked = thinned_candidates(Asked(documents, [Query("say it in four words", (7, 2), "python")]), 3)
    assert len(asked.documents) == 5
    assert [asked.documents[target].name for target in asked.queries[0].targets] == ["7", "2"]
