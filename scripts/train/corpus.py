#!/usr/bin/env python3
"""Which repositories the model is trained on: the list in corpus.tsv, written, checked, cloned and described.

    corpus.py --clone DIR                               every repository of the list, at its commit, with its history
    corpus.py --check [--not FILE]                      refuse a list with a measured repository, an unclear licence …
    corpus.py --mirrors DIR --write --not FILE --held FILE      the list anew, from the repositories below DIR
    corpus.py --mirrors DIR --languages                 how many repositories each language is in
    corpus.py --mirrors DIR --overlaps MEASURED         the share of each one's functions that copy measured ones

The FILE of --not names the repositories that search is measured on, that of --held those that are kept to measure the
model on documentation and code; MEASURED is what measured.py wrote. A repository ``owner/name`` lies in
``DIR/owner+name``, bare or not, or in ``repo`` below that.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from licences import UNCLEAR, is_licence_file, licence_of_files
from trees import find_git_dir, git, git_dir, listing, read_names

from te_cli.walk.languages import classify

__all__ = ["Repository", "Share", "git_dir", "read_corpus", "set_aside"]

Share = Literal["train", "held"]
"""What a repository is for: to learn from, or to measure on what was not learned from."""

LIST = Path(__file__).resolve().parent / "corpus.tsv"
CASES = Path(__file__).resolve().parents[2] / "fixtures" / "parse"
"""A folder for each language that te parses."""

LEFT_OUT = {
    "LittleYUYU/StackOverflow-Question-Code-Dataset": "questions of the web, as those that search is measured on",
    "sriniiyer/codenn": "the same",
    "amueller/introduction_to_ml_with_python": "has no licence",
    "faif/python-patterns": "has no licence",
    "facebook/facebook-ios-sdk": "its licence, of Facebook's own, is no open one",
    "hashicorp/terraform": "its licence (BUSL-1.1) is no open one",
    "hashicorp/vagrant": "its licence (BUSL-1.1) is no open one",
    "volatilityfoundation/volatility3": "its licence, of Volatility's own, is no open one",
    "jquery/jquery": "sphinx-doc/sphinx, which search is measured on, has a copy of it",
}
"""Repositories that are not taken, and why."""

BY_EYE = {
    "basho/riak_kv": "Apache-2.0",
    "clojure-emacs/cider-nrepl": "EPL-1.0",
    "dabeaz/ply": "BSD-3-Clause",
    "hexpm/hexpm": "Apache-2.0",
    "lua/lua": "MIT",
    "obspy/obspy": "LGPL-3.0",
    "pygame/pygame": "LGPL-2.1",
    "snoyberg/conduit": "MIT",
    "redis/redis": "LicenseRef-RSALv2 OR SSPL-1.0",
    "theory/pgtap": "PostgreSQL",
    "yihui/knitr": "GPL-2.0",
}
"""Licences that stand in a readme or in a header, and were read there."""

NOT_OPEN = re.compile(r"BUSL|SSPL|-NC|LicenseRef")
"""Licences that keep some uses to their authors."""

MOST_COPIED = 0.2
"""The share of functions that copy measured ones from which on a repository is itself a copy."""

SAMPLE = 2_000
"""Functions that this share is told by."""

FEWEST = 3
"""Repositories that a language should be in."""


@dataclass(frozen=True, slots=True)
class Repository:
    """One line of the list: ``owner/name``, a full commit, an SPDX licence identifier, what it is for."""

    name: str
    commit: str
    licence: str
    share: Share


def read_corpus(path: Path = LIST) -> list[Repository]:
    """The list in a file of lines ``name<TAB>commit<TAB>licence<TAB>share``. ValueError for a line of other fields."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        fields = line.split("\t")
        if len(fields) != len(Repository.__slots__) or fields[3] not in get_args(Share):
            raise ValueError(f"{path}: not a line of four fields, the last train or held: {line!r}")
        name, commit, licence, share = fields
        found.append(Repository(name, commit, licence, "held" if share == "held" else "train"))
    return found


