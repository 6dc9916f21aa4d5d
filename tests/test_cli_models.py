"""``te models``: which models there are, and how quick they are here."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from test_startup import imported
from tiny_model import make_bert

from te_cli import open_index
from te_cli.backend import HashEmbedder
from te_cli.config import Options, settings_for_indexing
from te_cli.embed.identity import SHIPPED
from te_cli.embed.source import models_folder
from te_cli.engine import speed
from te_cli.model import Progress

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import MakeRepository, Run

FILES = {
    "a.py": "def greet():\n    '''Greets.'''\n\n\ndef seat():\n    pass\n",
    "b.go": "package b\n\nfunc Serve() {}\n",
}


def a_copy(folder: Path, *, without: str = "") -> Path:
    """A static model in a folder: the shipped one."""
    folder.mkdir(parents=True)
    for file in SHIPPED.iterdir():
        if file.name != without:
            (folder / file.name).symlink_to(file)
    return folder


def test_the_shipped_model_is_always_there(repo: MakeRepository, te: Run) -> None:
    repo()
    ran = te("models")
    assert (ran.exit_code, ran.stderr) == (0, "")
    (line,) = ran.lines
    assert line.split("  ") == ["te-static", "256 dimensions", "8.5 MiB", "shipped", "Apache-2.0"]


def test_which_one_the_nearest_index_uses(repo: MakeRepository, te: Run) -> None:
    root = repo(FILES)
    te("index")
    assert te("models").stdout.endswith("  shipped  used by the nearest index, Apache-2.0\n")
    value = te("models", "--json", "-C", str(root)).json()
    assert value == {
        "schema": "te.models/1",
        "root": str(root),
        "models": [
            {
                "name": "te-static",
                "place": "shipped",
                "static": True,
                "dimension": 256,
                "bytes": sum(file.stat().st_size for file in SHIPPED.iterdir()),
                "licence": "Apache-2.0",
                "folder": str(SHIPPED),
                "used": True,
                "trouble": None,
                "speed": None,
                "reading": None,
            }
        ],
    }


def test_models_that_were_downloaded(repo: MakeRepository, te: Run) -> None:
    """One whose files are broken is told of, and hides no other."""
    repo()
    good = a_copy(models_folder() / "org--small")
    a_copy(models_folder() / "org--broken", without="model.safetensors")
    (models_folder() / "no model").mkdir()
    ran = te("models")
    assert ran.exit_code == 0
    assert [line.split()[0] for line in ran.lines] == ["te-static", "org/broken", "org/small"]
    assert "holds no model" in ran.lines[1]
    assert ran.lines[2].endswith(f"256 dimensions  8.5 MiB  local    {good}")


def test_what_could_be_downloaded(repo: MakeRepository, te: Run) -> None:
    """Fastembed's own list, with its figures; nothing is asked of the network."""
    repo()
    found = {model["name"]: model for model in te("models", "--all", "--json").json()["models"]}
    assert found["te-static"]["place"] == "shipped"
    assert found["BAAI/bge-small-en-v1.5"] == {
        "name": "BAAI/bge-small-en-v1.5",
        "place": "online",
        "static": False,
        "dimension": 384,
        "bytes": 67_000_000,
        "licence": "mit",
        "folder": None,
        "used": False,
        "trouble": None,
        "speed": None,
        "reading": None,
    }
    by_name = te("models", "bge-small-en")
    assert [line.split()[0] for line in by_name.lines] == ["BAAI/bge-small-en", "BAAI/bge-small-en-v1.5"]
    none = te("models", "no-such-model")
    assert (none.exit_code, none.stdout) == (1, "")
    assert none.stderr.startswith("None of these has 'no-such-model' in its name.")


def test_how_a_transformer_is_read_is_told(repo: MakeRepository, te: Run, tmp_path: Path) -> None:
    """A pooling that its folder does not say is marked as the guess that it is."""
    repo(FILES)
    prompts = {"query": "Represent this sentence for searching: ", "document": ""}
    said = make_bert(tmp_path / "said", pooling="last", prompts=prompts)
    guessed = make_bert(tmp_path / "bge-m3", pooling=None)
    assert te("index", "--model", str(guessed)).exit_code == 0
    models = {model["name"]: model for model in te("models", "--json").json()["models"]}
    reading = {"tokens": 64, "pooling": "cls", "said": False, "query": "", "passage": ""}
    assert models[str(guessed)]["reading"] == reading
    assert models["te-static"]["reading"] is None
    assert te("models").lines[-1].endswith("used by the nearest index, cls pooling (a guess by its name) of 64 tokens")
    assert te("index", "--model", str(said)).exit_code == 0
    told = "last-token pooling of 64 tokens, 'Represent this sentence for se…' before queries"
    assert te("models").lines[-1].endswith(f"used by the nearest index, {told}")


