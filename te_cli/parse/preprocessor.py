"""What a preprocessor would take away before C and C++ are read, blanked so that every byte keeps its place.

``#ifdef A … if(x) { … #else … if(y) { … #endif`` has one brace too many for a grammar, which then may understand
nothing of the rest of the file: blanking all branches but one, as a compiler does, lets it read on. A macro in the
head of a class (``class API Name : Base {``) makes a function of it; one behind a function's parameters takes its name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_QUIET: Final = re.compile(rb"/\*.*?(?:\*/|\Z)|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)
DIRECTIVE: Final = re.compile(rb"[ \t]*#[ \t]*(\w+)[ \t]*([^\n]*)")
_BRACKET: Final = re.compile(
    rb"[(){}]|@(?:interface|implementation|protocol(?=[ \t]+\w[^;\n]*$))\b|@end\b", re.MULTILINE
)
_NOT_LINE_FEEDS: Final = re.compile(rb"[^\n]")
_ATTRIBUTES: Final = (
    rb"(?:\[\[[^\[\]\n]{0,100}\]\]\s*|alignas\([^()\n]{0,100}\)\s*|__attribute__\s*\(\([^\n]{0,100}?\)\)\s*)*"
)
_HEAD_MACRO: Final = re.compile(
    rb"\b(?:class|struct|union|enum)\s+" + _ATTRIBUTES + rb"((?:[A-Z][A-Z0-9_]{2,}(?:\([^()\n]{0,100}\))?[ \t]+)*"
    rb"[A-Z][A-Z0-9_]{2,}(?:\([^()\n]{0,100}\))?)"
    rb"(?=\s+"
    + _ATTRIBUTES
    + rb"[A-Za-z_]\w*(?:\s*::\s*\w+)*\s*(?:<[^;{}()]{0,200}>)?\s*(?:final\s*)?(?::[^;{}()]{1,500})?\{)"
    rb"|\bclass[ \t]+([A-Z][A-Z0-9_]{2,}(?:\([^()\n]{0,100}\))?)(?=\s+[A-Za-z_]\w*\s*;)"
)
_TAIL_MACRO: Final = re.compile(
    rb"^[ \t]*(?!return\b|if\b|for\b|while\b|switch\b|else\b)[A-Za-z_~][\w:<>,*&~ \t]{0,200}\([^;={}()\n]{0,300}\)"
    rb"(?:[ \t]*(?:const|noexcept|override|final|&))*[ \t]+([A-Z][A-Z0-9]*_[A-Z0-9_]*(?:\([^()\n]{0,100}\))?)"
    rb"(?=\s*[;{])"
    rb"|^[ \t]*(?!(?:return|if|for|while|switch|else|case|default|new|throw)\b)[A-Za-z_][\w:<>,*& \t]{0,200}[ \t*&>]\w+"
    rb"\([^;={}()]{0,300}\)(?:\s+(?:const|noexcept|override|final))*[ \t]*\n[ \t]*"
    rb"([A-Z][A-Z0-9]*_[A-Z0-9_]*\([^()\n]{0,100}\))(?=\s*(?:[;{]|=\s*0))"
    rb"|^[ \t]+(Q_OBJECT|Q_GADGET)(?=[ \t\r]*$)"
    rb"|^(_*(?:[A-Z0-9]+_){0,8}(?:BEGIN|END)(?:_[A-Z0-9]+){0,8})(?=[ \t\r]*$)",
    re.MULTILINE,
)
_PATH: Final = rb"[A-Za-z_]\w*(?:<[^;{}()\n]{0,120}>)?(?:\s?::\s?\w+(?:<[^;{}()\n]{0,120}>)?){0,6}"
_ARGUMENTS: Final = rb"\((?:[^()\n\"]|\"(?:[^\"\\\n]|\\.)*\"|\((?:[^()\n]|\([^()\n]{0,100}\)){0,100}\)){0,200}\)"
_LINES_OF_ARGUMENTS: Final = _ARGUMENTS.replace(rb"\n", b"").replace(b"200", b"900").replace(rb"\\.", rb"\\(?s:.)")
_DECLARES: Final = (
    rb"(?:(?:static|inline|constexpr|virtual|explicit|extern|friend|typedef|template|struct|class|enum|union|typename"
    rb"|auto|void|int|char|bool|double|float|unsigned|signed|long|short|namespace|using"
    rb"|public:|private:|protected:|@interface|@protocol|@implementation|@class)[\s*&<]"
    rb"|(?:const\s+)?(?!(?:return|else|goto|case|delete|new|throw|if|for|while|do|switch|sizeof|const|volatile|operator)\b)"
    + _PATH
    + rb"(?:\s+const)?[\s*&]+(?:const\s+)?(?:[A-Za-z_]\w*(?:<[^;{}()\n]{0,120}>)?::){0,6}"
    rb"(?:~?[A-Za-z_]\w*\s*[(;=\[{]|operator\b)"
    rb"|(?:\w+::){0,4}(?P<own>\w+)(?:<[^;{}()\n]{0,120}>)?::~?(?P=own)\s*\(|~\w+\s*\(|operator\s+[A-Za-z]"
    rb"|[A-Z]?\w+\s*\([^;{}()]{0,300}(?:\([^;{}()]{0,100}\)[^;{}()]{0,300})?\)\s*(?:noexcept\s*)?:(?!:))"
)
"""How a declaration goes on behind a macro: with one of its keywords, with a type and a name, as a constructor."""

_LEAD_MACRO: Final = re.compile(
    # What no line and no capital begins is passed over at once: most of a text is neither.
    rb"(?:^|(?<!\w)(?=[A-Z]))(?:"
    rb"[ \t]*#(?:[^\n\\]|\\(?s:.))*"  # a directive: its names stay
    rb"|(?:^[ \t]*(?P<call>(?:[A-Z][A-Z0-9_]{2,}[ \t]+){0,3}[A-Z][A-Z0-9_]{2,}"
    + _ARGUMENTS
    + rb")|(?<!\.)(?P<word>[A-Z][A-Z0-9]*_[A-Z0-9_]*|[A-Z]*(?:EXPORT|EXTERN|INLINE|API|STATIC|NODISCARD|NORETURN)))"
    rb"(?=\s+(?:[A-Z][A-Z0-9_]{2,}(?:" + _ARGUMENTS + rb")?\s+){0,4}" + _DECLARES + rb")"
    rb"|^[ \t]*(?P<alone>[A-Z][A-Z0-9]*_[A-Z0-9_]*(?:" + _LINES_OF_ARGUMENTS + rb")?)(?=[ \t\r]*(?://[^\n]*)?$)"
    rb"(?!\s*(?:[-{}(\[;=,:.?<>&|+*%^!\"']|/(?![/*])|[A-Za-z_]\w*\s*\())"
    rb"|^[ \t]*(?P<last>[A-Z][A-Z0-9]*_[A-Z0-9_]*" + _LINES_OF_ARGUMENTS + rb")(?=[ \t\r]*\n[ \t]*\};)"
    rb"|^(?P<made>[A-Z][A-Z0-9]*_[A-Z0-9_]*\(\s*(?:const\s+)?(?:void|bool|char|wchar_t|short|int|long|float|double|signed"
    rb"|unsigned)\b[^()\n]{0,200}\)[ \t]*;)"
    rb"|^(?P<plain>[A-Z]{4,})(?=[ \t]+(?:const[ \t]+|struct[ \t]+|unsigned[ \t]+)?[A-Za-z_]*[a-z]\w*[ \t*]+"
    rb"[A-Za-z_]\w*[ \t]*\([^;{}]{0,2000}[;{])"
    rb"|^[ \t]*(?P<label>[A-Z][A-Z0-9]*_[A-Z0-9_]*[ \t]*:)(?=[ \t\r]*(?://[^\n]*)?$)"
    rb"|(?P<block>[A-Z]+_TRY)(?=\s*\{)|(?<=\()(?P<block_type>[A-Z]+_NOESCAPE)(?=\s*\^)"
    rb"|^(?P<opener>[A-Za-z_]\w*(?:\([^()\n]*\))?)(?=[ \t\r]*\n\s*@(?:interface|implementation|protocol|class)\b))"
    rb"|(?=[pit])\b(?:(?:public|protected|private)[ \t]+(?P<slots>Q_SLOTS|Q_SIGNALS|slots|signals)(?=[ \t]*:)"
    rb"|if[ \t]+(?P<constant>[A-Z][A-Z0-9_]{2,})(?=[ \t]*\()"
    rb"|typedef\s+(?:typename\s+)?[A-Z][A-Z0-9_]{2,}(?P<arguments>" + _ARGUMENTS + rb")(?=[\s*&]+\w+\s*;))"
    rb"|\s(?<=[\w)\]/]\s)\s*(?P<suffix>[A-Z0-9_]*(?:DEPRECATED|ATTR|UNUSED|ALIGN|GUARDED|PRINTF|AVAILABLE|SWIFT_NAME)"
    rb"[A-Z0-9_]*"
    + _ARGUMENTS
    + rb"|[A-Z]+_(?:ATTR|NOEXCEPT|OVERRIDE|FINAL|DEPRECATED|UNUSED)(?!\w|\())(?=\s*(?:[,;=}]|\*?[A-Za-z_]\w*\())"
    rb"|(?P<constraint>,\s*[A-Z]+_(?:ENABLE_IF|REQUIRES)" + _ARGUMENTS + rb")(?=\s*>)",
    re.MULTILINE,
)
_LINE: Final = re.compile(rb"\n")
_MAY_LEAD_LINE: Final = re.compile(rb"\n(?=[ \t]*[#A-Z])")
_MAY_LEAD: Final = (
    re.compile(rb"[A-Z](?<!\w.)[A-Z0-9_]*(?=[\s{^])"),
    re.compile(rb"if[ \t]+[A-Z]"),
    re.compile(rb"p(?:ublic|rotected|rivate)[ \t]+[Qs]"),
    re.compile(rb"typedef\s+(?:typename\s+)?[A-Z]"),
    re.compile(rb",\s*[A-Z]+_(?:ENABLE_IF|REQUIRES)"),
)
_OF_SUFFIXES: Final = (
    b"DEPRECATED", b"ATTR", b"UNUSED", b"ALIGN", b"GUARDED", b"PRINTF", b"AVAILABLE", b"SWIFT_NAME", b"NOEXCEPT",
    b"OVERRIDE", b"FINAL",
)  # fmt: skip
_OPENED: Final = (b"@interface", b"@implementation", b"@protocol", b"@class")
_MAY_SUFFIX: Final = re.compile(rb"\s(?<=[\w)\]/]\s)\s*[A-Z0-9_]*(?:" + b"|".join(_OF_SUFFIXES) + rb")")
"""Where a lead macro may begin: cheaper to find, and a few places too many do not matter."""

_MAY_HEAD: Final = tuple(
    re.compile(word + rb"\s+(?:\[\[|alignas|__attribute__|[A-Z][A-Z0-9_]{2})")
    for word in (b"class", b"struct", b"union", b"enum")
)
_MAY_TAIL: Final = (
    re.compile(rb"\)(?:\s*(?:const|noexcept|override|final|&))*\s+[A-Z][A-Z0-9]*_"),
    re.compile(rb"Q_(?:OBJECT|GADGET)"),
    re.compile(rb"\n[A-Z0-9_]*(?:BEGIN|END)"),
    re.compile(rb"\A[A-Z0-9_]*(?:BEGIN|END)"),
)
"""Patterns that each begin with one byte alone, which is found sooner than any of several."""

_OF_CALLS: Final = (
    b"WINAPI", b"CALLBACK", b"APIENTRY", b"JNICALL", b"PASCAL", b"_CALL", b"_CDECL", b"_STDCALL", b"_NOTHROW"
)  # fmt: skip
"""What is in a text that has one of the others: most have none, and are not looked through byte by byte."""

_BARE_MACRO: Final = re.compile(rb"[A-Z][A-Z0-9]*_[A-Z0-9_]*")
_ENDS: Final = frozenset((b";", b"{", b"}", b">", b":", b")", b"\\", b"/"))
_LEADING: Final = ("call", "word", "alone", "plain")
_MAX_ABOVE: Final = 300
_MAX_ROWS_ABOVE: Final = 40
_BRACKETING: Final = re.compile(rb"BEGIN|END|PUSH|POP|DISABLE|RESTORE")
_CALL_MACRO: Final = re.compile(
    rb"(?<=[\w*&>][ \n])(WINAPI|CALLBACK|APIENTRY|JNICALL|PASCAL|[A-Z][A-Z0-9]*_(?:CALL|CDECL|STDCALL|NOTHROW))"
    rb"(?=\s+\*?\s*[A-Za-z_]\w*\s*\()"
)
_LONG_MACRO: Final = re.compile(
    rb"^[ \t]*#[ \t]*define\b(?:[^\n\\]|\\[^\n])*(?:\\\n(?:[^\n\\]|\\[^\n])*)+", re.MULTILINE
)
_COMMENT: Final = re.compile(rb"/\*(?:[^*\n]|\*(?!/))*+(?:\*/|(?P<open>))")  # an open one is passed over, but once
_TYPED_ENUM: Final = re.compile(
    rb"\b(?:NS|CF)_(?:CLOSED_|ERROR_|TYPED_)?(?:ENUM|OPTIONS)\(\s*[^,()\n]{1,80},\s*(\w+)\s*\)(?=\s*\{)"
)
_METHOD_TAIL: Final = re.compile(
    rb"^[-+][ \t]*\([^;{}@]{1,600}?[\w)\s]\s((?:[A-Z][A-Z0-9]*_[A-Z0-9_]*(?:" + _ARGUMENTS + rb")?\s*)+)(?=;|\{)",
    re.MULTILINE,
)
_ENUM: Final = re.compile(rb"\benum\b[^;{}()]{0,100}\{([^{}]*)\}")
_MADE_ENUMERATOR: Final = re.compile(
    rb"^([ \t]*[A-Z][A-Z0-9_]*\(\s*)([A-Za-z_]\w*)((?:\s*,[^()]{0,200}(?:\([^()]{0,100}\)[^()]{0,100})?)?\))"
    rb"(?=[ \t]*,|[ \t]*$)",
    re.MULTILINE,
)
_OPENING: Final = (b"if", b"ifdef", b"ifndef")
_FURTHER: Final = (b"else", b"elif", b"elifdef", b"elifndef")


@dataclass(slots=True)
class _Group:
    """One ``#if`` to its ``#endif``: its directives' rows, and how many brackets are open around it and inside."""

    rows: list[int]
    condition: bytes
    before: int
    after_first: int
    lowest: int
    uneven: bool = False