def set_aside(name: str) -> bool:
    """Whether a repository is kept for validation: one in thirty-one, whatever else is in the corpus."""
    return zlib.crc32(name.encode()) % 31 == 0


def licence_in(place: Path) -> str:
    """The licence by the files at the top of a git directory's newest commit, else by those below if they agree."""
    found: dict[str, dict[str, str]] = {}
    for path, name in listing(place):
        folder, _, file = path.rpartition("/")
        if is_licence_file(file) and "docs" not in folder:
            found.setdefault(folder, {})[file] = git(place, "cat-file", "blob", name).decode("utf-8", "replace")
    told = licence_of_files(found.pop("", {}))
    below = {licence_of_files(files) for files in found.values()}
    return below.pop() if told == UNCLEAR and len(below) == 1 else told


def corpus_of(mirrors: Path, measured: list[str], held: list[str]) -> list[Repository]:
    """Everything below ``mirrors``, less what is measured or left out; ``held`` ones are held in any case."""
    names = {place.name.replace("+", "/", 1) for place in mirrors.iterdir() if "+" in place.name}
    kept_apart = {name.lower() for name in held}
    not_taken = {name.lower() for name in [*measured, *LEFT_OUT]} - kept_apart
    found = []
    for name in sorted(names, key=str.lower):
        place = find_git_dir(mirrors, name)
        if place is None or name.lower() in not_taken:
            continue
        commit = git(place, "rev-parse", "HEAD").decode().strip()
        licence = licence_in(place)
        share: Share = "held" if name.lower() in kept_apart else "train"
        found.append(Repository(name, commit, BY_EYE.get(name, licence) if licence == UNCLEAR else licence, share))
    return found


def write_corpus(repositories: list[Repository], path: Path = LIST) -> None:
    """Write the list, a line for each."""
    rows = [f"{each.name}\t{each.commit}\t{each.licence}\t{each.share}" for each in repositories]
    path.write_text("".join(f"{row}\n" for row in rows), "utf-8")


def faults(repositories: list[Repository], measured: list[str]) -> list[str]:
    """A sentence for each thing that is wrong with the list."""
    forbidden = {name.lower() for name in measured}
    found = [
        f"{name} is listed twice"
        for name, times in Counter(each.name.lower() for each in repositories).items()
        if times > 1
    ]
    for each in repositories:
        if each.share == "train" and each.name.lower() in forbidden:
            found.append(f"{each.name} is measured on: never train on it")
        if each.name in LEFT_OUT:
            found.append(f"{each.name} is to be left out: {LEFT_OUT[each.name]}")
        if not re.fullmatch(r"[0-9a-f]{40}", each.commit):
            found.append(f"{each.name} has no full commit: {each.commit!r}")
        if each.share == "train" and each.licence == UNCLEAR:
            found.append(f"{each.name} has no known licence")
        if each.share == "train" and NOT_OPEN.search(each.licence):
            found.append(f"{each.name} has no open licence: {each.licence}")
    return found


