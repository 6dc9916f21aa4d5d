"""``te refs``: every place that names something. Names are compared, not resolved: two methods of one name are one."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from te_cli.engine.opening import Updater, read_fresh
from te_cli.engine.snippets import Sources
from te_cli.errors import EmptyQuery
from te_cli.model import Use, UsesResult
from te_cli.store.counting import referred_like
from te_cli.words import readable

if TYPE_CHECKING:
    from collections.abc import Callable

    from te_cli.config import Settings
    from te_cli.engine.keeping import Readers
    from te_cli.model import Progress, Reference, Symbol, UsesRequest
    from te_cli.store.reader import Reader
    from te_cli.store.records import FileRecord

_JOINTS = re.compile(r"::|->|[.#\\]")
_SELF = frozenset(("self", "this", "Self", "static", "$this", "super", "cls", "@"))


def refs(
    settings: Settings,
    request: UsesRequest,
    *,
    progress: Callable[[Progress], None] | None = None,
    announce: Callable[[str], None] | None = None,
    readers: Readers | None = None,
) -> UsesResult:
    """Every reference to ``request.name``, which may bear its owner's (``Writer.publish``).

    Raises:
        EmptyQuery: there is no name.
        StoreError: the index cannot be read, and cannot be built.
    """
    *owners, name = [part.strip() for part in _JOINTS.split(readable(request.name).strip().removesuffix("()"))]
    if not name:
        raise EmptyQuery("There is no name to look for.", "For example: te refs parse_config")
    owner = next((part for part in reversed(owners) if part), "")
    updater = Updater(settings, progress, announce)
    found, freshness, note = read_fresh(
        settings, request.refresh, updater, partial(_find, settings, request, owner, name), readers
    )
    uses, total, near = found
    if freshness == "unchecked" and any(use.stale for use in uses):
        freshness = "stale"
    return UsesResult(request.name, str(settings.root), freshness, total, uses, note, near)


def _find(
    settings: Settings, request: UsesRequest, owner: str, name: str, reader: Reader, checked: bool
) -> tuple[tuple[Use, ...], int, tuple[str, ...]]:
    """The uses up to the limit, how many there are, and names to try where there is none."""
    uses: list[Use] = []
    total = others = 0
    for file, references in reader.references_to(name, request.filters):
        wanted = [each for each in references if not request.kinds or each.kind in request.kinds]
        around = reader.units_of(file.id, {each.unit for each in wanted})
        meant = [each for each in wanted if not owner or _is_of(owner, each, around[each.unit].symbol)]
        total, others = total + len(meant), others + len(wanted) - len(meant)
        room = len(meant) if request.limit is None else max(0, request.limit - len(uses))
        sources = Sources(settings.root, {file.path: file}, checked=checked)
        for each in meant[:room]:
            unit = around[each.unit]
            uses.append(_use(file, each, unit.symbol, unit.id, sources))
    near = [] if total else [name] * bool(others) + referred_like(reader.catalog, name)
    return tuple(uses), total, tuple(near)


def _use(file: FileRecord, reference: Reference, within: Symbol, unit_id: int, sources: Sources) -> Use:
    line = sources.line(file.path, reference.line)
    return Use(file.path, file.language, reference, within, unit_id, sources.stale(file.path), line)


def _is_of(owner: str, reference: Reference, within: Symbol) -> bool:
    """Whether the reference may be to a member of ``owner``, by what stands before it and by what stands around it."""
    *_, last = _JOINTS.split(reference.qualifier)
    if last in _SELF or not last:
        return owner in _JOINTS.split(within.qualified_name)[:-1]
    return _bare(last) == _bare(owner)


def _bare(name: str) -> str:
    """A name as its variable and its type share it: ``_writer`` and ``Writer``."""
    return name.strip("_$@").replace("_", "").lower()
