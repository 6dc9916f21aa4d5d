"""The catalog: files, units, references, fresh vectors, which vector base is current, and what files were before.

Only it knows sqlite3. What a reader sees is what one SQLite snapshot says. Every statement lives here; what they mean
together (reserve, add, publish, collect) is told in :mod:`te_cli.store.writer`.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Literal

from te_cli.errors import IndexBusy, IndexDamaged, NotWritable
from te_cli.store.faults import reach
from te_cli.store.sums import notes_sum
from te_cli.words import readable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import Any

CATALOG_FILE = "catalog.db"

BUSY_MS = 5_000
"""How long a statement waits for another process's transaction: publishing takes far less."""

VARIABLES = 900
"""Values bound in one statement; old builds of SQLite allow 999."""

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path TEXT NOT NULL UNIQUE,
    language TEXT NOT NULL,
    content TEXT NOT NULL,
    size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL, seen_ns INTEGER NOT NULL,
    digest BLOB,
    lines INTEGER NOT NULL,
    indexed_ns INTEGER NOT NULL,
    skip TEXT,
    forced INTEGER NOT NULL,
    sum INTEGER NOT NULL
);
CREATE TABLE units (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    file_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    parent INTEGER,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    name_lower TEXT NOT NULL,
    scope TEXT NOT NULL,
    module TEXT NOT NULL,
    signature TEXT NOT NULL,
    doc TEXT NOT NULL,
    start_line INTEGER NOT NULL,
    end_line INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    embedded INTEGER NOT NULL,
    digest BLOB NOT NULL,
    sum INTEGER NOT NULL
);
CREATE INDEX units_by_file ON units (file_id, position);
CREATE INDEX units_by_name ON units (name_lower);
CREATE TABLE refs (file_id INTEGER PRIMARY KEY, total INTEGER NOT NULL, packed BLOB NOT NULL);
CREATE TABLE ref_names (mark INTEGER NOT NULL, file_id INTEGER NOT NULL, PRIMARY KEY (mark, file_id)) WITHOUT ROWID;
CREATE TABLE delta (unit_id INTEGER PRIMARY KEY, vector BLOB NOT NULL, sum INTEGER NOT NULL);
CREATE TABLE cuts (file_id INTEGER PRIMARY KEY, packed BLOB NOT NULL);
CREATE TABLE past (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL,
    digest BLOB NOT NULL,
    language TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    total INTEGER NOT NULL,
    refs BLOB NOT NULL,
    vectors BLOB NOT NULL,
    symbols BLOB NOT NULL,
    cuts BLOB NOT NULL,
    sum INTEGER NOT NULL
);
CREATE INDEX past_by_path ON past (path);
CREATE TABLE pending (first INTEGER NOT NULL, last INTEGER NOT NULL);
CREATE TABLE garbage (unit_id INTEGER PRIMARY KEY);
"""


DAMAGE = frozenset(
    {"SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_ERROR", "SQLITE_MISMATCH", "SQLITE_FORMAT", "SQLITE_CONSTRAINT"}
)
"""Primary result codes that blame the file (a missing table is SQLITE_ERROR); https://sqlite.org/rescode.html."""

BUSY = frozenset({"SQLITE_BUSY", "SQLITE_LOCKED"})


@contextmanager
def translated() -> Iterator[None]:
    """SQLite's errors as te's: what is busy or damaged says so; full disks and missing rights are the world's."""
    try:
        yield
    except sqlite3.Error as error:
        code = "_".join(getattr(error, "sqlite_errorname", "SQLITE_ERROR").split("_")[:2])
        if code in BUSY:
            raise IndexBusy("The catalog is locked by another process.", "Try again in a moment.") from error
        if code in DAMAGE:
            raise IndexDamaged(f"The catalog is damaged: {error}.", "Run `te doctor --repair`.") from error
        raise NotWritable(f"The catalog cannot be used: {error}.", "Check the disk's space and rights.") from error
    except OSError as error:
        reason = error.strerror or error
        raise NotWritable(f"The catalog cannot be used: {reason}.", "Check the disk's space and rights.") from error


Use = Literal["write", "read", "frozen"]
"""``read`` never writes, not even what a dead writer left in the log. ``frozen``: a folder that nobody can write in."""

SUM = "sum"
"""The note that holds the checksum of all others."""