def clone(each: Repository, into: Path, base: str) -> None:
    """Fetch one repository's commit and its history into a bare clone, which appears when it is whole.

    CalledProcessError where git fails.
    """
    place = into / each.name.replace("/", "+")
    if place.exists():
        return
    part = place.with_name(f"{place.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(part)], check=True)
    git(part, "fetch", "-q", "--no-tags", f"{base}/{each.name}", f"{each.commit}:refs/heads/main")
    part.rename(place)


def clone_all(repositories: list[Repository], into: Path, base: str) -> int:
    """Clone what is not there yet, say what failed, and give how many did."""
    into.mkdir(parents=True, exist_ok=True)
    failed = 0
    for place, each in enumerate(repositories, 1):
        print(f"{place:4d}/{len(repositories)}  {each.name}", flush=True)
        try:
            clone(each, into, base)
        except subprocess.CalledProcessError as error:
            failed += 1
            print(f"{each.name}: {(error.stderr or b'').decode('utf-8', 'replace').strip()}", file=sys.stderr)
    return failed


def languages_of(place: Path) -> Counter[str]:
    """How many files each language has, by their names."""
    kinds = (classify(path) for path, _ in listing(place))
    return Counter(kind[0] for kind in kinds if kind is not None)


def print_languages(repositories: list[Repository], mirrors: Path) -> None:
    """A line for each language that te parses: repositories, those with ten files or more, files."""
    parsed = sorted(folder.name for folder in CASES.iterdir() if folder.is_dir())
    any_file, ten_files, files = Counter[str](), Counter[str](), Counter[str]()
    for each in repositories:
        if each.share == "train":
            found = languages_of(git_dir(mirrors, each.name))
            files.update(found)
            any_file.update(found.keys())
            ten_files.update(language for language, count in found.items() if count >= 10)
    print("language          repositories  of 10 files    files")
    for language in parsed:
        print(f"{language:16s} {any_file[language]:13,d} {ten_files[language]:12,d} {files[language]:8,d}")
    few = [language for language in parsed if any_file[language] < FEWEST]
    print(f"in fewer than {FEWEST} repositories: {', '.join(few) or 'none'}")


def print_overlaps(repositories: list[Repository], mirrors: Path, known: Path, sample: int) -> None:
    """A line for each repository with copies: their share of ``sample`` functions, and the share to drop it at."""
    from measured import functions_of, load  # only now: the list alone must not pay for them

    measured = load(known)
    asked = copied = 0
    for each in repositories:
        if each.share == "held":
            continue
        texts = functions_of(git_dir(mirrors, each.name), sample)
        found = int(measured.holds_many(texts).sum())
        asked, copied = asked + len(texts), copied + found
        if found:
            verdict = "  drop it" if found > MOST_COPIED * len(texts) else ""
            print(f"{found / len(texts):7.2%} {found:6,d} of {len(texts):6,d}  {each.name}{verdict}", flush=True)
    print(f"{copied / max(asked, 1):7.2%} {copied:6,d} of {asked:6,d}  all together")


def main() -> int:
    """Do what the options ask; 1 where the list is faulty or a clone failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", type=Path, default=LIST)
    parser.add_argument("--mirrors", type=Path)
    parser.add_argument("--not", dest="measured", type=Path, action="append", default=[])
    parser.add_argument("--held", type=Path, action="append", default=[])
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--languages", action="store_true")
    parser.add_argument("--overlaps", type=Path, metavar="MEASURED")
    parser.add_argument("--sample", type=int, default=SAMPLE)
    parser.add_argument("--clone", type=Path, metavar="DIR")
    parser.add_argument("--base", default="https://github.com")
    options = parser.parse_args()
    if (options.write or options.languages or options.overlaps) and not options.mirrors:
        parser.error("--mirrors says where the repositories are")
    measured = [name for path in options.measured for name in read_names(path)]
    if options.write:
        held = [name for path in options.held for name in read_names(path)]
        write_corpus(corpus_of(options.mirrors, measured, held), options.list)
    repositories = read_corpus(options.list)
    failed = 0
    if options.write or options.check:
        wrong = faults(repositories, measured)
        print("\n".join([*wrong, f"{len(repositories)} repositories, {len(wrong)} faults"]))
        print(
            ", ".join(f"{name} {count}" for name, count in Counter(each.licence for each in repositories).most_common())
        )
        failed += len(wrong)
    if options.languages:
        print_languages(repositories, options.mirrors)
    if options.overlaps:
        print_overlaps(repositories, options.mirrors, options.overlaps, options.sample)
    if options.clone:
        failed += clone_all(repositories, options.clone, options.base)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
