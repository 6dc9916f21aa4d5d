"""Models by name: from a hub that the tests run on this machine. No test here needs the network."""

from __future__ import annotations

import hashlib
import json
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import numpy as np
import pytest
from conftest import te_environment
from safetensors.numpy import save_file
from tiny_model import make_bert, make_model2vec, write_json

from te_cli.document import Document
from te_cli.embed.copies import copy_of, folder_for
from te_cli.embed.source import fetch, identity_of_source, is_static, models_folder, open_model
from te_cli.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from te_cli.model import Progress

REVISION = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """Repositories by name, and what was asked for.

    ``halved``, ``spoiled``: files that arrive cut in half, or as other bytes. ``more``: what it says there is besides.
    """

    url: str = ""
    more: list[dict[str, object]] = field(default_factory=list)
    repositories: dict[str, Path] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    halved: set[str] = field(default_factory=set)
    spoiled: set[str] = field(default_factory=set)
    status: int = 200

    def api(self, name: str) -> bytes:
        """What the hub says of a repository."""
        folder = self.repositories[name]
        siblings = []
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            data = path.read_bytes()
            large = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 130}
            lfs = {"lfs": large} if path.suffix in {".onnx", ".safetensors"} else {}
            siblings.append({"rfilename": path.relative_to(folder).as_posix(), "size": len(data), **lfs})
        siblings += self.more
        said = {"id": name, "modelId": name, "sha": REVISION, "siblings": siblings, "private": False, "tags": []}
        config = json.loads((folder / "config.json").read_text()) if (folder / "config.json").is_file() else {}
        return json.dumps(said | {"config": {"model_type": config.get("model_type")}}).encode()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub on this machine, which is the one that is asked."""
    found = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            found.asked.append(path)
            parts = path.strip("/").split("/")
            if parts[:2] == ["api", "models"]:
                name = "/".join(parts[2:4])
                self.answer(found.api(name) if name in found.repositories else None)
                return
            folder = found.repositories["/".join(parts[:2])]
            self.send_file("/".join(parts[4:]), folder)

        def send_file(self, name: str, folder: Path) -> None:
            data = (folder / name).read_bytes()
            if name in found.spoiled:
                data = data[:-1] + bytes([data[-1] ^ 1])
            start = int(self.headers.get("Range", "bytes=0-")[6:-1])
            self.send_response(206 if start else found.status)
            self.send_header("Content-Length", str(len(data) - start))
            self.end_headers()
            body = data[start:]
            self.wfile.write(body[: len(body) // 2] if name in found.halved else body)

        def answer(self, body: bytes | None) -> None:
            self.send_response(found.status if body is not None else 404)
            if body is None:
                self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setenv("HF_ENDPOINT", found.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield found
    from huggingface_hub import close_session

    close_session()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hub that nobody answers for."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{taken.getsockname()[1]}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def test_a_transformer_that_fastembed_lists(hub: Hub, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Pooled as fastembed knows it, with its family's prefix; asked for once, in silence."""
    folder = make_bert(tmp_path / "repository", weights="model_optimized.onnx", dimension=384)
    hub.repositories["Qdrant/bge-small-en-v1.5-onnx-Q"] = folder
    (folder / "README.md").write_text("not needed")
    (folder / "run.py").write_text("not wanted")
    name = "BAAI/bge-small-en-v1.5"
    with pytest.raises(ModelError, match="has no copy on this machine"):
        identity_of_source(name)
    said: list[Progress] = []
    fetch(name, said.append)
    model = open_model(name, 1)
    row = model.embed_documents([Document(body="retry the upload")])[0]
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode": "cls"}))
    (folder / "model.onnx").symlink_to(folder / "model_optimized.onnx")
    by_hand = open_model(str(folder))
    assert np.allclose(row, by_hand.embed_documents([Document(body="retry the upload")])[0], atol=1e-5)
    asked = by_hand.embed_query("Represent this sentence for searching relevant passages: upload")
    assert np.allclose(model.embed_query("upload"), asked, atol=1e-5)
    assert (model.name, model.dimension, is_static(name)) == (name, 384, False)
    assert identity_of_source(name).fingerprint == model.fingerprint
    assert (said[-1].phase, said[-1].counted, said[-1].done) == ("downloading", "bytes", said[-1].total)
    assert [each.done for each in said] == sorted(each.done for each in said)
    there = {path.name for path in models_folder().rglob("*") if path.is_file()}
    assert {"te-model.json", "model_optimized.onnx", "tokenizer.json"} <= there
    assert there.isdisjoint({"README.md", "run.py"})
    times = len(hub.asked)
    fetch(name)
    fetch(name.upper())
    assert len(hub.asked) == times
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["minishlab/potion-base-8M", "somebody/else"])
def test_a_table_by_name(hub: Hub, tmp_path: Path, name: str) -> None:
    """Whether fastembed lists it or not."""
    folder = make_model2vec(tmp_path / "repository")
    make_bert(tmp_path / "repository" / "onnx")  # as the repositories of such models have one too
    hub.repositories[name] = folder
    fetch(name)
    assert is_static(name)
    model = open_model(name)
    assert (model.name, model.dimension) == (name, 32)
    expected = open_model(str(folder)).embed_query("upload")
    assert np.array_equal(model.embed_query("upload"), expected)
    assert not list(models_folder().rglob("*.onnx"))