def test_how_quick_models_are(repo: MakeRepository, te: Run, tmp_path: Path) -> None:
    repo(FILES)
    a_copy(tmp_path / "mine")
    ran = te("models", "--bench", "--model", "../mine", "--json")
    assert ran.stderr == ""
    value = json.loads(ran.stdout)
    assert [model["name"] for model in value["models"]] == ["te-static", str(tmp_path / "mine")]
    for model in value["models"]:
        assert model["speed"]["symbols"] == 3
        assert model["speed"]["symbols_per_second"] > 0
        assert model["speed"]["query_ms"] > 0
    table = te("models", "--bench")
    assert " symbols/s " in table.stdout
    assert " ms a query " in table.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--model", "./no"), "--model is for --bench."),
        (("--bench", "--model", "./no"), "There is no folder './no'."),
        (("--bench", "--model", "nonsense"), "There is no model 'nonsense'"),
        (("--bench", "--model", "./a.py"), "'./a.py' is a file; a model is a folder."),
    ],
)
def test_what_cannot_be_measured(repo: MakeRepository, te: Run, arguments: tuple[str, ...], sentence: str) -> None:
    repo(FILES)
    ran = te("models", *arguments)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"te: {sentence}")


def test_nothing_to_measure_with(repo: MakeRepository, te: Run) -> None:
    root = repo({"pic.bin": b"\0"})
    ran = te("models", "--bench")
    assert (ran.exit_code, ran.stderr.splitlines()[0]) == (2, f"te: There is no symbol in {root} to measure with.")


def test_symbols_are_taken_of_many_files(repo: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Always the same ones; one file gives many only where there are no others."""
    monkeypatch.setattr(speed, "SYMBOLS", 30)
    monkeypatch.setattr(speed, "OF_ONE_FILE", 5)
    many = {f"f{number}.py": "".join(f"def of_{number}_{n}(): pass\n" for n in range(9)) for number in range(10)}
    repo(many)
    steps: list[Progress] = []
    taken = speed.sample(settings_for_indexing(None, Options()), steps.append)
    assert [len(taken), len({document.path for document in taken})] == [30, 6]
    assert (steps[0].phase, steps[-1]) == ("listing", Progress("reading", 30, 30, counted="symbols"))
    assert [each.name for each in taken] == [
        each.name for each in speed.sample(settings_for_indexing(None, Options()), steps.append)
    ]
    repo(dict.fromkeys(list(many)[3:]))
    assert len(speed.sample(settings_for_indexing(None, Options()), steps.append)) == 27


def test_an_interrupt_ends_it(repo: MakeRepository, te: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    repo(FILES)
    monkeypatch.setattr(speed, "measure", stop)
    assert te("models", "--bench").exit_code == 130


def test_listing_what_is_here_imports_nothing_heavy(repo: MakeRepository, te: Run) -> None:
    repo(FILES)
    te("index")
    assert imported("models") & {"fastembed", "onnxruntime", "tokenizers", "tree_sitter", "huggingface_hub"} == set()


def test_a_model_that_is_gone(repo: MakeRepository, te: Run, tmp_path: Path) -> None:
    """What the index was made with is in the list, with what is wrong."""
    repo(FILES)
    folder = a_copy(tmp_path / "mine")
    assert te("index", "--model", str(folder)).exit_code == 0
    assert te("models").lines[1] == f"{folder}  256 dimensions  8.5 MiB  local    used by the nearest index"
    shutil.rmtree(folder)
    line = te("models").lines[1]
    assert line.startswith(f"{folder}  ")
    assert line.endswith(f"used by the nearest index, The model's folder {folder} is not there.")


def test_a_model_that_a_program_brought(repo: MakeRepository, te: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line has no way to it, and says so."""
    with open_index(repo(FILES), model=HashEmbedder()) as index:
        index.update()
    monkeypatch.setattr("te_cli.engine.embedding._lent", {})
    assert "made by a program with a model of its own" in te("models").lines[1]
    assert te("models", "--bench").exit_code == 0
