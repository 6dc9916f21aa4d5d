"""What a grammar does not know, made readable to it: words of a newer language than the grammar's, its known gaps.

Most is mended only where the grammar found errors in a text, and counts only where fewer of them remain; what the
grammar takes for something else without an error is mended before it reads.
No byte moves: what is taken away leaves blanks, what is put in its place is as long.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from te_cli.parse.preprocessor import DIRECTIVE, blanked, without_quiet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Mend = Callable[[bytes], bytes]

_BETWEEN: Final = b";{}],"
"""With one of these ends what stands before something of its own."""

_GOES_ON: Final = re.compile(rb"\s*(?:else|catch|finally|case|where|[.,:?&|=+)]|\{(?!\s*\}))")
"""How a line begins that goes on with what stands above it."""


def prepared(language: str, data: bytes) -> bytes:
    """``data``, byte for byte as long, less what the language's grammar would take for something else."""
    for mend in _MISTAKEN.get(language, ()):
        data = mend(data)
    return data


def mended(language: str, data: bytes) -> bytes:
    """``data``, byte for byte as long, with less in it that the language's grammar does not know."""
    for mend in _MENDS.get(language, ()):
        data = mend(data)
    return data


def _replacing(pattern: bytes, by: bytes = b"") -> Mend:
    """Put ``by`` and blanks in the place of the group of each match."""

    def replaced(found: re.Match[bytes]) -> bytes:
        start, end = (offset - found.start() for offset in found.span(1))
        return found[0][:start] + by + blanked(found[1][len(by) :]) + found[0][end:]

    return lambda data: re.compile(pattern, re.MULTILINE | re.DOTALL).sub(replaced, data)


@dataclass(slots=True)
class _Conditional:
    """A conditional: the rows of its directives, how many lines of code stood above its branch, whether it cuts."""

    rows: list[int]
    above: int
    cuts: bool


def _whole_branches(data: bytes) -> bytes:
    """One branch left of each conditional that begins or ends in the middle of something, without its directives."""
    lines = data.split(b"\n")
    changes = [0] * (len(lines) + 1)
    for first, last in _rows_of_cutting(without_quiet(data).split(b"\n")):
        changes[first] += 1
        changes[last + 1] -= 1
    return b"\n".join(
        b" " * len(line) if blank else line for line, blank in zip(lines, accumulate(changes), strict=False)
    )


def _rows_of_cutting(lines: list[bytes]) -> Iterator[tuple[int, int]]:
    """The rows that go: of conditionals that cut something, the directives and all branches but the first."""
    open_groups: list[_Conditional] = []
    code, between = 0, True
    for row, line in enumerate(lines):
        directive = DIRECTIVE.match(line)
        word = directive[1] if directive is not None else b""
        if word == b"if":
            open_groups.append(_Conditional([row], code, not between))
        elif open_groups and word in (b"else", b"elif", b"endif"):
            group = open_groups[-1]
            group.rows.append(row)
            group.cuts = group.cuts or (code > group.above and not between)
            group.above = code
            if word == b"endif" and open_groups.pop().cuts:
                yield group.rows[0], group.rows[0]
                yield group.rows[1], row
        elif directive is None and line.strip():
            if open_groups and open_groups[-1].above == code and _GOES_ON.match(line):
                open_groups[-1].cuts = True
            code, between = code + 1, line.rstrip()[-1:] in _BETWEEN


_ARGUMENTS: Final = rb"\((?:[^()]|\([^()]{0,500}\)){0,2000}\)"
_ANNOTATION: Final = re.compile(rb"(@[\w.]+)(" + _ARGUMENTS + rb")?")
_ANNOTATIONS: Final = re.compile(
    rb"^@[\w.]+(?:" + _ARGUMENTS + rb")?(?:\s{1,80}@[\w.]+(?:" + _ARGUMENTS + rb")?){0,20}"
    rb"(?:\s+(?:private|internal|public|protected)\b){0,3}(?=\s+\w)",
    re.MULTILINE,
)


def _bare_annotations(data: bytes) -> bytes:
    """Annotations at the beginning of a line without their arguments, and what they stand before as it is by itself."""
    return _ANNOTATIONS.sub(lambda found: _bare(found[0]), data)


