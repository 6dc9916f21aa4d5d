#!/usr/bin/env python3
"""What te makes of files that nobody writes by hand: each alone beside one good file, in a process of its own.

    hostile.py [--forced] [--te COMMAND] [--case WORD]…

For each: how many units came of it or why it was skipped, the seconds of the whole run, and the peak memory (MiB, of
the largest of its processes). Exit status 1 if a run failed, said nothing of the file, or lost the good one.
``--forced`` asks for the file in ``.teignore``: then neither its size nor its looks keep it from the parser.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 300.0
"""A run that takes longer counts as failed."""

GOOD = 'def find_me():\n    """A good file among bad ones."""\n    return 1\n'

FUNCTIONS = {
    "c": "int area(int width) {\n    if (width > 0) {\n        return width * 2;\n    }\n    return 0;\n}\n",
    "cpp": "namespace a {\nclass Tree : public Plant {\n  int grow(int by) { return [&] { return by; }(); }\n};\n}\n",
    "ex": 'defmodule Tree do\n  @doc "Grows."\n  def grow(by) do\n    by * 2\n  end\nend\n',
    "go": "package a\n\nfunc area(width int) int {\n\tif width > 0 {\n\t\treturn width * 2\n\t}\n\treturn 0\n}\n",
    "hs": 'module A where\n\narea :: Int -> Int\narea w = let h = "two" in w * length h\n',
    "java": "class Tree {\n    int grow(int by) {\n        return by * 2;\n    }\n}\n",
    "jl": 'module A\n"Grows."\nfunction grow(by::Int)\n    by * 2\nend\nend\n',
    "js": "export class Tree {\n  grow(by) {\n    return `${by * 2}`;\n  }\n}\n",
    "kt": 'class Tree {\n    fun grow(by: Int): String {\n        return "${by * 2}"\n    }\n}\n',
    "ml": "module A = struct\n  let grow by = (* twice *) by * 2\nend\n",
    "php": "<?php\nclass Tree {\n    function grow($by) {\n        return $by * 2;\n    }\n}\n",
    "pl": "package Tree;\nsub grow {\n    my ($by) = @_;\n    return $by * 2;\n}\n1;\n",
    "py": 'class Tree:\n    """A tree."""\n\n    def grow(self, by):\n        return (by * 2)\n',
    "r": "grow <- function(by) {\n  by * 2\n}\n",
    "rb": 'class Tree\n  def grow(by)\n    "#{by * 2}"\n  end\nend\n',
    "rs": "impl Tree {\n    fn grow(&self, by: i32) -> i32 {\n        by * 2\n    }\n}\n",
    "scala": "object Tree {\n  def grow(by: Int): Int = {\n    by * 2\n  }\n}\n",
    "sh": 'grow() {\n  cat <<END\n$(( ${1} * 2 ))\nEND\n}\n',
    "sql": "CREATE FUNCTION grow(by int) RETURNS int AS $$\nBEGIN\n  RETURN by * 2;\nEND;\n$$ LANGUAGE plpgsql;\n",
    "swift": "class Tree {\n    func grow(by: Int) -> Int {\n        return by * 2\n    }\n}\n",
    "ts": "export class Tree<T> {\n  grow(by: number): number {\n    return by * 2;\n  }\n}\n",
}  # fmt: skip
"""A little code of each language, to be broken; the keys are extensions."""

PAIRS = (("(", ")"), ("[", "]"), ("{", "}"), ("<", ">"))

OPENERS = {"c": "int x = ", "go": "package a\nvar x = ", "hs": "x = ", "ml": "let x = ", "php": "<?php $x = ",
           "sh": "x=", "sql": "SELECT ", "rs": "fn a() { let x = "}  # fmt: skip
"""What stands before a bracket so that it opens an expression; nothing elsewhere."""


class Case(NamedTuple):
    """One hostile file: what is wrong with it, its name, and its bytes."""

    what: str
    name: str
    data: bytes


def cases() -> Iterator[Case]:
    """Every hostile file."""
    yield from broken()
    yield from nested()
    yield from huge()
    yield from encoded()


def broken() -> Iterator[Case]:
    """Code cut off in its middle, and code whose tokens are out of order."""
    for extension, code in FUNCTIONS.items():
        many = code * 50
        yield Case("truncated", f"cut.{extension}", many[: len(many) - len(code) * 2 // 5].encode())
        yield Case(
            "syntax errors", f"wrong.{extension}", ("}) end ]] " + code[::-1] + ") { (" + code + "<<< '\"\n").encode()
        )


def nested() -> Iterator[Case]:
    """Ten thousand brackets inside one another, closed and left open."""
    for extension in FUNCTIONS:
        opener = OPENERS.get(extension, "")
        for opening, closing in PAIRS:
            code = opener + "\n".join([opening * 40] * 250 + [closing * 40] * 250)
            yield Case(f"10,000 {opening}{closing}", f"deep.{extension}", code.encode())
        yield Case("10,000 open ({[", f"open.{extension}", (opener + "({[({[({[\n" * 1_111).encode())
    yield Case("10,000 []", "deep.json", b"[" * 10_000 + b"]" * 10_000)
    yield Case("10,000 levels", "deep.yaml", "".join(" " * (n % 500) + f"k{n}:\n" for n in range(10_000)).encode())
    yield Case("10,000 quotes", "deep.md", b"> " * 10_000 + b"text\n")
    yield Case("2,000 functions", "inside.py", "".join(" " * n + f"def f{n}():\n" for n in range(2_000)).encode())
    yield Case("10,000 functions", "inside.js", b"function f(){" * 10_000 + b"}" * 10_000)
    yield Case("10,000 elses", "elses.c", b"int f(int x) {" + b"if (x) x++; else " * 10_000 + b"x--; }\n")
    yield Case("100,000 operators", "long.py", b"x = 1" + b" + 1" * 100_000 + b"\n")


def huge() -> Iterator[Case]:
    """One line of 5 MB, and a million lines: under te's own limit of size, and over it where no limit is set."""
    for extension, word in (
        ("py", "x = 1; "),
        ("js", "f(x);"),
        ("json", '"a",'),
        ("txt", "word "),
        ("sql", "(1, 'a'), "),
    ):
        yield Case("one 5 MB line", f"line.{extension}", (word * (5_000_000 // len(word))).encode())
    yield Case("one 900 kB line", "line900.py", b"x = f(1); " * 90_000)
    yield Case("one 900 kB line", "line900.cpp", b"int f(int x){return x;} " * 37_500)
    yield Case("one 900 kB name", "name.py", b"def " + b"a" * 900_000 + b"(): pass\n")
    yield Case("1,000,000 lines", "lines.py", b"x = 1\n" * 1_000_000)
    yield Case("1,000,000 lines", "lines.txt", b"a\n" * 1_000_000)
    yield Case("1,000,000 empty lines", "empty.py", b"\n" * 1_000_000)
    yield Case("1,000,000 lines", "lines.yaml", b"a: 1\n" * 1_000_000)
    yield Case("100,000 functions", "many.c", b"int f(void);\n" * 100_000)
    yield Case("50,000 comments", "comments.go", b"// a\n" * 50_000 + b"package a\n")


def encoded() -> Iterator[Case]:
    """Bytes that are no plain UTF-8 text, and lines that do not end as they should."""
    code = 'class Größe:\n    def wachse(self):\n        return "ä"\n'
    yield Case("mixed line endings", "ends.py", b"def a():\n    pass\r\ndef b():\r    pass\r\n\rdef c(): pass\n\r")
    yield Case("CR only", "cr.py", b"def a():\r    pass\rdef b():\r    pass\r")
    yield Case("other line ends", "odd.py", "def a(): pass\u2028def b(): pass\x0b\x0cdef c(): pass\x85".encode())
    for encoding in ("utf-8-sig", "utf-16", "utf-16-be", "utf-32", "latin-1", "cp1252"):
        yield Case(encoding, "encoded.py", code.encode(encoding))
    yield Case("UTF-16, odd length", "half.py", code.encode("utf-16")[:-1])
    yield Case("two BOMs", "boms.py", b"\xef\xbb\xbf\xef\xbb\xbf" + code.encode())
    yield Case("embedded NUL", "nul.py", b"def a():\n    return '\0'\n")
    yield Case("NUL at the end", "nul_last.c", b"int f(void) { return 0; }\n\0")
    for extension, start in (
        ("py", b"def gr"),
        ("c", b"int gr"),
        ("js", b"function gr"),
        ("rs", b"fn gr"),
        ("go", b"package a\nfunc gr"),
    ):
        yield Case("invalid UTF-8 in a name", f"bytes.{extension}", start + b"\xff\xfe\xc3\x28" + b"(x) { }\n")
    yield Case("half a surrogate", "surrogate.py", b"def a\xed\xa0\x80(): pass\n")
    yield Case("overlong UTF-8", "overlong.py", b"x = '\xc0\xaf\xf8\x88\x80\x80\x80'\n")
    yield Case("combining marks", "zalgo.py", ("def a" + "\u0301" * 50_000 + "(): pass\n").encode())
    yield Case("right to left", "bidi.py", "def a\u202eb\u2066c(): pass\n".encode())
    yield Case("control characters", "control.py", bytes(range(1, 32)) * 100)
    yield Case("random bytes", "noise.py", bytes(n * n * 7919 % 256 for n in range(100_000)))
    yield Case("empty", "empty.py", b"")
    yield Case("blanks only", "blank.py", b" \t\n" * 10_000)
    yield Case("no notebook", "broken.ipynb", b'{"cells": [{"cell_type": "code", "source": [1, null, {}]}, 7], ')
    yield Case("no component", "broken.vue", b"<script><script lang=ts>\nfunction a( {\n<template>")


class Run(NamedTuple):
    """What one run of te gave: the outcome in words, whether it is as it should be, seconds, and MiB at the peak."""

    outcome: str
    fine: bool
    seconds: float
    memory: float


def run(te: list[str], case: Case, *, forced: bool) -> Run:
    """Index the case beside the good file, then look for the good one."""
    with tempfile.TemporaryDirectory() as folder:
        tree, place = Path(folder, "tree"), ["--index-dir", f"{folder}/index", "--json"]
        tree.mkdir()
        Path(tree, "good.py").write_text(GOOD, "utf-8")
        Path(tree, case.name).write_bytes(case.data)
        if forced:
            Path(tree, ".teignore").write_text(f"!{case.name}\n", "utf-8")
        said, seconds, memory = measured([*te, "index", str(tree), *place], Path(folder, "said"))
        if said is None:
            return Run("no answer", fine=False, seconds=seconds, memory=memory)
        reasons = {skip["path"]: skip["reason"] for skip in said["skipped"]}
        whole = said["files"] + len(reasons) == 2 + forced and "good.py" not in reasons
        search = [*te, "search", "-C", str(tree), *place, "--", "find_me"]
        found = json.loads(subprocess.run(search, capture_output=True, text=True, check=False).stdout or "{}")
        kept = any(hit["path"] == "good.py" for hit in found.get("results", ()))
    units = f"{said['symbols'] - 2 - forced:,d} units"
    outcome = f"skipped: {reasons[case.name]}" if case.name in reasons else units
    return Run(outcome + ("" if kept else ", good file lost"), kept and whole, seconds, memory)


def measured(command: list[str], said: Path) -> tuple[dict[str, Any] | None, float, float]:
    """The JSON that a command prints, None if it fails; seconds; the peak memory in MiB of its largest process."""
    started = time.perf_counter()
    with said.open("wb") as output:
        child = subprocess.Popen(["timeout", str(SECONDS), *command], stdout=output)
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    answer = json.loads(said.read_text("utf-8")) if child.returncode == 0 else None
    return answer, time.perf_counter() - started, usage.ru_maxrss / 1024


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--forced", action="store_true")
    parser.add_argument("--te", default=f"{sys.executable} -m te_cli")
    parser.add_argument("--case", action="append", default=[], help="only those whose name has this word")
    options = parser.parse_args()
    failed = 0
    print(f"{'case':24s} {'file':16s} {'bytes':>10s} {'seconds':>8s} {'MiB':>6s}  outcome")
    for case in cases():
        if options.case and not any(word in f"{case.what} {case.name}" for word in options.case):
            continue
        result = run(shlex.split(options.te), case, forced=options.forced)
        failed += not result.fine
        figures = f"{len(case.data):10,d} {result.seconds:8.2f} {result.memory:6.0f}"
        print(
            f"{case.what:24s} {case.name:16s} {figures}  {result.outcome}{'' if result.fine else '  FAILED'}",
            flush=True,
        )
    print(f"{failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
