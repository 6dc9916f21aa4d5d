"""Looking through an index byte by byte: is each part what te wrote, and do the parts agree?

This is what the doctor does, and what opening does where the seal does not fit (:mod:`te_cli.store.seal`). What is told
is a sentence a part; an empty one says that nothing is wrong. Files are looked through before anything maps them, since
a graph with a wrong edge can end the process that follows it.
"""

from __future__ import annotations

import json
import re
import zlib
from typing import TYPE_CHECKING

from te_cli.errors import IndexDamaged
from te_cli.store.folder import base_path
from te_cli.store.references import mark_of_name, unpack
from te_cli.store.seal import crc_of, read_seal, text_files
from te_cli.store.sums import altered, notes_sum

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from te_cli.store.catalog import Catalog
    from te_cli.store.folder import Place
    from te_cli.store.lexical import TextIndex
    from te_cli.store.seal import Imprint, Seal
    from te_cli.store.vectors import Base

MAGIC = (1337).to_bytes(4, "little")
"""The end of each file of a Tantivy segment: content, footer (JSON with its CRC-32), length of the footer, this."""

MANIFESTS = frozenset({"meta.json", ".managed.json"})
"""What Tantivy writes anew with every commit; its other files never change."""

_CRC = re.compile(rb'"crc":(\d+)')


# The catalog


def catalog_fault(catalog: Catalog, seal: Seal) -> str:
    """What is wrong with the truth itself. Only this can put it in doubt: all else can be derived from it."""
    try:
        if (said := catalog.check()) != "ok":
            return said
        if catalog.meta("sum") != str(notes_sum(catalog.notes())):
            return "its notes are not as they were written"
        if table := altered(catalog):
            return f"a row of {table} is not as it was written"
        if seal.index_id == catalog.meta("id") and seal.run > catalog.number("run"):
            return "it is older than what was last published"
        return _contradiction(catalog)
    except IndexDamaged as error:
        return error.message


def _contradiction(catalog: Catalog) -> str:
    """What the rows say that cannot be, each row being as it was written."""
    questions = {
        "{} units belong to no file": "units WHERE file_id NOT IN (SELECT id FROM files WHERE skip IS NULL)",
        "{} files have no unit": "files WHERE skip IS NULL AND id NOT IN (SELECT file_id FROM units)",
        "{} vectors belong to no unit": "delta WHERE unit_id NOT IN (SELECT id FROM units)",
        "{} units in use are listed to be removed": "garbage WHERE unit_id IN (SELECT id FROM units)",
        "{} units in use are marked as unfinished": "pending, units WHERE id BETWEEN first AND last",
        "{} ids could be given twice": "sqlite_sequence WHERE"
        " (name = 'units' AND seq < (SELECT max(id) FROM units))"
        " OR (name = 'files' AND seq < (SELECT max(id) FROM files))",
    }
    for sentence, source in questions.items():
        if count := catalog.rows(f"SELECT count(*) FROM {source}")[0][0]:
            return sentence.format(count)
    return ""


def references_fault(catalog: Catalog) -> str:
    """Files whose references do not unpack, are not those noted, or lie in units that are not there."""
    units = dict(catalog.rows("SELECT file_id, count(*) FROM units GROUP BY 1"))
    marks: dict[int, set[int]] = {}
    for file_id, mark in catalog.each("SELECT file_id, mark FROM ref_names"):
        marks.setdefault(file_id, set()).add(mark)
    lost = 0
    for file_id, total, packed in catalog.each("SELECT file_id, total, packed FROM refs"):
        try:
            found = unpack(packed)
        except IndexDamaged:
            found = []
        named = marks.pop(file_id, set()) == {mark_of_name(name) for name in {each.name for each in found}}
        lost += len(found) != total or not named or any(each.unit >= units.get(file_id, 0) for each in found)
    lost += len(marks)
    return f"the references of {lost} files cannot be read" if lost else ""


# Files


def damaged_files(place: Place, catalog: Catalog, seal: Seal, *, every: bool) -> dict[str, str]:
    """What is wrong with the files of ``text`` and ``vectors``.

    Without ``every``, files that are by size, times and inode those that te left are taken for it.
    """
    known = seal.files if seal.index_id == catalog.meta("id") else {}
    trusted = set() if every else set(known).difference(seal.changed(place))
    found: dict[str, str] = {}
    for part in ("units", "files"):
        folder = place.text / str(catalog.number("text")) / part
        if fault := _text_fault(place, folder, known, trusted, broken=seal.broken):
            found["text"] = fault
            break
    if generation := catalog.number("generation"):
        base = base_path(place.folder, generation)
        found["vectors"] = "" if base.name in trusted else _base_fault(base, catalog.number("base_crc"))
    return {part: fault for part, fault in found.items() if fault}


def _base_fault(path: Path, crc: int) -> str:
    if path.is_symlink() or not path.is_file():
        return f"The vector file {path.name} is missing."
    try:
        return "" if crc_of(path) == crc else f"The vector file {path.name} is not as it was written."
    except OSError as error:
        return f"The vector file {path.name} cannot be read: {error.strerror}."