def test_a_transformer_that_nobody_lists(hub: Hub, tmp_path: Path) -> None:
    """Its own configuration says how it is used."""
    hub.repositories["intfloat/e5-tiny"] = make_bert(
        tmp_path / "repository", weights="onnx/model.onnx", pooling="cls", prompts={"query": "q: ", "document": ""}
    )
    (tmp_path / "repository" / "model.safetensors").write_bytes(b"\0" * 64)
    fetch("intfloat/e5-tiny")
    expected = open_model(str(tmp_path / "repository"))
    for text in ("upload", "retry the upload"):
        assert np.allclose(open_model("intfloat/e5-tiny").embed_query(text), expected.embed_query(text), atol=1e-6)
    assert not list(models_folder().rglob("*.safetensors"))


@pytest.mark.parametrize("fault", ["halved", "spoiled"])
def test_what_did_not_arrive_whole_is_no_model(hub: Hub, tmp_path: Path, fault: str) -> None:
    """The next run takes what is right of it, and gets the rest."""
    name = "org/tiny"
    hub.repositories[name] = make_bert(tmp_path / "repository")
    getattr(hub, fault).add("model.onnx")
    with pytest.raises(ModelError, match="cannot be downloaded") as caught:
        fetch(name)
    assert "\n" not in caught.value.message
    assert copy_of(name) is None
    with pytest.raises(ModelError, match="has no copy"):
        identity_of_source(name)
    getattr(hub, fault).clear()
    hub.asked.clear()
    fetch(name)
    assert open_model(name).embed_query("upload").any()
    assert sum(path.endswith("tokenizer.json") for path in hub.asked) == 0, "it had arrived"
    assert [path.name for path in models_folder().iterdir()] == ["org--tiny"]


@pytest.mark.parametrize("climb", ["/../../../{}", "\\..\\..\\..\\{}", "/../../{}/1_Pooling/config.json"])
def test_a_hub_does_not_say_where_files_are_written(hub: Hub, tmp_path: Path, climb: str) -> None:
    """A file that would lie outside of the model's folder is neither asked for nor written."""
    name = "org/tiny"
    hub.repositories[name] = make_bert(tmp_path / "repository")
    hub.more = [{"rfilename": "model.onnx_data" + climb.format("planted"), "size": 4}]
    fetch(name)
    assert not any("planted" in path for path in hub.asked)
    assert [path.name for path in models_folder().iterdir()] == ["org--tiny"]
    assert open_model(name).embed_query("upload").any()


def test_an_interrupted_download_is_no_model(hub: Hub, tmp_path: Path) -> None:
    name = "org/tiny"
    hub.repositories[name] = make_bert(tmp_path / "repository")

    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(name, interrupt)
    assert copy_of(name) is None
    fetch(name)
    assert copy_of(name) is not None


def test_a_copy_that_lacks_something_is_none(hub: Hub, tmp_path: Path) -> None:
    name = "org/tiny"
    hub.repositories[name] = make_bert(tmp_path / "repository")
    fetch(name)
    (folder_for(name) / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match="has no copy on this machine"):
        open_model(name)
    fetch(name)
    assert open_model(name).embed_query("upload").any()


def test_a_folder_put_there_by_hand(tmp_path: Path) -> None:
    del tmp_path
    make_bert(folder_for("Org/Tiny"))
    fetch("Org/Tiny")
    assert open_model("Org/Tiny").name == "Org/Tiny"


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ((), "has neither an ONNX model nor a Model2Vec table"),
        (("pytorch_model.bin",), "has weights for PyTorch only"),
        (("config.json", "tokenizer.json", "model.safetensors"), "has weights for PyTorch only"),
        (("onnx/model_O1.onnx", "onnx/model_O2.onnx"), "has several ONNX files, and none of a usual name"),
    ],
)
def test_a_repository_without_a_model(hub: Hub, tmp_path: Path, files: tuple[str, ...], sentence: str) -> None:
    """Nothing of it is downloaded: a transformer's weights were, for they are called as a table's."""
    for name in ("README.md", *files):
        (tmp_path / "repository" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "repository" / name).write_text('{"model_type": "bert"}')
    hub.repositories["org/torch"] = tmp_path / "repository"
    with pytest.raises(ModelError, match=sentence):
        fetch("org/torch")
    assert hub.asked == ["/api/models/org/torch"]


