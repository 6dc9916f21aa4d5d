"""Documents and settings: their sections and parts, whatever the text."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parsed import check_units, units_of

from te_cli.parse import documents

if TYPE_CHECKING:
    from te_cli.model import Unit

FILES = [(language, "pkg/file.x") for language in sorted(documents.LANGUAGES)]

PIECES = st.sampled_from(
    [
        "Title\n", "=====\n", "-----\n", "~~~~~\n", "\n", "\r\n", "\t", "  ", "== A\n", "=== B ==\n", "----\n",
        "....\n",
        "////\n", "```\n", "|===\n", ".. note::\n", "a\n", "é\n", "all: b ## c\n", "\tgo\n", "X := 1\n", "define d\n",
        "endef\n", "ifeq (a,b)\n", "\\\n", "FROM a AS b\n", "RUN <<EOF\n", "EOF\n", "# c\n", "resource \"a\" \"b\" {\n",
        "}\n", "locals {\n", "  x = 1\n", "y = <<EOF\n", "create table a (b int, c int);\n", "CREATE VIEW v AS ", "(",
        ")", ",", ";", "$$", "$x$", "'", '"', "`", "[", "]", "/*", "*/", "-- c\n", "begin ", "end ", "go\n", "\x00",
        "create procedure p as ", "delimiter //\n", "\ud800", "jobs:\n", "  k:\n", '"k": {\n', "[t]\n", '"""\n',
        "x" * 99,
        "<script>\n", "</script>\n", "<style>\n", "def f(): pass\n", "{", '"cells": [', '"source"', ": ",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.lists(PIECES, max_size=50).map("".join), st.text(max_size=200))


def check(units: tuple[Unit, ...], text: str) -> None:
    """What holds for all units; besides, names are one line and parents lie around what they enclose."""
    check_units(units, text)
    for unit in units[1:]:
        symbol = unit.symbol
        assert "\n" not in symbol.name
        if symbol.parent is not None:
            above = units[symbol.parent].symbol
            assert above.start_line <= symbol.start_line
            assert symbol.end_line <= above.end_line
    for unit in units:
        unit.symbol.signature.encode("utf-8")


@pytest.mark.parametrize(("language", "path"), FILES)
@settings(max_examples=30, deadline=None)
@given(text=TEXTS)
def test_any_text_gives_units_that_nest(language: str, path: str, text: str) -> None:
    units = units_of(path, language, text)
    check(units, text)
    assert units == units_of(path, language, text)


