"""Raw options, ``te.toml`` or ``[tool.te]``, and the environment become one frozen :class:`Settings`.

Nothing below the shell sees a flag. Where several places name a setting, the nearest to the user wins: a flag, then
the environment, then the project's file, then the default. A project's file comes with the repository, so it may
only set what cannot hurt the person who cloned it: never where the index lies, nor whether one is trusted.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from te_cli.errors import ConfigError, NoIndex, NoSuchFolder, NotAFolder, NotReadable
from te_cli.machine import on_network, usable_cores, user_cache
from te_cli.planted import json_of, read_planted
from te_cli.project import asked_by_project, declared_languages
from te_cli.repository import main_of, top_of

if TYPE_CHECKING:
    from collections.abc import Mapping

INDEX_FOLDER = ".te"
"""Where an index lives, inside the root it describes, unless it is moved."""

CATALOG = "catalog.db"
"""The file whose presence says that a folder is an index: the catalog is the truth, the rest is derived from it."""

OWNER = "owner"
"""The file in an index folder that names the root it describes."""

MAX_OWNER_BYTES = 1 << 16
"""It holds a path and a mark: what is longer is no such file."""

DEFAULT_MAX_FILE_BYTES = 2 << 20
"""Hand-written files are far smaller; what is larger is data, or generated, and costs more than it answers."""

MAX_FILE_BYTES = 1 << 40
"""The most that anyone may ask for: a number beyond it is a slip."""

PROJECT_MAX_FILE_BYTES = 64 << 20
"""The most that a project's own file may ask for, so that a cloned repository cannot exhaust the memory."""

LONGEST_SHOWN, LONG = 60, "…"
"""Characters of a value that an error repeats, and what stands for the others."""

DEFAULT_CACHE_BYTES = 2 << 30
"""Of the embeddings that are kept, all models together: two million of a small transformer's."""

OWN_NAMES = re.compile(r"\.gitignore|catalog\.db.*|text|text[.-].*|vectors-.*|owner.*|lock.*|seal.*|.*\.(?:new|tmp)")
"""What an index folder may hold. A folder with anything else in it is somebody's work, not ours to fill."""

_LIKE_A_FOLDER = re.compile(r"[.~/\\]|[A-Za-z]:[/\\]")

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmg]?)(i?b)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a verb needs to know, decided once. ``root`` and ``index_dir`` are absolute, ``root`` resolved.

    ``languages`` are pairs of a file name or an extension and the language that the project says it is. ``model`` is
    the embedding model that the user asked for, a name or an absolute folder; without one an index keeps its own.
    ``cache_dir`` is where embeddings are kept, at most ``cache_bytes`` of them; 0 keeps none. ``sources`` says where
    each value came from, as pairs of a field's name and a phrase for people.
    """

    root: Path
    index_dir: Path
    jobs: int
    max_file_bytes: int
    trust_index: bool = False
    index_dir_given: bool = False
    languages: tuple[tuple[str, str], ...] = ()
    model: str | None = None
    cache_dir: Path = Path()
    cache_bytes: int = 0
    sources: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """The flags that a verb was given, as typed; None where it was not."""

    index_dir: str | None = None
    jobs: int | None = None
    max_file_size: str | None = None
    model: str | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)


# Which root?


def settings_for_indexing(path: str | None, options: Options) -> Settings:
    """For a verb that is told what to index: the folder ``path`` itself, or the current one."""
    start = existing_folder(path or ".")
    return _settings(start, "current folder" if path is None else "argument", _current(start), options)


def settings_for_asking(directory: str | None, options: Options, *, build: bool) -> Settings:
    """For a verb that asks: the root of the nearest index at or above ``directory``.

    Where there is none: with ``build``, the top of the git work tree, or ``directory`` outside git; without,
    :class:`NoIndex`. A trusted index that the user names, made in another place, counts as one of here.
    """
    start = existing_folder(directory or ".")
    given = _given_index_dir(options)
    moved = _folder_named(given[0], start) if given else None
    found = _recorded_root(moved, start) if moved else _nearest_index(start, options)
    if found is not None:
        return _settings(found, "index found", start, options)
    vouched = moved is not None and _trust(options.environment)[0] and (moved / CATALOG).is_file()
    if not (build or vouched):
        where = f"of {start} in {given[0]}" if given else f"at or above {start}"
        raise NoIndex(f"There is no index {where}.", "Run `te index` first.")
    top = top_of(start)
    return _settings(top or start, "git work tree" if top else "folder", start, options)


def index_above(settings: Settings, options: Options) -> Path | None:
    """The root of the nearest index above one that is about to be made in its own folder for the first time."""
    if settings.index_dir_given or (settings.index_dir / CATALOG).is_file() or settings.root == settings.root.parent:
        return None
    return _nearest_index(settings.root.parent, options)


def existing_folder(path: str) -> Path:
    """``path`` resolved, once it is known to be a folder that can be read."""
    folder = Path(os.path.expanduser(path))  # noqa: PTH111 - of a user that there is not it is a name as any other
    if not os.path.exists(folder):  # noqa: PTH110 - a name that is too long is none, not an error
        raise NoSuchFolder(f"There is no folder '{path}'.", _nearby(folder))
    if not folder.is_dir():
        raise NotAFolder(f"'{path}' is a file, not a folder.", f"Name the folder it is in: {folder.parent}")
    if not os.access(folder, os.R_OK | os.X_OK):
        raise NotReadable(f"The folder '{path}' cannot be read.", "Check its permissions.")
    try:
        return folder.resolve()
    except FileNotFoundError as error:
        raise NoSuchFolder("The current folder has been removed.", "Go to one that exists.") from error


def _current(other: Path) -> Path:
    """The current folder, or ``other`` where it has been removed: paths that are typed in full need none."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        return other


