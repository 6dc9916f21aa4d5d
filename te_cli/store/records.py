"""What the store hands out: rows of the catalog as values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from te_cli.model import Fingerprint, Symbol
from te_cli.store.sums import QUALIFIED_NAME

if TYPE_CHECKING:
    from collections.abc import Collection

    from te_cli.model import Content
    from te_cli.store.catalog import Catalog

FILE_COLUMNS = (
    "f.id, f.path, f.language, f.content, f.size, f.mtime_ns, f.ctime_ns, f.inode, f.seen_ns,"
    " f.digest, f.skip, f.forced"
)

UNIT_COLUMNS = (
    f"u.id, u.file_id, f.path, f.language, f.content, f.lines, u.position, u.kind, u.name, {QUALIFIED_NAME}, u.module,"
    " u.signature, u.doc, u.start_line, u.end_line, u.parent"
)

ORDER = "f.path, u.start_line, u.end_line, u.kind, u.name, u.id"
"""The total order that breaks every tie; ids come last, for units that users cannot tell apart."""


MANY_PATHS = 300
"""With more paths than this, what is known of all of them is read and sifted."""


def files_at_or_below(catalog: Catalog, paths: Collection[str] | None) -> list[FileRecord]:
    """What the catalog knows of ``paths`` and of all below them; of all files, where that is meant or as quick."""
    sql = f"SELECT {FILE_COLUMNS} FROM files f"
    if paths is None or len(paths) > MANY_PATHS:
        return [FileRecord.of(row) for row in catalog.rows(sql)]
    rows: dict[int, tuple[Any, ...]] = {}
    for path in paths:
        # Below a folder, in the order of code points: what follows "folder/" and comes before "folder0".
        found = catalog.rows(f"{sql} WHERE f.path = ? OR (f.path > ? AND f.path < ?)", (path, f"{path}/", f"{path}0"))
        rows |= {row[0]: row for row in found}
    return [FileRecord.of(row) for row in rows.values()]


def count_unembedded(catalog: Catalog) -> int:
    """Units without a vector. A look at every unit: for one changed file as much as all the rest, so it is noted."""
    return int(catalog.rows("SELECT count(*) FROM units WHERE NOT embedded")[0][0])


def counted(catalog: Catalog) -> tuple[int, int, int]:
    """Files, units, and units without a vector."""
    files = catalog.rows("SELECT count(*) FROM files WHERE skip IS NULL")[0][0]
    units = catalog.rows("SELECT count(*) FROM units")[0][0]
    noted = catalog.meta("unembedded")
    return int(files), int(units), int(noted) if noted.isdigit() else count_unembedded(catalog)


def files_skipped(catalog: Catalog) -> list[FileRecord]:
    """The files that were met and left out."""
    return [FileRecord.of(row) for row in catalog.rows(f"SELECT {FILE_COLUMNS} FROM files f WHERE skip NOTNULL")]


KIND_RANK = (
    "CASE WHEN u.kind IN ('class', 'struct', 'interface', 'trait', 'enum', 'type', 'union', 'namespace') THEN 0"
    " WHEN u.kind IN ('function', 'method', 'macro') THEN 1 ELSE 2 END"
)
"""Which of a name's bearers come first where the list of them is cut: types, then what runs, then the rest."""


class MadeBy(NamedTuple):
    """The model that makes an index's vectors: where it comes from, which it is, and how many numbers a vector has."""

    source: str
    fingerprint: str
    dimensions: int


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file that the last run met; ``skip`` says why it has no units, where it has none."""

    id: int
    path: str
    language: str
    content: Content
    fingerprint: Fingerprint
    digest: bytes | None
    skip: str | None
    forced: bool

    @classmethod
    def of(cls, row: tuple[Any, ...]) -> FileRecord:
        """From a row of :data:`FILE_COLUMNS`."""
        return cls(row[0], row[1], row[2], row[3], Fingerprint(*row[4:9]), row[9], row[10], bool(row[11]))


class UnitRecord(NamedTuple):
    """A unit with its file."""

    id: int
    file_id: int
    path: str
    language: str
    content: Content
    file_lines: int
    position: int
    symbol: Symbol

    @classmethod
    def of(cls, row: tuple[Any, ...]) -> UnitRecord:
        """From a row of :data:`UNIT_COLUMNS`."""
        return cls(row[0], row[1], row[2], row[3], row[4], row[5], row[6], Symbol(*row[7:]))

    @property
    def order(self) -> tuple[str, int, int, str, str, int]:
        """The key of :data:`ORDER`."""
        symbol = self.symbol
        return (self.path, symbol.start_line, symbol.end_line, symbol.kind, symbol.name, self.id)


def path_matcher(globs: tuple[str, ...]) -> re.Pattern[str] | None:
    """One pattern, to match whole paths with, for what ``--path`` means; None where nothing was asked.

    The rules are those of ignore files, as in ripgrep's ``-g``: a glob without ``/`` matches at any depth, one with it
    from the root; a folder stands for all that lies in it; ``*`` stops at ``/`` and ``**`` does not; ``!`` leaves out.
    """
    if not globs:
        return None
    wanted = "|".join(_one(form) for glob in globs if not glob.startswith("!") for form in _spelled_out(glob))
    unwanted = "|".join(_one(form) for glob in globs if glob.startswith("!") for form in _spelled_out(glob[1:]))
    leave_out = f"(?!(?:{unwanted})\\Z)" if unwanted else ""
    return re.compile(f"{leave_out}(?:{wanted or '.*'})\\Z", re.DOTALL)


MAX_FORMS = 256
"""Forms that the braces of one glob may stand for; past them they mean themselves."""


def _spelled_out(glob: str) -> list[str]:
    """``*.{py,go}`` as ``*.py`` and ``*.go``, innermost braces first."""
    forms = [glob]
    while len(forms) < MAX_FORMS and (found := next(filter(None, map(_BRACES.search, forms)), None)):
        choices = found.group(1).split(",")
        forms = [
            form.replace(found.group(0), choice, 1) if found.group(0) in form else form
            for form in forms
            for choice in (choices if found.group(0) in form else choices[:1])
        ]
    return forms


_BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")

_GLOB_PART = re.compile(r"\*\*/|\*\*|\*|\?|\[!?[^\]/]+\]|.", re.DOTALL)

_MEANINGS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def _one(glob: str) -> str:
    glob = glob.replace("\\", "/").removeprefix("./").removesuffix("/")
    anywhere = "" if "/" in glob else "(?:.*/)?"
    return f"{anywhere}{''.join(map(_meaning, _GLOB_PART.findall(glob.removeprefix('/'))))}(?:/.*)?"


def _meaning(part: str) -> str:
    if len(part) > 2 and part.startswith("["):
        chosen = re.escape(part[1:-1].removeprefix("!")).replace(r"\-", "-")
        characters = f"[{'^' if part.startswith('[!') else ''}{chosen}]"
        try:
            re.compile(characters)
        except re.error:  # a range that runs backwards means itself
            return re.escape(part)
        return characters
    return _MEANINGS.get(part) or re.escape(part)