def _bare(annotations: bytes) -> bytes:
    position, kept = 0, b""
    for found in _ANNOTATION.finditer(annotations):
        kept += blanked(annotations[position : found.start()]) + found[1] + blanked(found[2] or b"")
        position = found.end()
    return kept + blanked(annotations[position:])


_TEST: Final = re.compile(rb"^([ \t]*)(@test)([ \t]+[\"'][^\n]{1,300})[\"'][ \t](?=[ \t]*\{)", re.MULTILINE)
_NO_WORD: Final = re.compile(rb"\W")


def _tests_as_functions(data: bytes) -> bytes:
    """``@test "title" {`` of Bats as ``@test__title() {``."""
    if b"@test" not in data:
        return data
    return _TEST.sub(lambda found: found[1] + found[2] + _NO_WORD.sub(b"_", found[3]) + b"()", data)


_CONDITION: Final = re.compile(rb"\btypename\s+(std\s?::\s?enable_if\s*<)(?=\s*[A-Za-z_][\w:]*\s*<)")
_ANGLE: Final = re.compile(rb"->|[<>]=|[<>;{}]")
_CONDITION_END: Final = re.compile(rb"\s*::\s*value\s*,\s*\w+\s*>\s*::\s*type\s*=\s*\w+(?=\s*[,>])")
_LONG_CONDITION: Final = 4_000


def _conditions_as_types(data: bytes) -> bytes:
    """Template parameters ``typename std::enable_if<A<T>::value, int>::type = 0`` as types: ``typename = A<T>``.

    Else the grammar may run out of guesses which of so many angles compare, and close the class in their midst.
    """
    pieces: list[bytes] = []
    position = looked_at = 0
    for found in _CONDITION.finditer(data):
        if found.start() < looked_at:
            continue
        depth = 0
        for angle in _ANGLE.finditer(data, found.end(), found.end() + _LONG_CONDITION):
            depth += (angle[0] == b"<") - (angle[0] == b">")
            if depth <= 0 or angle[0] in b";{}":
                tail = _CONDITION_END.match(data, angle.end()) if angle[0] == b">" else None
                if tail is not None:
                    start, end = found.span(1)
                    pieces += (data[position:start], b"=", blanked(data[start + 1 : end]))
                    pieces += (data[end : angle.end()], blanked(tail[0]))
                    position = looked_at = tail.end()
                break
        else:
            looked_at = found.end() + _LONG_CONDITION
    return b"".join((*pieces, data[position:])) if pieces else data


_MOCK: Final = re.compile(
    rb"^[ \t]*(?P<new>MOCK_METHOD\()\s*(?:\((?P<packed>[^()]{1,300})\)|(?P<plain>[^(),]{1,300}))\s*,"
    rb"\s*(?P<name>\w+)\s*,\s*(?P<taken>\((?:[^()]|\([^()]{0,300}\)){0,600}\))\s*"
    rb"(?:,\s*\((?:[^()]|\([^()]{0,100}\)){0,100}\)\s*)?\)(?=\s*;)"
    rb"|^[ \t]*(?P<old>MOCK_(?:CONST_)?METHOD\d+(?:_T)?(?:_WITH_CALLTYPE\(\s*\w+\s*,|\())\s*\w+\s*,",
    re.MULTILINE,
)


def _mocks_as_methods(data: bytes) -> bytes:
    """Googlemock's ``MOCK_METHOD(int, Rise, (bool), (override));`` as ``virtual int Rise (bool)``.

    The older ``MOCK_METHOD1(Rise, int(bool))`` is ``void Rise( int(bool))``, which has the name and the types.
    """
    return _MOCK.sub(_as_method, data) if b"MOCK_" in data else data


def _as_method(found: re.Match[bytes]) -> bytes:
    read = bytearray(blanked(found[0]))
    if found["new"]:
        start, end = (offset - found.start() for offset in found.span("new"))
        read[start:end] = b"virtual".ljust(end - start)
    for role in ("packed", "plain", "name", "taken"):
        if found[role]:
            start, end = (offset - found.start() for offset in found.span(role))
            read[start:end] = found[role]
    if found["old"]:
        start, end = found.start("old") - found.start(), found.end("old") - found.start()
        read = bytearray(found[0])
        read[start:end] = b"void" + blanked(found["old"][4:])
        read[-1:] = b"("
    return bytes(read)


