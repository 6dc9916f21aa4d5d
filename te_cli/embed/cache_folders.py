"""The folders in which embeddings are kept, one for each model, side by side; and how they stay within their limit."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
from contextlib import suppress
from dataclasses import asdict, dataclass
from secrets import token_hex
from typing import TYPE_CHECKING

from te_cli.embed.identity import ModelIdentity
from te_cli.embed.rows import DATABASE, Rows, reason
from te_cli.planted import json_of, read_planted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ABOUT = "model.json"
"""The note beside the rows that says whose they are; its time is when they were last used."""

MAX_ABOUT_BYTES = 1 << 14
GONE = ".gone-"
"""What a folder is called while it is removed: a name of its own first, so that nobody opens half of one."""


@dataclass(frozen=True, slots=True)
class KeptModel:
    """What is kept of one model. ``entries`` is None where the file cannot be read; ``used`` is a time since 1970."""

    identity: ModelIdentity
    place: Path
    entries: int | None
    bytes: int
    used: float


def place_of(folder: Path, identity: ModelIdentity) -> Path:
    """The folder of a model's rows; a model under another name is still the same by its fingerprint."""
    mark = _as_file_name(identity.fingerprint)
    with suppress(OSError):
        for name in sorted(os.listdir(folder)):  # noqa: PTH208 - names, not paths
            if name.endswith(f"-{mark}") and not name.startswith("."):
                return folder / name
    return folder / f"{_as_file_name(identity.name)[:60]}-{mark}"


def _as_file_name(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.") or "model"


def prepare(place: Path, identity: ModelIdentity) -> None:
    """Make the folder of a model, or make sure that it is this user's own, and note that it is used."""
    if os.path.expandvars(place) != str(place):
        raise OSError("its path holds a variable's name, which would be replaced")
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    place.mkdir(mode=0o700, exist_ok=True)
    for path in (place.parent, place):
        said = path.lstat()
        if not stat.S_ISDIR(said.st_mode) or (hasattr(os, "geteuid") and said.st_uid != os.geteuid()):
            raise OSError("it is not a folder of your own")
    _refuse_links(place)
    about = place / ABOUT
    if about.exists():
        os.utime(about)
        return
    new = place / f"{ABOUT}.{token_hex(4)}.new"
    new.write_text(json.dumps(asdict(identity)), encoding="utf-8")
    new.replace(about)


def _refuse_links(place: Path) -> None:
    """Raise ValueError where something else than a plain file stands in the place of one."""
    for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", ABOUT):
        with suppress(FileNotFoundError):
            if not stat.S_ISREG((place / name).lstat().st_mode):
                raise ValueError(f"{name} is not a plain file")


def make_room(place: Path, limit_bytes: int, own_bytes: int) -> None:
    """Remove what other models keep, those used longest ago first, until all together are within the limit.

    What somebody did not get to remove goes before them. What lies in ``place`` stays, all of ``own_bytes``.
    """
    sizes = {each: _bytes_of(each) for each in _places(place.parent, gone=True)} | {place: own_bytes}
    total = sum(sizes.values())
    for each in sorted(sizes.keys() - {place}, key=lambda each: (not each.name.startswith(GONE), _last_used(each))):
        if total <= limit_bytes:
            return
        with suppress(OSError):
            remove(each)
            total -= sizes[each]


def models_in(folder: Path) -> list[KeptModel]:
    """What is kept of each model, the one used last first."""
    found = [
        KeptModel(_about(each), each, _entries(each), _bytes_of(each), _last_used(each)) for each in _places(folder)
    ]
    return sorted(found, key=lambda kept: (-kept.used, kept.place.name))


def remove(place: Path) -> None:
    """Remove a folder of rows, whole, whoever uses it: they go on without it, and begin another.

    Raises:
        OSError: it cannot be removed.
    """
    try:
        if not stat.S_ISDIR(place.lstat().st_mode):
            place.unlink()
            return
        aside = place if place.name.startswith(GONE) else place.rename(place.with_name(GONE + token_hex(8)))
    except FileNotFoundError:
        return
    except OSError:
        if not (place / DATABASE).is_file():
            raise
        _empty(place)  # open elsewhere, where an open file keeps its folder in place
        return
    shutil.rmtree(aside, ignore_errors=True)


def _empty(place: Path) -> None:
    try:
        with Rows(place, 0) as rows:
            rows.clear()
    except Exception as error:  # as in Kept: a planted file may make diskcache fail in any way
        raise OSError(reason(error)) from error


def leftovers(folder: Path) -> list[Path]:
    """Folders that somebody did not get to remove."""
    return [place for place in _places(folder, gone=True) if place.name.startswith(GONE)]


def _places(folder: Path, *, gone: bool = False) -> Iterator[Path]:
    """The models' folders; with ``gone``, also those that somebody did not get to remove. Others are not ours."""
    with suppress(OSError):
        for name in sorted(os.listdir(folder)):  # noqa: PTH208 - names, not paths
            place = folder / name
            ours = any(os.path.lexists(place / file) for file in (ABOUT, DATABASE))
            if (gone if name.startswith(GONE) else ours) and place.is_dir() and not place.is_symlink():
                yield place


def _about(place: Path) -> ModelIdentity:
    said = json_of(read_planted(place / ABOUT, MAX_ABOUT_BYTES))
    said = said if isinstance(said, dict) else {}
    name, fingerprint, dimension = (said.get(key) for key in ("name", "fingerprint", "dimension"))
    return ModelIdentity(
        name if isinstance(name, str) else place.name,
        fingerprint if isinstance(fingerprint, str) else "",
        dimension if isinstance(dimension, int) else 0,
    )


def _entries(place: Path) -> int | None:
    if not (place / DATABASE).exists():
        return 0
    try:
        _refuse_links(place)
        with Rows(place, 0) as rows:
            return len(rows)
    except Exception:  # noqa: BLE001 - as in Kept: a planted file may make diskcache fail in any way
        return None


def _bytes_of(place: Path) -> int:
    """The size of a folder, less the log, some megabytes which SQLite writes into the file and removes."""
    total = 0
    with suppress(OSError), os.scandir(place) as entries:
        for each in entries:
            with suppress(OSError):
                total += 0 if each.name.startswith(f"{DATABASE}-") else each.stat(follow_symlinks=False).st_size
    return total


def _last_used(place: Path) -> float:
    for path in (place / ABOUT, place):
        with suppress(OSError):
            return path.lstat().st_mtime
    return 0.0
