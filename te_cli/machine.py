"""What is the machine like: how many cores are there, where may caches lie, and is a folder another machine's?"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

NETWORK_FILE_SYSTEMS = frozenset(
    {"9p", "afs", "beegfs", "ceph", "cifs", "davfs", "glusterfs", "lustre", "nfs", "nfs4", "smb3", "smbfs"}
    | {f"fuse.{name}" for name in ("davfs2", "gcsfuse", "glusterfs", "rclone", "s3fs", "sshfs")}
)
"""Where SQLite's write-ahead log cannot work: it needs memory that all its readers share."""


def user_cache(environment: Mapping[str, str]) -> Path:
    """The platform's folder for what can be made again."""
    if os.path.isabs(base := environment.get("XDG_CACHE_HOME", "")):  # noqa: PTH117 - any text may stand there
        return Path(base)  # its specification has relative ones passed over
    if sys.platform == "win32" and (base := environment.get("LOCALAPPDATA")):
        return Path(base)
    home = Path(environment.get("HOME") or Path.home())
    return home / "Library" / "Caches" if sys.platform == "darwin" else home / ".cache"


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
