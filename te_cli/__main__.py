"""``python -m te_cli`` is ``te``."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    # ``-m`` puts the current folder first among the places to import from: it may be a stranger's repository.
    if not sys.flags.safe_path and sys.path and Path(sys.path[0] or ".").absolute() == Path.cwd():
        del sys.path[0]

    from te_cli.cli import main

    main()