def without_macros(data: bytes) -> tuple[bytes, list[tuple[int, int]]]:
    """``data``, byte for byte as long, less the macros that a grammar cannot place; and where those stood that lead.

    They stand in heads of classes, behind parameters, alone as brackets; and like attributes before a declaration.
    """
    if any(pattern.search(data) for pattern in _MAY_HEAD):
        data = _HEAD_MACRO.sub(_without_group, data)
    if any(pattern.search(data) for pattern in _MAY_TAIL):
        data = _TAIL_MACRO.sub(_without_group, data)
    if any(word in data for word in _OF_CALLS):
        data = _CALL_MACRO.sub(_without_group, data)
    if b"_ENUM(" in data or b"_OPTIONS(" in data:
        data = _TYPED_ENUM.sub(_as_enum, data)
    if b"@end" in data:
        data = _METHOD_TAIL.sub(_without_group, data)
    if b"enum" in data and _MADE_ENUMERATOR.search(data):
        data = _with_plain_enumerators(data)
    if b"*/ " in data or b"*/\t" in data or b"*/\\" in data:
        data = _LONG_MACRO.sub(_without_comments, data)
    left: bytearray | None = None
    leading: list[tuple[int, int]] = []
    for found in _lead_macros(data):
        role = "word" if found.lastgroup == "own" else found.lastgroup
        if role == "word" and found["call"]:
            role = "call"
        if role is None or (role in ("call", "alone", "last", "made") and not _stands_free(data, found.start())):
            continue
        start, end = found.span(role)
        left = left or bytearray(data)
        left[start:end] = blanked(data[start:end])
        if role in _LEADING and not _BRACKETING.search(found[0]):
            leading.append((start, end))
    return (data if left is None else bytes(left)), leading