def _nearby(folder: Path) -> str:
    """A hint at the nearest existing name."""
    try:
        names = [entry.name for entry in folder.parent.iterdir() if entry.is_dir()]
    except OSError:
        return f"Check the path: there is no '{folder.parent}' either."
    near = get_close_matches(folder.name, names, n=1)
    return f"Did you mean '{folder.parent / near[0]}'?" if near else "Check the path, or give none for the current one."


def _nearest_index(start: Path, options: Options) -> Path | None:
    """The nearest root at or above ``start`` with an index, of those that could hold the files of ``start``.

    What lies around a linked work tree, inside the main one, is another checkout of the same repository.
    """
    trusted = _trust(options.environment)[0]
    main = None
    for folder in (start, *start.parents):
        if main is not None and folder.is_relative_to(main):
            continue
        if _usable(folder / INDEX_FOLDER, trusted) and not _brought_along(folder):
            return folder
        if _unfit(folder) and (_cache_dir(folder, options.environment) / CATALOG).is_file():
            return folder
        main = main or main_of(folder)
    return None


def _brought_along(folder: Path) -> bool:
    """Whether an index inside a work tree says that it is another folder's.

    A clone may hold one in each of its folders, and whoever asks there means the whole of it.
    """
    top = top_of(folder)
    return top not in (None, folder) and _recorded_root(folder / INDEX_FOLDER, folder) != folder


def _usable(index_dir: Path, trusted: bool) -> bool:
    """Whether a folder is an index to answer from. One made by another user of this machine, higher up, is not."""
    try:
        said = index_dir.lstat()
    except OSError:
        return False
    ours = trusted or not hasattr(os, "geteuid") or said.st_uid == os.geteuid()
    # Either will do: an index that has lost its catalog is one to mend, not to pass by.
    there = os.path.lexists(index_dir / CATALOG) or (index_dir / OWNER).is_file()
    return ours and stat.S_ISDIR(said.st_mode) and there


def _recorded_root(index_dir: Path, start: Path) -> Path | None:
    """The root that a moved index describes, where ``start`` lies in it."""
    said = json_of(read_planted(index_dir / OWNER, MAX_OWNER_BYTES))
    root = said.get("root") if isinstance(said, dict) else None
    if not isinstance(root, str) or not os.path.isabs(root):  # noqa: PTH117 - any text may stand there
        return None
    return Path(root) if start.is_relative_to(root) and os.path.isdir(root) else None  # noqa: PTH112


