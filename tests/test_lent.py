"""What a program's own model gives is made sure of, whatever it is, and what it raises is a ModelError."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from comparing import contents, differences

from te_cli import ModelError, UsageError, open_index

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from conftest import MakeRepository

    from te_cli.document import Document

FILES = {"a.py": "def retry(request): pass\n\ndef draw(canvas): pass\n"}


class Own:
    """A model by the letters of a text."""

    name, fingerprint, dimension = "own", "0123456789abcdef", 26

    def __init__(self, rows: Callable[[Any], Any] = lambda rows: rows, row: Callable[[Any], Any] | None = None) -> None:
        self._rows, self._row = rows, row or (lambda row: row)

    def embed_documents(self, documents: Sequence[Document]) -> Any:
        """Counts of letters, or what is made of them."""
        return self._rows(np.array([letters(each.body) for each in documents], np.float32).reshape(-1, 26))

    def embed_query(self, text: str) -> Any:
        """The same."""
        return self._row(letters(text))


def letters(text: str) -> Any:
    found = np.array([text.lower().count(letter) for letter in "abcdefghijklmnopqrstuvwxyz"], np.float32)
    return found / max(1.0, float(np.linalg.norm(found)))


GOOD: dict[str, Callable[[Any], Any]] = {
    "lists": lambda rows: rows.tolist(),
    "doubles": lambda rows: rows.astype(np.float64),
    "halves": lambda rows: rows.astype(np.float16),
    "long": lambda rows: rows.astype(np.float64) * 1e300,
    "short": lambda rows: rows * np.float32(1e-30),
    "a generator": iter,
    "read only": lambda rows: np.frombuffer(rows.tobytes(), np.float32).reshape(rows.shape),
}

BAD: dict[str, tuple[Callable[[Any], Any], str]] = {
    "nothing": (lambda _: None, "gives what"),
    "words": (lambda rows: ["x"] * len(rows), "gives what"),
    "complex": (lambda rows: rows.astype(complex), "gives what"),
    "too few": (lambda rows: rows[1:], "the shape ("),
    "too long": (lambda rows: np.append(rows, rows, axis=-1), "the shape ("),
    "no numbers": (lambda rows: rows * np.nan, "that is not finite"),
    "endless": (lambda rows: rows + np.inf, "that is not finite"),
    "ragged": (lambda rows: [row[:at] for at, row in enumerate([rows, rows])], "rows of numbers of one length"),
}


@pytest.mark.parametrize("form", sorted(GOOD))
def test_numbers_of_any_form_are_taken(repo: MakeRepository, form: str) -> None:
    with open_index(repo(FILES), model=Own()) as index:
        wanted = [(hit.symbol.name, hit.score) for hit in index.search("retry a request", mode="semantic")]
    model = Own(GOOD[form], GOOD[form])
    with open_index(repo(FILES), model=model) as index:
        found = [(hit.symbol.name, hit.score) for hit in index.search("retry a request", mode="semantic")]
    assert [name for name, _ in found] == [name for name, _ in wanted]
    assert [score for _, score in found] == pytest.approx([score for _, score in wanted], abs=0.02)


@pytest.mark.parametrize("asked", ["documents", "query"])
@pytest.mark.parametrize("fault", sorted(BAD))
def test_anything_else_is_one_sentence(repo: MakeRepository, fault: str, asked: str) -> None:
    spoil, sentence = BAD[fault]
    model = Own(spoil) if asked == "documents" else Own(row=spoil)
    with open_index(repo(FILES), model=model) as index, pytest.raises(ModelError) as caught:
        index.search("retry a request")
    assert sentence in caught.value.message


def test_what_it_raises_is_the_cause_of_an_error(repo: MakeRepository) -> None:
    with open_index(repo(FILES), model=Own(lambda rows: rows / [])) as index:
        with pytest.raises(ModelError, match="The embedder own failed with ValueError: operands") as caught:
            index.update()
        assert isinstance(caught.value.__cause__, ValueError)


def test_a_class_is_no_model_and_a_name_can_be_printed(repo: MakeRepository) -> None:
    root = repo(FILES)
    with pytest.raises(UsageError, match="must be a name, a path or an embedder"):
        open_index(root, model=Own)  # type: ignore[arg-type]  # on purpose
    for name in ("name", "fingerprint"):
        model = Own()
        setattr(model, name, "\ud800")
        with pytest.raises(UsageError, match=f"model.{name} holds what cannot be printed"):
            open_index(root, model=model)


def test_a_model_to_which_all_is_alike_finds_nothing_by_that(repo: MakeRepository) -> None:
    """Cosines of 1 for everything were high ones before."""
    with open_index(repo(FILES), model=Own(np.ones_like, np.ones_like)) as index:
        assert not index.search("zzyx qqfw", mode="semantic")
        assert [hit.symbol.name for hit in index.search("retry")][:1] == ["retry"]


class Counting(Own):
    """It notes the names of what it was asked about; one of them says nothing to it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def embed_documents(self, documents: Sequence[Document]) -> Any:
        """Its own rows, after a note."""
        self.asked += [each.name for each in documents]
        told = [[each.name != "mute"] for each in documents]
        return super().embed_documents(documents) * np.array(told, np.float32).reshape(-1, 1)


def test_only_what_an_edit_changed_is_embedded_again(repo: MakeRepository, tmp_path: Path) -> None:
    """All units of a changed file were: a minute of a transformer's time for one line, or somebody's money."""
    functions = {name: f"def {name}(x):\n    return {name!r}\n\n\n" for name in ("retry", "draw", "sleep", "mute")}

    def file(*names: str, **changed: str) -> str:
        return "".join(changed.get(name, functions[name]) for name in names)

    model = Counting()
    steps: list[tuple[dict[str, str | None], set[str]]] = [
        ({"a.py": file("retry", "draw", "sleep", "mute")}, {"retry", "draw", "sleep", "mute"}),
        ({"a.py": file("retry", "draw", "sleep", "mute", draw="def draw(y):\n    return 2\n")}, {"draw"}),
        ({"a.py": "import os\n\n" + file("sleep", "retry", "draw")}, set()),
        ({"a.py": file("sleep", "retry") * 2}, set()),
        ({"a.py": file("retry", "draw", "sleep", "mute")}, set()),
        ({"a.py": "# nothing\n"}, {"a"}),
        ({"a.py": file("sleep", "draw"), "b.py": file("sleep")}, {"sleep"}),
        ({"b.py": None, "c.py": file("sleep", "retry")}, {"sleep", "retry"}),
    ]
    with open_index(root := repo(FILES | {"a.py": ""}), model=model) as index:
        index.update()
        for number, (files, wanted) in enumerate(steps):
            repo(files)
            model.asked.clear()
            index.update()
            assert set(model.asked) == wanted, number
            fresh = tmp_path / str(number)
            open_index(root, index_dir=fresh, model=model).update()
            assert differences(contents(root), contents(root, fresh)) == []
        model.asked.clear()
        index.update(full=True)
        assert {"sleep", "draw", "retry"} < set(model.asked)  # and what its cosines are measured by
