"""Other embedding models than the shipped one: an index keeps the model that made it, and is asked with no other."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tiny_model import make_bert, make_model2vec

from te_cli import ModelError, OtherModel, UsageError, open_index
from te_cli.embed.identity import identity_of
from te_cli.embed.static import StaticModel
from te_cli.engine import calibrating, embedding
from te_cli.store.catalog import Catalog
from te_cli.store.formats import FORMAT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from conftest import MakeRepository, Run
    from numpy.typing import NDArray

    from te_cli.document import Document
    from te_cli.model import Progress

FILES = {
    "net/retry.py": 'def retry_later(request):\n    """Send a failed request again."""\n    return queue(request)\n',
    "ui/paint.py": 'def draw_circle(canvas):\n    """Paint a disc."""\n    canvas.arc(3)\n',
}
QUESTION = "how is a failed request sent again"


class Own:
    """A model that a program brings: the shipped one's first dimensions, nearer to each other than they are."""

    def __init__(self, name: str = "own", dimension: int = 32, offset: float = 0.0) -> None:
        self.name, self.dimension = name, dimension
        self.fingerprint = f"{name}-{dimension}-{offset}"
        self.offset = offset
        self.embedded: list[str] = []
        self._shipped = StaticModel()

    def embed_documents(self, documents: Sequence[Document]) -> NDArray[np.float32]:
        """Unit rows, shape (documents, dimension)."""
        self.embedded += [document.name for document in documents]
        return self._cut(self._shipped.embed_documents(documents))

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """A unit vector, shape (dimension,)."""
        return self._cut(self._shipped.embed_query(text))

    def _cut(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        rows = rows[..., : self.dimension] + np.float32(self.offset)
        return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True), np.float32)


def test_a_program_brings_its_own_model(repo: MakeRepository) -> None:
    root, model = repo(FILES), Own()
    with open_index(root, model=model) as index:
        assert index.search(QUESTION)[0].symbol.name == "retry_later"
        status = index.status()
        assert (status.model, status.dimensions) == ("own", 32)
        (root / "ui/paint.py").write_text("def draw_square(canvas): canvas.rect(4)\n")
        model.embedded.clear()
        index.update()
        assert model.embedded == ["draw_square"]
        assert "draw_square" in {hit.symbol.name for hit in index.search("a square on the canvas")}


def older(catalog: Path) -> None:
    """As an index of a te that had another format."""
    with closing(Catalog(catalog)) as opened:
        opened.set_meta(format=FORMAT - 1)


def torn(catalog: Path) -> None:
    """A page of the catalog overwritten, but not those of its notes."""
    with closing(sqlite3.connect(catalog)) as opened:
        ((page,),) = opened.execute("SELECT rootpage FROM sqlite_master WHERE name = 'files'").fetchall()
        ((size,),) = opened.execute("PRAGMA page_size").fetchall()
    with catalog.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


def test_a_model_whose_folder_was_moved_is_named_anew(repo: MakeRepository, te: Run, tmp_path: Path) -> None:
    """And nothing is embedded for that."""
    repo(FILES)
    there, here = make_model2vec(tmp_path / "there"), tmp_path / "here"
    te("index", "--model", str(there))
    found = te("search", QUESTION).stdout
    shutil.move(there, here)
    gone = te("search", QUESTION)
    assert (gone.exit_code, "is not there" in gone.stderr) == (2, True)
    asked = te("search", "--model", str(here), "--refresh", "never", QUESTION)
    assert (asked.exit_code, asked.stdout) == (0, found)
    done = te("index", "--model", str(here))
    assert "rebuilt" not in done.stdout
    assert te("search", QUESTION).stdout == found
    assert "here, 32 dimensions" in te("status").stdout


