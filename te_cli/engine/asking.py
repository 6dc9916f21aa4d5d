"""What a program asks, as a frozen request: each value is checked before anything is opened (:mod:`te_cli.given`)."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, TypeVar

from te_cli.engine import naming
from te_cli.engine.naming import Said
from te_cli.errors import UsageError, one_of
from te_cli.given import folder, switch, text, whole, wrong
from te_cli.model import MAX_LIMIT, MODES, REFRESHES, Filters, SearchRequest, UsesRequest

if TYPE_CHECKING:
    from te_cli.model import Refresh

Name = TypeVar("Name", bound=str)

LANGUAGE = Said("language", 'language="go"')
KIND = Said("kind", 'kind=("function", "class")')
USED_AS = Said("kind", 'kind=("call", "type")')
PATH = Said("path", 'path="src/**/*.py"')
CONTENT = Said("content", 'content="code"')


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


def model(name: str, value: object) -> str:
    """What stands for a model in the settings: a name, a path, or an object that embeds, which is lent to this process.

    A path that is no text is a folder however it is written.

    Raises:
        UsageError: it is none of them.
    """
    if isinstance(value, str | os.PathLike):
        said = folder(name, value)
        return said if isinstance(value, str) else os.path.abspath(os.path.expanduser(said))  # noqa: PTH100, PTH111 - links stay
    from te_cli.embed.checked import Checked  # numpy: only for who brings a model
    from te_cli.engine.embedding import lend  # with all that reads an index

    return lend(Checked(value, name, "a name, a path or an embedder"))
