"""What holds for the units of every text, whatever its language and however malformed it is."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parsed import check_units, units_of

from te_cli.parse import configuration, count_lines, preprocessor
from te_cli.parse.grammars import GRAMMARS
from te_cli.parse.mending import mended, prepared
from te_cli.parse.preprocessor import one_branch_only, without_macros

if TYPE_CHECKING:
    from te_cli.model import Unit

LANGUAGES = [*sorted(GRAMMARS), "markdown", *sorted(configuration.LANGUAGES), "text"]

PIECES = st.sampled_from(
    [
        "def f(a):", "class A {", "}", "{", "(", ")", "[", "]", "<", ">", "\n", "\r\n", "\r", "\t", "    ", "# h\n",
        "---\n", "```\n", "// c\n", "/* c */", '"""', "'", "struct s ", "int x = 1;", "impl T for S {", "fn g() {",
        "func (r *T) M() {", "module M\n", "end\n", "<?php ", "namespace N;", "#define X 1\n", "template <class T>",
        "@a\n", "#[a]\n", "=>", "const c = ", "enum E { A, B }", "export default ", "public ", "é", "\u2028", "\x00",
        "\x85", "\ud800", "operator", "package p\n", "::", ".", "[t]\n", "k: v\n", '"k": 1,\n', "\n#if A\n",
        "\n#else\n", "\n#endif\n", "T::m() {}", "friend void g() {}", "new T() {", "/** d */ ",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.lists(PIECES, max_size=60).map("".join), st.text(max_size=200))


def check(units: tuple[Unit, ...], text: str) -> None:
    """What holds for all units; besides, each lies inside its parent or bears its name."""
    check_units(units, text)
    for unit in units[1:]:
        symbol = unit.symbol
        if symbol.parent is not None:
            parent = units[symbol.parent].symbol
            inside = parent.start_line <= symbol.start_line and symbol.end_line <= parent.end_line
            assert inside or symbol.qualified_name.startswith(parent.qualified_name)


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=40, deadline=None)
@given(text=TEXTS)
def test_every_line_belongs_to_a_unit(language: str, text: str) -> None:
    """Any text gives one module unit from its first line to its last, and units that nest."""
    units = units_of("pkg/file.x", language, text)
    check(units, text)
    assert units == units_of("pkg/file.x", language, text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", ["", "\n", "\r", "\x00", "\ud800", "x" * 100_000, "\r\n" * 100])
def test_odd_files(language: str, text: str) -> None:
    """Empty files, single characters, lone surrogates and one long line are files like others."""
    check(units_of("file.x", language, text), text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("brackets", ["(", "[", "{", "[]", "{}", "a<", "if (a) {", "class A {", "function a(){"])
def test_depth_is_no_danger(language: str, brackets: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand brackets inside one another are read without recursion, or given up in time."""
    monkeypatch.setattr("te_cli.parse.syntax.PARSE_SECONDS", 0.1)
    text = "<?php " * (language == "php") + brackets[0] * 10_000 + brackets[1:] * 10_000
    check(units_of("deep.x", language, text), text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_long_line(language: str) -> None:
    """A line of five million characters is read, as data."""
    text = "x = 1; " * 750_000
    check(units_of("long.x", language, text), text)


def test_lines_end_at_line_feeds_only() -> None:
    """A carriage return alone, a form feed or a line separator ends no line."""
    text = "a = 1\rb = 2\x0c\u2028\x85\r\ndef f():\r\n    pass\r\n"
    units = units_of("a.py", "python", text)
    function = next(unit.symbol for unit in units if unit.symbol.name == "f")
    assert (function.start_line, function.end_line) == (2, 3)
    assert units[0].symbol.end_line == count_lines(text) == 3


def test_module_names() -> None:
    """A Python file knows the name that it is imported under; elsewhere the stem is the name."""
    paths = ["src/pkg/sub/mod.py", "pkg/__init__.py", "tool.py", "lib/a.py"]
    assert [units_of(path, "python", "x = 1\n")[0].symbol.qualified_name for path in paths] == [
        "pkg.sub.mod", "pkg", "tool", "a",
    ]  # fmt: skip
    assert units_of("web/index.ts", "typescript", "let x = 1\n")[0].symbol.qualified_name == "index"


def test_modules_of_symbols() -> None:
    """Each symbol says which package or namespace it lives in."""
    cases = {
        "go": ("package ferry\nfunc F() {}\n", "ferry"),
        "java": ("package a.b;\nclass F {}\n", "a.b"),
        "csharp": ("namespace A { namespace B { class F {} } }\n", "B"),
        "scala": ("package a\npackage b\npackage c { class E }\npackage object d { class F }\n", "a.b.d"),
        "php": ("<?php\nnamespace X;\nfunction E() {}\nnamespace Y\\Z;\nfunction F() {}\n", "Y\\Z"),
        "rust": ("mod a { mod b { fn F() {} } }\n", "a::b"),
        "cpp": ("namespace a { namespace b { class F {}; } }\n", "a::b"),
        "ruby": ("module A\n  class F\n  end\nend\n", "A"),
    }
    found = {
        language: next(unit.symbol.module for unit in units_of("f.x", language, text) if unit.symbol.name == "F")
        for language, (text, _) in cases.items()
    }
    assert found == {language: module for language, (_, module) in cases.items()}


def test_text_of_a_class_has_signatures_and_no_bodies() -> None:
    """A class is found by its header, its documentation and its members' signatures."""
    text = 'class A:\n    """About A."""\n\n    size = 1\n\n    def method(self, x):\n        secret = x\n'
    unit = units_of("a.py", "python", text)[1]
    assert "About A." in unit.text
    assert "def method(self, x)" in unit.text
    assert "secret" not in unit.text


def test_text_of_a_function_is_its_source() -> None:
    """A function is found by all of its text, decorators included."""
    text = "@cached\ndef f():\n    def g():\n        return 1\n    return g\n"
    assert units_of("a.py", "python", text)[1].text == text.rstrip("\n")


def test_text_of_the_module_is_what_no_definition_covers() -> None:
    """Imports and statements at the top belong to the module; definitions and their comments do not."""
    text = "import os\n\n# About f.\ndef f():\n    pass\n\nprint(os.name)\n"
    assert units_of("a.py", "python", text)[0].text == "import os\n\nprint(os.name)"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("rust", "struct A;\nimpl A {\n    fn m(&self) {}\n}\n"),
        ("go", "package p\ntype A struct{}\nfunc (a *A) m() {}\n"),
        ("cpp", "class A {};\nvoid A::m() {}\n"),
        ("swift", "struct A {}\nextension A {\n    func m() {}\n}\n"),
    ],
)
def test_a_method_outside_of_its_type_has_it_as_parent(language: str, text: str) -> None:
    """A method stands below its type where that comes first in the file; the type's text remains its own."""
    units = units_of("f.x", language, text)
    parents = {unit.symbol.name: unit.symbol.parent for unit in units}
    assert parents == {"f": None, "A": None, "m": 1}
    assert "m()" not in units[1].text
    head, _, tail = text.partition("A")
    later = units_of("f.x", language, head.replace("struct ", "").replace("type ", "") + "A" + tail.replace("A", "B"))
    assert all(unit.symbol.parent is None for unit in later if unit.symbol.name == "m")


def test_documentation_and_declarations_are_no_blocks() -> None:
    """Long comments that speak of a definition or of the file, and prototypes, leave nothing to be cut."""
    comment = "".join(f"// Line {number}.\n" for number in range(100))
    prototypes = "".join(f"int f{number}(void);\n" for number in range(100))
    bodies = "".join(f"int f{number}(void) {{ return 0; }}\n" for number in range(100))
    text = comment + "\n#include <a.h>\n\n" + prototypes + "\n" + comment + bodies
    assert {unit.symbol.kind for unit in units_of("a.c", "c", text)} == {"module", "function"}


def test_blocks_of_settings_bear_names() -> None:
    """A table or key names its block; what has neither is named after the file and its line."""
    table = "".join(f"k{number} = 1\n" for number in range(70))
    units = units_of("a/pyproject.toml", "toml", f"[one]\nx = 1\n[two]\n{table}")
    names = [unit.symbol.name for unit in units]
    assert names == ["pyproject", "one", "two", "two:43"]
    assert "".join(unit.text + "\n" for unit in units[1:]) == f"[one]\nx = 1\n[two]\n{table}"
    assert units_of("b/list.yaml", "yaml", "- a\n" * 70)[1].symbol.name == "list:1"
    assert units_of("c/short.json", "json", '{\n"a": 1\n}\n')[0].text == '{\n"a": 1\n}\n'


@settings(max_examples=100, deadline=None)
@given(text=TEXTS)
def test_what_a_preprocessor_takes_away_keeps_its_place(text: str) -> None:
    """Blanking and mending move no byte and join no lines."""
    data = text.encode("utf-8", "replace")
    mends = [mend(language, data) for language in GRAMMARS for mend in (mended, prepared)]
    for blank in (one_branch_only(data), without_macros(data)[0], *mends):
        assert len(blank) == len(data)
        assert blank.count(b"\n") == data.count(b"\n")


MACROS = st.lists(
    st.sampled_from(
        "FOO_EXPORT|class API_X |NS_ENUM(int, A) {|void f() |NO_THROW;|  |\n|#define A \\\n|X_TRY {|(MY_NOESCAPE ^"
        "|private Q_SLOTS:|if LIKELY (|typedef |LIST_OF(int) x;| ATTR_PRINTF(1, 2);|, STD_REQUIRES(A) >|int g(int);"
        "|@interface A\n|opener|{|}|MACRO_X|STDMETHOD_CALL |struct |BEGIN_DECLS|\n\n|*| &&|// c|case_|.X_Y "
        "|LABEL_A:".split("|")
    ),
    max_size=30,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(text=MACROS)
def test_macros_are_found_where_one_may_begin(text: str) -> None:
    """The cheap look before each pattern for macros passes none of them over."""
    data = text.encode()
    assert [found.span() for found in preprocessor._lead_macros(data)] == [
        found.span() for found in preprocessor._LEAD_MACRO.finditer(data)
    ]
    for looks, pattern in (
        (preprocessor._MAY_HEAD, preprocessor._HEAD_MACRO),
        (preprocessor._MAY_TAIL, preprocessor._TAIL_MACRO),
    ):
        assert any(look.search(data) for look in looks) or not pattern.search(data)
    assert any(word in data for word in preprocessor._OF_CALLS) or not preprocessor._CALL_MACRO.search(data)


def test_a_row_of_ampersands_behind_a_function_ends() -> None:
    """Each of them could be read alone or with the next, which took twice as long for every one and a half more."""
    data = b"void f()" + b"&" * 200 + b" x\n"
    assert without_macros(data) == (data, [])


def test_a_language_whose_grammar_finds_nothing_falls_back_to_blocks() -> None:
    """Code without definitions is cut at blank lines like any other text."""
    text = "".join("\n" if line % 10 == 0 else "print(1)\n" for line in range(200))
    units = units_of("script.py", "python", text)
    assert [unit.symbol.kind for unit in units] == ["module"] + ["block"] * 5
    assert "".join(unit.text + "\n" for unit in units[1:]) == text


@pytest.mark.parametrize(("language", "piece"), [("c", "a=>"), ("kotlin", "@a"), ("csharp", "a<a"), ("php", "<?php ")])
def test_one_piece_over_and_over_is_no_code(language: str, piece: str) -> None:
    """Recovering from the errors in such a text takes a parser gigabytes: it is not asked."""
    head = "".join(f"// line {number} of {number * 7}\n" for number in range(5_000))
    for text in (piece * 20_000, head + piece * 60_000):
        assert {unit.symbol.kind for unit in units_of("a.x", language, text)} <= {"module", "block"}


def test_a_file_that_takes_too_long_falls_back_to_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the parser is stopped, the file is cut like text, and the next one is parsed as ever."""
    text = "def f():\n    pass\n\n" * 2_000
    with monkeypatch.context() as patched:
        patched.setattr("te_cli.parse.syntax.PARSE_SECONDS", -1.0)
        assert {unit.symbol.kind for unit in units_of("a.py", "python", text)} == {"module", "block"}
    assert units_of("a.py", "python", text)[1].symbol.name == "f"


def test_crowded_files_are_bounded() -> None:
    """A file of a hundred thousand definitions gives a bounded number of units."""
    assert len(units_of("a.js", "javascript", "function f(){}\n" * 30_000)) < 30_000
    assert len(units_of("a.md", "markdown", "# a\n" * 30_000)) < 30_000


def test_importing_the_room_loads_no_grammar() -> None:
    """tree-sitter is loaded with the first file that needs it."""
    code = "import sys; from te_cli.parse import parse"
    code += "; parse('a.md', 'markdown', '# a'); print('tree_sitter' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
