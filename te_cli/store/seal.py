"""The seal: what the files of an index looked like when te last wrote them. Has anybody else had their hands in there?

A writer breaks the seal before it writes, and makes a new one when all is on disk: size, times and inode of each file
of the catalog, of both text indexes and of the vectors, with a checksum where the file has none of its own. An index
whose files are as the seal says is opened as it is, for the price of some fifty looks at the file system. Where they
are not (somebody wrote there, the last writer was killed, a backup was put back), every part is looked through first
(:mod:`te_cli.store.checks`), so that damage is found before it answers.

The seal proves nothing to anybody: it is there to notice accidents. Whose an index is, says ``owner``.
"""

from __future__ import annotations

import json
import os
import zlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from te_cli.errors import NotWritable
from te_cli.planted import json_of, read_planted
from te_cli.store.catalog import CATALOG_FILE
from te_cli.store.faults import reach
from te_cli.store.folder import SEAL_FILE, base_path
from te_cli.store.owner import OWNER_FILE
from te_cli.store.removal import put_over, remove

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from te_cli.store.folder import Place

MAX_BYTES = 1 << 20
"""A seal that is larger is none."""

CHUNK = 1 << 20

LOG_FILE = f"{CATALOG_FILE}-wal"


@dataclass(frozen=True, slots=True)
class Imprint:
    """A file as it was: bytes, times (ns), inode and CRC-32 of its content."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    crc: int

    def fits(self, said: os.stat_result, *, moved: bool) -> bool:
        """Whether a file is still that one; ``moved``: nobody can write here, so a copy counts as the same."""
        if moved:
            return said.st_size == self.size
        seen = (said.st_size, said.st_mtime_ns, said.st_ctime_ns, said.st_ino)
        return seen == (self.size, self.mtime_ns, self.ctime_ns, self.inode)

    def fits_log(self, path: Path, said: os.stat_result, *, moved: bool) -> bool:
        """Whether the log still is that one: whoever opens it as root gives it its owner, and so another ctime."""
        if self.fits(said, moved=moved):
            return True
        seen = (said.st_size, said.st_mtime_ns, said.st_ino)
        return seen == (self.size, self.mtime_ns, self.inode) and crc_of(path) == self.crc


@dataclass(frozen=True, slots=True)
class Seal:
    """The last run whose files were sealed (by the id of its index), and those files by their path in the folder.

    Broken: a writer is at work, or was when it died. Then there may be other files, but none may have other content.
    """

    index_id: str = ""
    run: int = 0
    broken: bool = True
    files: dict[str, Imprint] = field(default_factory=dict)

    def changed(self, place: Place) -> list[str]:
        """The sealed files that are not as they were, and the log, where one has come since."""
        found = [name for name, imprint in self.files.items() if not _as_it_was(place, name, imprint)]
        if LOG_FILE not in self.files and _size(place.folder / LOG_FILE):
            found.append(LOG_FILE)
        return found


def read_seal(place: Place) -> Seal:
    """The seal of an index; a broken one where there is none that can be read."""
    try:
        said = json_of(read_planted(place.folder / SEAL_FILE, MAX_BYTES))
        files = {str(name): Imprint(*map(int, values)) for name, values in said["files"].items()}
        return Seal(str(said["id"]), int(said["run"]), bool(said["broken"]), files)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return Seal()


def intact(place: Place) -> bool:
    """Whether all files of the index are as te left them."""
    seal = read_seal(place)
    return bool(not seal.broken and seal.files and not seal.changed(place))


class Unbroken:
    """A seal that fits, with all that it was compared with: to be looked at again for a fraction of the price."""

    def __init__(self, place: Place) -> None:
        """Look at the seal and at the owner's mark; :meth:`holds` says whether they fitted."""
        self._place = place
        self._marks = [os.fspath(place.folder / name) for name in (SEAL_FILE, OWNER_FILE)]
        self._seen = [_identity(path) for path in self._marks]
        seal = read_seal(place)
        files = {} if seal.broken else seal.files
        self._files = [(os.fspath(place.folder / name), each) for name, each in files.items() if name != LOG_FILE]
        self._log = place.folder / LOG_FILE
        self._logged = files.get(LOG_FILE)

    @property
    def whole(self) -> bool:
        """Whether there was a seal that nobody had broken."""
        return bool(self._files)

    def holds(self) -> bool:
        """Whether no file of the index was touched since, by te or by anybody else."""
        if not self._files or self._seen != [_identity(path) for path in self._marks]:
            return False
        moved = self._place.read_only
        try:
            return self._log_holds(moved) and all(each.fits(os.lstat(path), moved=moved) for path, each in self._files)
        except OSError:  # gone
            return False

    def _log_holds(self, moved: bool) -> bool:
        if self._logged is None:
            return not _size(self._log)
        said = os.lstat(self._log)
        if not self._logged.fits_log(self._log, said, moved=moved):
            return False
        self._logged = replace(self._logged, ctime_ns=said.st_ctime_ns)
        return True


