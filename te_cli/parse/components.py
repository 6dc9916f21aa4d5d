"""Single-file components (Vue, Svelte): the script is read as code, markup and styles are blocks."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, NamedTuple

from te_cli.model import Parsed
from te_cli.parse import blocks
from te_cli.parse.parts import Part, module_unit, part_units
from te_cli.parse.source import Source

if TYPE_CHECKING:
    from te_cli.model import Unit

LANGUAGES: Final = frozenset(("vue", "svelte"))
"""The languages of components."""

_OPEN: Final = re.compile(
    r"^<([A-Za-z][\w-]{0,30})((?:[^<>\"']|\"[^\"]{0,500}\"|'[^']{0,500}'){0,2000}+)>", re.MULTILINE
)
_LANGUAGE: Final = re.compile(r"\blang\s*=\s*[\"']?(\w+)")
_DIALECTS: Final = {
    "js": "javascript", "javascript": "javascript", "jsx": "jsx",
    "ts": "typescript", "typescript": "typescript", "tsx": "tsx",
}  # fmt: skip
_MAX_SECTIONS: Final = 50


class _Section(NamedTuple):
    """One element at the margin; the offsets are those of its content."""

    tag: str
    attributes: str
    start: int
    end: int


def read(path: str, language: str, source: Source) -> Parsed:
    """The module unit, what the scripts define and refer to at its true lines, and the other sections as blocks."""
    stem = PurePosixPath(path).stem
    text = source.text
    lines = text.split("\n")[: source.lines]
    found = _sections(text, language)
    scripts = [section for section in found if section.tag == "script"]
    code = _code(path, text, scripts)
    defined = code.units if code is not None and len(code.units) > 1 else ()
    parts = _parts(found if defined else [s for s in found if s.tag != "script"], text, lines, language)
    others = part_units(parts, stem, lines)
    script_text = "\n".join(text[section.start : section.end].strip("\n") for section in scripts)
    module = module_unit(stem, source, defined[0].text if defined else script_text if others else text)
    if defined:
        module = replace(module, symbol=replace(module.symbol, doc=defined[0].symbol.doc))
    units, places = _merged(list(defined[1:]), others)
    mentioned = code.references if code is not None else ()
    return Parsed((module, *units), tuple(each._replace(unit=places.get(each.unit, 0)) for each in mentioned))


def _sections(text: str, language: str) -> list[_Section]:
    """The elements that begin at the margin; in Svelte, whose markup stands there too, scripts and styles only."""
    found: list[_Section] = []
    at = 0
    while len(found) < _MAX_SECTIONS and (opened := _OPEN.search(text, at)):
        at = opened.end()
        tag = opened[1].lower()
        if opened[2].endswith("/") or (language == "svelte" and tag not in ("script", "style")):
            continue
        closing = text.find(f"</{opened[1]}", at) if tag in ("script", "style") else text.find(f"\n</{opened[1]}>", at)
        end = closing if closing >= 0 else len(text)
        found.append(_Section(tag, opened[2], at, end))
        at = end
    return found


def _code(path: str, text: str, scripts: list[_Section]) -> Parsed | None:
    """What the scripts hold, read together, with nothing in place of what is around them."""
    dialects = [_DIALECTS.get(found[1], "") for s in scripts if (found := _LANGUAGE.search(s.attributes))]
    if not scripts or "" in dialects:
        return None
    from te_cli.parse.code import read_code  # only now: it loads tree-sitter

    pieces: list[str] = []
    at = 0
    for section in scripts:
        margin = section.start - text.rfind("\n", 0, section.start) - 1
        pieces += ["\n" * text.count("\n", at, section.start), " " * margin, text[section.start : section.end]]
        at = section.end
    pieces.append("\n" * text.count("\n", at))
    alone = "".join(pieces)
    code = read_code(path, max(dialects, default="javascript"), Source(alone))
    lines = alone.split("\n")
    return code and replace(code, units=tuple(_own_lines(unit, lines) for unit in code.units))


def _own_lines(unit: Unit, lines: list[str]) -> Unit:
    """A block of a script without the lines that are another section's."""
    symbol = unit.symbol
    if symbol.kind != "block":
        return unit
    first, last = symbol.start_line, symbol.end_line
    while first < last and not lines[first - 1].strip():
        first += 1
    while last > first and not lines[last - 1].strip():
        last -= 1
    name = f"{symbol.name.rpartition(':')[0]}:{first}"
    return replace(unit, symbol=replace(symbol, name=name, qualified_name=name, start_line=first, end_line=last))


def _parts(found: list[_Section], text: str, lines: list[str], language: str) -> list[Part]:
    """A part for each section that is no script, and in Svelte for the markup between sections; long ones are cut."""
    parts: list[Part] = []
    row = at = 0
    for section in found:
        first = row + text.count("\n", at, section.start)
        opening = first - section.attributes.count("\n")
        last = first + text.count("\n", section.start, section.end)
        if language == "svelte":
            parts += _pieces("markup", row + (at > 0), opening - 1, lines)
        if section.tag != "script":
            closed = text.startswith("\n</", section.end)
            parts += _pieces(section.tag, opening, last + closed, lines)
        row, at = last, section.end
    if language == "svelte":
        parts += _pieces("markup", row + (at > 0), len(lines) - 1, lines)
    return parts


def _pieces(name: str, first: int, last: int, lines: list[str]) -> list[Part]:
    """Rows under one name; nothing where they are blank."""
    last = min(last, len(lines) - 1)
    while first <= last and not lines[first].strip():
        first += 1
    while last >= first and not lines[last].strip():
        last -= 1
    if first > last:
        return []
    pieces = blocks.cut(lines, first, last) or [(first, last)]
    return [Part(start, end, name if start == first else f"{name}:{start + 1}") for start, end in pieces]


def _merged(code: list[Unit], others: list[Unit]) -> tuple[list[Unit], dict[int, int]]:
    """Both lists in the order of their lines, the parents' positions put right; where each of ``code`` went."""
    every = sorted([*enumerate(code, start=1), *((0, unit) for unit in others)], key=lambda p: p[1].symbol.start_line)
    places = {old: new for new, (old, _) in enumerate(every, start=1) if old}
    merged: list[Unit] = []
    for _, unit in every:
        parent = unit.symbol.parent
        moved = None if parent is None else places[parent]
        merged.append(unit if moved == parent else replace(unit, symbol=replace(unit.symbol, parent=moved)))
    return merged, places
