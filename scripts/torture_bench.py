"""What scripts/torture.py strikes: a tree that is edited, runs of te that are struck, and looks at what is left."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from forked import Forked, run_te, tell_where
from torture_compare import differences, lost_files

from te_cli.errors import TeError
from te_cli.store.checks import inspect
from te_cli.store.folder import Place
from te_cli.store.whole import open_whole

if TYPE_CHECKING:
    import random
    from pathlib import Path
    from typing import Self

SAMPLED = 0.2
"""The share of small trees that are compared with a fresh index on the spot."""

READ = 0.4
"""The share of rounds in which a reader comes before anybody heals."""

SMALL = 50
"""Files of the tree that first and full runs are struck on."""

PATIENCE = 120.0
"""Seconds after which a run that goes on is stuck."""

BATCH_SECONDS = 3.0
"""How long a watcher that was told of edits gets to come to a point."""

LARGEST = 4 << 20
"""Bytes that no file here has."""

FILE_LIMITS = (4_096, 40_000, 200_000, 700_000, 2_000_000)
"""Bytes past which no file may grow, to have short writes."""

BAD = ("Traceback", "panicked at", "Segmentation")

OPS = ("respell", "respell", "append", "append", "new", "remove", "rename")


@dataclass(frozen=True)
class Blow:
    """What happens to a run: at a named point (its nth time), or at a random moment."""

    kind: str
    point: str = ""
    nth: int = 1


@dataclass(frozen=True)
class Case:
    """A run and what happens to it."""

    verb: str
    blow: Blow


class Bench:
    """A copy of a tree with its index, and everything that was found out about it."""

    def __init__(self, folder: Path, work: Path, chance: random.Random) -> None:
        self._chance = chance
        self._work = work
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        self._tree = work / "tree"
        if (folder / "HEAD").is_file():
            subprocess.run(["git", "clone", "--quiet", str(folder), str(self._tree)], check=True)
        else:
            # The work folder may lie in the tree, and its copy would lie in that.
            left_out = shutil.ignore_patterns(".te", ".venv", work.name)
            shutil.copytree(folder, self._tree, symlinks=True, ignore=left_out)
        self._log = work / "points"
        names = ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TE_")}
        self._environment = kept | {name: str(work / "home") for name in names}
        os.environ.update({name: str(work / "home") for name in names})  # this process looks at the index too
        self._index = self._tree / ".te"
        self._small, self._second = self._cut_out(work / "small"), work / "second"
        git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-C", str(self._small)]
        for command in (
            ["init", "-q"], ["add", "-f", "."], ["commit", "-qm", "all"], ["worktree", "add", "-q", str(self._second)],
        ):  # fmt: skip
            subprocess.run([*git, *command], check=True)
        self._disk = work / "disk"
        self._number = 0
        self._seconds: dict[str, float] = {}
        self.done: Counter[tuple[str, str, str]] = Counter()
        self.codes: Counter[str] = Counter()
        self.found = dict.fromkeys(
            ("lost", "differing", "tracebacks", "not healed", "stuck", "unreadable", "compared"), 0
        )
        self.told: list[str] = []
        self._case = "to begin with"

    def _cut_out(self, folder: Path) -> Path:
        """Some of the tree's files, for runs that read every file: what they write does not depend on how many."""
        files = self._files(self._tree)
        for path in self._chance.sample(files, min(SMALL, len(files))):
            target = folder / path.relative_to(self._tree)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        return folder

    @staticmethod
    def _files(tree: Path) -> list[Path]:
        return sorted(path for path in tree.rglob("*") if path.is_file() and not {".git", ".te"} & set(path.parts))

    def __enter__(self) -> Self:
        self._run("index")
        self._measure()
        return self

    def __exit__(self, *_: object) -> None:
        self._unmount()
        shutil.rmtree(self._work, ignore_errors=True)

    def count(self) -> int:
        """Files in the tree."""
        return len(self._files(self._tree))

    # One round

    def strike(self, case: Case) -> None:
        """Edit, start the run, strike it, look at what is left, heal it, and look again."""
        self._case = str(case)
        place = self._prepared(case)
        self._edit(case, place.root)
        self._log.unlink(missing_ok=True)
        code, said = self._struck(case, place)
        self.codes[f"{case.blow.kind} {code}"] += 1
        self.done[case.blow.kind, case.verb, self._where(case)] += 1
        self._judge(case, "struck", code, said)
        self._read(case, place)
        if place.folder.parent == self._disk:
            (self._disk / "ballast").unlink(missing_ok=True)
        code, said = self._run("index", place)
        self._judge(case, "healing", code, said)
        if code != 0:
            self._tell("not healed", case, f"exit {code}: {said[-300:]}")
        self._look(case, place)
        if place.folder.parent == self._disk:
            self._unmount()
        elif place.root in {self._small, self._second} and self._chance.random() < SAMPLED:
            self._compare(place, str(case))

    def compare(self) -> None:
        """The index against a fresh one of the same tree."""
        self._run("index")  # what was struck last may have been another index of the tree
        self._compare(self._place(), "compared")

    def _prepared(self, case: Case) -> Place:
        small = Place(self._small / ".te", self._small)
        if case.verb == "first":
            shutil.rmtree(small.folder, ignore_errors=True)
            if case.blow.point == "clear.part":  # something to clear: an index that is not this user's
                self._run("index", small)
                (small.folder / "owner").write_text("{}")
            if case.blow.point == "create.key":
                self._run("index", small)
                (self._work / "home" / "te" / "owner.key").unlink(missing_ok=True)
                shutil.rmtree(small.folder, ignore_errors=True)
        if case.verb in {"full", "copy"}:
            self._run("index", small)
        if case.verb == "copy":
            shutil.rmtree(self._second / ".te", ignore_errors=True)
            return Place(self._second / ".te", self._second)
        if case.verb == "healing":
            self._edit(Case("index", Blow("kill")))
            self._run("index", fault="kill@publish.catalog")
        if case.verb == "idle":
            self._run("index")
        if case.blow.kind == "full disk":
            return self._small_disk()
        return small if case.verb in {"first", "full"} else self._place()

    def _struck(self, case: Case, place: Place) -> tuple[int, str]:
        blow = case.blow
        fault = f"{blow.kind}@{blow.point}:{blow.nth}" if blow.point else ""
        process = self._start(case.verb, place, fault, limited=blow.kind == "file limit")
        if case.verb == "watch":
            process.out.readline()  # it has told of its first update, or has ended before
            self._edit(case, place.root)
        if not blow.point and blow.kind in {"kill", "interrupt", "terminate"}:
            self._at_random(process, case)
        elif case.verb == "watch":
            self._end_watch(process)
        return self._ended(process)

    def _at_random(self, process: Forked, case: Case) -> None:
        process.wait(self._chance.uniform(0.02, self._seconds.get(case.verb, 1.0)))
        names = {"kill": signal.SIGKILL, "interrupt": signal.SIGINT, "terminate": signal.SIGTERM}
        process.strike(names[case.blow.kind])

    def _where(self, case: Case) -> str:
        reached = self._log.read_text().split() if self._log.is_file() else []
        if not case.blow.point:
            return f"at random, after {reached[-1]}" if reached else "at random, before any write"
        return case.blow.point if case.blow.point in reached else f"never came to {case.blow.point}"

    # Runs

    def _start(self, verb: str, place: Place, fault: str = "", *, limited: bool = False) -> Forked:
        # An idle run has only a setting to note, which leaves out none of these files.
        limit = str(self._chance.randint(LARGEST, 2 * LARGEST))
        flags = {
            "watch": ["watch", "--json"], "full": ["index", "--full"], "idle": ["index", "--max-file-size", limit],
        }.get(verb, ["index"])  # fmt: skip
        arguments = [*flags, str(place.root), "--jobs", "2"]
        if place.given:
            arguments += ["--index-dir", str(place.folder)]
        environment = self._environment | {"TE_FAULT_LOG": str(self._log), "TE_FAULT": fault}
        most = self._chance.choice(FILE_LIMITS) if limited else 0

        def work() -> int:
            if most:
                resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
            return run_te(arguments, environment, compact=verb == "compact")

        return Forked(work, self._work / "stderr")

    def _ended(self, process: Forked) -> tuple[int, str]:
        if process.wait(PATIENCE) is None:
            tell_where(process)
            self.found["stuck"] += 1
            self.told.append(
                f"{self._case}: stuck for {PATIENCE} s: {(self._work / 'stderr').read_text(errors='replace')}"
            )
            print(self.told[-1], flush=True)
        return process.end(), (self._work / "stderr").read_text(errors="replace")

    def _run(self, verb: str, place: Place | None = None, fault: str = "") -> tuple[int, str]:
        return self._ended(self._start(verb, place or self._place(), fault))

    def _end_watch(self, process: Forked) -> None:
        """Give it the time to be struck at its point; where its batch passed by that, end it."""
        if process.wait(BATCH_SECONDS) is None:
            process.strike(signal.SIGINT)

    def _measure(self) -> None:
        """How long runs take here, so that random moments fall into them."""
        for verb in ("index", "compact"):
            self._edit(Case(verb, Blow("kill")))
            started = time.monotonic()
            self._run(verb)
            self._seconds[verb] = time.monotonic() - started
        self._seconds["watch"] = 0.8

    # Edits

    def _edit(self, case: Case, tree: Path | None = None) -> None:
        if case.verb == "idle":
            return
        files = self._files(tree or self._tree)
        for _ in range(self._chance.randint(1, 5)):
            path, op = self._chance.choice(files), self._chance.choice(OPS)
            self._number += 1
            with suppress(OSError):
                self._apply(op, path, room=len(files) > (1000 if tree == self._tree else SMALL))

    def _apply(self, op: str, path: Path, *, room: bool) -> None:
        fresh = path.with_name(f"t{self._number}_{path.name[-40:]}")
        if op == "respell":
            path.write_bytes(path.read_bytes().replace(b" = ", b" =  ", 5).replace(b"the", b"thy", 3))
        elif op == "append":
            with path.open("ab") as file:
                file.write(f"\n\ndef torture_{self._number}(value):\n    return {self._number}\n".encode())
        elif op == "new":
            shutil.copyfile(path, fresh)
        elif op == "rename":
            path.rename(fresh)
        elif room:
            path.unlink()

    # Looks

    def _place(self, folder: Path | None = None) -> Place:
        return Place(folder or self._index, self._tree, given=folder is not None)

    def _judge(self, case: Case, what: str, code: int, said: str) -> None:
        if code == 70 or any(bad in said for bad in BAD):
            self._tell("tracebacks", case, f"{what}: {said[-2000:]}")

    def _read(self, case: Case, place: Place) -> None:
        """A reader that comes before anybody heals sees a whole run, or is told that there is none."""
        if self._chance.random() > READ:
            return
        try:
            if place.state() != "ready":
                return
            with open_whole(place) as reader:
                reader.counts()
        except TeError as error:
            if "never built" not in error.message and case.verb != "first":
                self._tell("unreadable", case, error.message)

    def _look(self, case: Case, place: Place) -> None:
        wrong = [f"{check.name}: {check.detail}" for check in inspect(place) if not check.ok]
        if wrong:
            self._tell("differing", case, "; ".join(wrong))
        elif lost := lost_files(place):
            self._tell("lost", case, ", ".join(lost[:5]))

    def _compare(self, place: Place, when: str) -> None:
        fresh = Place(self._work / "fresh", place.root, given=True)
        shutil.rmtree(fresh.folder, ignore_errors=True)
        code, said = self._run("index", fresh)
        self.found["compared"] += 1
        if code:
            self.told.append(f"no fresh index: {said}")
            return
        if found := differences(place, fresh):
            self.found["differing"] += 1
            self.told.append(f"differing, {when}: {found}")

    def _tell(self, what: str, case: Case, detail: str) -> None:
        self.found[what] += 1
        self.told.append(f"{what}: {case.verb}, {case.blow.kind} at {case.blow.point or 'random'}: {detail}")
        print(self.told[-1], flush=True)

    # A disk that is nearly full

    def _small_disk(self) -> Place:
        """The index moved to a file system of its own with little room left; where none may be mounted, as it was."""
        self._unmount()
        self._disk.mkdir(exist_ok=True)
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=96m", "none", str(self._disk)], check=False, capture_output=True
        )
        if mounted.returncode:
            return self._place()
        place = self._place(self._disk / "index")
        shutil.copytree(self._index, place.folder)
        said = os.statvfs(self._disk)
        room = self._chance.choice([0, 1, 4, 16, 100, 400, 1500, 5000]) * 1024
        with (self._disk / "ballast").open("wb") as file:
            file.write(bytes(max(0, said.f_bavail * said.f_frsize - room)))
        return place

    def _unmount(self) -> None:
        if self._disk.is_mount():
            subprocess.run(["umount", "-l", str(self._disk)], check=False, capture_output=True)
