"""``te cache``: what is kept of each slow model, and how it is removed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from te_cli.embed.cache_folders import leftovers, models_in, remove
from te_cli.errors import NotWritable, UnknownName
from te_cli.state import CachedModel, CacheState

if TYPE_CHECKING:
    from pathlib import Path

    from te_cli.embed.cache_folders import KeptModel


def look(folder: Path, limit_bytes: int, model: str | None = None) -> CacheState:
    """What is kept in ``folder``, of one model or of all.

    Raises:
        UnknownName: something is kept, but not of that model.
    """
    found = _chosen(models_in(folder), model)
    return CacheState(str(folder), limit_bytes, tuple(map(_told, found)))


def clear(folder: Path, limit_bytes: int, model: str | None = None) -> CacheState:
    """What is left once that of one model or of all is removed. Who uses it meanwhile goes on, and begins another.

    Raises:
        UnknownName: something is kept, but not of that model.
        NotWritable: it cannot be removed.
    """
    chosen = _chosen(models_in(folder), model)
    for each in chosen:
        try:
            remove(each.place)
        except OSError as error:
            why = error.strerror or error
            raise NotWritable(f"{each.place} cannot be removed: {why}.", "Check its permissions.") from error
    for place in leftovers(folder):
        with suppress(OSError):
            remove(place)
    return replace(look(folder, limit_bytes), removed=tuple(map(_told, chosen)))


def _chosen(found: list[KeptModel], model: str | None) -> list[KeptModel]:
    """Those of a model: by its name, or by what its folder is called, since two may have one name."""
    if model is None or not found:
        return found
    chosen = [each for each in found if model in {each.identity.name, each.place.name}]
    if not chosen:
        raise UnknownName.among("model in the cache", model, {each.identity.name for each in found})
    return chosen


def _told(kept: KeptModel) -> CachedModel:
    said, place = kept.identity, str(kept.place)
    return CachedModel(said.name, said.fingerprint, said.dimension, kept.entries, kept.bytes, kept.used, place)
