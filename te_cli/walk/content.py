"""What is in this file? Its text, read once, or the reason why it is not worth indexing."""

# A tree has a hundred thousand paths: they stay strings.
# ruff: noqa: PTH114, PTH118

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from te_cli.digest import digest
from te_cli.model import Content, Skipped, SkipReason, SourceFile
from te_cli.walk.boundary import READ_CEILING, Boundary

if TYPE_CHECKING:
    from pathlib import Path

HEAD_BYTES = 64 << 10
"""How much of a file is looked at to tell its language: past its license, includes and first declarations."""

CONTROL_SHARE = 0.02
"""Text in any 8-bit encoding has almost no control characters; of random bytes every tenth is one."""

_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\v\f\r\x1b")
_DIRECTORY = getattr(os, "O_DIRECTORY", 0)
_SAFELY = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class FileText:
    """A file's text as it was read. ``digest`` is of its bytes; its head has a say in ``language`` and ``content``.

    Newlines are as they are in the file; a byte order mark is not part of the text.
    """

    path: str
    language: str
    content: Content
    digest: bytes
    text: str


def read(root: Path, file: SourceFile) -> FileText | Skipped:
    """The text of ``file`` below ``root``, never through a link; or why there is none."""
    if not file.forced:
        from te_cli.walk.machine_made import (
            machine_made,
            machine_made_name,
        )  # with what it has to know: not to show a hit

        if reason := machine_made_name(file.path):
            return Skipped(file.path, reason, file.fingerprint)
    data = _bytes_of(root, file)
    if isinstance(data, SkipReason):
        return Skipped(file.path, data, file.fingerprint)
    text = decode(data)
    if text is None:
        return Skipped(file.path, SkipReason.BINARY, file.fingerprint)
    language, content = file.language, file.content
    if not file.declared:
        from te_cli.walk.languages import UNKNOWN, classify

        language, content = classify(file.path, data[:HEAD_BYTES]) or UNKNOWN
    if not file.forced and (reason := machine_made(text, language, content)):
        return Skipped(file.path, reason, file.fingerprint)
    return FileText(file.path, language, content, digest(data), text)


def decode(data: bytes) -> str | None:
    """``data`` as text: by its byte order mark, as UTF-8, else as Latin-1, which any bytes are. None for binary."""
    try:
        if data.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
            return data.decode("utf-32")
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
    except UnicodeDecodeError:
        return None
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        controls = len(data) - len(data.translate(None, _CONTROLS))
        return None if controls > CONTROL_SHARE * len(data) else data.decode("latin-1")


def _bytes_of(root: Path, file: SourceFile) -> bytes | SkipReason:
    limit = max(file.fingerprint.size, READ_CEILING)
    try:
        descriptor = _open(os.fspath(root), file.path)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return SkipReason.NOT_REGULAR
            data = _up_to(limit + 1, descriptor, status.st_size)
        finally:
            os.close(descriptor)
    except (OSError, ValueError):  # one that would wait for somebody to write among them
        return _refusal(root, file.path)
    return data if len(data) <= limit else SkipReason.TOO_LARGE


def _up_to(most: int, descriptor: int, expected: int) -> bytes:
    """What a descriptor gives, which says that it is ``expected`` bytes: room for ``most`` costs more than to read."""
    data = os.read(descriptor, min(expected + 1, most))
    while len(data) < most and (more := os.read(descriptor, min(most - len(data), 1 << 20))):
        data += more
    return data


def _open(root: str, path: str) -> int:
    """A descriptor of the file, reached folder by folder so that none of them can be a link at that moment."""
    if os.open not in os.supports_dir_fd:
        if Boundary(root, root).file(path) is not None or os.path.islink(os.path.join(root, path)):
            raise PermissionError(path)
        return os.open(os.path.join(root, path), _SAFELY)
    *folders, name = path.split("/")
    at = os.open(root, os.O_RDONLY | _DIRECTORY)
    try:
        for folder in folders:
            inner = os.open(folder, _SAFELY | _DIRECTORY, dir_fd=at)
            os.close(at)
            at = inner
        return os.open(name, _SAFELY, dir_fd=at)
    finally:
        os.close(at)


def _refusal(root: Path, path: str) -> SkipReason:
    """Why the file could not be opened."""
    verdict = Boundary(root, root).file(path)
    if isinstance(verdict, SkipReason):
        return verdict
    try:
        mode = os.lstat(os.path.join(root, path)).st_mode
    except (OSError, ValueError):
        return SkipReason.UNREADABLE
    if stat.S_ISLNK(mode):
        return SkipReason.LINK
    return SkipReason.UNREADABLE if stat.S_ISREG(mode) else SkipReason.NOT_REGULAR
