"""What is in the work tree now, and what of it differs from what the catalog knows?"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

from te_cli.engine.places import languages_of
from te_cli.engine.plan import BY_CONTENT, Plan, make_plan
from te_cli.errors import NotReadable
from te_cli.model import Skipped
from te_cli.store.records import files_at_or_below
from te_cli.store.stamps import Stamps, read_stamps, records_of
from te_cli.walk.boundary import is_kernels, printable
from te_cli.walk.content import FileText, read
from te_cli.walk.files import at_or_below, scan, scan_paths, with_namesakes
from te_cli.walk.fingerprint import RACY_NS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from te_cli.config import Settings
    from te_cli.model import SourceFile
    from te_cli.store.catalog import Catalog
    from te_cli.store.records import FileRecord
    from te_cli.walk.files import Listing, Stamp


class Compared(NamedTuple):
    """What a run has to do, what is known of the files that it says something of, and how long looking took (ms)."""

    plan: Plan
    known: dict[str, FileRecord]
    walk_ms: float


def compare(
    settings: Settings,
    catalog: Catalog,
    paths: Iterable[str] | None = None,
    *,
    everything: bool = False,
    expect: Callable[[str], None] | None = None,
) -> Compared:
    """Look at the work tree, or only at ``paths`` and below them; with ``everything``, each file is to be read.

    ``expect`` is told the first path that seems to have changed, as soon as it is met.

    Raises:
        NotReadable: the root cannot be listed.
    """
    started = time.perf_counter()
    limit = size_limit(settings, catalog)
    if paths is not None:
        plan, known = _compare_some(settings, catalog, limit, paths)
    else:
        plan, known = _compare_all(settings, catalog, limit, everything=everything, expect=expect)
    return Compared(plan, known, (time.perf_counter() - started) * 1000)


def _compare_all(
    settings: Settings, catalog: Catalog, limit: int, *, everything: bool, expect: Callable[[str], None] | None
) -> tuple[Plan, dict[str, FileRecord]]:
    if everything:
        listing = look(settings, limit)
        known = _by_path(files_at_or_below(catalog, None))
        return make_plan(listing, known, everything=True), known
    stamps = Stamps([], [])

    def settled() -> list[Stamp]:
        nonlocal stamps
        stamps = read_stamps(catalog, RACY_NS, sorted(BY_CONTENT))
        return stamps.settled

    listing = look(settings, limit, settled, expect)
    same = listing.same
    known = _by_path(record for record in stamps.others if record.path not in same)
    if len(same) < len(stamps.settled):
        known |= _by_path(records_of(catalog, [stamp[0] for stamp in stamps.settled if stamp[0] not in same]))
    left_out = sum(record.path in same for record in stamps.others)
    return make_plan(listing, known, same=len(same) - left_out), known


def _compare_some(
    settings: Settings, catalog: Catalog, limit: int, paths: Iterable[str]
) -> tuple[Plan, dict[str, FileRecord]]:
    wanted = with_namesakes(paths)
    printed = {printable(path) for path in wanted}
    known = _by_path(record for record in files_at_or_below(catalog, printed) if at_or_below(record.path, printed))
    listing = scan_paths(settings.root, settings.index_dir, limit, wanted, languages_of(settings))
    return make_plan(listing, known), known


def _by_path(records: Iterable[FileRecord]) -> dict[str, FileRecord]:
    return {record.path: record for record in records}


def size_limit(settings: Settings, catalog: Catalog) -> int:
    """The largest file to index, in bytes: what a flag says now, else what the last one said, else the settings.

    Otherwise a search that refreshes the index would drop what ``te index --max-file-size`` let in.
    """
    remembered = catalog.meta("max_file_bytes")
    return int(remembered) if remembered and not by_flag(settings) else settings.max_file_bytes


def by_flag(settings: Settings) -> bool:
    """Whether the largest size was given on the command line."""
    return dict(settings.sources).get("max_file_bytes", "").startswith("--")


def look(
    settings: Settings,
    limit: int,
    known: Callable[[], Iterable[Stamp]] = tuple,
    expect: Callable[[str], None] | None = None,
) -> Listing:
    """What is in the work tree now, less what is ``known`` and the same; files over ``limit`` bytes are skipped.

    Raises:
        NotReadable: the root cannot be listed.
    """
    if not os.access(settings.root, os.R_OK | os.X_OK):
        raise NotReadable(f"The folder {settings.root} cannot be read.", "Check its rights.")
    if is_kernels(settings.root):
        raise NotReadable(f"{settings.root} is the kernel's, and holds no files that anybody wrote.", "Name a folder.")
    return scan(settings.root, settings.index_dir, limit, languages_of(settings), known, expect)


def differs(settings: Settings, file: SourceFile, record: FileRecord | None) -> bool:
    """Whether reading a file that only looks suspicious would change what the index has of it, its ``record``."""
    found = read(settings.root, file)
    if record is None or record.skip is not None:
        return isinstance(found, FileText)
    return isinstance(found, Skipped) or found.digest != record.digest
