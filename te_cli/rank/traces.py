r"""Stack traces: the frames of a text, in the forms of the languages that print them.

Each line is looked at once, by patterns that read it from its start, and long lines are no frames: the time is linear
in the text. Where a function stands on the line before its place (Go, Rust), that line is remembered.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from te_cli.words import identifiers

MAX_FRAMES = 32
"""Frames of one text: a recursion repeats the same few hundreds of times."""

MAX_LINE = 500
"""Characters of a line that may be a frame."""

MAX_LINES = 4_000
"""Lines looked at, from the end: the last trace is the one that was not caught."""


class Frame(NamedTuple):
    """One call that had not returned. ``line`` and ``function`` are None, ``owner`` is empty, where nothing says.

    ``owner`` is what the function belongs to: a class, a type, a module.
    """

    path: str
    line: int | None
    function: str | None
    owner: str = ""


# Texts, which are compiled when the first line that may be a frame is met: few questions have one.
_PYTHON = r'[\s>|E]*File "([^"]{1,400})", line (\d{1,7})(?:, in (.{1,200}))?\s*$'
_PYTEST = r"\s*([^\s:()]{1,300}\.py):(\d{1,7}): (?:in (\w+)|[\w.]*(?:Error|Exception|Warning)?)\s*$"
_JAVA = (
    r"\s*at (?:[\w.@$-]*/{1,2}){0,3}([\w.$<>-]{1,300})"
    r"\(([\w$-]{1,100}\.(?:java|kt|kts|scala|groovy|clj))(?::(\d{1,7}))?\)"
)
_SHARP = r"\s*at ([^\s(][^(]{0,300})\((?:[^()]|\([^()]*\)){0,300}\)(?:[^()]{0,100}?) in (.{1,300}):line (\d{1,7})\s*$"
_SCRIPT = r"\s*at (?:async |new ){0,2}([^(]{1,200}?) (?:\[as [^\]]{1,100}\] )?\((\S.{0,300}?):(\d{1,7}):\d{1,7}\)\s*$"
_NATIVE = (  # gdb and the sanitizers
    r"\s*#\d{1,4}:? +(?:0x[0-9a-fA-F]{1,16} (?:in )?)?(\S.{0,300}?)\s+(?:at )?"
    r"([^\s:()]{1,300}):(\d{1,7})(?::\d{1,7})?\s*$"
)
_GECKO = r"\s*([\w$.<>/*\[\]-]{0,200})@([^\s@]{1,300}?):(\d{1,7}):\d{1,7}\s*$"
_PHP = r"\s*#\d{1,4} ([^():]{1,300}\.php)\((\d{1,7})\): ([^\s(]{1,200})\("
_RUBY = r"[\s\d:]*(?:from )?([^\s:()]{1,300}\.(?:rb|rake|erb)):(\d{1,7}):in [`'\u2018]([^'\u2019]{1,200})['\u2019]"
_ELIXIR = r"\s*\([\w. ~+-]{1,100}\) ([\w./-]{1,300}\.exs?):(\d{1,7}): ([^\s/]{1,200})"
_PANIC = r".{0,100}\bpanicked at (?:'.{0,200}', )?([^\s:']{1,300}\.rs):(\d{1,7})(?::\d{1,7})?:?\s*$"
_GO = r"\s+([^\s:]{1,300}\.go):(\d{1,7})(?: \+0x[0-9a-f]{1,16})?\s*$"
_GO_CALL = r"(?:created by )?([A-Za-z_][\w./*()·~-]{0,300}?)(?:\([^()]{0,300}\)|(?: in goroutine \d+)?)\s*$"
_PLACE = r"\s*at (?:async )?([^\s()][^()]{0,300}?):(\d{1,7})(?::\d{1,7})?\s*$"
_RUST_CALL = r"\s*\d{1,4}: +(?:0x[0-9a-f]{1,16} - )?(\S.{0,300})$"

_PATH_FIRST = (_PYTHON, _PYTEST, _PHP, _RUBY, _ELIXIR)
_CALL_FIRST = (_SHARP, _SCRIPT, _NATIVE, _GECKO)
_CALL_BEFORE = ((_GO, _GO_CALL), (_PLACE, _RUST_CALL))
_INNERMOST_LAST = (_PYTHON, _PYTEST)

_HINTS = ('File "', "at ", ".py:", ".go:", ".rb:", ".rake:", ".erb:", ".ex", "#", "@")
"""What a line must have in it to be a frame."""


def frames(text: str) -> tuple[Frame, ...]:
    """The frames of ``text``, the innermost first: Python's last one, everybody else's first one."""
    inner_first: list[Frame] = []
    inner_last: list[Frame] = []
    before = ""
    for line in text.splitlines()[-MAX_LINES:]:
        if len(line) <= MAX_LINE and any(hint in line for hint in _HINTS) and _is_precise(line):
            found = _read(line, before)
            if found is not None:
                outer_first = any(re.match(pattern, line) for pattern in _INNERMOST_LAST)
                (inner_last if outer_first else inner_first).append(found)
        before = line[: MAX_LINE + 1]
    return tuple(dict.fromkeys([*reversed(inner_last), *inner_first]))[:MAX_FRAMES]


def _is_precise(line: str) -> bool:
    """Whether a line has a number in it, or brackets: Java's frames need not say more than their file."""
    return "(" in line or any(map(str.isdecimal, line))


