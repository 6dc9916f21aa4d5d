"""Output for pipes and editors: one ``path:line: kind qualified_name`` line a hit, as compilers print theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from te_cli.render.escape import many_lines, one_line

if TYPE_CHECKING:
    from te_cli.model import Hit, Outline, OutlineNode, SearchResult, Symbol, Use, UsesResult


def search(result: SearchResult, *, source: bool = False) -> str:
    """A line for each hit, and at its end what is to be known of it, such as ``[stale]``.

    With ``source`` its lines follow, as grep prints context, or what a budget had room for under its own place, as
    ripgrep prints with ``--heading``; then its scores, if it has any.
    """
    return "".join(_hit(hit, source=source) for hit in result.hits)


def _hit(hit: Hit, *, source: bool) -> str:
    marks = (" [stale]" if hit.stale else "") + (" [weak]" if hit.weak else "")
    if hit.alike:
        marks += f" [and {len(hit.alike)} alike]"
    lines = [place(hit.path, hit.symbol) + marks]
    if hit.shown is not None:
        lines += _source(hit, hit.symbol.signature if hit.snippet is None else hit.snippet, "")
    elif source and hit.snippet is not None:
        lines += _source(hit, hit.snippet, f"{one_line(hit.path)}-")
    lines += [
        f"    {signal.value * signal.weight:+.4f}  {one_line(signal.name)} ({signal.value:g} x {signal.weight:g})"
        for signal in hit.explain
    ]
    if hit.explain:
        lines.append(f"    {hit.score:>7.4f}  score")
    return "".join(f"{line}\n" for line in lines)


def _source(hit: Hit, text: str, before: str) -> list[str]:
    """Numbered lines of source."""
    texts = many_lines(text).rstrip("\n").split("\n") if text else []
    return [f"{before}{number}-{line}" for number, line in enumerate(texts, hit.snippet_start or hit.symbol.start_line)]


def place(path: str, symbol: Symbol) -> str:
    """Where a symbol starts, and what it is, on one line."""
    return f"{one_line(path)}:{symbol.start_line}: {one_line(symbol.kind)} {one_line(symbol.qualified_name)}"


def outline(value: Outline) -> str:
    """A line for each symbol of the file, in its order."""
    return "".join(f"{place(value.path, node.symbol)}\n" for node, _ in walk(value.nodes))


def refs(result: UsesResult) -> str:
    """A line for each use: where, how, and in what; then its source, as grep prints it."""
    return "".join(f"{_use(use)}\n" for use in result.uses)


def _use(use: Use) -> str:
    place = f"{one_line(use.path)}:{use.reference.line}:{use.reference.column}"
    said = f"{place}: {use.reference.kind} in {one_line(use.within.qualified_name)}{' [stale]' if use.stale else ''}"
    return f"{said}: {one_line(use.source)}" if use.source else said


def walk(nodes: tuple[OutlineNode, ...]) -> list[tuple[OutlineNode, int]]:
    """Every node with its depth, parents first."""
    found = []
    waiting = [(node, 0) for node in reversed(nodes)]
    while waiting:
        node, depth = waiting.pop()
        found.append((node, depth))
        waiting.extend((child, depth + 1) for child in reversed(node.children))
    return found
