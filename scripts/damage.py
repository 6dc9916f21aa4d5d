"""Damage each file of an index in every way, and see what each verb makes of it: `python scripts/damage.py [--brief]`.

A table, a line for each file and kind of damage, a column for each verb. What may stand in it:

    right       the answer is what it was before the damage, and there was nothing to say
    healed      the answer is right, and a sentence on stderr (or in the report) says what was mended
    said        exit 2 with one sentence and what to do
    found       the doctor names it; `mended`: and with --repair the index answers right again
    whole       the doctor finds nothing wrong, and the answers are right
    WRONG, SILENT, TRACEBACK, CRASH     what must not be
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from forked import Forked, run_te

if TYPE_CHECKING:
    from collections.abc import Iterator

DAMAGES = ("truncated", "emptied", "flipped", "flipped, times put back", "deleted", "swapped", "older", "newer",
           "folder", "link")  # fmt: skip

VERBS = ("search", "index", "status", "doctor", "repair")

QUERIES = (("alpha_3", "name"), ("count the parcels of a depot", "text"), ("parcel shipping", "semantic"))

ROLES = {
    "catalog.db": "catalog.db",
    "catalog.db-wal": "catalog.db-wal",
    "catalog.db-shm": "catalog.db-shm",
    "vectors": "vectors-*.rows",
    "owner": "owner",
    "lock": "lock",
    ".gitignore": ".gitignore",
    "seal": "seal",
    **{
        f"{part}/{name}": f"text/*/{part}/{name}"
        for part in ("units", "files")
        for name in ("meta.json", ".managed.json", "*.term", "*.idx", "*.store", "*.fast", "*.fieldnorm", "*.pos")
    },
    "units (folder)": "text/*/units",
    "text (folder)": "text",
}

BRIEF = ("catalog.db", "catalog.db-wal", "vectors", "owner", "lock", ".gitignore", "seal", "units/meta.json",
         "units/*.idx", "files/*.term")  # fmt: skip


@dataclass(frozen=True)
class Ran:
    """How a verb ended: its exit code (negative: a signal) and what it said."""

    code: int
    out: str
    err: str


def te(*arguments: str) -> Ran:
    """``te`` with these arguments in a child: an index that crashes it must not take the table with it."""
    with tempfile.TemporaryDirectory() as folder:
        errors = Path(folder) / "errors"
        child = Forked(lambda: run_te(arguments, dict(os.environ), compact=True), errors)
        out = child.out.read().decode("utf-8", "replace")
        while child.wait(1.0) is None:
            continue
        return Ran(child.end(), out, errors.read_text(errors="replace"))


class Bench:
    """Two small repositories, and the index of the first as it is before each damage."""

    def __init__(self, work: Path) -> None:
        self._root, self._other, self._whole, self._old = (work / name for name in ("one", "two", "whole", "old"))
        for root, word in ((self._root, "alpha"), (self._other, "gamma")):
            (root / ".git").mkdir(parents=True)
            for n in range(40):
                body = f'    """Count the parcels of a depot."""\n    return {word}_{n - 1}(parcels)\n'
                (root / f"{word}_{n}.py").write_text(f"def {word}_{n}(parcels):\n{body}")
        os.environ.update(
            HOME=str(work / "home"), XDG_CONFIG_HOME=str(work / "home"), XDG_CACHE_HOME=str(work / "home")
        )
        self._build(self._other)
        self._build(self._root)
        shutil.copytree(self._root / ".te", self._old)
        (self._root / "late.py").write_text("def late_arrival(parcel):\n    return alpha_3(parcel)\n")
        self._build(self._root)
        shutil.copytree(self._root / ".te", self._whole)
        self.answers = self._asked()

    def _build(self, root: Path) -> None:
        os.chdir(root)
        ran = te("index")
        assert ran.code == 0, ran

    def _asked(self) -> list[Ran]:
        return [te("search", text, "--mode", mode, "--json") for text, mode in QUERIES]

    def damaged(self, role: str, damage: str) -> bool:
        """Put the index back as it was, then damage it; whether there was anything to damage."""
        os.chdir(self._root)
        folder = self._root / ".te"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self._whole, folder)
        if role.startswith("catalog.db-"):
            self._leave_a_log()
        elif te("status", "--json").code:  # and seals the copy
            raise AssertionError("the copy is not whole")
        found = sorted(folder.glob(ROLES[role]))
        return bool(found) and self._hurt(found[0], damage, role)

    def _leave_a_log(self) -> None:
        """A run that was published and then killed: its log holds what the catalog's file does not."""
        (self._root / "late.py").write_text("def late_arrival(parcel):\n    return alpha_3(parcel)  # again\n")
        os.environ["TE_FAULT"] = "kill@close.catalog"
        te("index")
        del os.environ["TE_FAULT"]
        (self._root / "late.py").write_text("def late_arrival(parcel):\n    return alpha_3(parcel)\n")

    def _hurt(self, path: Path, damage: str, role: str) -> bool:
        said = path.stat()
        if damage == "deleted":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        elif damage in {"swapped", "older"}:
            source = next(
                iter(sorted((self._other / ".te" if damage == "swapped" else self._old).glob(ROLES[role]))), None
            )
            if source is None:
                return False
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            shutil.copytree(source, path) if source.is_dir() else shutil.copyfile(source, path)
        elif damage == "link":
            target = self._root.parent / "linked"
            shutil.rmtree(target, ignore_errors=True)
            target.unlink(missing_ok=True) if not target.is_dir() else None
            path.rename(target)
            path.symlink_to(target)
        elif path.is_dir():
            return False
        elif damage == "newer":
            return _made_newer(path)
        elif damage == "folder":
            path.unlink()
            path.mkdir()
        else:
            data = path.read_bytes()
            if not data and role != "lock":
                return False
            # Half of a small catalog is room to grow: a flip there changes nothing.
            middle = max(data.find(b"alpha_3"), 0) or len(data) // 2
            changed = {"truncated": data[:middle], "emptied": b""}.get(damage)
            with path.open("r+b") as file:
                if changed is None:
                    file.seek(middle)
                    file.write(bytes([data[middle] ^ 0x55]) if data else b"?")
                else:
                    file.truncate(len(changed))
            if damage.endswith("put back"):
                os.utime(path, ns=(said.st_atime_ns, said.st_mtime_ns))
        return True

    def outcome(self, verb: str) -> str:
        """What a verb makes of the index as it lies there, in a word."""
        if verb == "search":
            found = self._asked()
            return worst(self._answer(ran, whole) for ran, whole in zip(found, self.answers, strict=True))
        ran = te(*{"repair": ("doctor", "--repair"), "status": ("status", "--json")}.get(verb, (verb,)))
        if broken := bug_in(ran):
            return broken
        if ran.code == 2:
            return "said" if ran.err or ran.out else "SILENT"
        if verb == "doctor":
            return "found" if ran.code == 1 and "WRONG" in ran.out else "whole"
        right = worst(self._answer(each, whole) for each, whole in zip(self._asked(), self.answers, strict=True))
        if right not in {"right", "healed"}:
            return right
        if verb == "repair":
            return "mended" if "mended" in ran.out else "whole"
        told = any(
            word in ran.out + ran.err for word in ("damaged", "not built by you", "another folder", "older", "made it")
        )
        return "healed" if told or (verb == "status" and right == "healed") else "right"

    @staticmethod
    def _answer(ran: Ran, whole: Ran) -> str:
        if broken := bug_in(ran):
            return broken
        if ran.code == 2:
            return "said" if ran.out or ran.err else "SILENT"
        if hits(ran) != hits(whole):
            return "WRONG"
        return "healed" if ran.err.strip() else "right"


