"""What befalls unlucky users: rights, limits, clocks and folders that are not what a program hopes for."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from te_cli.store.folder import Place

if TYPE_CHECKING:
    from conftest import MakeRepository, Run


def test_a_read_only_index_is_read_without_its_locks(
    repo: MakeRepository, monkeypatch: pytest.MonkeyPatch, te: Run
) -> None:
    """Tantivy opened the index's own lock files to write, so that nobody without the right to could ask it."""
    fcntl = pytest.importorskip("fcntl")
    root = repo({"a.py": "def alpha():\n    pass\n"})
    te("index")
    monkeypatch.setattr(Place, "read_only", property(lambda place: place.folder == root / ".te"))
    with ExitStack() as held:
        for path in (root / ".te" / "text").rglob("*.lock"):
            path.chmod(0o444)
            fcntl.flock(held.enter_context(path.open()), fcntl.LOCK_EX)  # for root, whom no right keeps out
        assert te("search", "alpha").lines[0] == "a.py:1: function alpha"
        assert te("doctor").exit_code == 0