def _lead_macros(data: bytes) -> Iterator[re.Match[bytes]]:
    """What ``_LEAD_MACRO.finditer`` gives, which tries its many branches at each byte: here only where one may match.

    It takes a quarter of the time, of which parsing C took as much again.
    """
    starts = {found.end() for found in _MAY_LEAD_LINE.finditer(data)}
    starts.add(0)
    starts.update(found.start() for pattern in _MAY_LEAD for found in pattern.finditer(data))
    if any(word in data for word in _OF_SUFFIXES):
        starts.update(found.start() for found in _MAY_SUFFIX.finditer(data))
    if any(word in data for word in _OPENED):
        starts.update(found.end() for found in _LINE.finditer(data))
    position = 0
    for start in sorted(starts):
        found = _LEAD_MACRO.match(data, start) if start >= position else None
        if found is not None:
            yield found
            position = found.end()


def _with_plain_enumerators(data: bytes) -> bytes:
    """``data`` without the macros that make enumerators: ``OPTION(NAME, 1)`` is ``NAME``."""
    pieces: list[bytes] = []
    position = 0
    for found in _ENUM.finditer(without_quiet(data)):
        start, end = found.span(1)
        pieces += (data[position:start], _MADE_ENUMERATOR.sub(_only_the_name, data[start:end]))
        position = end
    return b"".join((*pieces, data[position:]))