def _made_newer(path: Path) -> bool:
    """Give a file the number of a format that is yet to come."""
    if path.name == "catalog.db":
        from te_cli.store.catalog import Catalog

        catalog = Catalog(path)
        catalog.set_meta(format=99)
        catalog.close()
        return True
    data = path.read_bytes()
    for mark, fresh in ((b'"minor":27', b'"minor":99'), (b'"index_format_version":7', b'"index_format_version":9')):
        data = data.replace(mark, fresh)
    if path.suffix == ".rows":
        data = data.replace(b"te.rows1", b"te.rows9", 1)
    changed = data != path.read_bytes()
    path.write_bytes(data)
    return changed


def hits(ran: Ran) -> object:
    """What was found, the ids apart: an index built anew has others."""
    try:
        return [{key: value for key, value in hit.items() if key != "id"} for hit in json.loads(ran.out)["results"]]
    except (ValueError, KeyError):
        return ran.out


def bug_in(ran: Ran) -> str:
    """What must not be, if it was."""
    if ran.code < 0:
        return "CRASH"
    return "TRACEBACK" if ran.code == 70 or "Traceback" in ran.err or "panicked" in ran.err else ""


def worst(words: Iterator[str]) -> str:
    """The word that matters most."""
    order = ("CRASH", "TRACEBACK", "WRONG", "SILENT", "said", "healed", "right")
    return min(words, key=order.index)


def main() -> int:
    """Print the table; 1 where something is in it that must not be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--brief", action="store_true", help="the files that matter most")
    options = parser.parse_args()
    counts = Counter[str]()
    print(f"{'file':<22}{'damage':<26}" + "".join(f"{verb:<10}" for verb in VERBS))
    with tempfile.TemporaryDirectory(prefix="te-damage-") as work:
        bench = Bench(Path(work).resolve())
        for role in BRIEF if options.brief else ROLES:
            for damage in DAMAGES:
                row = []
                for verb in VERBS:
                    if not bench.damaged(role, damage):
                        break
                    row.append(bench.outcome(verb))
                if row:
                    counts.update(row)
                    print(f"{role:<22}{damage:<26}" + "".join(f"{word:<10}" for word in row), flush=True)
        os.chdir("/")
    print(", ".join(f"{count} {word}" for word, count in counts.most_common()))
    return int(any(word.isupper() for word in counts))


if __name__ == "__main__":
    sys.exit(main())
