"""The vocabulary: which words, and which pieces of the others, get a row of the table.

    python scripts/train/tokenizer.py --pairs DIR --out FILE [--size N]

A WordPiece vocabulary chosen by counting: a word earns its row by the number of repositories that use it, for a
project's own words help nobody else; the rows that are left go to the pieces from which most other words can be
spelled. A word that the pieces do not spell is unknown, and carries no weight: so it is with every word in a script
that the corpus hardly has.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
from collections import Counter
from pathlib import Path

from te_cli.embed.spelling import NORMALIZER, PRE_TOKENIZER

SPECIAL = ["[PAD]", "[UNK]"]
FIELDS = ("name", "scope", "path", "signature", "doc", "body")
QUERY_TIMES = 3
"""A word of a query counts so often: what people ask with is rarer than what they write, and worth more."""

SHARE_OF_PIECES = 0.15
MIN_PIECE, MAX_PIECE = 2, 8
MAX_WORD = 24
MIN_REPOSITORIES = 3


def count(folder: Path) -> tuple[Counter[str], Counter[str]]:
    """Over all pairs in ``folder``: how often each word occurs, and in how many repositories."""
    often: Counter[str] = Counter()
    repositories: Counter[str] = Counter()
    for path in sorted(folder.glob("*.jsonl.gz")):
        words: Counter[str] = Counter()
        with gzip.open(path, "rt") as lines:
            for line in lines:
                row = json.loads(line)
                for field in FIELDS:
                    words.update(row[field].split())
                for _ in range(QUERY_TIMES):
                    words.update(row["query"].split())
        often.update(words)
        repositories.update(words.keys())
    return often, repositories


def choose(often: Counter[str], repositories: Counter[str], size: int) -> list[str]:
    """``size`` entries: special ones, whole words, then pieces that start with ``##``."""
    worth = {
        word: repositories[word] * math.log1p(times)
        for word, times in often.items()
        if repositories[word] >= MIN_REPOSITORIES and len(word) <= MAX_WORD and word.isascii()
    }
    ranked = sorted(worth, key=lambda word: (-worth[word], word))
    pieces = round(size * SHARE_OF_PIECES)
    whole = ranked[: size - pieces - len(SPECIAL)]
    taken = set(whole)
    rest = {word: repositories[word] for word in often if word not in taken and word.isascii() and word.isalpha()}
    return [*SPECIAL, *whole, *_pieces(rest, pieces)]


def _pieces(words: dict[str, int], most: int) -> list[str]:
    """The ends and middles that occur in most ``words``, longer ones first among equals."""
    score: Counter[str] = Counter()
    for word, times in words.items():
        if len(word) > MAX_WORD:
            continue
        for start in range(MIN_PIECE, len(word)):
            ending = word[start:]
            if MIN_PIECE <= len(ending) <= MAX_PIECE:
                score[ending] += times * len(ending)
            for end in range(start + MIN_PIECE, min(len(word), start + 5)):
                score[word[start:end]] += times
    ranked = sorted(score, key=lambda piece: (-score[piece], piece))
    return [f"##{piece}" for piece in ranked[:most]]


def layout(vocabulary: list[str]) -> str:
    """The tokenizer.json of the tokenizers library for ``vocabulary``."""
    special = [
        {"id": place, "content": word, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
         "special": True} for place, word in enumerate(SPECIAL)
    ]  # fmt: skip
    return json.dumps(
        {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": special,
            "normalizer": NORMALIZER,
            "pre_tokenizer": PRE_TOKENIZER,
            "post_processor": None,
            "decoder": None,
            "model": {
                "type": "WordPiece",
                "unk_token": "[UNK]",
                "continuing_subword_prefix": "##",
                "max_input_chars_per_word": 64,
                "vocab": {word: place for place, word in enumerate(vocabulary)},
            },
        },
        separators=(",", ":"),
    )


def words_of_vocabulary(tokenizer: Path) -> list[str]:
    """The words and pieces of a tokenizer.json by their ids, without the mark of a piece."""
    vocabulary: dict[str, int] = json.loads(tokenizer.read_text())["model"]["vocab"]
    return [word.removeprefix("##") for word in sorted(vocabulary, key=vocabulary.__getitem__)]


def main() -> None:
    """Count, choose, write."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", type=int, default=32_000)
    options = parser.parse_args()
    often, repositories = count(options.pairs)
    vocabulary = choose(often, repositories, options.size)
    options.out.write_text(layout(vocabulary))
    known = set(vocabulary)
    total = sum(often.values())
    whole = sum(times for word, times in often.items() if word in known)
    print(
        f"{len(often):,} distinct words, {total:,} in all; {len(vocabulary):,} entries hold {whole / total:.1%} whole"
    )


if __name__ == "__main__":
    main()
