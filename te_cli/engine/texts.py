"""The texts of files, read once for all answers of a process, for as long as the files stay as they are."""

# Two dozen paths of every page: they stay strings.
# ruff: noqa: PTH118

from __future__ import annotations

import os
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

from te_cli.engine.lines import Lines
from te_cli.model import SourceFile
from te_cli.threads import ThreadLock
from te_cli.walk.content import FileText, read
from te_cli.walk.fingerprint import of_stat, unchanged

if TYPE_CHECKING:
    from pathlib import Path

    from te_cli.model import Fingerprint
    from te_cli.store.records import FileRecord

MOST = 16 << 20
"""Characters kept of all files together: some thousand files, and less than the libraries take."""


class Text(NamedTuple):
    """A file's lines, the digest of its bytes, and what the file looked like just before they were read."""

    lines: Lines
    digest: bytes
    seen: Fingerprint


class Texts:
    """Files by their path, the latest ones. For several threads at once."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._held = 0
        self._kept: OrderedDict[str, Text] = OrderedDict()
        self._lock = ThreadLock()

    def read(self, root: Path, record: FileRecord) -> Text | None:
        """The text of an indexed file below ``root`` as it is now; None where there is none."""
        if not self._most:
            return _read(root, record, record.fingerprint)
        try:
            now = of_stat(os.lstat(os.path.join(root, record.path)), time.time_ns())
        except OSError:
            return None
        with self._lock:
            kept = self._kept.get(record.path)
            if kept is not None and unchanged(kept.seen, now):
                self._kept.move_to_end(record.path)
                return kept
        found = _read(root, record, now)
        if found is not None:
            self._keep(record.path, found)
        return found

    def _keep(self, path: str, text: Text) -> None:
        with self._lock:
            before = self._kept.pop(path, None)
            self._kept[path] = text
            self._held += len(text.lines.text) - (len(before.lines.text) if before else 0)
            while self._held > self._most:
                _, gone = self._kept.popitem(last=False)
                self._held -= len(gone.lines.text)


def _read(root: Path, record: FileRecord, seen: Fingerprint) -> Text | None:
    known = SourceFile(record.path, record.language, record.content, record.fingerprint, forced=True, declared=True)
    found = read(root, known)
    return Text(Lines(found.text), found.digest, seen) if isinstance(found, FileText) else None
