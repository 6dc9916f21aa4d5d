"""Which embedding model is it? Asked for by the user, else the one that the index was made with, else the shipped one.

An index notes its model's *source*: nothing for the shipped model, a folder, a name, or that a program brought its own
(:func:`lend`). Whatever asks it afterwards, and whatever updates it, uses that model.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING

from te_cli.embed.advice import SHIPPED_NAME
from te_cli.engine.places import recipe_of
from te_cli.errors import ModelError, OtherModel

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from te_cli.config import Settings
    from te_cli.embed.checked import Checked
    from te_cli.embed.identity import ModelIdentity
    from te_cli.embed.port import Embedder, Speller
    from te_cli.model import Progress
    from te_cli.store.reader import Reader

SHIPPED_SOURCE = ""
"""The source of the model in the package."""

LENT = "program:"
"""What the sources of models begin with that a program brought."""

BATCH_UNITS, SLOW_BATCH_UNITS = 1_024, 128
"""Units encoded together: enough to share the tokenizer's work, few enough to hold; of a transformer, few enough that
the progress bar moves."""

_lent: dict[str, Embedder] = {}


def lend(model: Checked) -> str:
    """Let this process use ``model``; gives its source. What outlives the process is its name and fingerprint."""
    source = f"{LENT}{model.name} ({model.fingerprint})"
    _lent[source] = model
    return source


def source_for(settings: Settings, noted: str) -> str:
    """The source of the model to use on an index that notes the source ``noted``.

    Raises:
        ModelError: what the user asked for is no model.
    """
    if settings.model is None or settings.model.startswith(LENT):
        return noted if settings.model is None else settings.model
    if settings.model == SHIPPED_NAME:
        return SHIPPED_SOURCE
    from te_cli.embed.source import source_of

    return source_of(settings.model, settings.root)


def provide(source: str, progress: Callable[[Progress], None] | None) -> None:
    """Have a copy of a model that is known by its name, downloaded if there is none.

    Raises:
        ModelError: it cannot be had.
    """
    if source == SHIPPED_SOURCE or source.startswith(LENT):
        return
    from te_cli.embed.source import fetch

    fetch(source, progress)


def identity_of(source: str) -> ModelIdentity:
    """The identity of the model there, known before it is opened.

    Raises:
        ModelError: it is gone, or is none.
    """
    if source == SHIPPED_SOURCE:
        return _shipped()
    if source.startswith(LENT):
        from te_cli.embed.identity import ModelIdentity

        model = _borrowed(source)
        return ModelIdentity(model.name, model.fingerprint, model.dimension)
    from te_cli.embed.source import identity_of_source

    return identity_of_source(source)


def own_identity(settings: Settings, noted: str) -> ModelIdentity:
    """The same of the model that an index notes.

    Raises:
        ModelError: it is gone, or is none; how to do without it.
    """
    try:
        return identity_of(noted)
    except ModelError as error:
        if noted.startswith(LENT) or not os.path.isabs(noted):  # noqa: PTH117 - a name, which is told how to have it
            raise
        root = _quoted(str(settings.root))
        hint = f"Put it back, or say where it is now: te index --model DIR {root}. "
        hint += f"To make the index anew: te index --model {SHIPPED_NAME} {root}"
        raise ModelError(error.message, hint) from error


def embedder(settings: Settings, source: str) -> Embedder:
    """The model there, opened once; one that is slower than a disk reads what it once embedded from the cache.

    Raises:
        ModelError: it is gone, or is none.
    """
    if source == SHIPPED_SOURCE:
        return speller()
    if source.startswith(LENT):
        return _borrowed(source)
    return _opened(source, identity_of(source), settings.jobs, settings.cache_dir, settings.cache_bytes)


@lru_cache(maxsize=1)
def speller() -> Speller:
    """The shipped model, which also knows how words are spelled."""
    from te_cli.embed.static import StaticModel  # numpy and tokenizers: only for verbs that need vectors

    return StaticModel()


def is_quick(source: str) -> bool:
    """Whether embedding costs no more than reading: a thousand changed files may be embedded while somebody waits."""
    if source == SHIPPED_SOURCE:
        return True
    if source.startswith(LENT):
        return False
    from te_cli.embed.source import is_static

    return is_static(source)


def cache_counts(model: Embedder) -> tuple[int, int]:
    """The texts that a model has embedded so far, and those whose vectors were read; zeros where none are kept."""
    return getattr(model, "misses", 0), getattr(model, "hits", 0)


def cache_trouble(model: Embedder) -> str | None:
    """What went wrong with the cache that a model's embeddings are kept in."""
    trouble: str | None = getattr(model, "trouble", None)
    return trouble