def _identity(path: str) -> tuple[int, int, int, int] | None:
    try:
        said = os.lstat(path)
    except OSError:
        return None
    return (said.st_size, said.st_mtime_ns, said.st_ctime_ns, said.st_ino)


def break_seal(place: Place, index_id: str, run: int) -> None:
    """Say that a writer begins; what was last sealed is remembered.

    Raises:
        NotWritable: the disk is full, or worse; nothing was changed.
    """
    before = read_seal(place)
    files = before.files if before.index_id == index_id else {}
    try:
        reach("seal.break")
        _write(place, Seal(index_id, run, files=files), durable=True)
    except OSError as error:
        raise NotWritable(
            f"The index folder {place.folder} cannot be written: {error.strerror}.",
            "Check the disk's space and rights.",
        ) from error


def make_seal(place: Place, index_id: str, run: int, text: int, generation: int) -> None:
    """Seal the index as it lies there.

    Raises:
        NotWritable: the disk is full, or worse.
    """
    before = read_seal(place).files
    try:
        files = {name: _imprint(place, name, before.get(name)) for name in _names(place, text, generation)}
        reach("seal.write")
        _write(place, Seal(index_id, run, broken=False, files=files), durable=False)
    except OSError as error:
        raise NotWritable(f"The index in {place.folder} cannot be sealed: {error.strerror}.") from error


def crc_of(path: Path) -> int:
    """The CRC-32 of a file's content."""
    crc = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            crc = zlib.crc32(chunk, crc)
    return crc


def text_files(folder: Path) -> Iterator[Path]:
    """The files of a text index, what is only there to be locked apart."""
    return (path for path in sorted(folder.iterdir()) if path.suffix != ".lock")


def _names(place: Place, text: int, generation: int) -> Iterator[str]:
    yield CATALOG_FILE
    if log_bytes(place):
        yield LOG_FILE
    if generation:
        yield base_path(place.folder, generation).name
    for part in ("units", "files"):
        for path in text_files(place.text / str(text) / part):
            yield path.relative_to(place.folder).as_posix()


def log_bytes(place: Place) -> int:
    """The size of the catalog's log, which is empty or gone where nobody has the index open."""
    return _size(place.folder / LOG_FILE)


def _imprint(place: Place, name: str, before: Imprint | None) -> Imprint:
    path = place.folder / name
    said = path.stat()
    if name == CATALOG_FILE:  # changes with every run, and has checksums of its own, row by row
        crc = 0
    elif before and before.fits(said, moved=False):
        crc = before.crc
    else:
        crc = crc_of(path)
    return Imprint(said.st_size, said.st_mtime_ns, said.st_ctime_ns, said.st_ino, crc)


def _as_it_was(place: Place, name: str, imprint: Imprint) -> bool:
    path = place.folder / name
    try:
        said = os.lstat(path)
        if name == LOG_FILE:
            return imprint.fits_log(path, said, moved=place.read_only)
    except OSError:
        return False
    return imprint.fits(said, moved=place.read_only)


def _size(path: Path) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0


def _write(place: Place, seal: Seal, *, durable: bool) -> None:
    files = {name: (each.size, each.mtime_ns, each.ctime_ns, each.inode, each.crc) for name, each in seal.files.items()}
    text = json.dumps({"id": seal.index_id, "run": seal.run, "broken": seal.broken, "files": files})
    fresh = place.folder / f"{SEAL_FILE}.new"
    remove(fresh)
    # Never through a link: the folder may have come with a repository.
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        if durable:  # after a power cut too, a half-written run must not be taken for a sealed one
            file.flush()
            os.fsync(handle)
    reach("seal.broken" if seal.broken else "seal.place")
    put_over(fresh, place.folder / SEAL_FILE)