def _read(line: str, before: str) -> Frame | None:
    """The frame that a line is, if it is one."""
    for pattern in _PATH_FIRST:
        if match := re.match(pattern, line):
            return _frame(match[1], match[2], match[3])
    if match := re.match(_JAVA, line):
        return _java(match[1], match[2], match[3])
    for pattern in _CALL_FIRST:
        if match := re.match(pattern, line):
            return _frame(match[2], match[3], match[1])
    if match := re.match(_PANIC, line):
        return _frame(match[1], match[2], "")
    for pattern, earlier in _CALL_BEFORE:
        if match := re.match(pattern, line):
            call = re.match(earlier, before)
            return _frame(match[1], match[2], call[1].rpartition("/")[2] if call else "")
    return None


_ADDRESS = r"^\w{2,10}://(?:[^/]*/)?"


def _frame(path: str, line: str | None, function: str | None) -> Frame:
    path = re.sub(_ADDRESS, "", path.strip()).partition("?")[0].replace("\\", "/")
    return Frame(path, int(line) if line else None, *_last(_chain(function or "")))


def _java(qualified: str, file: str, line: str | None) -> Frame:
    """A Java frame names its file without its folder, which is the package."""
    package = [part for part in qualified.split(".")[:-2] if part.isidentifier()]
    return Frame("/".join([*package, file]), int(line) if line else None, *_last(_chain(qualified)))


_NOISE = r"<[^<>]*>|\{[^{}]*\}|\([^()]*\)|::h[0-9a-f]{16}$|\.func\d+(?:\.\d+)*$|\$\d+|lambda\$|\[[^\]]*\]"
_POINTER = r"\(\*(\w+)\)"  # Go: (*Context).Next
_CLOSURE = r"<>c\w*\.<(\w+)>b__\w+|<(\w+)>d__\w+\.MoveNext$"  # C#: what the compiler makes of a lambda
_AS_TRAIT = r"<(.+?) as .*>::(\w+)$"  # Rust: <Vec<T> as Index<I>>::index
_NAMELESS = ("<module", "<lambda", "<anonymous", "<listcomp", "<genexpr", "<dictcomp", "<setcomp", "<top", "<main")


def _chain(function: str) -> list[str]:
    """The names in what a trace calls a function: owners first, without parameters, type arguments and closures."""
    function = function.strip()
    if function.startswith(_NAMELESS):
        return []
    if function.endswith((".<init>", ".<clinit>")):
        function = function.rpartition(".")[0]
    function = re.sub(_POINTER, r"\1", function)
    function = re.sub(_CLOSURE, lambda match: match[1] or match[2], function)
    function = re.sub(_AS_TRAIT, r"\1::\2", function)
    for _ in range(3):
        function = re.sub(_NOISE, "", function)
    return identifiers(function)


def _last(chain: list[str]) -> tuple[str | None, str]:
    """The function and what it belongs to."""
    if not chain:
        return None, ""
    return chain[-1], chain[-2] if len(chain) > 1 else ""