# Where does its index lie?


def _given_index_dir(options: Options) -> tuple[str, str] | None:
    if options.index_dir:
        return options.index_dir, "--index-dir"
    if folder := options.environment.get("TE_INDEX_DIR"):
        return folder, "TE_INDEX_DIR"
    return None


def _folder_named(name: str, base: Path) -> Path:
    # Links stay as the user named them, and so does the home of a user that there is not.
    return Path(os.path.abspath(base / os.path.expanduser(name)))  # noqa: PTH100, PTH111


def _index_dir(root: Path, base: Path, options: Options) -> tuple[Path, str]:
    if given := _given_index_dir(options):
        folder = _folder_named(given[0], base)
        _refuse_foreign_folder(folder, root, given[1])
        return folder, given[1]
    own = root / INDEX_FOLDER
    if own.is_symlink() or (own.exists() and not own.is_dir()):
        raise ConfigError(f"{own} is not a folder of its own.", "Remove it, or choose another place with --index-dir.")
    if why := _unfit(root):
        elsewhere = _cache_dir(root, options.environment)
        if not _unfit(elsewhere):
            return elsewhere, f"cache folder, as {why}"
    return own, "default"


def _unfit(folder: Path) -> str:
    """Why an index cannot lie in a root, or in a folder for it, as people are told; empty where it can."""
    try:
        str(folder).encode()
    except UnicodeEncodeError:  # the text index takes names for text
        return "the root's name is not UTF-8"
    return "the root is on a network file system" if on_network(folder) else ""


def _refuse_foreign_folder(folder: Path, root: Path, source: str) -> None:
    """Keep the index (and its ``.gitignore`` that hides everything) out of folders that hold something else."""
    real = folder.resolve()
    if root.is_relative_to(real):
        raise ConfigError(
            f"{source}: the index cannot lie around what it describes, in {folder}.", "Name a new folder."
        )
    if "UTF-8" in _unfit(folder):
        raise ConfigError(f"{source}: the name of '{folder}' is not UTF-8.", "Name a new folder.")
    if not os.path.exists(folder):  # noqa: PTH110 - as above
        return
    if not folder.is_dir():
        raise NotAFolder(f"{source}: '{folder}' is a file, not a folder.", "Name a new folder.")
    try:
        others = sorted(name for name in os.listdir(folder) if not OWN_NAMES.fullmatch(name))  # noqa: PTH208 - names, not paths
    except PermissionError as error:
        raise NotReadable(f"{source}: the folder '{folder}' cannot be read.", "Check its permissions.") from error
    if others:
        raise ConfigError(f"{source}: '{folder}' holds other things, such as '{others[0]}'.", "Name a new folder.")


def _cache_dir(root: Path, environment: Mapping[str, str]) -> Path:
    from te_cli.digest import digest

    return user_cache(environment) / "te" / digest(os.fsencode(root)).hex()[:32]


# What do the files and the environment say?


def _settings(root: Path, root_source: str, base: Path, options: Options) -> Settings:
    index_dir, index_source = _index_dir(root, base, options)
    project, file_name = asked_by_project(root)
    jobs, jobs_source = _jobs(options, project.get("jobs"), file_name)
    max_bytes, bytes_source = _max_file_bytes(options, project.get("max_file_size"), file_name)
    trust, trust_source = _trust(options.environment)
    languages = declared_languages(project.get("languages"), file_name)
    model, model_source = _model(options, base)
    cache_dir, cache_bytes, cache_source = embeddings_cache(options.environment)
    sources = {
        "root": root_source,
        "index_dir": index_source,
        "jobs": jobs_source,
        "max_file_bytes": bytes_source,
        "trust_index": trust_source,
        "languages": file_name if languages else "default",
        "model": model_source,
        "cache_dir": "default",
        "cache_bytes": cache_source,
    }
    given = index_source in {"--index-dir", "TE_INDEX_DIR"}
    named = (jobs, max_bytes, trust, given, languages, model, cache_dir, cache_bytes)
    return Settings(root, index_dir, *named, tuple(sources.items()))