@pytest.mark.parametrize(("language", "path"), FILES)
@pytest.mark.parametrize(
    "piece",
    [
        "x", "=\n", "a\n=\n", "-----\n", "----\na\n", "{", "[", "(", "<!--", "\\\n", "define a\n", "x = <<A\n", "'",
        '"', "$", "RUN <<A\n", "RUN <<A\nFROM b\nA\n", "# c\n", "-- c\n", "/*\n", "a:\n", '"a": {\n', "[a]\n",
        "create table a (", "create table a (b int);\n", "create table a.", "create procedure p as begin\n", '"""\n',
        "$a$ $b$ ", "\t\n",
        "<script>\n", "`a <b", "[[", "a b ", "_ ", "create or ", "$(a ", "\n", '"cells":[{', "export ",
    ],
)  # fmt: skip
def test_repetition_costs_no_more_than_its_length(language: str, path: str, piece: str) -> None:
    """Whatever stands in a file over and over, half a megabyte of it is read in a moment."""
    text = piece * (500_000 // len(piece))
    before = time.process_time()
    check(units_of(path, language, text), text)
    assert time.process_time() - before < 5


def test_text_of_a_part_is_its_lines_and_the_module_has_the_rest() -> None:
    """No line of a Makefile is lost: what no target and no variable has belongs to the module."""
    units = units_of("Makefile", "make", "include a.mk\nX = 1\nX += 2\nall: b\n\techo $(X)\n")
    assert {unit.symbol.name: unit.text for unit in units} == {
        "Makefile": "include a.mk\nX += 2", "X": "X = 1", "all": "all: b\n\techo $(X)",
    }  # fmt: skip


def test_a_section_reaches_to_the_next_that_is_not_below_it() -> None:
    """Its own text ends at the next heading of any level."""
    text = "A\n=\n\none\n\nBb\n--\n\ntwo\n\nCcc\n===\n"
    units = units_of("a.rst", "rst", text)
    assert [(unit.symbol.qualified_name, unit.symbol.start_line, unit.symbol.end_line) for unit in units[1:]] == [
        ("A", 1, 10), ("A > Bb", 6, 10), ("Ccc", 11, 12),
    ]  # fmt: skip
    assert units[1].text == "A\n=\n\none\n"


def test_a_column_stands_below_its_table() -> None:
    """A table's columns are its fields, constraints are not."""
    units = units_of("a.sql", "sql", "create table s.t (a int, -- b\n c text, primary key (a), key (c));")
    assert [(unit.symbol.qualified_name, unit.symbol.parent) for unit in units[1:]] == [
        ("s.t", None), ("s.t.a", 1), ("s.t.c", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("create function f() as $x$ create table a(); $x$;\ncreate view v as select 1;", ["f", "v"]),
        ("create procedure p as\nselect 1;\nselect 2;\ngo\ncreate view v as select 1;", ["p", "v"]),
        ("create procedure p() begin if a then b; end if; end;\ncreate index on t (a);", ["p"]),
        ("create trigger t before insert on a begin select case a when 1 then 2 end; end;\ncreate type y;", ["t", "y"]),
        ("insert into a values ('create table b (c int)');", []),
    ],
)
def test_a_routine_ends_where_its_dialect_says(text: str, expected: list[str]) -> None:
    """Dollar quotes, blocks and batch separators bound routines; what their bodies create is not the script's."""
    assert [unit.symbol.name for unit in units_of("a.sql", "sql", text)[1:]] == expected


def test_settings_that_are_called_by_name_are_parts_of_their_own() -> None:
    """Jobs and services are found by name however short they are; short files stay whole."""
    services = "".join(f"  s{number}:\n    image: a\n" for number in range(9))
    names = [unit.symbol.name for unit in units_of("compose.yml", "yaml", f"name: x\nservices:\n{services}last: 1\n")]
    assert names == ["compose", "name", *(f"services.s{number}" for number in range(9)), "last"]
    assert len(units_of("a.yml", "yaml", "a: 1\nservices:\n  b:\n")) == 1


def test_a_component_is_read_as_code_at_its_true_lines() -> None:
    """Scripts in a dialect that no grammar reads leave the component to blocks."""
    text = "<template>\n<a/>\n</template>\n\n<script>\nfunction f() {}\n</script>\n"
    found = [
        (unit.symbol.name, unit.symbol.start_line, unit.symbol.end_line) for unit in units_of("A.vue", "vue", text)
    ]
    assert found == [("A", 1, 7), ("template", 1, 3), ("f", 6, 6)]
    units = units_of("A.vue", "vue", text.replace("<script>", '<script lang="coffee">'))
    assert [unit.symbol.name for unit in units] == ["A", "template"]
    assert "function f" in units[0].text


def test_a_cell_is_found_by_what_was_typed_into_it() -> None:
    """Its text has no JSON around it; a notebook that is none is a file like others."""
    text = (
        '{"metadata": {}, "cells": [{"cell_type": "code", "outputs": [{"x": 1}], "source": ["a = \\"b\\"\\n", "c"]}]}'
    )
    units = units_of("a.ipynb", "jupyter", text)
    assert [(unit.symbol.kind, unit.symbol.name, unit.text) for unit in units[1:]] == [
        ("block", "cell 1", 'a = "b"\nc')
    ]
    assert units_of("a.ipynb", "jupyter", "[1]")[0].text == "[1]"
