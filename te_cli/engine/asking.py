"""What a program asks, as a frozen request: each value is checked before anything is opened.

A program hands over anything. What is not what the face's types say is a :class:`UsageError`, as a bad flag is: its
author reads one sentence instead of a traceback from five rooms below.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from operator import index
from typing import TYPE_CHECKING, TypeVar

from te_cli.engine import naming
from te_cli.engine.naming import Said
from te_cli.errors import UsageError, one_of
from te_cli.model import MAX_LIMIT, MODES, REFRESHES, Filters, SearchRequest, UsesRequest

if TYPE_CHECKING:
    from te_cli.model import Refresh

Name = TypeVar("Name", bound=str)

LANGUAGE = Said("language", 'language="go"')
KIND = Said("kind", 'kind=("function", "class")')
USED_AS = Said("kind", 'kind=("call", "type")')
PATH = Said("path", 'path="src/**/*.py"')
CONTENT = Said("content", 'content="code"')

ASKED = ("name", "fingerprint", "dimension", "embed_documents", "embed_query")
"""What an object needs to be a model."""


def search_request(
    query: object,
    *,
    k: object,
    language: object,
    kind: object,
    path: object,
    content: object,
    mode: object,
    refresh: object,
    context: object,
    max_tokens: object,
    fold: object,
    explain: object,
) -> SearchRequest:
    """A search, as it was asked for.

    Raises:
        UsageError: a value of the wrong type, out of its range, or that contradicts another.
        UnknownName: a language, kind, content, mode or way to refresh that does not exist.
    """
    if context is not None and max_tokens is not None:
        raise UsageError("context and max_tokens exclude each other.", "A budget is filled with whole symbols.")
    return SearchRequest(
        text=text("query", query),
        limit=whole("k", k, 1, MAX_LIMIT),
        filters=Filters(
            naming.languages(texts(LANGUAGE, language), LANGUAGE),
            naming.kinds(texts(KIND, kind), KIND),
            naming.paths(texts(PATH, path), PATH),
            naming.contents(texts(CONTENT, content), CONTENT),
        ),
        mode=one_of("mode", text("mode", mode), MODES),
        refresh=_refresh(refresh),
        context=None if context is None else whole("context", context, 0),
        explain=switch("explain", explain),
        fold=switch("fold", fold),
        max_tokens=None if max_tokens is None else whole("max_tokens", max_tokens, 1),
    )


def uses_request(
    name: object, *, k: object, kind: object, language: object, path: object, refresh: object
) -> UsesRequest:
    """A question for the places that use a name; raises as :func:`search_request` does."""
    return UsesRequest(
        name=text("name", name),
        kinds=naming.reference_kinds(texts(USED_AS, kind), USED_AS),
        filters=Filters(
            languages=naming.languages(texts(LANGUAGE, language), LANGUAGE),
            paths=naming.paths(texts(PATH, path), PATH),
        ),
        limit=None if k is None else whole("k", k, 1),
        refresh=_refresh(refresh),
    )


def _refresh(value: object) -> Refresh:
    return one_of("way to refresh", text("refresh", value), REFRESHES)


def text(name: str, value: object) -> str:
    """``value``, which must be text."""
    if not isinstance(value, str):
        raise wrong(name, value, "text")
    return str(value)


def texts(said: Said, value: object) -> tuple[str, ...]:
    """One text, or a list, tuple or set of them, as a tuple; None is none."""
    if value is None:
        return ()
    if isinstance(value, str):
        return (str(value),)
    several = isinstance(value, Collection) and not isinstance(value, bytes | bytearray | memoryview | Mapping)
    values: tuple[object, ...] = tuple(value) if several else (value,)  # type: ignore[arg-type]  # several says so
    if not several or not all(isinstance(each, str) for each in values):
        raise wrong(said.name, value, "text, or a list of texts", f"For example: {said.example}.")
    return tuple(str(each) for each in values)


def folder(name: str, value: object) -> str:
    """A path as text."""
    try:
        path = os.fspath(value)  # type: ignore[call-overload]  # that is what is asked here
    except TypeError:
        path = value
    if not isinstance(path, str):
        raise wrong(name, value, "a path")
    if not path:
        raise UsageError(f"{name} is empty.", "'.' is the current folder.")
    if "\0" in path:
        raise UsageError(f"{name} holds a null character, which no path does.")
    return path


def model(name: str, value: object) -> str:
    """What stands for a model in the settings: a name, a path, or an object that embeds, which is lent to this process.

    A path that is no text is a folder however it is written.

    Raises:
        UsageError: it is none of them.
    """
    if isinstance(value, str | os.PathLike):
        said = folder(name, value)
        return said if isinstance(value, str) else os.path.abspath(os.path.expanduser(said))  # noqa: PTH100, PTH111 - links stay
    from te_cli.embed.port import Embedder  # numpy: only for who brings a model

    if isinstance(value, type) or not isinstance(value, Embedder):
        raise wrong(name, value, "a name, a path or an embedder", f"An embedder has {', '.join(ASKED)}.")
    for what in ("name", "fingerprint"):
        if not text(f"{name}.{what}", getattr(value, what)).isprintable():
            raise UsageError(f"{name}.{what} holds what cannot be printed.", "An index keeps it, and reports show it.")
    if not value.fingerprint:
        raise UsageError(f"{name}.fingerprint is empty.", "It tells vectors that can be compared from others.")
    whole(f"{name}.dimension", value.dimension, 1)
    from te_cli.engine.embedding import lend  # with all that reads an index

    return lend(value)


def whole(name: str, value: object, least: int, most: int | None = None) -> int:
    """A whole number of at least ``least``, also one of NumPy's."""
    try:
        number = None if isinstance(value, bool) else index(value)  # type: ignore[arg-type]  # that is what is asked
    except TypeError:
        number = None
    if number is None:
        raise wrong(name, value, "a whole number")
    if number < least:
        raise UsageError(f"{name} is {_shown(number)}, but must be at least {least}.", f"For example: {least + 4}")
    if most is not None and number > most:
        raise UsageError(
            f"{name} is {_shown(number)}, but must be at most {most:,}.", "Nobody reads more: ask more narrowly."
        )
    return number


def seconds(name: str, value: object) -> float:
    """A time of at least nothing."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong(name, value, "a number of seconds")
    if not value >= 0:  # what is no number is not large enough either
        raise UsageError(f"{name} is {value}, but must be at least 0.", "For example: 10")
    return float(min(value, 1e9))  # thirty years: waiting does not take more


def switch(name: str, value: object) -> bool:
    """True or False, and nothing that merely counts as one: ``"no"`` would mean yes."""
    if not isinstance(value, bool):
        raise wrong(name, value, "True or False")
    return value


def listener(name: str, value: object) -> None:
    """Refuse what cannot be called."""
    if not callable(value):
        raise wrong(name, value, "something to call")


def wrong(name: str, value: object, wanted: str, hint: str = "") -> UsageError:
    """What to say of a value: its type, for the value itself may be anything."""
    return UsageError(f"{name} is of the type {type(value).__name__}, but must be {wanted}.", hint)


def _shown(number: int) -> str:
    """A number, unless it has more digits than Python writes."""
    return f"{number:,}" if number.bit_length() < 256 else "a number of hundreds of digits"
