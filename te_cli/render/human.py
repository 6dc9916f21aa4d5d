"""Output for a terminal: colour, highlighted source, and why each hit stands where it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from te_cli.render.escape import many_lines, one_line
from te_cli.render.plain import walk
from te_cli.render.screen import console

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text

    from te_cli.model import Hit, Outline, SearchResult, Symbol

LONGEST_LINE = 400
"""Characters of a source line that are shown: no terminal is wider, and highlighting a longer one is slow."""

LEXERS = {"tsx": "typescript", "markdown": "markdown", "text": "text", "make": "makefile"}
"""Names that Pygments knows otherwise than the parsers do."""

STALE = "changed since it was indexed"


def search(result: SearchResult) -> None:
    """Print the hits, best first."""
    screen = console()
    for position, hit in enumerate(result.hits):
        if position:
            screen.print()
        _print_hit(screen, hit)


def _print_hit(screen: Console, hit: Hit) -> None:
    screen.print(_headline(hit), soft_wrap=True)
    doc = _first_line(hit.symbol.doc)
    shown = hit.snippet or ""
    if hit.symbol.signature and not shown:
        screen.print(_indented(one_line(hit.symbol.signature), "default"), soft_wrap=True)
    if doc and doc not in shown:
        screen.print(_indented(one_line(doc), "dim"), soft_wrap=True)
    if shown:
        screen.print(_source(hit))
    if hit.explain:
        screen.print(_explained(hit))


def _headline(hit: Hit) -> Text:
    from rich.text import Text

    line = Text(no_wrap=True)
    line.append(one_line(hit.path), "magenta")
    line.append(":", "dim")
    line.append(str(hit.symbol.start_line), "green")
    line.append("  ")
    line.append_text(_title(hit.symbol))
    if hit.stale:
        line.append(f"  ({STALE})", "yellow")
    return line


def _title(symbol: Symbol) -> Text:
    from rich.text import Text

    return Text.assemble((one_line(symbol.kind), "cyan"), " ", (one_line(symbol.qualified_name), "bold"))


def _first_line(doc: str) -> str:
    return doc.strip().split("\n", 1)[0].strip()


def _indented(text: str, style: str) -> Text:
    from rich.text import Text

    return Text(f"    {text[:LONGEST_LINE]}", style)


def _source(hit: Hit) -> RenderableType:
    from rich.padding import Padding
    from rich.syntax import Syntax

    lines = many_lines(hit.snippet or "").rstrip("\n").split("\n")
    return Padding(
        Syntax(
            "\n".join(line[:LONGEST_LINE] for line in lines),
            LEXERS.get(hit.language, hit.language),
            theme="ansi_dark",
            background_color="default",
            line_numbers=True,
            start_line=hit.snippet_start or hit.symbol.start_line,
            tab_size=4,
        ),
        (0, 0, 0, 2),
    )


def _explained(hit: Hit) -> RenderableType:
    from rich.padding import Padding

    table = _table()
    table.add_column(justify="right", style="green")
    table.add_column()
    table.add_column(style="dim")
    for signal in hit.explain:
        points = signal.value * signal.weight
        table.add_row(f"{points:+.4f}", one_line(signal.name), f"{signal.value:g} x {signal.weight:g}")
    table.add_row(f"{hit.score:.4f}", "score", "", style="bold")
    return Padding(table, (0, 0, 0, 4))


def _table() -> Table:
    from rich.table import Table

    return Table(box=None, show_header=False, padding=(0, 2, 0, 0))


def outline(value: Outline) -> None:
    """Print a file's symbols, each under the one that encloses it."""
    from rich.text import Text

    screen = console()
    head = Text(one_line(value.path), "magenta")
    if value.stale:
        head.append(f"  ({STALE})", "yellow")
    screen.print(head, soft_wrap=True)
    for node, depth in walk(value.nodes):
        line = Text.assemble((f"{node.symbol.start_line:>6}", "green"), "  " + "  " * depth)
        name = node.symbol.name or node.symbol.qualified_name
        line.append_text(Text.assemble((one_line(node.symbol.kind), "cyan"), " ", (one_line(name), "bold")))
        if doc := _first_line(node.symbol.doc):
            line.append(f"  {one_line(doc)}", "dim")
        line.truncate(max(screen.width, 40), overflow="ellipsis")
        screen.print(line, soft_wrap=True)
