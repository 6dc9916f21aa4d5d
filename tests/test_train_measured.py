"""Copies of the functions that search is measured on are found, however they are dressed; others are not."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts" / "train"))

import measured
from measured import Measured, build, fingerprint, load

if TYPE_CHECKING:
    from conftest import MakeRepository

FUNCTION = '''
def retry(self, upload, attempts=3, pause=0.5):
    """Send it again until it arrives."""
    for attempt in range(attempts):
        try:
            response = self.session.send(upload, timeout=self.timeout)
            response.raise_for_status()
            return response
        except ConnectionError as error:
            self.log.warning("attempt %d failed: %s", attempt, error)
            self.sleep(pause * 2 ** attempt)  # longer each time
    raise UploadFailed(upload.name)
'''

REFORMATTED = """
def retry(self,
          upload,
          attempts = 5, pause = .25):
  # Try, and try again.
  for attempt in range(attempts):
    try:
      response = self.session.send(upload, timeout = self.timeout); response.raise_for_status()
      return response
    except ConnectionError as error:
      self.log.warning('no luck', attempt, error)
      self.sleep(pause * 2 ** attempt)
  raise UploadFailed(upload.name)
"""

OTHER = """
def retry(self, upload, attempts=3):
    queue = deque(self.pending)
    while queue:
        job = queue.popleft()
        if job.upload is upload and job.tries < attempts:
            job.tries += 1
            self.workers.submit(job.run, callback=self.finished)
        else:
            self.dead_letters.append(job)
    return len(self.dead_letters)
"""


@pytest.fixture(scope="module")
def held() -> Measured:
    return measured.measured_of([measured.prints([FUNCTION])])


def test_layout_comments_strings_and_numbers_do_not_hide_a_copy() -> None:
    assert fingerprint(FUNCTION) == fingerprint(REFORMATTED) != fingerprint(OTHER)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "int a(int b) {\n  return b + c(d, e, f, g, h, i); }",
            "int a(int b) /* why */ { // how\n return b\n+c(d,e,f,g,h,i);}",
        ),
        (
            "let rec go a b = match a with x -> go b c d e f",
            "(* goes *) let rec go a b =\n match a with x -> go b c d e f",
        ),
        (
            "(defn go [a b] (let [c (d a)] (e b c f g h i j)))",
            ";; goes\n(defn go [a b]\n  ; why\n (let [c (d a)] (e b c f g h i j)))",
        ),
        (
            "go a b = do { x <- y a; z b x; c d e f g }",
            "{- goes -}\ngo a b = do -- how\n  { x <- y a; z b x; c d e f g }",
        ),
        (
            "go() { local a b c; d | e | f && g h || i j; }",
            "go() {\n  # why\n  local a b c; d | e | f && g h || i j; }",
        ),
    ],
    ids=["C", "OCaml", "Clojure", "Haskell", "shell"],
)
def test_comments_of_each_family_of_languages_are_left_out(one: str, other: str) -> None:
    assert fingerprint(one) == fingerprint(other) != 0


def test_short_texts_have_no_fingerprint() -> None:
    assert fingerprint("def name(self):\n    return self._name\n") == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("upload", "parcel"),
        ("response", "reply"),
        ("self.sleep(pause * 2 ** attempt)", "wait(pause)"),
        ("retry", "again"),
    ],
)
def test_a_renamed_identifier_or_a_changed_line_does_not_hide_a_copy(held: Measured, one: str, other: str) -> None:
    changed = FUNCTION.replace(one, other)
    assert fingerprint(changed) != fingerprint(FUNCTION)
    assert held.holds(changed)


def test_unrelated_functions_are_no_copies(held: Measured) -> None:
    assert held.holds(FUNCTION)
    assert not held.holds(OTHER)
    assert not held.holds("")
    assert held.holds_many([OTHER, REFORMATTED, "", FUNCTION]).tolist() == [False, True, False, True]
    assert held.holds_many([]).tolist() == []


def test_what_is_built_from_a_folder_is_kept_in_one_file(repo: MakeRepository, tmp_path: Path) -> None:
    """Definitions are taken from every file that te reads; text around them is not a definition."""
    root = repo({"a/upload.py": FUNCTION, "b.py": OTHER, "README.md": "# Words\n\n" + "many words " * 40})
    build([root]).save(tmp_path / "measured.npz")
    again = load(tmp_path / "measured.npz")
    assert (again.functions, len(again.exact)) == (2, 2)
    assert again.holds(REFORMATTED)
    assert again.holds(OTHER.replace("queue", "line"))
    assert not again.holds("many words " * 40)


def test_nothing_holds_nothing(tmp_path: Path) -> None:
    """An empty list of trees is no error: it keeps nothing out."""
    empty = tmp_path / "empty"
    empty.mkdir()
    assert not build([empty]).holds(FUNCTION)
