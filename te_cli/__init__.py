"""te, the memory of a codebase, as a library.

    from te_cli import open_index

    index = open_index(".")
    index.update()
    for hit in index.search("where are uploads retried"):
        print(hit.path, hit.symbol.start_line, hit.symbol.qualified_name)

Everything named in ``__all__`` stays as it is within a major version; the modules below are private.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = [
    "Alike",
    "AlreadyWatched",
    "Check",
    "ConfigError",
    "Content",
    "Diagnosis",
    "EmptyQuery",
    "Freshness",
    "Hit",
    "Index",
    "IndexBusy",
    "IndexDamaged",
    "IndexForeign",
    "IndexReport",
    "IndexTooNew",
    "Mode",
    "ModelError",
    "NoIndex",
    "NoSuchFolder",
    "NotAFolder",
    "NotIndexed",
    "NotReadable",
    "NotWritable",
    "OtherModel",
    "Outline",
    "OutlineNode",
    "Progress",
    "Reference",
    "ReferenceKind",
    "Refresh",
    "SearchResult",
    "Signal",
    "SkipReason",
    "Skipped",
    "Started",
    "Status",
    "Stopped",
    "StoreError",
    "Symbol",
    "TeError",
    "Trouble",
    "UnknownName",
    "UsageError",
    "Use",
    "WatchEvent",
    "Watcher",
    "__version__",
    "open_index",
]

if TYPE_CHECKING:
    from te_cli.errors import (
        AlreadyWatched,
        ConfigError,
        EmptyQuery,
        IndexBusy,
        IndexDamaged,
        IndexForeign,
        IndexTooNew,
        ModelError,
        NoIndex,
        NoSuchFolder,
        NotAFolder,
        NotIndexed,
        NotReadable,
        NotWritable,
        OtherModel,
        StoreError,
        TeError,
        UnknownName,
        UsageError,
    )
    from te_cli.library import Index, open_index
    from te_cli.model import (
        Alike,
        Content,
        Freshness,
        Hit,
        IndexReport,
        Mode,
        Outline,
        OutlineNode,
        Progress,
        Reference,
        ReferenceKind,
        Refresh,
        SearchResult,
        Signal,
        Skipped,
        SkipReason,
        Symbol,
        Use,
    )
    from te_cli.state import Check, Diagnosis, Started, Status, Stopped, Trouble, Watcher, WatchEvent

_ROOMS = {
    "te_cli.library": ("Index", "open_index"),
    "te_cli.state": ("Check", "Diagnosis", "Started", "Status", "Stopped", "Trouble", "WatchEvent", "Watcher"),
    "te_cli.model": (
        *("Alike", "Content", "Freshness", "Hit", "IndexReport", "Mode", "Outline", "OutlineNode", "Progress"),
        *("Reference", "ReferenceKind", "Refresh", "SearchResult", "Signal", "SkipReason", "Skipped", "Symbol", "Use"),
    ),
}
"""Where the public names live; those not listed are of :mod:`te_cli.errors`."""


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: ``te --help`` and ``import te_cli`` stay light."""
    if name not in __all__:
        raise AttributeError(f"module 'te_cli' has no attribute '{name}'")
    from importlib import import_module

    home = next((room for room, names in _ROOMS.items() if name in names), "te_cli.errors")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
