"""Damage to the files of an index: it is mended, or named in a sentence, and never answers wrongly without a word.

The whole table, each file by each kind of damage and each verb, is `scripts/damage.py`.
"""

from __future__ import annotations

import os
import random
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from comparing import contents, place_of, same

from te_cli.store import generations
from te_cli.store.catalog import Catalog
from te_cli.store.checks import inspect
from te_cli.store.owner import read_owner

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import MakeRepository, Ran, Run

MINE = {f"alpha_{n}.py": f'def alpha_{n}():\n    """Count parcels."""\n    return alpha_{n - 1}()\n' for n in range(8)}

CASES = [
    ("catalog.db", "flipped"),
    ("catalog.db", "swapped"),
    ("catalog.db", "older"),
    ("catalog.db", "folder"),
    ("catalog.db", "deleted"),
    ("vectors-*.rows", "flipped"),
    ("vectors-*.rows", "swapped"),
    ("text/*/units/meta.json", "flipped"),
    ("text/*/units/*.idx", "flipped"),
    ("text/*/units/*.idx", "swapped"),
    ("text/*/files/*.term", "truncated"),
    ("text/*/files/*.fast", "link"),
    ("text/*/units", "swapped"),
    ("owner", "folder"),
    ("owner", "emptied"),
]
"""Files, and damage that has to be told of."""

QUIET = [
    ("seal", "flipped"),
    ("seal", "folder"),
    ("seal", "swapped"),
    ("lock", "folder"),
    (".gitignore", "emptied"),
    (".gitignore", "folder"),
]
"""Files, and damage that no answer depends on."""


@pytest.fixture
def shelves(repo: MakeRepository, te: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path, Path]:
    """A repository with its index, the index as it was a run before, and the index of another repository."""
    monkeypatch.setattr(generations, "DELTA_ROWS", 0)
    monkeypatch.setattr(generations, "DELTA_FRACTION", 0.0)
    other = tmp_path / "other"
    other.mkdir()
    for name, text in MINE.items():
        (other / name.replace("alpha", "gamma")).write_text(text.replace("alpha", "gamma"))
    assert te("index", str(other)).exit_code == 0
    root = repo(MINE)
    te("index")
    shutil.copytree(root / ".te", tmp_path / "older")
    repo({"late.py": "def late_arrival():\n    return alpha_3()\n"})
    te("index")
    return root / ".te", tmp_path / "older", other / ".te"


def hurt(shelves: tuple[Path, Path, Path], pattern: str, damage: str) -> None:
    """Damage one file of the first index."""
    index, older, other = shelves
    path = min(index.glob(pattern))
    data = path.read_bytes() if path.is_file() else b""
    if damage in {"older", "swapped"}:
        source = min((older if damage == "older" else other).glob(pattern))
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(source, path) if source.is_dir() else shutil.copyfile(source, path)
    elif damage == "link":
        path.rename(index.parent.parent / "moved")
        path.symlink_to(index.parent.parent / "moved")
    elif damage in {"folder", "deleted"}:
        path.unlink()
        if damage == "folder":
            path.mkdir()
    else:
        middle = len(data) // 2
        flipped = data[:middle] + bytes([data[middle] ^ 0x55]) + data[middle + 1 :] if data else b""
        path.write_bytes({"truncated": data[:middle], "emptied": b"", "flipped": flipped}[damage])


def answers(te: Run) -> tuple[list[Any], list[Ran]]:
    """What each mode finds, ids apart, and the runs."""
    asked = (("alpha_3", "name"), ("count parcels", "text"), ("parcel counting", "semantic"))
    ran = [te("search", query, "--mode", mode, "--json") for query, mode in asked]
    return [[{**hit, "id": 0} for hit in each.json()["results"]] for each in ran], ran


@pytest.mark.parametrize(("pattern", "damage"), CASES)
def test_damage_is_mended_and_told(shelves: tuple[Path, Path, Path], te: Run, pattern: str, damage: str) -> None:
    """The doctor names it; a search answers as before, and says that it built anew."""
    whole, _ = answers(te)
    hurt(shelves, pattern, damage)
    assert te("doctor").exit_code == 1
    found, ran = answers(te)
    assert found == whole
    assert "Building it" in ran[0].stderr
    assert te("doctor").exit_code == 0


