"""A table trained on a handful of pairs: it learns them, and te encodes with it what the trainer had in mind."""

from __future__ import annotations

import gzip
import importlib
import json
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch, te does not")
pytest.importorskip("safetensors")

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts" / "train"))

from asking import Dress
from data import Words, load, read_pairs
from distil import Teacher
from export import export
from tokenizer import layout
from tokenizers import Tokenizer

from te_cli.document import Document
from te_cli.embed.static import StaticModel

trainer = importlib.import_module("train")  # a type checker takes the name for the folder's

VERBS = {"send": "transmit", "delete": "remove", "read": "load", "sort": "order", "close": "shut", "draw": "paint"}
NOUNS = {"file": "document", "image": "picture", "message": "letter", "window": "pane", "user": "account"}


def rows() -> list[dict[str, str]]:
    """Questions in one set of words, answered by functions in another."""
    fields = {"kind": "doc", "language": "python", "scope": "", "path": "src app py", "signature": "", "doc": ""}
    return [
        {
            **fields,
            "query": f"{verb} the {noun}",
            "name": f"{VERBS[verb]} {NOUNS[noun]}",
            "body": f"return {NOUNS[noun]}",
        }
        for verb in VERBS
        for noun in NOUNS
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained model, with the arrays that it was trained on."""
    folder = tmp_path_factory.mktemp("model")
    (folder / "pairs").mkdir()
    with gzip.open(folder / "pairs" / "owner+name.jsonl.gz", "wt") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows())
    words = sorted({word for row in rows() for text in row.values() for word in text.split()} | {"how", "to"})
    tokenizer = folder / "tokenizer.json"
    tokenizer.write_text(layout(["[PAD]", "[UNK]", *words, "2", "##s"]))
    reader = Words(Tokenizer.from_file(str(tokenizer)))
    read_pairs(folder / "pairs", reader, folder / "arrays")
    pairs, _, languages = load(folder / "arrays")
    recipe = trainer.Recipe(dims=32, epochs=60, rate=0.05, batch=30, chunk=30)
    start = __import__("torch").randn(len(words) + 4, recipe.dims)
    model = trainer.train(pairs, np.ones(len(pairs)), start, recipe, Dress(reader, languages, 0.2, 0.2), "cpu")
    export(folder, tokenizer, model)
    plain = trainer.Recipe(dims=32, name_dropped=0, path_dropped=0, doc_dropped=0, body_kept=1)
    queries, documents, _ = trainer.take(pairs, np.arange(len(pairs)), plain, np.random.default_rng(1))
    np.save(folder / "queries.npy", model.queries(queries).detach().numpy())
    np.save(folder / "documents.npy", model.documents(documents).detach().numpy())
    return folder


@pytest.fixture(scope="module")
def teacher(folder: Path) -> Teacher:
    """One for whom a question is the mean of what its verb and its noun mean; it was asked all but the first."""
    draw = np.random.default_rng(0)
    meaning = {word: draw.normal(size=384) for word in [*VERBS, *NOUNS]}
    known = {
        zlib.crc32(row["query"].encode()): sum(meaning[word] for word in row["query"].split() if word in meaning)
        for row in rows()[1:]
    }
    hashes = np.array(sorted(known), np.uint32)
    vectors = np.array([known[key] / np.linalg.norm(known[key]) for key in hashes.tolist()], np.float16)
    np.savez(folder / "teacher.npz", hashes=hashes, vectors=vectors)
    return Teacher(folder / "teacher.npz", load(folder / "arrays")[0], 16)


def test_rows_start_where_the_teacher_points(folder: Path, teacher: Teacher) -> None:
    """Sums of the fitted rows are as alike as it finds the questions; rows at random are not."""
    pairs, _, _ = load(folder / "arrays")
    torch = __import__("torch")
    words = torch.randn(len(Tokenizer.from_file(str(folder / "tokenizer.json")).get_vocab()), 384)
    plain = trainer.Recipe(dims=16)
    chosen = np.arange(len(pairs))
    queries, _, _ = trainer.take(pairs, chosen, plain, np.random.default_rng(1))

    def unlike(start: object) -> float:
        model = trainer.Model(plain, start)
        return float(teacher.related(model.queries(queries).detach(), chosen))

    fitted = teacher.fitted(words, 400, 1)
    assert fitted.shape == (len(words), 16)
    assert unlike(fitted) < 0.2 * unlike(teacher.turned(words))


def test_the_mean_of_runs_lies_between_them() -> None:
    """Every parameter of it, weights of fields and of queries too."""
    torch = __import__("torch")
    models = [trainer.Model(trainer.Recipe(dims=2), torch.full((3, 2), value)) for value in (1.0, 3.0)]
    models[1].query_weights.data += 1
    mean = trainer.averaged(models)
    assert mean.rows.tolist() == [[2.0, 2.0]] * 3
    assert mean.query_weights.tolist() == [0.5] * 3


def documents() -> list[Document]:
    """The same as te would have them."""
    return [
        Document(
            "src/app.py", "function", row["name"].replace(" ", "_"), row["name"].replace(" ", "_"), "", "", row["body"]
        )
        for row in rows()
    ]


def test_te_encodes_as_the_trainer_does(folder: Path) -> None:
    """But for what eight bits round off."""
    model = StaticModel(folder)
    asked = np.array([model.embed_query(row["query"]) for row in rows()])
    for mine, name in ((model.embed_documents(documents()), "documents"), (asked, "queries")):
        theirs = np.load(folder / f"{name}.npy")
        theirs /= np.linalg.norm(theirs, axis=1, keepdims=True)
        assert (mine * theirs).sum(axis=1).min() > 0.999


def test_it_learned_what_words_mean(folder: Path) -> None:
    """A question finds the function that shares no word with it."""
    model = StaticModel(folder)
    found = model.embed_documents(documents())
    first = [int(np.argmax(found @ model.embed_query(row["query"]))) for row in rows()]
    assert np.mean(np.array(first) == np.arange(len(first))) > 0.9


def test_numbers_of_a_query_weigh_nothing(folder: Path) -> None:
    """However the table has them."""
    model = StaticModel(folder)
    assert np.array_equal(model.embed_query("send the file 2"), model.embed_query("send the file"))
