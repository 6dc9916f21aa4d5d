"""``te models``: which embedding models there are, which one the nearest index uses, and how quick each is here."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from te_cli.embed.available import bytes_in, downloaded, folder_of
from te_cli.embed.source import fetch, is_static, open_model, reading_of, source_of
from te_cli.engine.embedding import LENT, SHIPPED_SOURCE, identity_of, spoken
from te_cli.engine.places import open_reader
from te_cli.errors import ModelError, StoreError
from te_cli.state import KnownModel, KnownModels

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from te_cli.config import Settings
    from te_cli.model import Progress

    Report = Callable[[Progress], None]

LICENCE = "Apache-2.0"
"""Of the shipped model, as of te."""


def models(
    settings: Settings, *, name: str | None = None, everything: bool = False, also: Sequence[str] = ()
) -> KnownModels:
    """The models on this machine, and those ``also`` named; with ``everything``, those that could be downloaded too.

    ``name``: only what has it in its name, downloadable or not.

    Raises:
        ModelError: one that is named is none.
    """
    used = _used(settings)
    wanted = [source_of(said, Path.cwd()) for said in also]
    sources: dict[str, str] = {}
    for source in (SHIPPED_SOURCE, *downloaded(), *([] if used is None else [used]), *wanted):
        sources.setdefault(_key(source), source)
    found = [_local(source, used) for source in sources.values()]
    if everything or name:
        found = _with_listed(found)
    if name:
        found = [model for model in found if name.lower() in model.name.lower()]
    return KnownModels(tuple(found), None if used is None else str(settings.root))


def measured(settings: Settings, found: KnownModels, progress: Report) -> KnownModels:
    """The same models, those on this machine with their speed; one that was asked for by name is downloaded first.

    Raises:
        UsageError: there is nothing to measure with.
        ModelError: a model cannot be had.
    """
    from te_cli.engine.speed import measure, sample

    documents = sample(settings, progress)
    told = []
    for model in found.models:
        if model.place == "online" or model.trouble is not None:
            told.append(model)
            continue
        source = SHIPPED_SOURCE if model.place == "shipped" else model.name
        try:
            speed = measure(open_model(source, settings.jobs), documents, progress, quick=is_static(source))
        except ModelError as error:
            told.append(replace(model, trouble=error.message))
        else:
            told.append(replace(model, speed=speed))
    return KnownModels(tuple(told), str(settings.root))


def provide(names: Sequence[str], progress: Report) -> None:
    """Have a copy of each model that is named.

    Raises:
        ModelError: one is no model, or cannot be had.
    """
    for name in names:
        fetch(source_of(name, Path.cwd()), progress)


def _used(settings: Settings) -> str | None:
    """The source of the model that the nearest index was made with; None where there is no index."""
    with suppress(StoreError), open_reader(settings) as reader:
        return reader.note("model_source")
    return None


def _key(source: str) -> str:
    """What tells sources apart: the case of a name does not."""
    return source if Path(source).is_absolute() or source.startswith(LENT) else source.lower()


def _with_listed(here: list[KnownModel]) -> list[KnownModel]:
    """Those that are here, with their licences, and those that fastembed lists besides."""
    from te_cli.embed.onnx import listed  # half a second

    known = {each.name.lower(): each for each in listed()}
    found = [
        replace(model, licence=known[key].licence) if (key := model.name.lower()) in known else model for model in here
    ]
    usable = {model.name.lower() for model in here if model.trouble is None}
    online = [each for key, each in known.items() if key not in usable]
    return found + [
        KnownModel(each.name, "online", not each.weights, each.dimension, round(each.megabytes * 1e6), each.licence)
        for each in online
    ]


def _local(source: str, used: str | None) -> KnownModel:
    """A model of this machine, or one that should be here and is not."""
    known = KnownModel(
        spoken(source),
        "local" if source else "shipped",
        static=None,
        dimension=None,
        bytes=None,
        licence="" if source else LICENCE,
        used=used is not None and _key(source) == _key(used),
    )
    try:
        identity = identity_of(source)
        if source.startswith(LENT):
            return replace(known, dimension=identity.dimension)
        folder, static, reading = folder_of(source), is_static(source), reading_of(source)
    except ModelError as error:
        return replace(known, trouble=error.message)
    known = replace(known, static=static, dimension=identity.dimension, reading=reading)
    return replace(known, bytes=bytes_in(folder), folder=str(folder))
