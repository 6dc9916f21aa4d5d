"""Getting a model that was asked for by name from the Hugging Face hub: once, whole or not at all, in plain words.

Only what a model needs is taken: its weights, tokenizer and configuration, as numbers and JSON. A file is written
beside its place and moved there when its size and, where the hub says one, its SHA-256 are right; the record of a copy
comes last (:mod:`te_cli.embed.copies`). Nothing is tried again behind the user's back: what was received stays, and the
next run goes on from there. ``HF_HUB_OFFLINE``, ``HF_ENDPOINT`` and ``HF_TOKEN`` are the hub's own library's.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from te_cli.embed.copies import Copy, Wanted, copy_of, folder_for, write_record
from te_cli.embed.files import stays_inside
from te_cli.embed.folder import CONFIGURATION, NAMES, weights_in
from te_cli.embed.identity import HUB_PREFIX
from te_cli.embed.tables import table_in
from te_cli.errors import ModelError, alike, nearest
from te_cli.model import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Report = Callable[[Progress], None]

PATIENCE = 5.0
"""Seconds that the hub has to answer."""

CHUNK = 1 << 20
"""Bytes between two reports of progress."""

TABLE = ("model.safetensors", "0_StaticEmbedding/model.safetensors")
"""Where the rows of a Model2Vec model are."""

BESIDE = (*CONFIGURATION, "tokenizer.json", "0_StaticEmbedding/tokenizer.json")
"""What is taken besides weights and pooling."""

MODULE = re.compile(r"\w*_Pooling/config\.json|\w*_Dense/(config\.json|model\.safetensors)")
"""What is taken of the modules behind a transformer."""

LARGEST = 16 << 30
"""Bytes of a model that are taken. The largest embedding models that run on a user's machine have a quarter of it."""

PROVIDE = "Download it elsewhere and give its folder: --model ./dir"


@dataclass(frozen=True, slots=True)
class Remote:
    """A file on the hub. ``sha256`` is empty where the hub does not say one."""

    name: str
    size: int
    sha256: str = ""


def fetch_named(name: str, models: Path, progress: Report | None = None) -> Copy:
    """The copy of the model ``name`` in the folder ``models``, downloaded if there is none.

    Raises:
        ModelError: there is no such model, or it cannot be downloaded.
    """
    if found := copy_of(name, models):
        return found
    from te_cli.embed.onnx import listed

    known = listed()
    wanted = next((each for each in known if each.name.lower() == name.lower()), None) or Wanted(name, name)
    if os.environ.get("HF_HUB_OFFLINE", "").strip().upper() in {"1", "TRUE", "YES", "ON"}:
        raise _unreachable(name, "HF_HUB_OFFLINE is set", known)
    try:
        models.mkdir(parents=True, exist_ok=True)
        return _fetched(wanted, models, progress)
    except ModelError:
        raise
    except OSError as error:
        if type(error).__module__.split(".")[0] not in {"huggingface_hub", "requests"} and error.filename:
            message = f"The model '{name}' cannot be kept in {models}: {error.strerror}."
            raise ModelError(message, "Make room there, or give a model's folder: --model ./dir") from error
        raise _translated(name, error, known) from error
    except Exception as error:
        raise _translated(name, error, known) from error