def _without_comments(found: re.Match[bytes]) -> bytes:
    """A macro of several lines less its comments, at the first of which it would end for a grammar."""
    return _COMMENT.sub(lambda comment: blanked(comment[0]) if comment["open"] is None else comment[0], found[0])


def _as_enum(found: re.Match[bytes]) -> bytes:
    start, end = (offset - found.start() for offset in found.span(1))
    return b"enum".ljust(start) + found[1] + b" " * (len(found[0]) - end)


def _only_the_name(found: re.Match[bytes]) -> bytes:
    return b"".join((blanked(found[1]), found[2], blanked(found[3])))


def _stands_free(data: bytes, start: int) -> bool:
    """Whether nothing that is still open stands on the line above ``start``, or that line is empty."""
    above = data[max(0, start - _MAX_ABOVE) : start].rstrip(b" \t")
    line = above.rstrip(b"\n").rpartition(b"\n")[2].strip()
    if not line or above.endswith(b"\n\n") or line[-1:] in _ENDS or line.startswith((b"//", b"/*", b"*", b"#")):
        return True
    return _BARE_MACRO.fullmatch(line) is not None


def _without_group(found: re.Match[bytes]) -> bytes:
    start, end = (offset - found.start() for offset in found.span(found.lastindex or 0))
    return found[0][:start] + b" " * (end - start) + found[0][end:]


