"""Whose index is this? A mark that only this user's key can make: an index that came with a repository has none.

``owner`` holds ``{"id", "root", "mark", "stay"}``; the mark is a keyed hash of the root and the index's id under a key
that lives in the user's configuration folder and never beside the index.

A root that is moved with ``mv`` takes its index along. ``stay`` is a keyed hash of what moving does not change and
nobody can make up: the inode of the root, and inode and time of change (which the kernel alone sets) of a file in the
index folder. Where it fits, this is the folder that was marked, under another name; a copy, an unpacked archive and a
clone are other folders, and their index is built anew.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from te_cli.digest import KEY_BYTES, keyed_mark
from te_cli.errors import NotWritable
from te_cli.machine import user_config
from te_cli.planted import json_of, read_planted
from te_cli.store.faults import reach
from te_cli.store.removal import put_over, remove

if TYPE_CHECKING:
    from pathlib import Path

OWNER_FILE = "owner"

MAX_OWNER_BYTES = 1 << 16
"""A mark and a path; anything longer is no owner's."""

ANCHOR = ".gitignore"
"""The file in an index folder that nothing writes again once it is right: by it the folder is known again."""

Ownership = Literal["ours", "carried", "moved", "foreign", "absent"]
"""``carried``: this user built it, and its root was renamed since. ``moved``: this user built it, for another root.
``foreign``: this user's key did not make the mark."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who built an index, and for which root."""

    id: str
    root: str
    mark: str
    stay: str = ""


def key_folder() -> Path:
    """Where the user's key lives: the platform's configuration folder."""
    return user_config(os.environ) / "te"


def _key_path() -> Path:
    return key_folder() / "owner.key"


def _key() -> bytes | None:
    try:
        key = _key_path().read_bytes()
    except OSError:
        return None
    return key if len(key) == KEY_BYTES else None


def _new_key(path: Path) -> bytes:
    """Make the key, or take the one that another process made at the same moment."""
    import secrets  # with random and hashlib, which whoever only reads has no use for

    key = secrets.token_bytes(KEY_BYTES)
    fresh = path.with_suffix(f".{os.getpid()}")
    try:
        reach("create.key")
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(key)
        try:
            os.link(fresh, path)
        except FileExistsError:
            if len(path.read_bytes()) == KEY_BYTES:
                return path.read_bytes()
            fresh.replace(path)
            return key
        except OSError:  # a file system without hard links
            fresh.replace(path)
            return key
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as error:
        raise NotWritable(
            f"The key that marks your indexes cannot be written to {path}: {error.strerror}.",
            "Set XDG_CONFIG_HOME to a folder that can be written.",
        ) from error
    return key


def read_owner(folder: Path) -> Owner | None:
    """What the ``owner`` file says, unchecked; None when there is none that can be read."""
    said = json_of(read_planted(folder / OWNER_FILE, MAX_OWNER_BYTES))
    with suppress(KeyError, TypeError, AttributeError):
        return Owner(str(said["id"]), str(said["root"]), str(said["mark"]), str(said.get("stay", "")))
    return None


def ownership(folder: Path, root: Path) -> Ownership:
    """Whether this user built the index in ``folder``, and for ``root``."""
    owner = read_owner(folder)
    if owner is None:
        return "absent"
    key = _key()
    if key is None or not _same(key, owner.mark, _mark(key, owner.root, owner.id)):
        return "foreign"
    if owner.root == str(root):
        return "ours"
    stay = _stay(key, folder, root, owner.id)
    return "carried" if stay and _same(key, owner.stay, stay) else "moved"


def claim(folder: Path, root: Path) -> str:
    """Mark a new index as this user's; gives its id. Written whole or not at all.

    Raises:
        NotWritable: the mark, or the user's key, cannot be written.
    """
    key = _key() or _new_key(_key_path())
    import secrets

    index_id = secrets.token_hex(16)
    _put(folder, _owner(key, folder, root, index_id))
    return index_id


def renew(folder: Path, root: Path) -> None:
    """Have the mark of an index that is this user's say where it is now, and by what its folder is known again.

    Raises:
        NotWritable: the mark cannot be written.
    """
    owner, key = read_owner(folder), _key()
    if owner is None or key is None or ownership(folder, root) not in {"ours", "carried"}:
        return
    current = _owner(key, folder, root, owner.id)
    if current != owner:
        _put(folder, current)


def _owner(key: bytes, folder: Path, root: Path, index_id: str) -> Owner:
    return Owner(index_id, str(root), _mark(key, str(root), index_id), _stay(key, folder, root, index_id))


def _put(folder: Path, owner: Owner) -> None:
    fresh = folder / f"{OWNER_FILE}.new"
    try:
        reach("create.owner")
        remove(fresh)
        # Never through a link: the folder may have come with a repository.
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "w", encoding="utf-8") as file:
            json.dump(asdict(owner), file)
        reach("create.owned")
        put_over(fresh, folder / OWNER_FILE)
    except OSError as error:
        raise NotWritable(f"The index folder {folder} cannot be written: {error.strerror}.") from error


def _same(key: bytes, said: str, expected: str) -> bool:
    """Whether two marks are the same. Marks of both are compared, so that the time that it takes tells nothing."""
    return keyed_mark(key, said.encode("utf-8", "replace")) == keyed_mark(key, expected.encode())


def _mark(key: bytes, root: str, index_id: str) -> str:
    return keyed_mark(key, f"{index_id}\0{root}".encode("utf-8", "surrogatepass"))


def _stay(key: bytes, folder: Path, root: Path, index_id: str) -> str:
    """The mark of the two folders as the file system knows them, whatever they are called; empty where it does not."""
    try:
        anchor, top = (folder / ANCHOR).lstat(), root.stat()
    except OSError:
        return ""
    seen = (top.st_ino, anchor.st_ino, anchor.st_ctime_ns)
    return keyed_mark(key, "\0".join(("stay", index_id, *map(str, seen))).encode("utf-8", "surrogatepass"))