def _fetched(wanted: Wanted, models: Path, progress: Report | None) -> Copy:
    from huggingface_hub import HfApi
    from huggingface_hub.utils import WeakFileLock  # type: ignore[attr-defined]
    from huggingface_hub.utils import logging as chatter

    chatter.set_verbosity(40)  # errors alone
    place = folder_for(wanted.name, models)
    info = HfApi(endpoint=_hub()).model_info(wanted.repository, files_metadata=True, timeout=PATIENCE)
    there = [_remote(each) for each in info.siblings or () if stays_inside(str(each.rfilename))]
    kind = str((info.config or {}).get("model_type") or "")
    files = _needed(wanted, {each.name: each for each in there}, kind)
    with WeakFileLock(place.with_name(f".{place.name}.lock")):
        if found := copy_of(wanted.name, models):  # another run got it meanwhile
            return found
        revision = str(info.sha)
        part = place.with_name(f".{place.name}.{revision[:12]}")
        _receive_all(wanted.repository, revision, files, part, progress)
        sizes = {each.name: (part / each.name).stat().st_size for each in files}
        weights = wanted.weights[0] if wanted.weights else ""
        write_record(
            Copy(part, wanted.name, wanted.repository, revision, wanted.listed, weights, wanted.dimension, sizes)
        )
        shutil.rmtree(place, ignore_errors=True)  # a copy that lacked something
        part.replace(place)
    with suppress(OSError):
        place.with_name(f".{place.name}.lock").unlink()
    found = copy_of(wanted.name, models)
    assert found is not None, "it was just written"
    return found


def _hub() -> str | None:
    return os.environ.get("HF_ENDPOINT", "").strip().rstrip("/") or None


def _remote(sibling: Any) -> Remote:
    return Remote(str(sibling.rfilename), int(sibling.size or 0), str(sibling.lfs.sha256) if sibling.lfs else "")


def _needed(wanted: Wanted, there: dict[str, Remote], kind: str) -> list[Remote]:
    """The files to take; raises where the repository does not have what makes a model. ``kind``: its model_type."""
    weights = wanted.weights or _weights_among(there, kind)
    if lacking := [name for name in weights if name not in there]:
        raise ModelError(f"The model '{wanted.name}' cannot be used: its repository lacks {lacking[0]}.", PROVIDE)
    if not weights:
        what, hint = _without_weights(there)
        raise ModelError(f"The model '{wanted.name}' cannot be used: its repository {what}.", hint)
    modules = [name for name in there if MODULE.fullmatch(name)]
    found = [there[name] for name in dict.fromkeys((*BESIDE, *modules, *weights)) if name in there]
    if sum(each.size for each in found) > LARGEST:
        raise ModelError(f"The model '{wanted.name}' has more than {LARGEST >> 30} GiB.", PROVIDE)
    return found


def _without_weights(there: dict[str, Remote]) -> tuple[str, str]:
    """What to say of a repository with nothing that te runs, and what can be done."""
    if any(name.endswith(".onnx") for name in there):
        return "has several ONNX files, and none of a usual name", PROVIDE
    if any(name.endswith(("model.safetensors", "pytorch_model.bin")) for name in there):
        export = "Download it elsewhere, export it (scripts/export_onnx.py DIR OUT), and give the folder: --model ./out"
        return "has weights for PyTorch only: te runs ONNX files and Model2Vec tables", export
    return "has neither an ONNX model nor a Model2Vec table", PROVIDE


def _weights_among(there: dict[str, Remote], kind: str) -> tuple[str, ...]:
    """The table of a Model2Vec repository, or else the ONNX model of another, with the files its weights are in.

    A transformer's numbers may have the name of a table's: what the hub knows of its kind tells them apart, or else
    the list of modules, which repositories of tables have, and pooling, which they have not.
    """
    if "0_StaticEmbedding/model.safetensors" in there:
        return ("0_StaticEmbedding/model.safetensors",)
    names = [f"{place}{name}" for name in NAMES for place in ("", "onnx/")]
    model = next((name for name in names if name in there), None)
    others = [name for name in there if re.fullmatch(r"(onnx/)?[^/]+\.onnx", name)]
    if model is None and len(others) == 1:
        model = others[0]
    table = {"model.safetensors", "tokenizer.json"} <= there.keys() and kind in {"", "model2vec"}
    pooled = "1_Pooling/config.json" in there or "modules.json" not in there
    if table and (kind or model is None or not pooled):
        return ("model.safetensors",)
    if model is None:
        return ()
    return (model, *(name for name in there if name != model and name.startswith((f"{model}_data", f"{model}.data"))))


