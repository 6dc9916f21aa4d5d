"""Which root, which index folder, and which of several places names a setting."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from te_cli import machine
from te_cli.config import Options, Settings, parse_size, settings_for_asking, settings_for_indexing
from te_cli.errors import ConfigError, NoIndex, NoSuchFolder, NotAFolder, NotReadable

if TYPE_CHECKING:
    from conftest import MakeRepository


def make_index(folder: Path) -> None:
    """As much of an index as finding one looks at."""
    (folder / ".te").mkdir(parents=True)
    (folder / ".te" / "catalog.db").touch()
    (folder / ".te" / "owner").write_text(json.dumps({"root": str(folder)}), encoding="utf-8")


def source_of(settings: Settings, name: str) -> str:
    return dict(settings.sources)[name]


# Which root?


def test_index_takes_the_folder_it_is_given_not_the_top_of_the_work_tree(repo: MakeRepository) -> None:
    root = repo({"src/a.py": ""})
    settings = settings_for_indexing("src", Options())
    assert (settings.root, settings.index_dir) == (root / "src", root / "src" / ".te")
    assert settings_for_indexing(None, Options()).root == root


def test_other_verbs_use_the_nearest_index_at_or_above(repo: MakeRepository) -> None:
    root = repo({"a/b/c/x.py": ""})
    make_index(root)
    assert settings_for_asking("a/b/c", Options(), build=False).root == root
    make_index(root / "a" / "b")
    assert settings_for_asking("a/b/c", Options(), build=False).root == root / "a" / "b"
    assert settings_for_asking("a", Options(), build=False).root == root
    (root / "a" / "b" / ".te" / "owner").unlink()
    assert settings_for_asking("a/b/c", Options(), build=False).root == root, "it came along with the repository"


def test_without_an_index_search_starts_at_the_top_of_the_work_tree(repo: MakeRepository) -> None:
    root = repo({"a/b/x.py": ""})
    settings = settings_for_asking("a/b", Options(), build=True)
    assert (settings.root, source_of(settings, "root")) == (root, "git work tree")


def test_without_an_index_outside_git_search_starts_where_it_is(repo: MakeRepository) -> None:
    root = repo({"a/b/x.py": ""}, git=False)
    assert settings_for_asking("a", Options(), build=True).root == root / "a"


def test_a_verb_that_builds_nothing_says_that_there_is_no_index(repo: MakeRepository) -> None:
    root = repo()
    with pytest.raises(NoIndex, match=str(root)) as caught:
        settings_for_asking(None, Options(), build=False)
    assert caught.value.hint == "Run `te index` first."


def test_an_empty_te_folder_is_no_index(repo: MakeRepository) -> None:
    root = repo({"a/x.py": ""})
    (root / "a" / ".te").mkdir()
    make_index(root)
    assert settings_for_asking("a", Options(), build=False).root == root


def test_an_index_of_another_user_higher_up_is_passed_over(
    repo: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_index(repo())
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(NoIndex):
        settings_for_asking(None, Options(), build=False)
    trusting = Options(environment={"TE_TRUST_INDEX": "1"})
    assert settings_for_asking(None, trusting, build=False).trust_index


@pytest.mark.parametrize("build", [True, False])
def test_a_te_that_is_a_link_is_neither_followed_nor_filled(
    repo: MakeRepository, tmp_path: Path, *, build: bool
) -> None:
    root = repo()
    make_index(tmp_path / "elsewhere")
    (root / ".te").symlink_to(tmp_path / "elsewhere" / ".te")
    with pytest.raises(ConfigError if build else NoIndex):
        settings_for_asking(None, Options(), build=build)


def test_a_missing_folder_gets_the_nearest_name(repo: MakeRepository) -> None:
    repo({"source/a.py": ""})
    with pytest.raises(NoSuchFolder, match="There is no folder 'sourec'") as caught:
        settings_for_indexing("sourec", Options())
    assert caught.value.hint == "Did you mean 'source'?"


def test_the_home_of_a_user_that_there_is_not_is_a_missing_folder() -> None:
    with pytest.raises(NoSuchFolder, match="There is no folder '~nobody-of-that-name/tree'"):
        settings_for_indexing("~nobody-of-that-name/tree", Options())


def test_a_file_is_not_a_folder(repo: MakeRepository) -> None:
    repo({"src/a.py": ""})
    with pytest.raises(NotAFolder) as caught:
        settings_for_indexing("src/a.py", Options())
    assert caught.value.hint == "Name the folder it is in: src"


def test_an_unreadable_folder_says_so(repo: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    repo()
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(NotReadable):
        settings_for_indexing(".", Options())


# Where does its index lie?


def test_a_flag_moves_the_index_and_beats_the_environment(repo: MakeRepository, tmp_path: Path) -> None:
    repo()
    environment = {"TE_INDEX_DIR": str(tmp_path / "one")}
    moved = settings_for_indexing(None, Options(environment=environment))
    assert (moved.index_dir, moved.index_dir_given) == (tmp_path / "one", True)
    assert source_of(moved, "index_dir") == "TE_INDEX_DIR"
    flagged = settings_for_indexing(None, Options(index_dir=str(tmp_path / "two"), environment=environment))
    assert (flagged.index_dir, source_of(flagged, "index_dir")) == (tmp_path / "two", "--index-dir")


def test_a_moved_index_is_found_by_the_root_it_records(repo: MakeRepository, tmp_path: Path) -> None:
    root = repo({"src/a.py": ""})
    moved = tmp_path / "moved"
    moved.mkdir()
    (moved / "owner").write_text(json.dumps({"id": "1", "root": str(root), "mark": ""}))
    assert settings_for_asking("src", Options(index_dir=str(moved)), build=False).root == root


def test_a_moved_index_of_another_root_counts_as_none(repo: MakeRepository, tmp_path: Path) -> None:
    repo()
    moved = tmp_path / "moved"
    moved.mkdir()
    (moved / "owner").write_text(json.dumps({"root": str(tmp_path / "home")}))
    with pytest.raises(NoIndex):
        settings_for_asking(None, Options(index_dir=str(moved)), build=False)


def restored(folder: Path, root: Path) -> str:
    """An index made in another place, as a cache of CI brings it back."""
    folder.mkdir()
    (folder / "catalog.db").touch()
    (folder / "owner").write_text(json.dumps({"id": "1", "root": str(root), "mark": ""}))
    return str(folder)


@pytest.mark.parametrize("build", [True, False])
def test_a_trusted_index_made_in_another_place_counts_as_one_of_here(
    repo: MakeRepository, tmp_path: Path, *, build: bool
) -> None:
    root = repo({"src/a.py": ""})
    moved = restored(tmp_path / "moved", tmp_path / "elsewhere")
    environment = {"TE_INDEX_DIR": moved, "TE_TRUST_INDEX": "1"}
    assert settings_for_asking("src", Options(environment=environment), build=build).root == root
    environment = {"HOME": str(tmp_path), "TE_INDEX_DIR": "~/moved", "TE_TRUST_INDEX": "1"}
    assert settings_for_asking("src", Options(environment=environment), build=True).root == root
    (tmp_path / "moved" / "catalog.db").unlink()
    with pytest.raises(NoIndex):
        settings_for_asking("src", Options(index_dir=moved, environment={"TE_TRUST_INDEX": "1"}), build=False)


def test_outside_git_a_trusted_index_made_in_another_place_is_of_the_folder_one_asks_in(
    repo: MakeRepository, tmp_path: Path
) -> None:
    root = repo({"src/a.py": ""}, git=False)
    moved = restored(tmp_path / "moved", tmp_path / "elsewhere")
    trusting = Options(index_dir=moved, environment={"TE_TRUST_INDEX": "1"})
    assert settings_for_asking("src", trusting, build=False).root == root / "src"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"root": 7}', '{"root": "relative"}', "\xff"])
def test_a_spoilt_owner_file_counts_as_none(repo: MakeRepository, tmp_path: Path, text: str) -> None:
    repo()
    moved = tmp_path / "moved"
    moved.mkdir()
    (moved / "owner").write_text(text, encoding="latin-1")
    with pytest.raises(NoIndex):
        settings_for_asking(None, Options(index_dir=str(moved)), build=False)


@pytest.mark.parametrize("folder", [".", "..", "src"])
def test_the_index_never_goes_into_a_folder_with_other_things(repo: MakeRepository, folder: str) -> None:
    repo({"src/a.py": ""})
    with pytest.raises(ConfigError):
        settings_for_indexing(None, Options(index_dir=folder))


def test_the_index_may_go_where_one_already_is(repo: MakeRepository, tmp_path: Path) -> None:
    repo()
    moved = tmp_path / "moved"
    for name in (".gitignore", "catalog.db", "catalog.db-wal", "owner", "vectors-3.rows"):
        moved.mkdir(exist_ok=True)
        (moved / name).touch()
    assert settings_for_indexing(None, Options(index_dir=str(moved))).index_dir == moved


def test_on_a_network_file_system_the_index_goes_to_the_cache(
    repo: MakeRepository, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repo({"src/a.py": ""})
    table = f"/dev/sda / ext4 rw 0 0\nserver:/x {root} nfs4 rw 0 0\n"
    monkeypatch.setattr(machine, "_mounts", lambda: table)
    settings = settings_for_indexing(None, Options())
    assert settings.index_dir.parent == home / "cache" / "te"
    settings.index_dir.mkdir(parents=True)
    (settings.index_dir / "catalog.db").touch()
    assert settings_for_asking("src", Options(), build=False).index_dir == settings.index_dir


def test_where_embeddings_are_kept_and_how_many(
    repo: MakeRepository, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repo()
    settings = settings_for_indexing(None, Options())
    assert (settings.cache_dir, settings.cache_bytes) == (home / "cache/te/embeddings", 2 << 30)
    assert source_of(settings, "cache_bytes") == "default"
    sizes = {"500 MB": 500_000_000, "1g": 1 << 30, "0": 0, "off": 0, " ": 2 << 30}
    for said, meant in sizes.items():
        settings = settings_for_indexing(None, Options(environment={"TE_CACHE_SIZE": said, "HOME": str(home)}))
        assert settings.cache_bytes == meant
    for said in ("much", "-1", "9999999 GB", "0.1"):
        with pytest.raises(ConfigError, match="TE_CACHE_SIZE is '"):
            settings_for_indexing(None, Options(environment={"TE_CACHE_SIZE": said}))
    # A relative folder would lie in whatever repository one is in.
    monkeypatch.setenv("XDG_CACHE_HOME", "cache")
    assert not settings_for_indexing(None, Options()).cache_dir.is_relative_to(root)


def test_on_a_network_file_system_no_embeddings_are_kept(
    repo: MakeRepository, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo()
    monkeypatch.setattr(machine, "_mounts", lambda: f"/dev/sda / ext4 rw 0 0\nserver:/x {home} nfs4 rw 0 0\n")
    settings = settings_for_indexing(None, Options())
    assert settings.cache_bytes == 0
    assert source_of(settings, "cache_bytes") == "none, as the cache folder is on a network file system"


def test_the_file_system_of_a_folder_is_the_one_mounted_nearest_and_last() -> None:
    table = (
        "a / ext4 rw\nb /mnt nfs rw\nc /mnt/my\\040disk ext4 rw\nd /mnt/twice ext4 rw\ne /mnt/twice cifs rw\n\nbad\n"
    )
    kinds = [machine.file_system_of(Path(path), table) for path in ("/x", "/mnt/a", "/mnt/my disk/b", "/mnt/twice")]
    assert kinds == ["ext4", "nfs", "ext4", "cifs"]


# What do the files and the environment say?


def test_defaults(repo: MakeRepository) -> None:
    repo()
    settings = settings_for_indexing(None, Options())
    assert settings.jobs == machine.usable_cores() >= 1
    assert (settings.max_file_bytes, settings.trust_index) == (2 << 20, False)
    assert {source_of(settings, name) for name in ("index_dir", "max_file_bytes", "trust_index")} == {"default"}


def test_the_nearest_to_the_user_wins(repo: MakeRepository) -> None:
    repo({"te.toml": 'jobs = 1\nmax_file_size = "1 MB"\n'})
    by_file = settings_for_indexing(None, Options())
    assert (by_file.jobs, source_of(by_file, "jobs"), by_file.max_file_bytes) == (1, "te.toml", 1_000_000)
    by_environment = settings_for_indexing(None, Options(environment={"TE_JOBS": "3"}))
    assert (by_environment.jobs, source_of(by_environment, "jobs")) == (3, "TE_JOBS")
    by_flag = settings_for_indexing(None, Options(jobs=5, max_file_size="10k", environment={"TE_JOBS": "3"}))
    assert (by_flag.jobs, by_flag.max_file_bytes) == (5, 10_240)
    assert source_of(by_flag, "max_file_bytes") == "--max-file-size"


def test_settings_may_stand_in_pyproject(repo: MakeRepository) -> None:
    root = repo({"pyproject.toml": "[tool.te]\nmax_file_size = 4096\n"})
    settings = settings_for_indexing(None, Options())
    assert (settings.max_file_bytes, source_of(settings, "max_file_bytes")) == (4096, "pyproject.toml")
    (root / "te.toml").write_text("max_file_size = 1024\n")
    assert settings_for_indexing(None, Options()).max_file_bytes == 1024


def test_a_broken_te_toml_is_reported_and_a_broken_pyproject_is_left_to_its_owner(repo: MakeRepository) -> None:
    root = repo({"pyproject.toml": "[tool.te\n"})
    assert settings_for_indexing(None, Options()).max_file_bytes == 2 << 20
    (root / "te.toml").write_text("jobs = \n")
    with pytest.raises(ConfigError, match=r"te\.toml cannot be read"):
        settings_for_indexing(None, Options())


@pytest.mark.parametrize("line", ['index_dir = "/tmp/x"', "trust_index = true", 'TE_TRUST_INDEX = "1"'])
def test_a_repository_may_not_say_where_its_index_lies_or_that_it_is_to_be_trusted(
    repo: MakeRepository, line: str
) -> None:
    repo({"te.toml": f"{line}\n"})
    with pytest.raises(ConfigError, match="has no setting"):
        settings_for_indexing(None, Options())


def test_an_unknown_setting_gets_the_nearest_one(repo: MakeRepository) -> None:
    repo({"te.toml": "max_filesize = 1\n"})
    with pytest.raises(ConfigError) as caught:
        settings_for_indexing(None, Options())
    assert caught.value.message == "te.toml has no setting 'max_filesize'."
    assert caught.value.hint == "Did you mean 'max_file_size'?"


def test_a_repository_can_neither_start_a_horde_nor_fill_the_memory(repo: MakeRepository) -> None:
    root = repo({"te.toml": "jobs = 100000\n"})
    assert settings_for_indexing(None, Options()).jobs == machine.usable_cores()
    (root / "te.toml").write_text('max_file_size = "100 GB"\n')
    with pytest.raises(ConfigError, match="64 MiB"):
        settings_for_indexing(None, Options())


def test_a_settings_file_that_is_a_link_is_not_followed(repo: MakeRepository, tmp_path: Path) -> None:
    root = repo()
    (tmp_path / "secret").write_text("password = 1\n")
    (root / "te.toml").symlink_to(tmp_path / "secret")
    assert settings_for_indexing(None, Options()).max_file_bytes == 2 << 20


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5", "٣"])
def test_jobs_is_a_whole_number_of_at_least_one(repo: MakeRepository, value: str) -> None:
    repo()
    with pytest.raises(ConfigError, match="TE_JOBS"):
        settings_for_indexing(None, Options(environment={"TE_JOBS": value}))


@pytest.mark.parametrize(("value", "trusted"), [("", False), ("0", False), ("no", False), ("1", True), ("TRUE", True)])
def test_trust_comes_from_the_environment(repo: MakeRepository, value: str, *, trusted: bool) -> None:
    repo()
    assert settings_for_indexing(None, Options(environment={"TE_TRUST_INDEX": value})).trust_index is trusted


def test_trust_that_is_neither_yes_nor_no_is_refused(repo: MakeRepository) -> None:
    repo()
    with pytest.raises(ConfigError, match="neither yes nor no"):
        settings_for_indexing(None, Options(environment={"TE_TRUST_INDEX": "maybe"}))


@pytest.mark.parametrize(
    ("text", "size"),
    [
        *(("1", 1), ("1048576", 1 << 20), ("500k", 512_000), ("2M", 2 << 20), ("2 MiB", 2 << 20)),
        *(("2 MB", 2_000_000), ("1.5k", 1536), ("1g", 1 << 30), ("7 b", 7), (4096, 4096)),
    ],
)
def test_sizes_are_read_as_people_write_them(text: object, size: int) -> None:
    assert parse_size(text, "x") == size


@pytest.mark.parametrize("text", ["", "big", "-1", "0", "0.1", "1 XB", "9" * 400, True, 1.5e30, None])
def test_what_is_no_size_is_refused(text: object) -> None:
    with pytest.raises(ConfigError, match="x is"):
        parse_size(text, "x")


def test_a_model_is_a_name_unless_it_is_written_as_a_folder(repo: MakeRepository, tmp_path: Path) -> None:
    root = repo({"acme/model/config.json": "{}"})
    asked = [Options(model=said, environment={}) for said in ("acme/model", "./acme/model", str(tmp_path))]
    found = [settings_for_indexing(None, options).model for options in asked]
    assert found == ["acme/model", str(root / "acme/model"), str(tmp_path)]
    settings = settings_for_indexing(None, Options(environment={"TE_MODEL": "te-static"}))
    assert (settings.model, source_of(settings, "model")) == ("te-static", "TE_MODEL")
    assert settings_for_indexing(None, Options(environment={})).model is None
    with pytest.raises(ConfigError, match="--model names no model"):
        settings_for_indexing(None, Options(model=" ", environment={}))


def test_a_project_may_not_choose_the_model(repo: MakeRepository) -> None:
    repo({"te.toml": 'model = "./evil"\n'})
    with pytest.raises(ConfigError, match="no setting 'model'"):
        settings_for_indexing(None, Options())