@pytest.mark.parametrize("spoil", [older, torn])
def test_an_index_that_is_built_anew_keeps_its_model(
    repo: MakeRepository, te: Run, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    root, model = repo(FILES), make_model2vec(tmp_path / "table")
    te("index", "--model", str(model))
    spoil(root / ".te" / "catalog.db")
    shutil.move(model, tmp_path / "elsewhere")
    gone = te("index")
    assert gone.exit_code == 2, gone
    assert "is not there" in gone.stderr
    shutil.move(tmp_path / "elsewhere", model)
    done = te("index")
    assert done.exit_code == 0, done
    assert "rebuilt" in done.stdout
    assert te("status").stdout.count("model         table, 32 dimensions") == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (lambda rows: rows[:, :-1], "shape"),
        (lambda rows: rows[:-1], "shape"),
        (lambda rows: rows * np.nan, "not finite"),
        (lambda rows: rows.astype(str), "no number"),
    ],
)
def test_a_model_of_a_program_that_gives_no_vectors_is_told(
    repo: MakeRepository, given: Callable[[NDArray[np.float32]], object], said: str
) -> None:
    root, model = repo(FILES), Own("odd")
    sound = model.embed_documents
    model.embed_documents = lambda documents: given(sound(documents))  # type: ignore[assignment,method-assign,return-value]  # as a program may
    with pytest.raises(ModelError, match=f"The embedder odd gives what are no vectors: .*{said}"):
        open_index(root, model=model).update()


def test_a_model_of_a_program_may_give_lists_of_any_length(repo: MakeRepository) -> None:
    """They are scaled as vectors of any other model."""
    root, model = repo(FILES), Own("odd")
    sound = model.embed_documents
    model.embed_documents = lambda documents: (sound(documents) * 7).tolist()  # type: ignore[method-assign]  # as a program may
    found = open_index(root, model=model).search(QUESTION)
    again = open_index(root, index_dir=root.parent / "sound", model=Own("odd")).search(QUESTION)
    assert [(hit.symbol, hit.score) for hit in found] == [(hit.symbol, hit.score) for hit in again]


