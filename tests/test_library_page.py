"""LIBRARY.md is true: its examples run, from top to bottom, and print what it shows."""

from __future__ import annotations

import contextlib
import doctest
import io
import re
import shutil
from typing import TYPE_CHECKING, Any, NamedTuple

from conftest import SOURCE
from tiny_model import make_bert

if TYPE_CHECKING:
    from conftest import MakeRepository

PAGE = SOURCE / "LIBRARY.md"

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Example(NamedTuple):
    """A block of Python, the line of the page where it begins, and what the page shows that it prints."""

    line: int
    code: str
    shown: str


def examples(page: str) -> list[Example]:
    """The blocks of Python in a page, each with the block of plain text that follows it."""
    found: list[Example] = []
    for block in _FENCED.finditer(page):
        kind, text = block.groups()
        if kind == "python":
            found.append(Example(page.count("\n", 0, block.start()) + 1, text, ""))
        else:
            assert kind == "", f"a block of {kind}"
            assert not found[-1].shown, "two blocks of output"
            found[-1] = found[-1]._replace(shown=text)
    return found


def test_the_page(repo: MakeRepository) -> None:
    root = repo()
    shutil.copytree(SOURCE / "fixtures" / "library", root, dirs_exist_ok=True)
    make_bert(root.parent / "models" / "mine")
    blocks = examples(PAGE.read_text(encoding="utf-8"))
    assert len(blocks) > 5
    names: dict[str, Any] = {"__name__": "page"}
    for line, code, shown in blocks:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile("\n" * line + code, str(PAGE), "exec"), names)  # noqa: S102 - it is our own page
        alike = doctest.OutputChecker().check_output(shown, printed.getvalue(), doctest.ELLIPSIS)
        assert alike, f"LIBRARY.md:{line}\n{shown}is\n{printed.getvalue()}"
    names["index"].close()


def test_the_page_is_linked() -> None:
    assert "](LIBRARY.md)" in (SOURCE / "README.md").read_text(encoding="utf-8")
