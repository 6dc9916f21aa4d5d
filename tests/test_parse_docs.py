"""What comments and strings say once their markers are gone, and which of them speak of the file."""

from __future__ import annotations

import pytest
from parsed import units_of


def doc(language: str, text: str, name: str) -> str:
    """The documentation of the unit called ``name``."""
    return next(unit.symbol.doc for unit in units_of("file.x", language, text) if unit.symbol.name == name)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("c", "/**\n * One.\n *\n * Two.\n */\nint f(void) { return 0; }\n", "One.\n\nTwo."),
        ("c", "// One.\n// Two.\nint f(void) { return 0; }\n", "One.\nTwo."),
        ("c", "// Far above.\n\nint f(void) { return 0; }\n", ""),
        ("c", "/* One. */ int f(void) { return 0; }\n", "One."),
        ("c", "/* Of x. */ int x; /* Of x too. */\nint f(void) { return 0; }\n", ""),
        ("c", "int x;   // Of x.\n         // Still of x.\nint f(void) { return 0; }\n", ""),
        ("c", "int x; /* Of x,\n    over two lines. */\nint f(void) { return 0; }\n", ""),
        ("c", "int x; /**< Of x. */ int f(void) { return 0; }\n", ""),
        ("c", "/* Of x. */ int x;\nint f(void) { return 0; }\n", ""),
        ("c", "/* One. */\nint f(void);\n\nint f(void) { return 0; }\n", "One."),
        ("java", "class A {\n  /** Of g. */ void g() {}\n  void f() {}\n}\n", ""),
        ("java", "class A {\n  void g() {} /** One. */ void f() {}\n}\n", "One."),
        ("typescript", "/** One. */\nfunction f(a: 1): 1\nfunction f(a: 2): 2\nfunction f(a: any) {}\n", "One."),
        ("typescript", "/** One. */\nfunction f(a: 1): 1\n/*@__NO_SIDE_EFFECTS__*/\nfunction f(a) {}\n", "One."),
        ("typescript", "/** One. */\n/*@__NO_SIDE_EFFECTS__*/\nfunction f(a) {}\n", "One."),
        ("javascript", "/*! #__PURE__ */\n/* @__PURE__ */\nfunction f(a) {}\n", ""),
        ("c", "/* Of something else. */\n/* One. */\nint f(void) { return 0; }\n", "One."),
        ("javascript", "/** One. */\n// eslint-disable-next-line\nfunction f () {}\n", "One."),
        ("javascript", "// eslint-disable-next-line\nfunction f () {}\n", ""),
        ("rust", "/// One.\n#[inline]\n// not this\nfn f() {}\n", "One."),
        ("rust", "#[inline] fn f() {}\n", ""),
        ("go", "// f does.\n//\n// And more.\n//\n//go:noinline\nfunc f() {}\n", "f does.\n\nAnd more."),
        ("csharp", "class A {\n/// <summary>One <c>two</c>.</summary>\nvoid f() {}\n}\n", "One two."),
        ("csharp", 'class A {\n/// <summary>See <see cref="B.C"/>.</summary>\n[X]\nvoid f() {}\n}\n', "See B.C."),
        ("ruby", "# One.\n# -----\n# Two.\ndef f; end\n", "One.\nTwo."),
        ("python", "def f():\n    r'''One.\n\n        Two.\n    '''\n", "One.\n\nTwo."),
        ("python", "# One.\n@x\n# Two.\ndef f():\n    pass\n", "One."),
        ("java", "class A {\n  /** One.\n   *   Two. */\n  @Override void f() {}\n}\n", "One.\nTwo."),
        ("php", "<?php\n/** One. */\n#[A]\n#[B]\nfunction f() {}\n", "One."),
        ("typescript", "/** One. */\nexport default function f() {}\n", "One."),
    ],
)  # fmt: skip
def test_documentation_of_a_function(language: str, text: str, expected: str) -> None:
    """The comment directly above counts, or the string inside, without markers, rulers and orders to linters."""
    assert doc(language, text, "f") == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("c", "/* Copyright (c) 2031 Me.\n * All rights reserved. */\n\n/* What it is. */\n\nint x;\n", "What it is."),
        ("c", "/* file.c - what it is.\n *\n * Copyright (c) 2031 Me. */\n\nint x;\n", "file.c - what it is."),
        ("javascript", "'use strict'\n\n// What it is.\n\nlet x = 1\n", "What it is."),
        ("javascript", "import a from 'a'\n// Not the file.\n\nlet x = 1\n", ""),
        ("javascript", "// Of x alone.\nlet x = 1\n", ""),
        ("go", "// Package p is it.\npackage p\n\nvar x = 1\n", "Package p is it."),
        ("rust", "//! What it is.\n//! Still.\n\nconst x: u8 = 1;\n", "What it is.\nStill."),
        ("python", "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n'''What it is.'''\nx = 1\n", "What it is."),
        ("ruby", "#!/usr/bin/env ruby\n# What it is.\n\nx = 1\nX = 2\n", "What it is."),
        ("php", "<?php\n/**\n * What it is.\n */\n\nconst x = 1;\n", "What it is."),
    ],
)  # fmt: skip
def test_documentation_of_a_file(language: str, text: str, expected: str) -> None:
    """The first comment of a file is about the file, unless it is a licence or stands directly above a definition."""
    assert units_of("file.x", language, text)[0].symbol.doc == expected


def test_documentation_is_cut() -> None:
    """A book in a comment keeps its first two thousand characters."""
    text = "".join(f"// line {number}\n" for number in range(1000)) + "func f() {}\n"
    assert len(doc("go", "package p\n" + text, "f")) <= 2_000
