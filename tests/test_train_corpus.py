"""The list of training repositories: written from clones, refused where faulty, cloned again by name and commit."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts" / "train"))

from corpus import Repository, clone_all, corpus_of, faults, git_dir, languages_of, read_corpus, write_corpus
from licences import licence_of, licence_of_files
from measured import functions_of

MIT = "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining\na copy of this software …"
APACHE = "                 Apache License\n           Version 2.0, January 2004\n http://www.apache.org/licenses/"
BSD = "Redistribution and use in source and binary forms, with or without\nmodification, are permitted provided that"
ENDORSE = "3. Neither the name … may be used to endorse or promote products"


def commit(place: Path, files: dict[str, str]) -> str:
    """Write files into a repository at ``place``, commit them, and give the commit's hash."""
    place.mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(text, "utf-8")
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "more"]):
        subprocess.run(["git", "-C", str(place), *command], check=True)
    return subprocess.run(
        ["git", "-C", str(place), "rev-parse", "HEAD"], check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        (MIT, "MIT"),
        (APACHE, "Apache-2.0"),
        (BSD, "BSD-2-Clause"),
        (f"{BSD} …\n{ENDORSE}", "BSD-3-Clause"),
        (f"// {BSD[:50]}\n// {BSD[50:]}", "BSD-2-Clause"),
        ("GNU AFFERO GENERAL PUBLIC LICENSE\n   Version 3 … the GNU General Public License, version 3", "AGPL-3.0"),
        (f"{MIT}\n\nParts are under other terms:\n{BSD}", "MIT"),
        ("All rights reserved.", "NOASSERTION"),
    ],
)
def test_a_licence_is_told_by_its_words(text: str, licence: str) -> None:
    assert licence_of(text) == licence


@pytest.mark.parametrize(
    ("files", "licence"),
    [
        ({"LICENSE-MIT": MIT, "LICENSE-APACHE": APACHE}, "Apache-2.0 OR MIT"),
        ({"LICENSE": BSD, "COPYRIGHT.txt": MIT}, "BSD-2-Clause"),
        ({"LICENSE": "YEAR: 2024", "LICENSE.md": MIT}, "MIT"),
        ({}, "NOASSERTION"),
    ],
)
def test_a_repository_s_licence_files_are_read_together(files: dict[str, str], licence: str) -> None:
    assert licence_of_files(files) == licence


def test_the_list_is_written_from_clones(tmp_path: Path) -> None:
    """What is measured is not in it; what is held is, under its share; licences further down count where they agree."""
    code = {"a.py": "def go():\n    pass\n"}
    head = commit(tmp_path / "mirrors/Some+One/repo", {**code, "sub/LICENSE": MIT})
    commit(tmp_path / "mirrors/is+measured/repo", {**code, "LICENSE": MIT})
    held = commit(tmp_path / "mirrors/is+held", {**code, "LICENSE": APACHE})
    found = corpus_of(tmp_path / "mirrors", ["Is/Measured", "is/held"], ["is/held"])
    write_corpus(found, tmp_path / "corpus.tsv")
    assert read_corpus(tmp_path / "corpus.tsv") == [
        Repository("is/held", held, "Apache-2.0", "held"),
        Repository("Some/One", head, "MIT", "train"),
    ]
    assert faults(found, ["is/held"]) == []


def test_a_faulty_list_is_refused() -> None:
    found = faults(
        [
            Repository("a/b", "0" * 40, "MIT", "train"),
            Repository("A/B", "0" * 39, "NOASSERTION", "train"),
            Repository("sriniiyer/codenn", "0" * 40, "BUSL-1.1", "train"),
        ],
        ["a/B"],
    )
    assert found == [
        "a/b is listed twice",
        "a/b is measured on: never train on it",
        "A/B is measured on: never train on it",
        "A/B has no full commit: '000000000000000000000000000000000000000'",
        "A/B has no known licence",
        "sriniiyer/codenn is to be left out: the same",
        "sriniiyer/codenn has no open licence: BUSL-1.1",
    ]


def test_a_line_of_other_fields_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "corpus.tsv").write_text("a/b\tHEAD\tMIT\n", "utf-8")
    with pytest.raises(ValueError, match="not a line of four fields"):
        read_corpus(tmp_path / "corpus.tsv")


def test_the_committed_list_has_no_faults() -> None:
    assert faults(read_corpus(), []) == []


def test_repositories_are_cloned_at_their_commits_with_history(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A commit that is no longer the newest, with all before it and none after; what fails is said."""
    source = tmp_path / "base/some/one"
    commit(source, {"a.py": "def first():\n    pass\n"})
    second = commit(source, {"b.go": "package b\n"})
    commit(source, {"c.rb": "def third; end\n"})
    listed = [Repository("no/body", "0" * 40, "MIT", "train"), Repository("some/one", second, "MIT", "train")]
    for _ in range(2):  # again changes nothing
        assert clone_all(listed, tmp_path / "clones", f"file://{tmp_path}/base") == 1
    place = git_dir(tmp_path / "clones", "some/one")
    count = ["git", f"--git-dir={place}", "rev-list", "--count", "--all"]
    assert subprocess.run(count, check=True, capture_output=True, text=True).stdout == "2\n"
    assert languages_of(place) == {"python": 1, "go": 1}
    assert functions_of(place, 10) == ["def first():\n    pass"]
    assert "no/body: " in capfd.readouterr().err
    with pytest.raises(FileNotFoundError, match="no repository no/body"):
        git_dir(tmp_path / "clones", "no/body")