_MACRO_CLASS: Final = re.compile(rb"^([A-Z]\w*)Begin\((\w+)\)", re.MULTILINE)
_METHOD: Final = re.compile(rb"^[-+][ \t]*\(", re.MULTILINE)
_IMPLEMENTATION: Final = b"@implementation"


def _macros_as_classes(data: bytes) -> bytes:
    """``SpecBegin(Boat) … SpecEnd`` with methods between as ``@implementation…Boat  … @end``, as such macros do.

    Where the macro is too short for that, the first letters of the name give way; a class needs one of them at least.
    """
    read: bytearray | None = None
    end = 0
    for found in _MACRO_CLASS.finditer(data):
        if found.start() < end:
            continue
        end = data.find(b"\n" + found[1] + b"End", found.end())
        begins = found.start() + len(_IMPLEMENTATION)
        if end < 0:
            break
        if begins >= found.end() or not _METHOD.search(data, found.end(), end):
            continue
        read = read or bytearray(data)
        if begins <= found.start(2):
            read[found.start() : found.end()] = _IMPLEMENTATION.ljust(found.start(2) - found.start()) + found[2] + b" "
        else:
            read[found.start() : found.end()] = _IMPLEMENTATION + b"_" * (found.end() - begins)
        read[end + 1 : end + 4 + len(found[1])] = b"@end".ljust(3 + len(found[1]))
    return data if read is None else bytes(read)


_MISTAKEN: Final[dict[str, tuple[Mend, ...]]] = {
    "bash": (_tests_as_functions,),
    "cpp": (_conditions_as_types, _mocks_as_methods),
    "objc": (_macros_as_classes,),
    "kotlin": (_replacing(rb"\b(annotation)(?=[ \t]+class\b)", b"protected"), _bare_annotations),
}
"""What each language's grammar misreads: to Kotlin's, annotations may be the beginning of an expression; to
Bash's, a test is a command, and its brace another; to C++'s, a condition's angles may compare;
to Objective-C's, methods outside of a class are subtractions."""

_MENDS: Final[dict[str, tuple[Mend, ...]]] = {
    "csharp": (_replacing(rb"^(#:[^\n]*)"), _whole_branches),
    "dart": (_replacing(rb"\b(abstract)(?=\s+(?:final|late)\b)"),),
    "kotlin": (
        _replacing(rb"\b(actual|expect)(?=\s+(?:va[lr]|constructor)\b)", b"public"),
        # A constructor on a line of its own, below the name of its class.
        _replacing(
            rb"\bclass\s+\w+(?:<[^{}()]{0,200}>)?[ \t]*\n(?:\s{0,80}/\*(?:[^*]|\*(?!/)){0,2000}+\*/)?"
            rb"\s{0,80}((?:(?:internal|private|protected|public)\s+)*constructor)(?=\s*\()"
        ),
        _replacing(rb"\b(?:object|class)\b[^\n{}=]{0,200}?(\bby\s+[\w.]+)(?=\s*\{)"),
    ),
    "scala": (
        _replacing(rb"\b((?:private|protected)(?:\[\w+\])?)(?=\s+enum\b)"),
        _replacing(rb"\bextends\s+\w+(?:\[[^\]\n]{0,200}\])?\([^()\n]{0,200}\)(\([^()\n]{0,200}\))"),
        _replacing(rb"\babstract\s+((?:private|protected)(?:\[\w+\])?)(?=\s+(?:class|case)\b)"),
    ),
    "swift": (
        _replacing(rb"^([ \t]*#(?:if|elseif|else|endif)\b[^\n]*)"),
        _replacing(rb"(#)(?=_sourceLocation\b|isolation\b)"),
        _replacing(rb"\bthrows(\([^()\n]*\))"),
        _replacing(rb"\bnonisolated(\(\w+\))"),
        _replacing(rb"\b(unsafe|consume|sending|consuming|borrowing|any)(?=\s+[A-Za-z_(@])"),
        _replacing(rb"\bin\s+(try[?!]?)(?=\s)"),
        _replacing(rb"=\s{0,40}(?:try[?!]?\s{1,40})?(await)\b"),
    ),
}
"""How a text in each language is mended, by what its grammar lacks."""
