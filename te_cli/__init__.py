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
    "Hit",
    "Index",
    "IndexReport",
    "Outline",
    "Reference",
    "SearchResult",
    "Skipped",
    "Status",
    "Symbol",
    "TeError",
    "Use",
    "__version__",
    "open_index",
]

if TYPE_CHECKING:
    from te_cli.errors import TeError
    from te_cli.library import Index, open_index
    from te_cli.model import Hit, IndexReport, Outline, Reference, SearchResult, Skipped, Symbol, Use
    from te_cli.state import Status

_HOMES = {
    "Index": "te_cli.library",
    "Status": "te_cli.state",
    "TeError": "te_cli.errors",
    "open_index": "te_cli.library",
}
"""Where the public names live; those not listed are values of :mod:`te_cli.model`."""


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: ``te --help`` and ``import te_cli`` stay light."""
    if name not in __all__:
        raise AttributeError(f"module 'te_cli' has no attribute '{name}'")
    from importlib import import_module

    value = getattr(import_module(_HOMES.get(name, "te_cli.model")), name)
    globals()[name] = value
    return value