def test_whoever_has_not_the_model_is_told(repo: MakeRepository, te: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repo(FILES)
    open_index(root, model=Own("theirs")).update()
    monkeypatch.setattr(embedding, "_lent", {})  # as it is in another process
    done = te("search", QUESTION)
    assert done.exit_code == 2
    assert "made by a program with a model of its own, theirs" in done.stderr
    assert "te index --model te-static" in done.stderr
    found = te("search", "--mode", "text", "failed request")
    assert found.exit_code == 0
    assert "retry_later" in found.stdout
    assert te("refs", "queue").exit_code == 0
    assert te("index").exit_code == 2
    assert te("index", "--model", "te-static").exit_code == 0
    assert te("search", QUESTION).exit_code == 0


def test_an_index_of_another_model_is_refused(repo: MakeRepository) -> None:
    root = repo(FILES)
    open_index(root, model=Own("first")).update()
    with pytest.raises(OtherModel, match=r"made with the model first .*, not with second") as caught:
        open_index(root, model=Own("second")).search(QUESTION)
    assert "te index --model" in caught.value.hint
    with pytest.raises(OtherModel):
        open_index(root, model="te-static").search(QUESTION)
    assert open_index(root, model=Own("second")).search("retry_later", mode="name")


def test_another_model_makes_every_vector_anew_and_is_published_as_one_run(repo: MakeRepository) -> None:
    root, model = repo(FILES), Own(dimension=48)
    before = open_index(root)
    units = before.update().symbols
    report = open_index(root, model=model).update()
    assert report.rebuilt == "it was made with another model"
    assert report.units_written == report.symbols == units
    assert report.unembedded == 0
    status = open_index(root, model=model).status()
    assert (status.model, status.dimensions, status.freshness) == ("own", 48, "fresh")
    assert open_index(root, model=model).update().units_written == 0


def test_a_model_that_fails_leaves_the_index_as_it_was(repo: MakeRepository) -> None:
    class Failing(Own):
        def embed_documents(self, documents: Sequence[Document]) -> NDArray[np.float32]:
            if any(document.name == "draw_circle" for document in documents):
                raise RuntimeError("out of memory")
            return super().embed_documents(documents)

    root = repo(FILES)
    index = open_index(root)
    index.update()
    with pytest.raises(ModelError, match="failed with RuntimeError: out of memory"):
        open_index(root, model=Failing()).update()
    assert index.search(QUESTION, refresh="never")[0].symbol.name == "retry_later"
    assert index.doctor().healthy


def test_what_is_no_model_is_refused(repo: MakeRepository) -> None:
    root = repo(FILES)
    with pytest.raises(UsageError, match="model is"):
        open_index(root, model=3)  # type: ignore[arg-type]  # that is the point
    with pytest.raises(UsageError, match="at least 1"):
        open_index(root, model=Own(dimension=0))
    with pytest.raises(ModelError):
        open_index(root, model="./nowhere").update()


@pytest.mark.parametrize("offset", [0.0, 0.1, 0.3])
def test_cosines_of_another_model_are_put_on_the_rankers_scale(offset: float) -> None:
    """A model whose texts all lie near each other must not find everything fitting."""
    model, shipped = Own(dimension=256, offset=offset), StaticModel()
    scale = calibrating.measured(model)
    asked, code = "how is a file uploaded", calibrating.PAIRS[0].question
    own = float(model.embed_query(asked) @ model.embed_query(code))
    assert own >= float(shipped.embed_query(asked) @ shipped.embed_query(code)) - 1e-6
    assert abs(scale(own) - float(shipped.embed_query(asked) @ shipped.embed_query(code))) < 0.2


def test_a_question_that_nothing_answers_finds_nothing_by_a_crowded_model_either(repo: MakeRepository) -> None:
    root = repo(FILES)
    index = open_index(root, model=Own(dimension=256, offset=0.3))
    assert index.search(QUESTION)
    assert not index.search("quarterly invoices of pharmaceutical wholesalers", mode="semantic")


# Transformers, by the command line


@pytest.fixture
def bert(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tiny transformer's folder, and a cache folder of this test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return make_bert(tmp_path / "bert")


def test_a_transformer_from_a_folder(repo: MakeRepository, te: Run, bert: Path) -> None:
    repo(FILES)
    ran = te("index", "--model", str(bert), "--json")
    assert ran.exit_code == 0, ran.stderr
    report = ran.json()
    assert report["embedded"] == report["symbols"] - report["files"] == 2  # a file's own vector is its symbols' mean
    assert "retry_later" in te("search", QUESTION).stdout
    assert te("status", "--json").json()["model"] == "bert"
    again = te("index", "--json").json()
    assert (again["units_written"], again["rebuilt"]) == (0, None)


def test_what_one_tree_embedded_another_reads(repo: MakeRepository, te: Run, bert: Path, tmp_path: Path) -> None:
    root = repo(FILES)
    assert te("index", "--model", str(bert)).exit_code == 0
    shutil.copytree(root, tmp_path / "other", ignore=shutil.ignore_patterns(".te", ".git"))
    ran = te("index", "--model", str(bert), str(tmp_path / "other"))
    assert "embedded      0 texts, 2 more read from the cache (100 %)" in ran.lines
    report = te("index", "--model", str(bert), "--full", "--json").json()
    assert ("embedded" in report, report["recalled"]) == (True, 2)


def test_without_a_cache_the_index_is_the_same(
    repo: MakeRepository, te: Run, bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repo(FILES)
    te("index", "--model", str(bert))
    monkeypatch.setenv("TE_CACHE_SIZE", "0")
    te("index", "--model", str(bert), "--index-dir", str(tmp_path / "fresh"))
    assert vectors_of(root / ".te") == vectors_of(tmp_path / "fresh")


def test_an_update_embeds_what_changed_and_equals_a_fresh_index(
    repo: MakeRepository, te: Run, bert: Path, tmp_path: Path
) -> None:
    root = repo(FILES)
    te("index", "--model", str(bert))
    repo({"net/retry.py": FILES["net/retry.py"] + "\n\ndef wait_for(request):\n    return sleep(3)\n"})
    report = te("index", "--json").json()
    assert (report["embedded"], report["recalled"]) == (1, 0)
    te("index", "--model", str(bert), "--index-dir", str(tmp_path / "fresh"))
    assert vectors_of(root / ".te") == vectors_of(tmp_path / "fresh")


def test_a_model_that_is_gone_is_told_and_words_go_on(repo: MakeRepository, te: Run, bert: Path) -> None:
    root = repo(FILES)
    te("index", "--model", str(bert))
    bert.rename(bert.with_name("elsewhere"))
    ran = te("search", QUESTION)
    assert ran.exit_code == 2
    assert str(bert) in ran.stderr
    assert "Traceback" not in ran.stderr
    words = te("search", "--mode", "text", "failed request")
    assert (words.exit_code, "retry_later" in words.stdout) == (0, True)
    assert str(bert) in words.stderr
    assert te("refs", "queue").exit_code == 0
    assert te("outline", "net/retry.py").exit_code == 0
    diagnosis = te("doctor")
    assert diagnosis.exit_code == 1
    assert str(bert) in diagnosis.stdout
    assert te("doctor", "--repair").exit_code == 2
    assert te("status", "--json").json()["freshness"] == "stale"
    (root / "net/more.py").write_text("x = 1\n")
    assert te("index").exit_code == 2
    assert te("index", "--model", "te-static").exit_code == 0
    assert te("search", QUESTION).exit_code == 0


def test_a_model_that_is_no_longer_the_same_is_refused_until_it_made_all_anew(
    repo: MakeRepository, te: Run, bert: Path
) -> None:
    repo(FILES)
    te("index", "--model", str(bert))
    shutil.rmtree(bert)
    make_bert(bert, seed=1)
    ran = te("search", QUESTION)
    assert ran.exit_code == 2
    assert "is not what it was when it made the vectors" in ran.stderr
    assert te("search", QUESTION, "--refresh", "always").exit_code == 2
    report = te("index", "--json").json()
    assert report["units_written"] == report["symbols"]
    assert te("search", QUESTION).exit_code == 0


def test_a_search_with_another_model_is_refused_with_the_command_that_mends_it(
    repo: MakeRepository, te: Run, bert: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repo(FILES)
    te("index")
    monkeypatch.setenv("TE_MODEL", str(bert))
    ran = te("search", QUESTION, "--json")
    assert ran.exit_code == 2
    error = ran.json()["error"]
    assert error["code"] == "other_model"
    assert f"te index --model {bert} {root}" in error["hint"]
    assert "TE_MODEL" in error["hint"]
    assert te("search", "--mode", "name", "retry_later").exit_code == 0
    assert te("index").exit_code == 0
    assert te("search", QUESTION).exit_code == 0


def test_a_search_does_not_wait_for_a_transformer_to_read_a_branch(repo: MakeRepository, te: Run, bert: Path) -> None:
    repo(FILES)
    te("index", "--model", str(bert))
    repo({"net/big.py": "".join(f"def f{n}(request):\n    return {n}\n" for n in range(3_000))})
    ran = te("search", QUESTION, "--json")
    assert ran.json()["index"]["freshness"] == "unchecked"
    assert "the model is slow" in ran.json()["index"]["note"]
    repo({"net/big.py": None, "net/small.py": "def small(request): return 1\n"})
    assert te("search", QUESTION, "--json").json()["index"]["freshness"] == "fresh"


def test_a_token_table_from_a_folder(repo: MakeRepository, te: Run, tmp_path: Path) -> None:
    repo(FILES)
    report = te("index", "--model", str(make_model2vec(tmp_path / "table")), "--json").json()
    assert "embedded" not in report  # it is faster than any cache
    assert "retry_later" in te("search", QUESTION).stdout


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("./nowhere", "/repo/nowhere'"),
        ("bert", "There is no model 'bert'"),
        ("", "--model names no model"),
        ("./empty", "ONNX"),
        ("a/b/c", "There is no model 'a/b/c'"),
    ],
)
def test_what_is_no_model_is_one_sentence(repo: MakeRepository, te: Run, said: str, sentence: str) -> None:
    root = repo(FILES)
    (root / "empty").mkdir()
    ran = te("index", "--model", said)
    assert ran.exit_code == 2
    assert sentence in ran.stderr
    assert len(ran.stderr.splitlines()) == 2
    assert not (root / ".te").exists()


def test_an_index_that_is_copied_for_a_work_tree_keeps_its_model(
    repo: MakeRepository, te: Run, bert: Path, tmp_path: Path
) -> None:
    root = repo(FILES)
    git = ["git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["add", "."], ["commit", "-qm", "a"], ["worktree", "add", "-q", str(tmp_path / "tree")]):
        subprocess.run([*git, *command], check=True, capture_output=True)
    te("index", "--model", str(bert))
    assert te("index", str(tmp_path / "tree"), "--json").json()["units_written"] == 0
    assert te("status", "-C", str(tmp_path / "tree"), "--json").json()["model"] == "bert"


def vectors_of(index_dir: Path) -> dict[tuple[str, str], bytes]:
    """The stored vectors of a small index, by file and name."""
    with closing(sqlite3.connect(index_dir / "catalog.db")) as catalog:
        rows = catalog.execute(
            "SELECT f.path, u.kind || u.name, d.vector FROM delta d JOIN units u ON u.id = d.unit_id"
            " JOIN files f ON f.id = u.file_id"
        ).fetchall()
    return {(path, name): vector for path, name, vector in rows}


def test_files_that_only_look_suspicious_are_not_waited_for(repo: MakeRepository, te: Run, bert: Path) -> None:
    """Files written just before the run are read again by the next, which embeds nothing of them."""
    repo({f"net/big{n}.py": f"# {'long ' * 5_000}\ndef f{n}(request):\n    return {n}\n" for n in range(4)})
    te("index", "--model", str(bert))
    assert te("search", "a request", "--json").json()["index"]["freshness"] == "fresh"


def test_progress_counts_the_texts_of_a_slow_model(repo: MakeRepository) -> None:
    """One file of many symbols is one step of files, and many of texts."""
    root = repo({"net/big.py": "".join(f"def f{n}(request):\n    return {n}\n" for n in range(100))})
    seen: list[Progress] = []
    open_index(root, model=Own()).update(progress=seen.append)
    assert sorted({step.embedded for step in seen}) == [0, 32, 64, 96, 100]


def test_a_model_that_is_gone_or_changed_is_told_with_what_to_do(repo: MakeRepository, te: Run, bert: Path) -> None:
    """The hint was to give a model's folder, of an index that has one; and status spoke of files that have changed."""
    root = repo(FILES)
    assert te("index", "--model", str(bert)).exit_code == 0
    assert te("status", "--json").json()["model_fault"] is None
    away = bert.rename(bert.with_name("away"))
    gone = f"The model's folder {bert} is not there."
    assert f"freshness     stale: {gone}" in te("status").lines
    assert te("status", "--json").json()["model_fault"] == gone
    command = f"te index --model te-static {root}"
    doctor = te("doctor")
    assert (doctor.exit_code, "--repair" in doctor.stdout + doctor.stderr) == (1, False), "which could not mend it"
    for verb in (("search", QUESTION), ("index",), ("index", "--full")):
        ran = te(*verb)
        assert (ran.exit_code, ran.stderr.splitlines()[-1].strip()) == (
            *(
                2,
                f"Put it back, or say where it is now: te index --model DIR {root}. To make the index anew: {command}",
            ),
        )
    make_bert(bert, seed=5)
    assert "rebuilt       its model is not what it was" in te("index").lines
    shutil.rmtree(bert)
    away.rename(bert)
    assert te("index").exit_code == te("search", QUESTION).exit_code == 0
    shutil.rmtree(bert)
    assert te(*command.split()[1:]).exit_code == te("search", QUESTION).exit_code == 0


def test_a_first_run_that_dies_leaves_word_of_its_model(repo: MakeRepository, te: Run, bert: Path) -> None:
    """The next search built the index with the shipped model, and said nothing of it."""
    root = repo(FILES)
    dying = os.environ | {"TE_FAULT": "kill@publish.catalog"}
    command = [sys.executable, "-P", "-m", "te_cli", "index", "--model", str(bert)]
    assert subprocess.run(command, check=False, cwd=root, env=dying, capture_output=True).returncode == -signal.SIGKILL
    assert te("search", QUESTION).exit_code == 0
    assert te("status", "--json").json()["model"] == "bert"


def test_a_small_table_is_known_by_all_of_its_rows(tmp_path: Path) -> None:
    """Of a table of less than 256 KB only the first page was looked at."""
    folder = make_model2vec(tmp_path / "table")
    before = identity_of(folder).fingerprint
    path = folder / "model.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert identity_of(folder).fingerprint != before
