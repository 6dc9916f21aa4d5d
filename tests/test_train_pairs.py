"""Training pairs: what is drawn out of a repository, and how it is cut."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts" / "train"))

from changes import changes
from comments import is_prose, split
from pairs import Extraction, sentence
from snippets import snippets
from tokenizer import choose, layout
from tokenizers import Tokenizer

from te_cli.words import words_of

if TYPE_CHECKING:
    from conftest import MakeRepository

UPLOAD = '''"""Uploads."""


def retry(upload):
    """Send a failed upload again. Gives up after three attempts."""
    # wait longer before each further attempt
    for attempt in range(3):
        if send(upload, attempt):
            return True
    return False


def send(upload, attempt):
    return upload.transmit(pause=attempt)
'''

TEST = """from upload import retry


def test_retry_gives_up_after_three_attempts():
    assert not retry(Broken())
"""

PAGE = """# Uploads

Uploads are sent one at a time. Each of them is retried when the connection breaks, up to three times.

To send a single file by hand:

```python
upload = Upload("report.pdf")
retry(upload)
print(upload.sent)
```
"""


@pytest.mark.parametrize(
    ("language", "text", "code", "said"),
    [
        ("python", "x = '# no'  # one\n# two\n# three\ny = 1", "x = '# no'  \n\n\ny = 1", ["one", "two three"]),
        ("python", 'def f():\n    """Doc."""\n    return "doc"', 'def f():\n    \n    return "doc"', []),
        ("c", 'char *s = "// no"; /* yes */ int c;', 'char *s = "// no";  int c;', ["yes"]),
        ("lua", "x = 1 -- one\n--[[ two\nlines ]]\ny = 2", "x = 1 \n\n\ny = 2", ["one", "two lines"]),
        ("haskell", "f x = x {- why -} -- because", "f x = x  ", ["why", "because"]),
        ("ocaml", "let f x = x (* why *)", "let f x = x ", ["why"]),
    ],
)
def test_comments_are_told_from_code(language: str, text: str, code: str, said: list[str]) -> None:
    found = split(text, language)
    assert found.code == code
    assert [words for _, words in found.comments] == said


def test_prose_is_told_from_code_that_was_commented_out() -> None:
    assert is_prose("wait longer before each further attempt")
    assert not is_prose("for (int i = 0; i < n; i++) total += i;")
    assert not is_prose("see below")


@pytest.mark.parametrize(
    ("text", "first", "rest"),
    [
        ("Send it again. Gives up later.", "Send it again.", "Gives up later."),
        ("Sends a {@link File} again\n@param file what", "Sends a File again", "@param file what"),
        ("@param file what to send", "", "@param file what to send"),
        ("Parse it", "", "Parse it"),
    ],
)
def test_the_first_sentence_of_a_documentation(text: str, first: str, rest: str) -> None:
    found = sentence(text)
    assert found[0] == first
    assert rest in found[1]


def test_examples_of_documents() -> None:
    (example,) = snippets(PAGE, "markdown")
    assert (example.said, example.heading, example.language) == ("To send a single file by hand:", "Uploads", "python")
    assert "retry(upload)" in example.code
    rst = "Sending\n=======\n\nTo send a file:\n\n.. code-block:: python\n\n    send(file)\n\nMore.\n"
    assert [(each.said, each.code.strip()) for each in snippets(rst, "rst")] == [("To send a file:", "send(file)")]
    cells = [{"cell_type": "markdown", "source": ["# Plot\n", "Draw it."]}, {"cell_type": "code", "source": "plot(x)"}]
    notebook = snippets(json.dumps({"cells": cells}), "jupyter")
    assert [(each.said, each.heading, each.code) for each in notebook] == [("Draw it.", "Plot", "plot(x)")]
    assert snippets("{", "jupyter") == []


def git(root: Path, *command: str) -> None:
    subprocess.run(
        ["git", "-C", str(root), "-c", "user.name=n", "-c", "user.email=e@example.org", *command],
        check=True,
        timeout=60,
    )


@pytest.fixture
def repository(repo: MakeRepository) -> Path:
    root = repo({"upload.py": UPLOAD, "test_upload.py": TEST, "docs/uploads.md": PAGE})
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "Start of it all")
    (root / "upload.py").write_text(UPLOAD.replace("pause=attempt", "pause=2 ** attempt"))
    git(
        root,
        "commit",
        "-q",
        "-am",
        "Wait twice as long before each attempt\n\nServers were overrun.\n\nSigned-off-by: N",
    )
    return root / ".git"


def test_every_kind_of_pair_comes_out_of_a_repository(repository: Path) -> None:
    pairs = {pair.kind: pair for pair in Extraction(repository, "HEAD", None, "seed").pairs()}
    assert pairs["doc"].query == "send a failed upload again"
    assert pairs["doc"].doc == "gives up after three attempts"
    assert (pairs["doc"].name, pairs["doc"].path) == ("retry", "upload py")
    assert "failed" not in pairs["doc"].body.split()
    assert pairs["comment"].query == "wait longer before each further attempt"
    assert "longer" not in pairs["comment"].body.split()
    assert pairs["test"].query == "retry gives up after three attempts"
    assert pairs["test"].name == "retry"
    assert pairs["snippet"].query.startswith("to send a single file")
    assert pairs["commit"].name == "send"


def test_a_commit_tells_which_lines_it_changed(repository: Path) -> None:
    (change,) = changes(repository, "HEAD", 10, random.Random(1))  # noqa: S311 - a draw of commits
    assert change.subject == "Wait twice as long before each attempt"
    assert change.message.split() == [*change.subject.split(), "Servers", "were", "overrun."]
    assert change.files == [("upload.py", [14])]


def test_the_vocabulary_spells_what_it_has_and_knows_nothing_else() -> None:
    often = Counter({"upload": 90, "file": 80, "retry": 50, "uploader": 4, "retries": 3, "größe": 50, "xqzw": 1})
    shared = Counter(dict.fromkeys(often, 3)) + Counter({"upload": 5, "file": 5, "retry": 5})
    vocabulary = choose(often, shared, 12)
    assert {"upload", "file", "retry"} <= set(vocabulary)
    tokenizer = Tokenizer.from_str(layout(vocabulary))
    assert tokenizer.encode("retryFile upload_file").tokens == ["retry", "file", "upload", "file"]
    assert set(tokenizer.encode("größe").tokens) == {"[UNK]"}


def test_the_vocabulary_cuts_words_as_the_index_does() -> None:
    names = ["parseHTTPResponse2", "utf8_decode", "HTMLParser", "a1b2", "x", "__init__", "IPv4Address", "SHA256Sum"]
    parts = {word for name in names for word in words_of(name)}
    tokenizer = Tokenizer.from_str(layout(["[PAD]", "[UNK]", *sorted(parts)]))
    for name in names:
        assert tokenizer.encode(name).tokens == words_of(name)
