"""What can be done about a model that cannot be read? The shipped one is te's own; any other is its user's."""

from __future__ import annotations

from pathlib import Path

SHIPPED = Path(__file__).parent / "model"
"""The model that comes with the package."""

SHIPPED_NAME = "te-static"
"""What users type for it."""

MEND = "Mend the folder, or give another model with --model."


NO_NUMBERS = "it gives what is no number (NaN or infinite)"
"""What is wrong with a model whose vectors cannot be compared."""


def advice(path: Path) -> str:
    """The hint for what is wrong with ``path``, a model's folder or a file in it."""
    return "Reinstall te-cli." if SHIPPED in (path, *path.parents) else MEND
