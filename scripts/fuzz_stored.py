"""Targets of ``fuzz.py``: what lies in an index folder, and the files of a model."""

from __future__ import annotations

import json
import shutil
import struct
import zlib
from functools import cache
from typing import TYPE_CHECKING

import fuzz_inputs
from fuzz_inputs import hold, home, written

from te_cli.config import Options, settings_for_asking
from te_cli.document import Document
from te_cli.embed.identity import SHIPPED
from te_cli.embed.static import StaticModel
from te_cli.errors import IndexDamaged, ModelError, TeError
from te_cli.model import Reference
from te_cli.store.lock import current_holder, holder
from te_cli.store.owner import OWNER_FILE, claim, ownership
from te_cli.store.references import pack, unpack

if TYPE_CHECKING:
    from random import Random

REFERENCES = [Reference("call", f"f{n}", "a.b", "", n + 1, 3, n % 7) for n in range(300)]


def packed(random: Random) -> bytes:
    """Packed references, damaged before or after they were compressed."""
    data = pack(REFERENCES[: random.choice((1, 20, 300))]).data
    if random.random() < 0.6:
        return zlib.compress(fuzz_inputs.mutated(random, (zlib.decompress(data), b"[" * 9000, b"[[NaN],[1e999]]")))
    return fuzz_inputs.mutated(random, (data,))


def unpacked(data: bytes) -> None:
    """They are references, or the index is damaged."""
    try:
        found = unpack(data)
    except IndexDamaged:
        return
    hold(all(type(each) is Reference for each in found), "not references")


def folder_files(random: Random) -> bytes:
    """What the files ``owner`` and ``lock`` hold."""
    claim(home(), home())
    sound = (home() / OWNER_FILE).read_bytes()
    other = (
        b"pid 123",
        b'{"id": 1, "root": "\\ud800", "mark": "\xc3\xa4"}',
        b"[" * 9000,
        b'{"root": "\\u0000"}',
        b"9" * 9000,
    )
    return fuzz_inputs.mutated(random, (sound, *other))


def folder(data: bytes) -> None:
    """They say who owns the index, or nothing; a mark that another wrote is not ours."""
    place = written("moved/owner", data).parent
    written("moved/lock", data)
    written("moved/catalog.db", b"")
    hold(ownership(place, home() / "other") not in {"ours", "carried"}, "a mark of another root counts")
    hold(len(holder(place) or "") <= 80, "a holder's name has no end")
    current_holder(place)
    try:
        settings_for_asking(str(home()), Options(str(place), environment={}), build=True)
    except TeError as error:
        hold(error.message, "an error without a sentence")


@cache
def small_model() -> dict[str, bytes]:
    """The files of the shipped model, its table cut down to a few rows of what is named in the tokenizer."""
    names = ["[PAD]", "[UNK]", "def", "return", "read", "file", "##s", "a", "b"]
    tokenizer = json.loads((SHIPPED / "tokenizer.json").read_bytes())
    tokenizer["model"]["vocab"] = {name: number for number, name in enumerate(names)}
    tokenizer["added_tokens"] = []
    rows = bytes(range(len(names) * 8))
    header = {"embeddings": {"dtype": "I8", "shape": [len(names), 8], "data_offsets": [0, len(rows)]}}
    said = json.dumps(header).encode()
    table = struct.pack("<Q", len(said)) + said + rows
    config = (SHIPPED / "config.json").read_bytes()
    return {"config.json": config, "tokenizer.json": json.dumps(tokenizer).encode(), "model.safetensors": table}


def model_files(random: Random) -> dict[str, bytes]:
    """The files of a model, one of them damaged."""
    files = dict(small_model())
    name = random.choice(sorted(files))
    files[name] = fuzz_inputs.mutated(random, (files[name],))
    return files


def model(files: dict[str, bytes]) -> None:
    """The model encodes, or cannot be read, and says so."""
    shutil.rmtree(home() / "model", ignore_errors=True)
    for name, data in files.items():
        written(f"model/{name}", data)
    try:
        found = StaticModel(home() / "model")
        found.embed_documents(
            [Document("a.py", "function", "read_file", "read_file", "def read_file()", "", "return a")]
        )
        found.embed_query("read files")
    except ModelError:
        return
