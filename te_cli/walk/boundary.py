"""May this path be looked at? Not what lies outside the root, behind a link, or in a store of git's or te's own."""

# A tree has a hundred thousand paths: they stay strings.
# ruff: noqa: PTH118

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Literal

from te_cli.model import SkipReason

if TYPE_CHECKING:
    from pathlib import Path

READ_CEILING = 64 << 20
"""Bytes read of a file that grew since it was looked at. Far above any limit on source files, far below memory."""

OWN_FOLDERS = frozenset({".git", ".te"})
"""Folders that are never content: the repository's own store, and any index."""

KERNEL_FILE_SYSTEMS = frozenset(
    """autofs binfmt_misc bpf cgroup cgroup2 configfs debugfs devpts devtmpfs efivarfs fusectl hugetlbfs mqueue nsfs
    proc pstore rpc_pipefs securityfs selinuxfs sysfs tracefs""".split()
)
"""What the kernel shows as files: reading one may wait, act, or never end, and none was written by anybody."""

_JUNCTIONS = os.name == "nt"

Verdict = SkipReason | Literal["never"] | None
"""A reason to report, ``"never"`` for what is passed over in silence, or None for a path that may be looked at."""


class Boundary:
    """The edge of one root. Folders are looked at once each: a boundary lives for one listing."""

    def __init__(self, root: Path | str, index_dir: Path | str) -> None:
        self.root = os.fspath(root)
        self.prefix = os.path.join(self.root, "")
        self._real_root = os.path.realpath(self.root)
        self._index = _inside(self._real_root, os.path.realpath(index_dir))
        self._device = _device(self.root)
        self._kernel = kernel_devices() if self._device is not None else frozenset()
        self._folders: dict[str, Verdict] = {"": None}

    def absolute(self, path: str) -> str:
        """Where ``path``, relative to the root and with slashes, is on this system."""
        return self.prefix + path

    def folder(self, folder: str) -> Verdict:
        """Whether the files of ``folder`` (relative, ``""`` is the root) may be looked at."""
        if folder in self._folders:
            return self._folders[folder]
        waiting = [folder]
        while (above := waiting[-1].rpartition("/")[0]) not in self._folders:  # most folders' own is known
            waiting.append(above)
        verdict = self._folders[above]
        for part in reversed(waiting):
            verdict = self._folders[part] = verdict or self._look(part)
        return verdict

    def file(self, path: str) -> Verdict:
        """Whether ``path`` itself may be looked at, as far as its name and its folder tell."""
        folder, _, name = path.rpartition("/")
        return self.folder(folder) or ("never" if _hostile(name) or name in OWN_FOLDERS else None)

    def _look(self, folder: str) -> Verdict:
        name = folder.rpartition("/")[2]
        if _hostile(name) or name in OWN_FOLDERS or folder == self._index:
            return "never"
        try:
            found = os.lstat(self.prefix + folder)
        except (OSError, ValueError):
            return None  # what is not there any more is found missing with its files
        if stat.S_ISDIR(found.st_mode) and not (_JUNCTIONS and _is_junction(found)):
            device = found.st_dev
            foreign = device != self._device and device in self._kernel
            return SkipReason.NOT_REGULAR if foreign else None
        if stat.S_ISREG(found.st_mode):
            return None
        inside = _inside(self._real_root, os.path.realpath(self.prefix + folder))
        return SkipReason.OUTSIDE if inside is None else SkipReason.LINK


def is_kernels(folder: Path | str) -> bool:
    """Whether ``folder`` lies in a file system that the kernel makes up."""
    return _device(os.fspath(folder)) in kernel_devices()


def kernel_devices() -> frozenset[int]:
    """The numbers of the devices on which the kernel shows itself; none where the system does not say."""
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as table:  # noqa: PTH123
            lines = [line.partition(" - ") for line in table]
    except OSError:
        return frozenset()
    found = set()
    for mount, _, source in lines:
        if source.split(" ", 1)[0] in KERNEL_FILE_SYSTEMS:
            major, _, minor = mount.split(" ")[2].partition(":")
            found.add(os.makedev(int(major), int(minor)))
    return frozenset(found)


def _device(folder: str) -> int | None:
    try:
        return os.stat(folder).st_dev  # noqa: PTH116
    except (OSError, ValueError):
        return None


def ancestors(folder: str) -> list[str]:
    """The root (``""``), every folder on the way down, and ``folder`` itself. A loop: depth is the input's choice."""
    parts = ["", *(folder[:end] for end, char in enumerate(folder) if char == "/")]
    return [*parts, folder] if folder else parts


def printable(path: str) -> str:
    """``path`` with each byte that is not UTF-8 written in hexadecimal, as Python writes it."""
    if path.isascii():
        return path
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _inside(root: str, path: str) -> str | None:
    """``path`` relative to ``root``, with slashes; None where it is not below it (or is the root itself)."""
    start = os.path.join(root, "")
    return path[len(start) :].replace(os.sep, "/") if path.startswith(start) else None


def _hostile(name: str) -> bool:
    """Whether a component of a path could lead somewhere else than one level down."""
    return name in ("", ".", "..") or (os.name == "nt" and ("\\" in name or ":" in name))


def _is_junction(found: os.stat_result) -> bool:
    """Windows' junctions are folders to lstat, and lead away all the same."""
    return bool(getattr(found, "st_reparse_tag", 0))