def one_branch_only(data: bytes) -> bytes:
    """``data``, byte for byte as long, with one branch left of each conditional inside code or across its brackets."""
    quiet = without_quiet(data).split(b"\n")
    lines = data.split(b"\n")
    for row, last in _rows_to_blank(quiet):
        for blank in range(row, last + 1):
            lines[blank] = b" " * len(lines[blank])
    return b"\n".join(lines)


def blanked(text: bytes) -> bytes:
    """Blanks in place of a text; its lines stay."""
    return _NOT_LINE_FEEDS.sub(b" ", text)


def without_quiet(data: bytes) -> bytes:
    """``data`` with blanks for its comments and literals."""
    return _QUIET.sub(lambda found: blanked(found[0]), data)


def _rows_to_blank(lines: list[bytes]) -> list[tuple[int, int]]:
    """The runs of rows that go: directives, and branches that are not taken."""
    blank: list[tuple[int, int]] = []
    open_groups: list[_Group] = []
    level, continued = 0, False
    for row, line in enumerate(lines):
        directive = None if continued else DIRECTIVE.match(line)
        if directive is None:
            if not continued:
                level = _level_after(line, level, open_groups)
            continued = continued and line.rstrip().endswith(b"\\")
            continue
        continued = line.rstrip().endswith(b"\\")
        word = directive[1]
        if word in _OPENING:
            open_groups.append(_Group([row], word + b" " + directive[2].strip(), level, level, level))
        elif open_groups and word in _FURTHER:
            _end_branch(open_groups[-1], row, level)
            level = open_groups[-1].before
        elif open_groups and word == b"endif":
            group = open_groups.pop()
            _end_branch(group, row, level)
            level = _close(group, blank, lines)
            if open_groups:
                open_groups[-1].lowest = min(open_groups[-1].lowest, group.lowest)
    return blank


def _level_after(line: bytes, level: int, open_groups: list[_Group]) -> int:
    """How many brackets are open after a line; the innermost conditional learns how few were open on the way."""
    lowest = level
    for bracket in _BRACKET.finditer(line):
        if bracket[0] in b"({" or bracket[0][1:2] in (b"i", b"p"):
            level += 1
        else:
            level -= 1
            lowest = min(lowest, level)
    if open_groups:
        open_groups[-1].lowest = min(open_groups[-1].lowest, lowest)
    return level


def _end_branch(group: _Group, row: int, level: int) -> None:
    if len(group.rows) == 1:
        group.after_first = level
    group.uneven = group.uneven or level != group.before
    group.rows.append(row)


def _close(group: _Group, blank: list[tuple[int, int]], lines: list[bytes]) -> int:
    """List what goes of a conditional that has come to its end; the brackets that are open after it."""
    crossed = group.uneven or group.lowest < group.before
    if b"__cplusplus" in group.condition and crossed:
        blank.append((group.rows[0], group.rows[-1]))  # extern "C" { … }
        return group.before
    if not crossed and group.before > 0 and all(_ends_whole(lines, row) for row in group.rows):
        blank += [(row, row) for row in group.rows]
        return group.before
    if crossed or group.before > 0:
        blank.append((group.rows[0], group.rows[0]))
        blank.append((group.rows[1], group.rows[-1]))
        return group.after_first
    return group.before


def _ends_whole(lines: list[bytes], row: int) -> bool:
    """Whether what stands above ``row`` ends a statement, a definition or a list's opening, so that more may follow."""
    for above in range(row - 1, max(-1, row - _MAX_ROWS_ABOVE), -1):
        line = lines[above].strip()
        if line and not line.startswith(b"#"):
            return line.endswith((b";", b"}", b"{", b"public:", b"private:", b"protected:")) or line.startswith(b"@")
    return True
