#!/usr/bin/env python3
"""What a verb imports, and how long that takes: one row a package, by its own time, for each command line.

startup.py [--te MODULE] -- ARGUMENT… [-- ARGUMENT…]

startup.py -- --help -- search -C ~/src/project query
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter

LINE = re.compile(r"import time:\s+(\d+) \|\s+(\d+) \|\s+(\S+)")


def imports(arguments: list[str]) -> tuple[Counter[str], Counter[str]]:
    """Microseconds and modules of each top-level package that ``te`` with ``arguments`` imports."""
    command = [sys.executable, "-P", "-X", "importtime", "-m", "te_cli", *arguments]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    spent: Counter[str] = Counter()
    modules: Counter[str] = Counter()
    for own, _, name in LINE.findall(said):
        package = name.split(".")[0]
        package = package if package not in sys.stdlib_module_names else "(standard library)"
        spent[package] += int(own)
        modules[package] += 1
    return spent, modules


def main() -> None:
    """Print a table for each command line."""
    lines: list[list[str]] = []
    for argument in sys.argv[1:]:
        if argument == "--":
            lines.append([])
        elif lines:
            lines[-1].append(argument)
    if not lines:
        sys.exit(__doc__)
    for arguments in lines:
        spent, modules = imports(arguments)
        print(f"te {' '.join(arguments)}: {modules.total()} modules, {spent.total() / 1000:.0f} ms")
        for package, microseconds in spent.most_common(16):
            print(f"    {package:28s} {modules[package]:4d} modules {microseconds / 1000:7.1f} ms")


if __name__ == "__main__":
    main()