def _receive_all(repository: str, revision: str, files: list[Remote], part: Path, progress: Report | None) -> None:
    total = sum(each.size for each in files)
    done = 0
    for each in files:
        target = part / each.name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not (target.is_file() and target.stat().st_size == each.size):
            for received in _receive(repository, revision, each, target):
                if progress is not None:
                    progress(Progress("downloading", done + received, total, counted="bytes"))
        done += each.size


def _receive(repository: str, revision: str, file: Remote, target: Path) -> Iterator[int]:
    """Bring one file; gives how many bytes of it are there, again and again."""
    from huggingface_hub import hf_hub_url
    from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status  # type: ignore[attr-defined]

    new = target.with_name(f"{target.name}.new")
    sum_ = hashlib.sha256()
    have = 0
    if new.is_file():
        with new.open("rb") as before:
            while block := before.read(CHUNK):
                sum_.update(block)
                have += len(block)
    headers = build_hf_headers() | ({"Range": f"bytes={have}-"} if have else {})
    url = hf_hub_url(repository, file.name, revision=revision, endpoint=_hub())
    with get_session().stream("GET", url, headers=headers, follow_redirects=True, timeout=PATIENCE) as answer:
        if have and answer.status_code != 206:
            sum_, have = hashlib.sha256(), 0
        if answer.status_code != 416:
            hf_raise_for_status(answer)
        with new.open("ab" if have else "wb") as out:
            for block in answer.iter_bytes(CHUNK):
                have += len(block)
                if have > file.size:
                    break
                sum_.update(block)
                out.write(block)
                yield have
            out.flush()
            os.fsync(out.fileno())
    if have != file.size or (file.sha256 and sum_.hexdigest() != file.sha256):
        new.unlink(missing_ok=True)
        raise OSError(f"{file.name} arrived with {have:,} of {file.size:,} bytes, or with other ones")
    new.replace(target)


def _translated(name: str, error: Exception, known: tuple[Wanted, ...]) -> ModelError:
    """One sentence for what the network and the hub do."""
    from huggingface_hub import errors

    if isinstance(error, errors.GatedRepoError):
        return ModelError(f"The model '{name}' is given only to those who agreed to its terms.", PROVIDE)
    if isinstance(error, errors.RepositoryNotFoundError):
        near = _near(name, known)
        return ModelError(f"There is no model '{name}' on the hub.", f"Did you mean '{near}'?" if near else PROVIDE)
    if isinstance(error, errors.OfflineModeIsEnabled):
        return _unreachable(name, "HF_HUB_OFFLINE is set", known)
    said = re.sub(r"^\[Errno -?\d+\] ", "", " ".join(str(error).split()))[:200].rstrip(".") or type(error).__name__
    return _unreachable(name, said, known)


def _unreachable(name: str, why: str, known: tuple[Wanted, ...]) -> ModelError:
    near = _near(name, known)
    hint = f"Did you mean '{near}'?" if near else PROVIDE
    if kept := _kept_by_hub(next((each.repository for each in known if each.name.lower() == name.lower()), name)):
        hint = f"The hub's own cache has a copy, perhaps of a part: --model {shlex.quote(str(kept))}"
    return ModelError(f"The model '{name}' is not on this machine, and cannot be downloaded: {why}.", hint)


def _kept_by_hub(repository: str) -> Path | None:
    """The folder in which the hub's library keeps a repository that another program asked for."""
    from huggingface_hub.constants import HF_HUB_CACHE

    home = Path(HF_HUB_CACHE) / f"{HUB_PREFIX}{repository.replace('/', '--')}"
    try:
        folder = home / "snapshots" / (home / "refs" / "main").read_text(encoding="utf-8").strip()
        return folder if weights_in(folder) or table_in(folder) else None
    except (OSError, ValueError, ModelError):
        return None


def _near(name: str, known: tuple[Wanted, ...]) -> str | None:
    """A known name that ``name`` is a slip for; None for a known name itself."""
    names = {each.name.lower(): each.name for each in known}
    if name.lower() in names:
        return None
    found = nearest(name.lower(), list(names))
    return None if found is None or not alike(name.lower(), found, 0.85) else names[found]
