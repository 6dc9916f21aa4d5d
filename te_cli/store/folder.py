"""The index folder itself: is there an index, is it ours, can it be read, and what to do when not."""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from te_cli.errors import IndexDamaged, IndexForeign, IndexTooNew, NotWritable, StoreError, TeError
from te_cli.planted import read_planted
from te_cli.store.catalog import CATALOG_FILE, SUM, Catalog
from te_cli.store.faults import reach
from te_cli.store.formats import FORMAT
from te_cli.store.owner import ANCHOR, OWNER_FILE, ownership, read_owner, renew
from te_cli.store.removal import remove
from te_cli.store.sums import notes_sum

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from te_cli.store.catalog import Use

TEXT_FOLDER = "text"

SEAL_FILE = "seal"

IGNORE_FILE, IGNORE = ANCHOR, "*\n"
"""The index keeps itself out of every commit."""

State = Literal["absent", "ready", "foreign", "moved", "older", "newer", "damaged"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an index lives and what it describes.

    ``given``: the user named the folder; ``trusted``: the user vouches for what is in it.
    """

    folder: Path
    root: Path
    given: bool = False
    trusted: bool = False

    @property
    def catalog(self) -> Path:
        """The catalog's file."""
        return self.folder / CATALOG_FILE

    @property
    def text(self) -> Path:
        """The folder of the two text indexes."""
        return self.folder / TEXT_FOLDER

    @property
    def read_only(self) -> bool:
        """Whether the folder is there but cannot be written."""
        return self.folder.is_dir() and not os.access(self.folder, os.W_OK)

    def state(self) -> State:
        """What is there, judged without opening anything that this user did not make."""
        if self.folder.is_symlink() or not (os.path.lexists(self.catalog) or (self.folder / OWNER_FILE).is_file()):
            return "absent"
        if not self.trusted:
            owned = ownership(self.folder, self.root)
            if owned == "carried":
                owned = "moved" if self.given else "ours"
            if owned != "ours":
                return "foreign" if owned == "absent" else owned
        if any(map(_misplaced, self._files())):
            return "damaged"
        try:
            found = self._format()
        except IndexDamaged:
            return "damaged"
        return "ready" if found == FORMAT else "newer" if found > FORMAT else "older"

    def refuse(self, state: State) -> None:
        """Raise for a state in which an index may be neither read nor built anew.

        Raises:
            IndexTooNew: a newer te wrote it.
            IndexForeign: the folder is read-only and this user did not build it.
            StoreError: the user named a folder that holds the index of another root.
            NotWritable: the folder is a link.
        """
        if self.folder.is_symlink():
            raise NotWritable(
                f"{self.folder} is a link, and an index is not written through one.", "Remove it, or use --index-dir."
            )
        if state == "newer":
            raise IndexTooNew(
                f"The index in {self.folder} was written by a newer te.",
                "Upgrade te, or remove the folder to build it anew.",
            )
        if state == "foreign" and self.read_only:
            raise IndexForeign(
                f"The index in {self.folder} was not built by you and cannot be built anew: the folder is read-only.",
                "Set TE_TRUST_INDEX=1 to use it as it is, or TE_INDEX_DIR to build your own elsewhere.",
            )
        if state == "moved" and self.given and (owner := read_owner(self.folder)):
            raise StoreError(
                f"{self.folder} holds the index of {owner.root}.",
                "Name another folder, or set TE_TRUST_INDEX=1 if that is the same tree in another place.",
            )

    def prepare(self) -> None:
        """Make the folder, with the ignore file that keeps it out of every commit.

        Raises:
            NotWritable: it cannot be made.
        """
        try:
            reach("folder.make")
            self.folder.mkdir(parents=True, exist_ok=True)
            if not self.hidden():
                reach("folder.ignore")
                remove(self.folder / IGNORE_FILE)
                (self.folder / IGNORE_FILE).write_text(IGNORE, encoding="utf-8")
        except OSError as error:
            raise NotWritable(
                f"The index folder {self.folder} cannot be written: {error.strerror}.",
                "Use --index-dir or TE_INDEX_DIR to keep the index elsewhere.",
            ) from error

    def mark_again(self) -> None:
        """Have the mark of this user's index say what its root is called by now."""
        with suppress(NotWritable):  # it is known by the folder still, and the next writer tries again
            renew(self.folder, self.root)

    def noted_model(self) -> str:
        """The source of the model of an index that is about to be built anew, as far as its notes are whole.

        Only one that this user made for this root is opened.
        """
        if self.state() not in {"ready", "older", "damaged"} or any(map(_misplaced, self._files())):
            return ""
        with suppress(TeError), closing(Catalog(self.catalog, use="read")) as catalog:
            notes = dict(catalog.notes())
            if catalog.meta(SUM) == str(notes_sum(notes.items())):
                return notes.get("model_source", "")
        return ""

    def hidden(self) -> bool:
        """Whether the ignore file is as it should be."""
        return read_planted(self.folder / IGNORE_FILE, len(IGNORE) + 1) == IGNORE.encode()

    def clear(self) -> None:
        """Remove an index that is not to be opened: only what an index is made of, and never through a link."""
        for path in self._parts():
            try:
                reach("clear.part")
                remove(path)
            except OSError as error:
                raise NotWritable(
                    f"{path} cannot be removed: {error.strerror}.", "Remove the folder by hand."
                ) from error

    def shadow(self, folder: Path) -> Place:
        """The index of a read-only folder, laid out in ``folder`` so that it can be opened.

        SQLite and Tantivy both put lock files beside what they read. The text index's files are linked, the catalog is
        copied with its log, which may hold the last run. Locks are made anew. Vectors are mapped where they are.

        Raises:
            NotWritable: there is no room for it.
        """
        try:
            return self._shadow(folder)
        except OSError as error:
            message = f"The index in {self.folder} cannot be laid out in {folder}: {error.strerror}."
            raise NotWritable(message, "Free some space, or name a roomier folder with TMPDIR.") from error

    def _shadow(self, folder: Path) -> Place:
        for name in (OWNER_FILE, CATALOG_FILE, f"{CATALOG_FILE}-wal"):
            if (self.folder / name).is_file():
                shutil.copyfile(self.folder / name, folder / name)
        for path in self.text.rglob("*"):
            target = folder / path.relative_to(self.folder)
            if path.is_file() and path.suffix != ".lock":  # whoever may not write to a lock cannot take it
                target.parent.mkdir(parents=True, exist_ok=True)
                _link(path, target)
        for path in self.folder.glob("vectors-*"):
            _link(path, folder / path.name)
        return Place(folder, self.root, self.given, trusted=True)

    def sizes(self) -> dict[str, int]:
        """Bytes on disk of each part."""
        text = [path.stat().st_size for path in self.text.rglob("*") if path.is_file()] if self.text.is_dir() else []
        return {
            "catalog": sum(path.stat().st_size for path in (self.catalog, self._log) if path.is_file()),
            "text": sum(text),
            "vectors": sum(path.stat().st_size for path in self.folder.glob("vectors-*")),
        }

    @property
    def _log(self) -> Path:
        return self.folder / f"{CATALOG_FILE}-wal"

    def _files(self) -> Iterator[Path]:
        """What has to be a file of its own, or not to be there."""
        yield from (self.catalog, self._log, self.folder / f"{CATALOG_FILE}-shm")
        yield from self.folder.glob("vectors-*")

    def _parts(self) -> Iterator[Path]:
        # The owner goes last: what is left of an index whose removal was cut short is still known as this user's.
        yield self.folder / SEAL_FILE
        yield from self.folder.glob(f"{CATALOG_FILE}*")
        yield from self.folder.glob("vectors-*")
        yield self.text
        yield from self.folder.glob(f"{OWNER_FILE}*")

    def _format(self) -> int:
        try:
            return self._format_by("frozen" if self.read_only else "read")
        except NotWritable:  # a full disk has no room for what readers share
            return self._format_by("frozen")

    def _format_by(self, use: Use) -> int:
        catalog = Catalog(self.catalog, use=use)
        try:
            owner = read_owner(self.folder)
            if owner is not None and catalog.meta("id", owner.id) != owner.id:
                raise IndexDamaged("The catalog is that of another index.", "Run `te doctor --repair`.")
            return int(catalog.meta("format", "0"))
        except ValueError:
            return 0
        finally:
            catalog.close()


def base_path(folder: Path, generation: int) -> Path:
    """The file of a base of vectors (:mod:`te_cli.store.vectors`)."""
    graph = folder / f"vectors-{generation}.usearch"
    return graph if graph.is_file() else folder / f"vectors-{generation}.rows"


def _misplaced(path: Path) -> bool:
    """Whether something else than a file stands in a file's place; a link counts as that."""
    try:
        return not stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _link(path: Path, target: Path) -> None:
    try:
        target.symlink_to(path)
    except OSError:  # a platform where links need a privilege
        shutil.copyfile(path, target)