def embeddings_cache(environment: Mapping[str, str]) -> tuple[Path, int, str]:
    """The folder in which embeddings are kept, how many bytes of them at most, and what says so."""
    folder = user_cache(environment) / "te" / "embeddings"
    said = environment.get("TE_CACHE_SIZE", "").strip()
    if said.lower() in {"0", "no", "off", "false"}:
        return folder, 0, "TE_CACHE_SIZE"
    if on_network(folder):
        return folder, 0, "none, as the cache folder is on a network file system"
    if not said:
        return folder, DEFAULT_CACHE_BYTES, "default"
    return folder, parse_size(said, "TE_CACHE_SIZE", "which is too much or too little"), "TE_CACHE_SIZE"


def _trust(environment: Mapping[str, str]) -> tuple[bool, str]:
    value = environment.get("TE_TRUST_INDEX", "").strip().lower()
    if value in {"", "0", "false", "no", "off"}:
        return False, "TE_TRUST_INDEX" if value else "default"
    if value in {"1", "true", "yes", "on"}:
        return True, "TE_TRUST_INDEX"
    raise ConfigError(f"TE_TRUST_INDEX is '{value}', which is neither yes nor no.", "Set it to 1, or unset it.")


def _model(options: Options, base: Path) -> tuple[str | None, str]:
    """The model that the user asks for: a folder only if it is written as one, so that no repository can pose as it."""
    said, source = options.model, "--model"
    if said is None:
        said, source = options.environment.get("TE_MODEL") or None, "TE_MODEL"
    if said is None:
        return None, "the index's own"
    if not said.strip():
        raise ConfigError(f"{source} names no model.", "`te models` lists those that there are.")
    return (str(_folder_named(said, base)) if _LIKE_A_FOLDER.match(said) else said.strip()), source


def _jobs(options: Options, project: object, file_name: str) -> tuple[int, str]:
    cores = usable_cores()
    if options.jobs is not None:
        return _counted(options.jobs, "--jobs"), "--jobs"
    if value := options.environment.get("TE_JOBS", "").strip():
        return _counted(value, "TE_JOBS"), "TE_JOBS"
    if project is not None:
        return min(_counted(project, f"{file_name}: jobs"), cores), file_name
    return cores, "usable cores"


def _counted(value: object, source: str) -> int:
    text = _shown(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise ConfigError(f"{source} is '{text}', which is not a whole number of at least 1.", "For example: 4.")
    return int(text)


def _shown(value: object) -> str:
    """A setting's value as text, no more of it than fits a sentence: a project may write megabytes."""
    try:
        text = str(value)
    except (ValueError, RecursionError):  # a number of more digits than Python writes
        return LONG
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}{LONG}"


def _max_file_bytes(options: Options, project: object, file_name: str) -> tuple[int, str]:
    if options.max_file_size is not None:
        return parse_size(options.max_file_size, "--max-file-size"), "--max-file-size"
    if project is None:
        return DEFAULT_MAX_FILE_BYTES, "default"
    size = parse_size(project, f"{file_name}: max_file_size")
    if size > PROJECT_MAX_FILE_BYTES:
        message = f"{file_name}: max_file_size is more than a project may ask for, 64 MiB."
        raise ConfigError(message, "To index larger files, pass --max-file-size.")
    return size, file_name


def parse_size(value: object, source: str, beyond: str = "which no source file is") -> int:
    """Bytes from a number, or from text such as ``2 MB`` (10^6), ``2M`` or ``2 MiB`` (2^20).

    ``beyond`` says what is wrong with a size that nobody means.
    """
    text = _shown(value)
    match = _SIZE.fullmatch(text.strip())
    if match is None or isinstance(value, bool):
        raise ConfigError(f"{source} is '{text}', which is not a size.", "For example: 500k, 2 MB or 1048576.")
    number, unit, suffix = match.groups()
    step = 1000 if (suffix or "").lower() == "b" else 1024
    size = float(number) * step ** " kmg".index(unit.lower() or " ")
    if not 1 <= size <= MAX_FILE_BYTES:
        raise ConfigError(f"{source} is '{text}', {beyond}.", "For example: 500k, 2 MB or 1048576.")
    return int(size)
