"""What is the machine like: how many cores are there, where may caches lie, and is a folder another machine's?"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from te_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

NETWORK_FILE_SYSTEMS = frozenset(
    {"9p", "afs", "beegfs", "ceph", "cifs", "davfs", "glusterfs", "lustre", "nfs", "nfs4", "smb3", "smbfs"}
    | {f"fuse.{name}" for name in ("davfs2", "gcsfuse", "glusterfs", "rclone", "s3fs", "sshfs")}
)
"""Where SQLite's write-ahead log cannot work: it needs memory that all its readers share."""


HOMELESS = "Set HOME to a folder of yours, or both XDG_CONFIG_HOME and XDG_CACHE_HOME."


def user_cache(environment: Mapping[str, str]) -> Path:
    """The platform's folder for what can be made again.

    Raises:
        ConfigError: the user has no home folder.
    """
    if os.path.isabs(base := environment.get("XDG_CACHE_HOME", "")):  # noqa: PTH117 - any text may stand there
        return Path(base)  # its specification has relative ones passed over
    if sys.platform == "win32" and (base := environment.get("LOCALAPPDATA")):
        return Path(base)
    home = _home(environment)
    return home / "Library" / "Caches" if sys.platform == "darwin" else home / ".cache"


def user_config(environment: Mapping[str, str]) -> Path:
    """The platform's folder for what is the user's own.

    Raises:
        ConfigError: the user has no home folder.
    """
    for name in ("XDG_CONFIG_HOME", "APPDATA"):
        if os.path.isabs(base := environment.get(name, "")):  # noqa: PTH117 - a relative one could lie in a repository
            return Path(base)
    return _home(environment) / ".config"


def _home(environment: Mapping[str, str]) -> Path:
    """The user's home folder; one who has none, as in a container, is told so."""
    try:
        home = Path(environment.get("HOME") or Path.home())
    except RuntimeError:
        home = Path()
    if not home.is_absolute():
        raise ConfigError("You have no home folder, where te would keep the key that marks your indexes.", HOMELESS)
    return home


def on_network(folder: Path) -> bool:
    """Whether ``folder`` is on a network file system: other machines change it, and SQLite's log cannot work there."""
    return folder.drive.startswith("\\\\") or file_system_of(folder, _mounts()) in NETWORK_FILE_SYSTEMS


def _mounts() -> str:
    try:
        return Path("/proc/self/mounts").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""


def file_system_of(folder: Path, mounts: str) -> str:
    """The type of the file system that holds ``folder``, by a mount table as Linux prints it; empty when unknown."""
    best, kind = -1, ""
    for line in mounts.splitlines():
        columns = line.split(" ")
        if len(columns) < 3:
            continue
        point = Path(re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), columns[1]))
        # A later line at the same place hides the earlier one.
        if folder.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), columns[2]
    return kind


def usable_cores() -> int:
    """Processor cores that this process may use: its affinity, and the quota of a container."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
        return max(1, min(cores, -(-int(quota) // int(period))))
    except (OSError, ValueError):
        return cores
