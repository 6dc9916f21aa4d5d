"""What a file's name and head say of its language, and which fingerprints prove that nothing changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from te_cli.model import CONTENTS, Fingerprint
from te_cli.walk.fingerprint import RACY_NS, unchanged
from te_cli.walk.languages import BINARY_EXTENSIONS, LANGUAGES, classify, is_binary_name

PARSED = ("python", "javascript", "jsx", "typescript", "tsx", "go", "rust", "java", "c", "cpp", "csharp", "ruby", "php")


def language(path: str, head: bytes = b"") -> str | None:
    """The language alone."""
    known = classify(path, head)
    return known[0] if known else None


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("a.py b.pyi src/c.PY SConstruct", "python"),
        ("a.js a.mjs a.cjs", "javascript"),
        ("a.jsx", "jsx"),
        ("a.ts a.mts a.cts a.d.ts", "typescript"),
        ("a.tsx", "tsx"),
        ("a.go", "go"),
        ("a.rs", "rust"),
        ("A.java", "java"),
        ("a.c a.h", "c"),
        ("a.cc a.cpp a.cxx a.hpp a.hh", "cpp"),
        ("A.cs", "csharp"),
        ("a.rb Rakefile a.gemspec Gemfile", "ruby"),
        ("a.php index.blade.php", "php"),
        ("README.md", "markdown"),
        ("Dockerfile Dockerfile.dev prod.dockerfile", "dockerfile"),
        ("Makefile GNUmakefile Makefile.am rules.mk", "make"),
        ("CMakeLists.txt", "cmake"),
        ("notes.txt README", "text"),
        (".env .env.staging", "properties"),
        (".gitignore", "gitignore"),
        ("main.tf", "hcl"),
        ("a.yml", "yaml"),
    ],
)
def test_names(names: str, expected: str) -> None:
    assert {language(name) for name in names.split()} == {expected}


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [
        ("a.pl", b"#!/usr/bin/perl\nprint 1;\n", "perl"),
        ("a.pl", b"# Comment.\nuse strict;\n", "perl"),
        ("a.pl", b"print 'hello';\n", "perl"),
        ("a.pl", b"% Family.\n:- module(family, [parent/2]).\n", "prolog"),
        ("a.pl", b"parent(ann, bob).\ngrand(X, Z) :- parent(X, Y), parent(Y, Z).\n", "prolog"),
        ("a.t", b"use Test::More;\nok 1;\n", "perl"),
        ("a.t", b"  $ hg init repo\n  $ cd repo\n", "text"),
        ("a.t", b'var name : string\nput "Who?"\nget name\n', "turing"),
        ("a.v", b"module main\n\nfn main() {\n\tprintln('hi')\n}\n", "v"),
        ("a.v", b"// Counts.\nmodule counter(input clk);\nendmodule\n", "verilog"),
        ("a.v", b"`timescale 1ns / 1ps\n", "verilog"),
        ("a.v", b"Require Import List.\nLemma one : 1 = 1.\nProof. reflexivity. Qed.\n", "coq"),
        ("a.v", b"(* Lists. *)\nInductive list : Type :=\n  | nil.\n", "coq"),
    ],
)
def test_languages_that_share_an_extension(name: str, head: bytes, expected: str) -> None:
    """The first lines decide between the languages of ``.pl``, ``.t`` and ``.v``."""
    assert language(name, head) == expected


@pytest.mark.parametrize("name", ["something", ".hidden", ".py", "a.", "a.unheardof", "", "dir.py/file"])
def test_names_that_say_nothing(name: str) -> None:
    assert classify(name) is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"#!/usr/bin/python", "python"),
        (b"#! /usr/bin/env python3.12", "python"),
        (b"#!/usr/bin/env -S uv run --script", "python"),
        (b"#!/usr/bin/env -i FOO=1 ruby", "ruby"),
        (b"#!/bin/sh -e", "bash"),
        (b"#!/usr/local/bin/node", "javascript"),
        (b"#!/usr/bin/env deno run", "typescript"),
        (b"#!/opt/unheard-of", None),
        (b"#!", None),
        (b"#!\xff\xfe", None),
    ],
)
def test_scripts_name_their_language(line: bytes, expected: str | None) -> None:
    assert language("bin/tool", line + b"\ncode\n") == expected
    assert language("tool.rs", line) == "rust"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"struct a { int b; };\n", "c"),
        (b"/* class of service: */\n/*\n class A;\n public:\n*/\n// class B {\nint a;\n", "c"),
        (b'#ifdef __cplusplus\nextern "C" {\n#endif\nint a(void);\n#ifdef __cplusplus\n}\n#endif\n', "c"),
        (b"#if defined(__cplusplus)\nnamespace x {\n#endif\nint a;\n", "c"),
        (b"#include <stdio.h>\nint class_of(int);\n", "c"),
        (b"#pragma once\n\nnamespace a::b {\n", "cpp"),
        (b"namespace a\n{\n", "cpp"),
        (b"class Foo;\n", "cpp"),
        (b"class EXPORT Foo final : public Bar {\n", "cpp"),
        (b"template <typename T>\nT a(T);\n", "cpp"),
        (b"#include <string>\nint a;\n", "cpp"),
        (b"struct A {\n public:\n  int b;\n};\n", "cpp"),
        (b"#import <UIKit/UIKit.h>\n@interface A : NSObject\n@end\n", "objc"),
    ],
)
def test_headers_are_told_by_what_they_declare(head: bytes, expected: str) -> None:
    assert language("include/a.h", head) == expected


def test_extensions_shared_by_two_formats() -> None:
    assert language("app_de.ts", b'<?xml version="1.0"?><!DOCTYPE TS>') == "xml"
    assert language("solve.m", b"% solves\nfunction x = solve(a)\n") == "matlab"
    assert language("Solve.m", b"(* ::Package:: *)\nSolve[x_] := x\n") == "mathematica"
    assert language("App.m", b"#import <A.h>\n@implementation A\n") == "objc"


def test_the_table_is_whole() -> None:
    """Each parsed language is there, each content is known, no name or extension is claimed twice or called binary."""
    assert set(PARSED) <= set(LANGUAGES)
    assert {row.content for row in LANGUAGES.values()} == set(CONTENTS)
    assert all(LANGUAGES[name].content == "code" for name in PARSED)
    for claims in (
        [extension for row in LANGUAGES.values() for extension in row.extensions],
        [name for row in LANGUAGES.values() for name in row.filenames],
        [command for row in LANGUAGES.values() for command in row.shebangs],
    ):
        assert sorted(claims) == sorted(set(claims))
    extensions = {extension for row in LANGUAGES.values() for extension in row.extensions}
    assert not extensions & BINARY_EXTENSIONS
    assert all(extension == extension.lower() for extension in extensions | BINARY_EXTENSIONS)


def test_binary_names() -> None:
    assert all(map(is_binary_name, ["a.png", "A.PNG", "lib/b.so", "c.tar.gz"]))
    assert not any(map(is_binary_name, ["png", "a.py", "so/readme", "a.png.txt"]))


@given(st.text(max_size=30), st.binary(max_size=200))
def test_any_name_and_head_have_an_answer(path: str, head: bytes) -> None:
    known = classify(path, head)
    assert known is None or (known[0] in LANGUAGES and known[1] in CONTENTS)


SECOND = 1_000_000_000
OLD = Fingerprint(size=10, mtime_ns=5 * SECOND, ctime_ns=6 * SECOND, inode=7, seen_ns=100 * SECOND)


def test_an_old_file_with_the_same_marks_is_unchanged() -> None:
    """When it was looked at again does not matter."""
    assert unchanged(OLD, Fingerprint(10, 5 * SECOND, 6 * SECOND, 7, 200 * SECOND))


@pytest.mark.parametrize("new", [(11, 5, 6, 7), (10, 6, 6, 7), (10, 5, 7, 7), (10, 5, 6, 8)])
def test_any_other_mark_means_a_look(new: tuple[int, int, int, int]) -> None:
    """A same-size edit with its old time put back still has another change time."""
    size, mtime, ctime, inode = new
    assert not unchanged(OLD, Fingerprint(size, mtime * SECOND, ctime * SECOND, inode, 200 * SECOND))


@given(st.integers(-10 * SECOND, 10 * SECOND), st.booleans())
def test_a_file_touched_just_before_it_was_read_is_not_trusted(age: int, by_mtime: bool) -> None:
    """It may have been written again within the same tick of its clock; a time in the future proves nothing either."""
    seen = 100 * SECOND
    times = (seen - age, 1) if by_mtime else (1, seen - age)
    mark = Fingerprint(1, *times, 1, seen)
    set_by_hand = by_mtime and age < -RACY_NS  # a date in the future: the time of change tells
    assert unchanged(mark, mark) == (age > RACY_NS or set_by_hand)