class Catalog:
    """One connection. Statements run in autocommit unless a transaction was begun."""

    def __init__(self, path: Path, *, create: bool = False, use: Use = "write", schema: str = SCHEMA) -> None:
        """Open the file; ``schema``: the tables of a new one.

        Raises:
            IndexDamaged: it is not there (and ``create`` is not given) or is not a catalog.
        """
        if not create and not path.is_file():
            raise IndexDamaged("The index has no catalog.", "Run `te index` to build it.")
        if create:
            with translated():
                reach("create.catalog")
        self._connection = _connect(path, use)
        if create:
            try:
                with translated():
                    self._connection.executescript(schema)
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        """End the snapshot or roll back, and let go of the file."""
        self._connection.close()

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of one statement."""
        with translated():
            try:
                return self._connection.execute(sql, values).fetchall()
            except UnicodeEncodeError:  # a name with a byte that is no text, as a shell can pass one: nothing has it
                told = [readable(value) if isinstance(value, str) else value for value in values]
                return self._connection.execute(sql, told).fetchall()

    def each(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """The rows of one statement as they come, for what does not fit into memory."""
        with translated():
            yield from self._connection.execute(sql)

    def rows_in(self, sql: str, values: Iterable[object], before: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of ``sql``, whose ``{}`` stands for the list of ``values``, asked in chunks."""
        wanted, found = list(values), []
        for start in range(0, len(wanted), VARIABLES):
            chunk = wanted[start : start + VARIABLES]
            found += self.rows(sql.format(",".join("?" * len(chunk))), (*before, *chunk))
        return found

    def run(self, sql: str, values: Sequence[object] = ()) -> int:
        """Run one statement; gives the id of the row it inserted, if any."""
        with translated():
            return self._connection.execute(sql, values).lastrowid or 0

    def run_many(self, sql: str, values: Iterable[Sequence[object]]) -> None:
        """Run one statement for each of ``values``."""
        if values != []:  # as often, and to prepare a statement takes longer than that
            with translated():
                self._connection.executemany(sql, values)

    def define(self, name: str, function: Callable[[Any], bool]) -> None:
        """Give the connection a function of one value, for conditions that SQL cannot say."""
        self._connection.create_function(name, 1, function, deterministic=True)

    def begin(self, *, write: bool = False) -> None:
        """Start a snapshot (or the write transaction): the first read of a deferred one fixes what is seen."""
        self.run("BEGIN IMMEDIATE" if write else "BEGIN")
        if not write:
            self.rows("SELECT 1 FROM meta LIMIT 1")

    def commit(self, point: str) -> None:
        """Publish the transaction; ``point`` names it among :data:`te_cli.store.faults.POINTS`."""
        with translated():
            reach(point)
        self.run("COMMIT")

    @contextmanager
    def alone(self, point: str) -> Iterator[None]:
        """A small write transaction, committed at its end.

        The notes take part in each: so a log can be told from that of another index by what it holds.
        """
        self.begin(write=True)
        try:
            yield
            self.set_meta()
            self.commit(point)
        except BaseException:
            self.rollback()
            raise

    def rollback(self) -> None:
        """Drop the transaction, if one is open."""
        if self._connection.in_transaction:
            self.run("ROLLBACK")

    def meta(self, key: str, default: str = "") -> str:
        """One value of the catalog's own notes."""
        found = self.rows("SELECT value FROM meta WHERE key = ?", (key,))
        return str(found[0][0]) if found else default

    def number(self, key: str) -> int:
        """A note that is a whole number; 0 where there is none.

        Raises:
            IndexDamaged: it is something else.
        """
        try:
            return int(self.meta(key, "0"))
        except ValueError as error:
            raise IndexDamaged(
                f"The catalog is damaged: its {key} is no number.", "Run `te doctor --repair`."
            ) from error

    def set_meta(self, **values: object) -> None:
        """Write notes, and the sum of all of them with them."""
        if not self._connection.in_transaction:
            with self.alone("note.catalog"):
                self.set_meta(**values)
            return
        write = "INSERT OR REPLACE INTO meta VALUES (?, ?)"
        self.run_many(write, [(key, str(value)) for key, value in values.items()])
        self.run(write, (SUM, str(notes_sum(self.notes()))))

    def notes(self) -> list[tuple[str, str]]:
        """All notes but their sum."""
        return self.rows("SELECT key, value FROM meta WHERE key != ?", (SUM,))

    def copy_to(self, path: Path) -> None:
        """Write all that the snapshot says to another file, in place of what stands there."""
        path.unlink(missing_ok=True)
        with translated(), closing(sqlite3.connect(path)) as copy:
            self._connection.backup(copy)

    def check(self) -> str:
        """``ok``, or the first thing that SQLite's own integrity check finds."""
        return str(self.rows("PRAGMA integrity_check(1)")[0][0])


def _connect(path: Path, use: Use) -> sqlite3.Connection:
    # A folder without write access has no room for the shared-memory file that readers of a log need.
    question = {"write": "", "read": "?mode=ro", "frozen": "?immutable=1"}[use]
    address = f"{path.absolute().as_uri()}{question}" if question else path
    with translated():
        connection = sqlite3.connect(
            address,
            uri=bool(question),
            isolation_level=None,
            timeout=BUSY_MS / 1000,
            check_same_thread=use == "write",  # a reader that is kept is used by one thread after another
        )
        try:
            connection.execute("PRAGMA trusted_schema = OFF")
            if use == "write":
                connection.execute("PRAGMA journal_mode = WAL")
                # A run that was reported must survive a power cut: what it replaced is removed right after.
                connection.execute("PRAGMA synchronous = FULL")
        except BaseException:
            connection.close()
            raise
        return connection
