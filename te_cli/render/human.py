"""Output for a terminal: colour, highlighted source, and why each hit stands where it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from te_cli.render.escape import many_lines, one_line
from te_cli.render.plain import walk
from te_cli.render.screen import NARROWEST, console
from te_cli.words import part_spans

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from te_cli.model import Hit, Outline, SearchResult, Symbol, UsesResult

LONGEST_LINE = 400
"""Characters of a source line that are shown: no terminal is wider, and highlighting a longer one is slow."""

LEXERS = {"jsx": "javascript", "tsx": "typescript", "markdown": "markdown", "text": "text", "make": "makefile"}
"""Names that Pygments knows otherwise than the parsers do."""

CUT = "…"
"""Stands where something that did not fit was left out."""

INSIDE = "›"  # noqa: RUF001  # an arrow, not a comparison
"""Stands between a symbol and what encloses it."""

MATCH = "bold underline"
"""How a word of the query looks in source, whatever its colour there."""

NAMED_ALIKE = 3
"""Places of hits that are nearly the same that are named on a terminal; JSON has them all."""

WEAK = "weak: little speaks for it"
STALE = "changed since it was indexed"


def search(result: SearchResult) -> None:
    """Print the hits, best first."""
    screen = console()
    for position, hit in enumerate(result.hits):
        if position:
            screen.print()
        _print_hit(screen, hit)


def _print_hit(screen: Console, hit: Hit) -> None:
    _print_headline(screen, hit)
    symbol = hit.symbol
    doc = _first_line(symbol.doc)
    shown = hit.snippet or ""
    moved = bool(hit.matched) and (hit.snippet_start or 0) > symbol.start_line
    if symbol.signature and (moved or not shown):
        _print_below(screen, _cut(one_line(symbol.signature)))
    if doc and doc not in shown and hit.shown != "signature":
        _print_below(screen, _cut(one_line(doc)), "dim")
    if shown:
        _print_source(screen, hit)
    if hit.alike:
        _print_below(screen, _alike(hit), "dim")
    if hit.explain:
        _print_explained(screen, hit)


def _print_headline(screen: Console, hit: Hit) -> None:
    """Where the hit is, then what it is: beside it, or below where there is no room."""
    from rich.text import Text

    line = Text.assemble((one_line(hit.path), "magenta"), (":", "dim"), (str(hit.symbol.start_line), "green"))
    title = _title(hit.symbol, hit.parent)
    if hit.weak:
        title.append(f"  ({WEAK})", "yellow")
    if hit.stale:
        title.append(f"  ({STALE})", "yellow")
    if line.cell_len + len("  ") + title.cell_len <= screen.width:
        screen.print(Text.assemble(line, "  ", title), soft_wrap=True)
    else:
        screen.print(line, soft_wrap=True)
        _print_below(screen, title)


def _title(symbol: Symbol, parent: Symbol | None) -> Text:
    """What a hit is; where something encloses it, that first."""
    from rich.text import Text

    if parent is None or not symbol.name:
        return Text.assemble((one_line(symbol.kind), "cyan"), " ", (one_line(symbol.qualified_name), "bold"))
    around = Text.assemble((one_line(parent.kind), "cyan"), " ", one_line(parent.qualified_name))
    return Text.assemble(
        around, (f" {INSIDE} ", "dim"), (one_line(symbol.kind), "cyan"), " ", (one_line(symbol.name), "bold")
    )


def _alike(hit: Hit) -> str:
    """The places of the hits that are nearly the same, the first few by name."""
    places = [f"{one_line(path)}:{symbol.start_line}" for path, symbol in hit.alike[:NAMED_ALIKE]]
    more = f" {CUT}" if len(hit.alike) > NAMED_ALIKE else ""
    return f"and {len(hit.alike)} alike: {', '.join(places)}{more}"


def _first_line(doc: str) -> str:
    return doc.strip().split("\n", 1)[0].strip()


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]}{CUT}"


def _print_below(screen: Console, text: str | Text, style: str = "", *, first: str | Text = "    ") -> None:
    """``text`` after ``first``, broken between words, its further lines under its first one."""
    from rich.text import Text

    start = Text.assemble(first)
    room = max(screen.width - start.cell_len, NARROWEST)
    for line in Text.assemble((text, style) if isinstance(text, str) else text).wrap(screen, room):
        line.rstrip()
        screen.print(Text.assemble(start, line), soft_wrap=True)
        start = Text(" " * start.cell_len)


def _print_source(screen: Console, hit: Hit) -> None:
    """The snippet with line numbers. It is cut where the terminal ends, with a mark, and not padded."""
    from rich.syntax import Syntax
    from rich.text import Text

    lines = many_lines(hit.snippet or "").rstrip("\n").split("\n")
    start = hit.snippet_start or hit.symbol.start_line
    digits = len(str(start + len(lines) - 1))
    room = max(screen.width - len("    ") - digits - len(" "), NARROWEST)
    syntax = Syntax(
        "", LEXERS.get(hit.language, hit.language), theme="ansi_dark", background_color="default", tab_size=4
    )
    coloured = syntax.highlight("\n".join(_cut(line) for line in lines)).split("\n", allow_blank=True)
    for number, line in enumerate(coloured[: len(lines)], start):
        line.expand_tabs(4)
        line.rstrip()
        for begin, end, word in part_spans(line.plain) if hit.matched else ():
            if word in hit.matched:
                line.stylize(MATCH, begin, end)
        line.truncate(room, overflow="ellipsis")
        screen.print(Text.assemble("    ", (f"{number:>{digits}} ", "dim"), line), soft_wrap=True)


def _print_explained(screen: Console, hit: Hit) -> None:
    """Each signal: what it adds, its name, value and weight, and what it means."""
    from rich.text import Text

    width = max(len(one_line(signal.name)) for signal in hit.explain)
    shares = [f"{signal.value:.3g} x {signal.weight:g}" for signal in hit.explain]
    widest = max(map(len, shares))
    for signal, share in zip(hit.explain, shares, strict=True):
        points = (f"    {signal.value * signal.weight:>+8.4f}", "green")
        name = f"  {one_line(signal.name):<{width}}  "
        if signal.reason:
            first = Text.assemble(points, name, (f"{share:<{widest}}  ", "dim"))
            _print_below(screen, one_line(signal.reason), "dim", first=first)
        else:
            screen.print(Text.assemble(points, name, (share, "dim")), soft_wrap=True)
    screen.print(Text(f"    {hit.score:>8.4f}  score", "bold"), soft_wrap=True)


def refs(result: UsesResult) -> None:
    """Print the uses of a name, file by file, each with its line of source."""
    from rich.text import Text

    screen = console()
    width = max((len(str(use.reference.line)) for use in result.uses), default=0)
    kinds = max((len(use.reference.kind) for use in result.uses), default=0)
    path = ""
    for use in result.uses:
        if use.path != path:
            head = Text(one_line(use.path), "magenta")
            if use.stale:
                head.append(f"  ({STALE})", "yellow")
            screen.print(Text.assemble("\n" if path else "", head), soft_wrap=True)
            path = use.path
        line = Text.assemble(
            (f"  {use.reference.line:>{width}}", "green"),
            (f"  {use.reference.kind:<{kinds}}", "cyan"),
            ("  in ", "dim"),
            one_line(use.within.qualified_name),
            (f"  {_cut(one_line(use.source or ''))}", "dim"),
        )
        line.truncate(max(screen.width, NARROWEST), overflow="ellipsis")
        screen.print(line, soft_wrap=True)


def outline(value: Outline) -> None:
    """Print a file's symbols, each under the one that encloses it."""
    from rich.text import Text

    screen = console()
    head = Text(one_line(value.path), "magenta")
    if value.stale:
        head.append(f"  ({STALE})", "yellow")
    screen.print(head, soft_wrap=True)
    found = walk(value.nodes)
    places = [_lines_of(node.symbol) for node, _ in found]
    width = max(map(len, places), default=0)
    for (node, depth), place in zip(found, places, strict=True):
        name = one_line(node.symbol.name or node.symbol.qualified_name)
        kind = one_line(node.symbol.kind)
        line = Text.assemble((f"  {place:>{width}}", "green"), "  " + "  " * depth, (kind, "cyan"), " ", (name, "bold"))
        signature = _cut(one_line(node.symbol.signature))
        if signature not in ("", name, f"{kind} {name}"):
            line.append(f"  {signature}", "dim")
        line.truncate(max(screen.width, NARROWEST), overflow="ellipsis")
        screen.print(line, soft_wrap=True)


def _lines_of(symbol: Symbol) -> str:
    lines = symbol.start_line, symbol.end_line
    return f"{lines[0]}" if lines[0] == lines[1] else f"{lines[0]}-{lines[1]}"