@pytest.mark.parametrize(("pattern", "damage"), QUIET)
def test_what_no_answer_depends_on_is_mended_in_passing(
    shelves: tuple[Path, Path, Path], te: Run, pattern: str, damage: str
) -> None:
    """Answers go on, the doctor names it, and --repair mends it without building anew."""
    whole, _ = answers(te)
    hurt(shelves, pattern, damage)
    before = _id_of(shelves[0])
    found, ran = answers(te)
    assert (found, [each.stderr for each in ran]) == (whole, ["", "", ""])
    hurt(shelves, pattern, damage) if pattern == "seal" and damage == "flipped" else None
    assert te("doctor", "--repair").exit_code == 0
    assert all(line.startswith(("ok", "mended")) for line in te("doctor").lines)
    assert _id_of(shelves[0]) == before


def _id_of(folder: Path) -> str:
    """What an index is known by until it is built anew."""
    owner = read_owner(folder)
    assert owner is not None
    return owner.id


def test_a_newer_format_is_refused_and_not_touched(shelves: tuple[Path, Path, Path], te: Run) -> None:
    """No verb opens, mends or removes what a newer te has written."""
    catalog = Catalog(shelves[0] / "catalog.db")
    catalog.set_meta(format=99)
    catalog.close()
    for verb in (["search", "alpha"], ["index"], ["status"], ["doctor", "--repair"]):
        ran = te(*verb)
        assert (ran.exit_code, ran.stderr.count("newer te")) == (2, 1), verb
    assert te("doctor").exit_code == 1


def test_a_log_that_was_lost_does_not_bring_back_the_run_before(
    shelves: tuple[Path, Path, Path], te: Run, te_process: Run, repo: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that was published, and killed before its log was written into the catalog, whose log then went missing."""
    repo({"late.py": "def latest():\n    return 1\n"})
    with monkeypatch.context() as patched:
        patched.setenv("TE_FAULT", "kill@close.catalog")
        assert te_process("index").exit_code < 0
    (shelves[0] / "catalog.db-wal").unlink()
    assert "Building it" in te("search", "latest", "--mode", "name").stderr
    assert te("search", "latest", "--mode", "name").lines[0] == "late.py:1: function latest"
    assert te("doctor").exit_code == 0


def test_times_that_were_put_back_hide_nothing(shelves: tuple[Path, Path, Path], te: Run) -> None:
    """Size and modification time are what they were, and still the byte is missed."""
    whole, _ = answers(te)
    path = min(shelves[0].glob("text/*/units/*.idx"))
    said = path.stat()
    hurt(shelves, "text/*/units/*.idx", "flipped")
    os.utime(path, ns=(said.st_atime_ns, said.st_mtime_ns))
    assert answers(te)[0] == whole


def test_an_index_that_was_copied_is_looked_through_once(shelves: tuple[Path, Path, Path], te: Run) -> None:
    """A backup that was put back has other times and inodes: it is no damage, and is sealed anew."""
    index = shelves[0]
    shutil.copytree(index, index.parent / "copy")
    shutil.rmtree(index)
    (index.parent / "copy").rename(index)
    seal = (index / "seal").read_bytes()
    assert te("search", "alpha_3", "--mode", "name", "--refresh", "never").stderr == ""
    assert (index / "seal").read_bytes() != seal
    assert te("doctor").exit_code == 0


def test_what_the_doctor_calls_whole_answers_right(shelves: tuple[Path, Path, Path]) -> None:
    """A byte flipped anywhere in the catalog is found, or lies where nothing is."""
    catalog = shelves[0] / "catalog.db"
    root, data, chance = shelves[0].parent, catalog.read_bytes(), random.Random(0)  # noqa: S311 - chance, not secrecy
    whole, found = contents(root), 0
    for place in [chance.randrange(len(data)) for _ in range(40)] + [data.find(b"alpha_3")]:
        catalog.write_bytes(data[:place] + bytes([data[place] ^ 0x41]) + data[place + 1 :])
        if all(check.ok for check in inspect(place_of(root))):
            assert same(contents(root), whole), place
        else:
            found += 1
    assert found
