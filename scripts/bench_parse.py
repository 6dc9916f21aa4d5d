#!/usr/bin/env python3
"""How fast te parses, language by language, on one core: MB and symbols a second.

    bench_parse.py TREE… [--json FILE] [--before FILE] [--rounds N] [--mb N] [--language NAME]…

The files that te would index are read first, and parsed in this process: once to warm up, then ``--rounds`` times, of
which the best counts. Of each language no more than ``--mb`` are taken. A ``<`` marks the programming languages
that reach less than half of Python's MB/s. ``--json`` keeps the figures, ``--before`` shows those kept by another run.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from pathlib import Path

from te_cli.config import DEFAULT_MAX_FILE_BYTES
from te_cli.parse import parse
from te_cli.walk.content import FileText, read
from te_cli.walk.files import scan

Figures = dict[str, float]

PACE = "python"
"""The language that the others are held against."""


def texts_of(trees: list[Path], wanted: list[str], limit: int) -> dict[str, list[FileText]]:
    """The files of all trees by language, of each language about ``limit`` bytes: the trees in turn, file by file."""
    found: dict[str, list[FileText]] = defaultdict(list)
    sizes: dict[str, int] = defaultdict(int)
    for tree in trees:
        for file in scan(tree, tree / ".te", DEFAULT_MAX_FILE_BYTES).files:
            full = sizes[file.language] >= limit or (wanted and file.language not in wanted)
            text = None if full else read(tree, file)
            if isinstance(text, FileText):
                found[text.language].append(text)
                sizes[text.language] += len(text.text)
    return found


def figures(files: list[FileText], rounds: int) -> Figures:
    """What the best of ``rounds`` took, after one that does not count."""
    best, symbols = float("inf"), 0
    for _ in range(rounds + 1):
        started = time.perf_counter()
        symbols = sum(len(parse(file.path, file.language, file.text).units) - 1 for file in files)
        best = min(best, time.perf_counter() - started)
    size = sum(len(file.text.encode("utf-8", "replace")) for file in files) / 1e6
    return {
        "files": len(files),
        "mb": round(size, 3),
        "symbols": symbols,
        "seconds": round(best, 4),
        "mb_per_second": round(size / best, 3),
        "symbols_per_second": round(symbols / best),
    }


def line(language: str, now: Figures, before: Figures | None, pace: float) -> str:
    """One row of the table."""
    said = f"{language:16s} {now['files']:6,.0f} {now['mb']:7.2f} {now['symbols']:8,.0f} {now['mb_per_second']:7.2f}"
    said += f" {now['symbols_per_second']:9,.0f}"
    if before is not None:
        said += f" {before['mb_per_second']:9.2f} {before['symbols_per_second']:9,.0f}"
    return said + ("  <" if now["mb_per_second"] < pace / 2 else "")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trees", nargs="+", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--before", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--mb", type=float, default=2.0)
    parser.add_argument("--language", action="append", default=[])
    options = parser.parse_args()
    earlier = json.loads(options.before.read_text("utf-8")) if options.before else {}
    texts = texts_of([tree.resolve() for tree in options.trees], options.language, int(options.mb * 1e6))
    found = {language: figures(files, options.rounds) for language, files in sorted(texts.items())}
    pace = found.get(PACE, {}).get("mb_per_second", 0.0)
    print("language          files      MB  symbols    MB/s symbols/s" + ("    before    before" if earlier else ""))
    for language, now in found.items():
        is_code = texts[language][0].content == "code"
        print(line(language, now, earlier.get(language), pace if is_code else 0.0))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1), "utf-8")


if __name__ == "__main__":
    main()