def _text_fault(place: Place, folder: Path, known: dict[str, Imprint], trusted: set[str], *, broken: bool) -> str:
    start = folder.relative_to(place.folder).as_posix()
    for path in (place.text, folder.parent, folder):
        if path.is_symlink() or not path.is_dir():
            return f"The text index has no folder {path.relative_to(place.folder).as_posix()} of its own."
    there = {path.relative_to(place.folder).as_posix(): path for path in text_files(folder)}
    gone = [name for name in known if name.startswith(f"{start}/") and name not in there]
    if gone and not broken:
        return f"The file {gone[0]} of the text index is missing."
    live = _segments(folder / "meta.json")
    for name, path in there.items():
        # What a run that died was about to add is named by nothing, and may be half a file.
        if path.name not in MANIFESTS and path.name.partition(".")[0] not in live:
            continue
        if name not in trusted and not _as_written(path, None if _may_differ(path, broken) else known.get(name)):
            return f"The file {name} of the text index is not as it was written."
    return ""


def _segments(manifest: Path) -> set[str]:
    """How the names of the files begin that a text index consists of."""
    try:
        said = json.loads(manifest.read_bytes())
        return {str(segment["segment_id"]).replace("-", "") for segment in said["segments"]}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return set()  # the manifest itself will be found damaged


def _may_differ(path: Path, broken: bool) -> bool:
    return broken and path.name in MANIFESTS


def _as_written(path: Path, imprint: Imprint | None) -> bool:
    """Whether a file has the content that it had when it was sealed, or else the one that its own footer tells."""
    if not path.is_file() or path.is_symlink():
        return False
    try:
        if imprint is not None:
            return crc_of(path) == imprint.crc
        data = path.read_bytes()
    except OSError:
        return False
    if path.name in MANIFESTS:
        try:
            json.loads(data)
        except (ValueError, RecursionError):
            return False
        return True
    length = int.from_bytes(data[-8:-4], "little")
    if data[-4:] != MAGIC or length + 8 > len(data):
        return False
    said = _CRC.search(data[-8 - length : -8])
    return said is not None and int(said[1]) == zlib.crc32(data[: -8 - length])


def looked_through(place: Place, catalog: Catalog) -> dict[str, str]:
    """Which of ``text`` and ``vectors`` have files that are not as they were written, and what is wrong with them.

    Raises:
        IndexDamaged: the catalog is not as it was written.
    """
    if not catalog.number("run"):
        return {}
    seal = read_seal(place)
    if fault := catalog_fault(catalog, seal) or references_fault(catalog):
        raise IndexDamaged(f"The catalog is damaged: {fault}.", "Run `te doctor --repair`.")
    return damaged_files(place, catalog, seal, every=False)


def refuse_damage(place: Place, catalog: Catalog) -> None:
    """Raise :class:`IndexDamaged` for whatever :func:`looked_through` finds."""
    for sentence in looked_through(place, catalog).values():
        raise IndexDamaged(sentence, "Run `te doctor --repair`.")


# What the parts say of each other


def disagreement(catalog: Catalog, texts: Mapping[bool, TextIndex], base: Base | None) -> str:
    """Which derived part does not hold what the catalog says; ``texts`` by whether a document stands for a file."""
    exact = not unfinished(catalog)
    for modules, text in texts.items():
        if text_disagrees(text, unit_ids(catalog, modules=modules), exact=exact):
            return "text index was"
    return "vectors were" if vectors_lost(catalog, base) else ""


def text_disagrees(text: TextIndex, unit_ids: Sequence[int], *, exact: bool) -> str:
    """Whether documents are missing; with ``exact``, also whether there are more than units."""
    if missing := text.missing(unit_ids):
        return f"{missing} of {len(unit_ids)} documents are missing"
    more = text.documents - len(unit_ids)
    return f"{more} documents belong to no unit" if exact and more else ""


def unit_ids(catalog: Catalog, *, modules: bool) -> list[int]:
    """Ids of all module units, or of all others."""
    return [row[0] for row in catalog.rows(f"SELECT id FROM units WHERE position {'=' if modules else '>'} 0")]


def vectors_lost(catalog: Catalog, base: Base | None) -> int:
    """Units that should have a vector, and have none in base or delta."""
    import numpy as np  # only an index in doubt is looked through

    wanted = np.array([row[0] for row in catalog.rows("SELECT id FROM units WHERE embedded")], np.int64)
    held = np.array([row[0] for row in catalog.rows("SELECT unit_id FROM delta")], np.int64)
    if base is not None:
        held = np.concatenate([held, base.rows(wanted)[0]])
    return len(np.setdiff1d(wanted, held))


def unfinished(catalog: Catalog) -> int:
    """What a run that was cut off left for the next one to clean up."""
    return int(catalog.rows("SELECT (SELECT count(*) FROM pending) + (SELECT count(*) FROM garbage)")[0][0])
