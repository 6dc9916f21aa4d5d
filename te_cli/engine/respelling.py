"""A name that the index does not have is taken for the nearest that it has, and the answer says so.

Slips (``recieveMessage``) and abbreviations (``gUBI`` for getUserById). A word that occurs is left alone, and so is
one that the embedding model knows as another: whoever writes ``billing`` means billing, also where there is only
filling. The model has read code, and knows its commonest slips too, but as much the same as what was meant.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from te_cli.engine.embedding import speller
from te_cli.rank.analyse import analyse
from te_cli.rank.slips import abbreviated, humps, intact, nearest, slips_in
from te_cli.store.lexical import query_terms
from te_cli.words import parts

if TYPE_CHECKING:
    from te_cli.rank.analyse import Query
    from te_cli.store.reader import Reader

MAX_SLIPS = 2
"""Words of one query that are taken for others."""

MAX_LOOKED_UP = 24
"""Words of one query that are looked up for it."""

ALIKE = 0.4
"""Cosine from which a known word may be a slip: ``lenght`` and ``length`` have 0.5, ``invoice`` and ``invoke`` 0.3."""

MOST_TOLD = 3
"""Names that a sentence lists."""


def respelled(reader: Reader, query: Query) -> tuple[Query, str | None]:
    """``query`` with what the index does not know replaced by what it was meant for, and what to tell of it.

    Pasted text is left as it is: what it names and the index does not have is the code of whoever wrote it.
    """
    if query.shape not in ("name", "question") or query.paths:
        return query, None
    told: list[str] = []
    meant: dict[str, tuple[str, ...]] = {}
    for word in query.identifiers[:MAX_LOOKED_UP]:
        if len(meant) < MAX_SLIPS and not _occurs(reader, word):
            found = _abbreviated(reader, query, word) or _misspelt(reader, word)
            if found:
                meant[word] = found
                told.append(f"No '{word}' here; searched for {_listed(found)}.")
    if not meant:
        return query, None
    wrong = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, meant))})(?!\w)")
    text = wrong.sub(lambda match: meant[match[0]][0], query.text)
    said = analyse(text)
    names = tuple(dict.fromkeys([*(name for found in meant.values() for name in found), *said.names]))
    return replace(said, names=names), " ".join(told)


def _occurs(reader: Reader, word: str) -> bool:
    """Whether some text has the word, or some name begins with it."""
    whole = query_terms([word])[:1]
    return bool(whole and reader.files_text.document_frequency(whole[0])) or bool(reader.names.beginning(word, 1))


def _abbreviated(reader: Reader, query: Query, word: str) -> tuple[str, ...]:
    """The names that ``word`` is short for, where it is all that was asked."""
    wanted = humps(word) if query.intent == "name" else ()
    return abbreviated(word, reader.names.spaced("".join(wanted))) if wanted else ()


def _misspelt(reader: Reader, word: str) -> tuple[str, ...]:
    """The names, or words of names, that ``word`` may be a slip for."""
    if not slips_in(word) or not word.replace("_", "").isalpha():
        return ()
    names = reader.names.holding(intact(word), word, slips_in(word))
    if any(word.lower() in name.lower() for name in names):
        return ()
    found = nearest(word, names)
    model = speller()
    if found and len(parts(word)) == 1 and model.knows(word.lower()):
        meaning = model.embed_query(word)
        return tuple(name for name in found if float(meaning @ model.embed_query(name)) >= ALIKE)
    return found


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:MOST_TOLD])
    return f"{shown} and {len(names) - MOST_TOLD} more" if len(names) > MOST_TOLD else shown
