"""A program that uses te as its users may, held to mypy's strictest with the rest of the tests, and run by one of them.

It names every public type, and takes nothing but the public face.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import te_cli
from te_cli import (
    Hit,
    Index,
    IndexReport,
    NotIndexed,
    OutlineNode,
    SkipReason,
    TeError,
    UnknownName,
    Use,
    open_index,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from te_cli import Content, Freshness, Mode, Outline, Progress, ReferenceKind, Refresh, Status, Symbol


class Watched:
    """What an update tells of itself."""

    def __init__(self) -> None:
        self.phases: list[str] = []

    def __call__(self, step: Progress) -> None:
        """Take in one step."""
        self.phases.append(f"{step.phase} {step.done}/{step.total} {step.counted}")


def kept_fresh(index: Index, told: Watched) -> IndexReport:
    """Bring the index up to date."""
    report = index.update(progress=told, wait=1.5)
    too_large: Sequence[str] = [each.path for each in report.skipped if each.reason is SkipReason.TOO_LARGE]
    assert not too_large
    assert report.skipped_by_reason.get("binary", 0) == 1
    return report


def found(index: Index, *, content: Content, mode: Mode, refresh: Refresh) -> tuple[Hit, ...]:
    """Hits, by every filter there is."""
    return index.search(
        "greet the visitors",
        k=3,
        language=["python", "go"],
        kind="function",
        path=("**/*.py", "!tests"),
        content=content,
        mode=mode,
        refresh=refresh,
        context=2,
        explain=True,
        fold=False,
    )


def names(nodes: Sequence[OutlineNode]) -> Iterator[str]:
    """The names in an outline, outer ones first."""
    for node in nodes:
        symbol: Symbol = node.symbol
        yield symbol.qualified_name
        yield from names(node.children)


def callers(index: Index, name: str, kind: ReferenceKind) -> list[str]:
    """Where a name is used."""
    uses: tuple[Use, ...] = index.refs(name, kind=kind, language="python", k=5)
    return [f"{use.path}:{use.reference.line} in {use.within.name}" for use in uses]


def main(folder: Path) -> list[str]:
    """Everything once; gives what a user would print."""
    said: list[str] = []
    told = Watched()
    with open_index(folder) as index:
        said.append(f"{kept_fresh(index, told).files} files")
        said += [
            f"{hit.path}: {hit.symbol.name}" for hit in found(index, content="code", mode="hybrid", refresh="auto")
        ]
        freshness: Freshness = index.answer("greet").freshness
        outline: Outline = index.outline("src/greet.py")
        status: Status = index.status()
        said += [freshness, *names(outline.nodes), *callers(index, "greet", "call"), str(status.by_language["go"])]
        said += [str(index.doctor().healthy)]
        try:
            index.outline("nowhere.py")
        except NotIndexed as error:
            said.append(error.message)
        try:
            index.search("greet", language="pyton")
        except UnknownName as error:
            said.append(error.hint)
        try:
            index.search("")
        except te_cli.EmptyQuery as error:
            any_error: TeError = error
            said.append(any_error.code)
    assert told.phases[0] == "listing 0/0 files"
    return said