def spoken(source: str) -> str:
    """What to type for a source, after ``--model``."""
    return SHIPPED_NAME if source == SHIPPED_SOURCE else source.removeprefix(LENT)


def comparable(reader: Reader) -> bool:
    """Whether its model as it is now made the index's vectors, where :func:`check` found no fault."""
    return reader.note("model_source") != SHIPPED_SOURCE or reader.note("model") == _shipped().fingerprint


def model_of(settings: Settings, reader: Reader) -> Embedder | None:
    """The model that made the vectors of an index; None where that was the shipped model of another te.

    Raises:
        OtherModel: the user asked for another.
        ModelError: it is gone.
    """
    refuse(check(settings, reader))
    return embedder(settings, source_for(settings, reader.note("model_source"))) if comparable(reader) else None


def made_alike(settings: Settings, reader: Reader, fault: OtherModel | ModelError | None) -> bool:
    """Whether this te would derive from the sources what the index holds. ``fault``: what :func:`check` found."""
    return fault is None and reader.note("recipe") == recipe_of(settings) and comparable(reader)


def check(settings: Settings, reader: Reader) -> OtherModel | ModelError | None:
    """What keeps the index's vectors from being asked; nothing where the shipped model of another te made them.

    To tell which model it is, a transformer's tokenizer and some pages of its weights are read: 10 ms.
    """
    noted = reader.note("model_source")
    try:
        source = source_for(settings, noted)
        if source != noted:
            return None if _is_the_same(source, reader) else _refusal(settings, noted, source)
        identity = own_identity(settings, source)
    except ModelError as error:
        return error
    if source != SHIPPED_SOURCE and identity.fingerprint != reader.note("model"):
        name = reader.note("model_name")
        message = f"The model {name} is not what it was when it made the vectors of this index."
        return OtherModel(message, f"Make them anew: te index {_quoted(str(settings.root))} (all of them).")
    return None


def _is_the_same(source: str, reader: Reader) -> bool:
    """Whether the model there made the index's vectors, whatever it was called then, or wherever it lay."""
    try:
        return identity_of(source).fingerprint == reader.note("model")
    except ModelError:
        return False


def refuse(fault: OtherModel | ModelError | None) -> None:
    """Raise what was found, if anything was."""
    if fault is not None:
        raise fault


def _refusal(settings: Settings, noted: str, source: str) -> OtherModel:
    root, asked = _quoted(str(settings.root)), _quoted(spoken(source))
    how = f"To make it anew: te index --model {asked} {root}. To ask it as it is, leave out {_said(settings)}."
    message = f"The index of {settings.root} was made with the model {spoken(noted)}, not with {spoken(source)}."
    return OtherModel(message, how)


@lru_cache(maxsize=2)
def _opened(source: str, identity: ModelIdentity, jobs: int, cache_dir: Path, cache_bytes: int) -> Embedder:
    from te_cli.embed.source import is_static, open_model

    model = open_model(source, jobs)
    if is_static(source):
        return model
    from te_cli.embed.cached import Cached

    # What the model would not read of a document makes no other text of it.
    return Cached(identity, lambda: model, cache_dir, cache_bytes, getattr(model, "text_of", None))


def _said(settings: Settings) -> str:
    return dict(settings.sources).get("model", "the model")


def _quoted(text: str) -> str:
    import shlex

    return shlex.quote(text)


@lru_cache(maxsize=1)
def _shipped() -> ModelIdentity:
    from te_cli.embed.identity import SHIPPED
    from te_cli.embed.identity import identity_of as identity_in

    return identity_in(SHIPPED)


def _borrowed(source: str) -> Embedder:
    if source not in _lent:
        raise ModelError(
            f"The vectors of this index were made by a program with a model of its own, {spoken(source)}.",
            f"Ask it from that program, or make it anew: te index --model {SHIPPED_NAME}.",
        )
    return _lent[source]