def test_a_bare_transformer_is_had_by_its_onnx_file(hub: Hub, tmp_path: Path) -> None:
    """Without the files of sentence-transformers its PyTorch weights were taken for a table, and then refused.

    The file may have any name, and layers behind the transformer come with it.
    """
    folder = make_bert(tmp_path / "unixcoder", pooling=None, weights="onnx/model_O2.onnx")
    write_json(folder / "modules.json", [{"type": "x.Transformer", "path": ""}, {"type": "x.Dense", "path": "2_Dense"}])
    (folder / "2_Dense").mkdir()
    save_file({"linear.weight": np.eye(32, dtype=np.float32)}, str(folder / "2_Dense" / "model.safetensors"))
    write_json(folder / "2_Dense" / "config.json", {"in_features": 32, "out_features": 32})
    (folder / "model.safetensors").write_bytes(b"\0" * 64)
    hub.repositories["org/unixcoder"] = folder
    fetch("org/unixcoder")
    expected = open_model(str(folder)).embed_query("retry the upload")
    assert np.allclose(open_model("org/unixcoder").embed_query("retry the upload"), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("BAAI/bge-smal-en-v1.5", "Did you mean 'BAAI/bge-small-en-v1.5'?"),
        ("org/nothing-like-it", "Download it elsewhere and give its folder: --model ./dir"),
    ],
)
def test_a_name_that_the_hub_does_not_know(hub: Hub, name: str, hint: str) -> None:
    del hub
    with pytest.raises(ModelError, match="There is no model") as caught:
        fetch(name)
    assert caught.value.hint == hint


def test_offline_one_sentence_says_how_to_provide_it(unreachable: None, capfd: pytest.CaptureFixture[str]) -> None:
    del unreachable
    with pytest.raises(ModelError) as caught:
        fetch("BAAI/bge-small-en-v1.5")
    start = "The model 'BAAI/bge-small-en-v1.5' is not on this machine, and cannot be downloaded: "
    assert caught.value.message.startswith(start)
    assert caught.value.hint == "Download it elsewhere and give its folder: --model ./dir"
    assert capfd.readouterr() == ("", "")


def test_a_hub_in_trouble_is_one_sentence(hub: Hub, tmp_path: Path) -> None:
    hub.repositories["org/tiny"] = make_bert(tmp_path / "repository")
    hub.status = 503
    with pytest.raises(ModelError, match=r"cannot be downloaded: .*503") as caught:
        fetch("org/tiny")
    assert "\n" not in caught.value.message


def test_nobody_is_asked_where_the_user_forbids_it(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelError, match="cannot be downloaded: HF_HUB_OFFLINE is set"):
        fetch("BAAI/bge-small-en-v1.5")
    assert hub.asked == []


def test_a_copy_in_the_hubs_own_cache_is_told_of(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Offline, a model that another program had downloaded was said to be had nowhere."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    place = tmp_path / "models--org--tiny"
    folder = make_bert(place / "snapshots" / "0123abcd")
    (place / "refs").mkdir()
    (place / "refs" / "main").write_text("0123abcd")
    with pytest.raises(ModelError, match="HF_HUB_OFFLINE is set") as caught:
        fetch("org/tiny")
    assert caught.value.hint == f"The hub's own cache has a copy, perhaps of a part: --model {folder}"
    assert hub.asked == []
    (folder / "model.onnx").unlink()
    with pytest.raises(ModelError, match="HF_HUB_OFFLINE is set") as caught:
        fetch("org/tiny")
    assert "cache" not in caught.value.hint


def test_two_runs_fetch_a_model_once(hub: Hub, tmp_path: Path) -> None:
    """The second waits for the first."""
    hub.repositories["org/tiny"] = make_bert(tmp_path / "repository")
    code = (
        "from te_cli.embed.source import fetch, open_model; fetch('org/tiny'); open_model('org/tiny').embed_query('x')"
    )
    environment = te_environment() | {"HF_ENDPOINT": hub.url, "NO_PROXY": "127.0.0.1"}
    runs = [
        subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert [(run.communicate(timeout=60)[1], run.returncode) for run in runs] == [("", 0)] * 2
    assert sum(path.endswith("model.onnx") for path in hub.asked) == 1


def test_a_hub_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that takes the connection and is silent."""
    from te_cli.embed import fetching

    monkeypatch.setattr(fetching, "PATIENCE", 0.1)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        with pytest.raises(ModelError, match="cannot be downloaded"):
            fetch("org/tiny")
