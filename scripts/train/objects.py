"""A git repository's files and objects, without a work tree."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


ENVIRONMENT = {**os.environ, "GIT_NO_LAZY_FETCH": "1"}
"""A snapshot may lack some of its largest files: git must not look for them elsewhere."""


def git(repository: Path, *arguments: str) -> list[str]:
    """A git command for ``repository``; nothing that its configuration names is run."""
    return ["git", "--git-dir", str(repository), "-c", "core.fsmonitor=false", *arguments]


class Objects:
    """A process that answers with objects' contents, until it is closed."""

    def __init__(self, repository: Path) -> None:
        self._process = subprocess.Popen(
            git(repository, "cat-file", "--batch"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT
        )

    def read(self, name: str) -> bytes | None:
        """The content of a blob, by its id or as ``commit:path``; None where there is none."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if "\n" in name:
            return None
        self._process.stdin.write(name.encode() + b"\n")
        self._process.stdin.flush()
        head = self._process.stdout.readline().split()
        if not head or head[-1] == b"missing":
            return None
        data = self._process.stdout.read(int(head[-1]))
        self._process.stdout.read(1)
        return data if head[-2] == b"blob" else None

    def close(self) -> None:
        """End the process."""
        self._process.communicate()
