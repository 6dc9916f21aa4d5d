"""Which of my own texts is nearest? te's parts without its repositories: an embedder, a vector store, and both joined.

    from te_cli.backend import EmbeddingBackend, open_embedder

    with EmbeddingBackend.open("notes", open_embedder()) as notes:
        notes.add(["retry uploads that time out"], ids=["n1"], metadata=[{"year": 2024}])
        for match in notes.search("a network failure", where={"year": {"$gte": 2020}}):
            print(match.id, match.score, match.text)

Everything named in ``__all__`` stays as it is within a major version; the modules below are private. Importing this
costs nothing: NumPy is imported with the first name that is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = [
    "DiskStore",
    "Document",
    "Embedder",
    "EmbeddingBackend",
    "HashEmbedder",
    "Match",
    "MemoryStore",
    "Metadata",
    "Record",
    "VectorStore",
    "open_embedder",
]

if TYPE_CHECKING:
    from te_cli.backend.disk import DiskStore
    from te_cli.backend.hashing import HashEmbedder
    from te_cli.backend.joined import EmbeddingBackend
    from te_cli.backend.memory import MemoryStore
    from te_cli.backend.models import open_embedder
    from te_cli.backend.ports import Embedder, VectorStore
    from te_cli.backend.values import Match, Metadata, Record
    from te_cli.document import Document

_HOMES = {
    "DiskStore": "backend.disk",
    "Document": "document",
    "Embedder": "backend.ports",
    "EmbeddingBackend": "backend.joined",
    "HashEmbedder": "backend.hashing",
    "Match": "backend.values",
    "MemoryStore": "backend.memory",
    "Metadata": "backend.values",
    "Record": "backend.values",
    "VectorStore": "backend.ports",
    "open_embedder": "backend.models",
}
"""Where the public names live."""


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'te_cli.backend' has no attribute '{name}'")
    from importlib import import_module

    value = getattr(import_module(f"te_cli.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
