"""What a verb imports is what its user waits for."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from conftest import te_environment

if TYPE_CHECKING:
    from conftest import MakeRepository, Run

HEAVY = {
    *("numpy", "tantivy", "usearch", "tree_sitter", "tree_sitter_language_pack", "tokenizers", "safetensors"),
    *("fastembed", "onnxruntime", "huggingface_hub", "loguru", "diskcache", "watchdog", "pydantic", "rich"),
}

REPORT = """
import atexit, sys
from te_cli.cli import main
atexit.register(lambda: print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr))
main()
"""


def imported(*arguments: str, before: str = "") -> set[str]:
    """The top-level modules that a fresh ``te`` imports; ``before``: what Python is to do first."""
    command = [sys.executable, "-c", before + REPORT, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=te_environment(), check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("search", "--help"), ()])
def test_help_imports_nothing_heavy(repo: MakeRepository, arguments: tuple[str, ...]) -> None:
    repo()
    assert imported(*arguments) & HEAVY == set()


def test_search_imports_only_what_it_needs(repo: MakeRepository, te: Run) -> None:
    repo({"a.py": "def greet():\n    pass\n"})
    te("index")
    unwanted = {"tree_sitter", "tree_sitter_language_pack", "watchdog", "pydantic", "rich"}
    unwanted |= {"fastembed", "onnxruntime", "huggingface_hub", "loguru", "diskcache"}
    assert imported("search", "greet") & unwanted == set()


def test_reading_imports_no_arrays() -> None:
    """Each worker process waits for what it imports: NumPy takes longer than the files of a small repository."""
    rooms = "te_cli.engine.workers, te_cli.walk.content, te_cli.parse.code, te_cli.parse.documents"
    code = f"import sys, {rooms}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=te_environment(), check=True
    )
    assert {"numpy", "tantivy", "usearch", "tokenizers"}.isdisjoint(done.stdout.split())


def test_the_face_of_backends_imports_nothing_heavy() -> None:
    """Its names come with the first use."""
    code = "import sys, te_cli.backend; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=te_environment(), check=True
    )
    assert {*HEAVY, "sqlite3", "te_cli.backend.joined"}.isdisjoint(done.stdout.split())


@pytest.mark.parametrize(
    "more", ["", "import threading, time; threading.Thread(target=time.sleep, args=(0.1,)).start()"]
)
def test_what_was_asked_to_be_done_at_the_end_is_done(repo: MakeRepository, more: str) -> None:
    repo()
    code = f"import atexit; from te_cli.cli import main; atexit.register(print, 'at the end'); {more}\nmain()"
    command = [sys.executable, "-c", code, "--version"]
    done = subprocess.run(command, capture_output=True, text=True, env=te_environment(), check=False, timeout=60)
    assert (done.returncode, done.stdout.splitlines()[1:], done.stderr) == (0, ["at the end"], "")


def test_a_profiler_sees_the_end(repo: MakeRepository) -> None:
    repo()
    command = [sys.executable, "-m", "cProfile", "-m", "te_cli", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, env=te_environment(), check=False, timeout=60)
    assert "function calls" in done.stdout
