"""What each signal weighs, and why. Two tables: one for a name typed as the query, one for words.

The values were learned with a listwise softmax loss on development queries (annotated ones over 24 public
repositories, web questions, issue titles), each signal held to the sign that its reason gives it, and then rounded:
``scripts/tune_ranking.py`` makes them again and scores them on repositories left out of the fit. Only ratios decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from te_cli.rank.analyse import Intent

DIGITS = 5
"""Scores are rounded to this many digits before they are compared, so that a sum's order decides nothing."""


class Weight(NamedTuple):
    """A signal's weight and the reason for it."""

    value: float
    reason: str


WORDS: dict[str, Weight] = {
    # What the retrievers say
    "vector": Weight(3.0, "the unit means what the query means"),
    "words": Weight(1.7, "the unit itself holds the query's words"),
    "file_words": Weight(1.3, "the whole file is about the query's words"),
    "file_vector": Weight(1.1, "the file's symbols, taken together, mean what the query means"),
    "fused": Weight(0.6, "several lists agree on the unit"),
    # What it is called, and where it lies
    "folder_found": Weight(1.7, "the folders' names cover the query"),
    "name_found": Weight(1.2, "the unit's name covers the query"),
    "stem_asked": Weight(1.2, "the file is named with nothing but words of the query"),
    "joined_name": Weight(0.6, "the query spells the unit's name, however it is written"),
    "stem_found": Weight(0.5, "the file's name covers the query"),
    "stem_is_name": Weight(0.4, "the file is named after what is asked for"),
    "name_asked": Weight(0.2, "the unit is named with nothing but words of the query"),
    "exact_name": Weight(0.2, "the query holds the unit's name to the letter"),
    # What it is
    "length": Weight(3.0, "what is explained at length is where things happen; one-liners repeat a word"),
    "documented": Weight(0.9, "what is meant to be found is documented"),
    "module": Weight(0.2, "broad questions are answered by files"),
    "type": Weight(-0.2, "a worded question asks for behaviour more often than for a type"),
    "member": Weight(-0.1, "a field or constant rarely answers a question"),
    # What it is for
    "test": Weight(-3.1, "tests repeat the words of what they test, unless they are asked for"),
    "not_code": Weight(-2.3, "prose and settings mention everything and define nothing"),
    "depth": Weight(-1.9, "what matters lies near the top"),
    "compat": Weight(-0.9, "a shim speaks of the real thing"),
    "example": Weight(-0.7, "examples use, they do not define, unless they are asked for"),
}

NAME: dict[str, Weight] = {
    "joined_name": Weight(2.7, "the query spells the unit's name, however it is written"),
    "name_asked": Weight(2.4, "the unit's name has nothing but words of the query"),
    "exact_name": Weight(2.0, "to the letter, case included: `Serialize` is the trait, `serialize` the method"),
    "qualifier": Weight(2.0, "the qualifier typed before the name is the unit's own"),
    "entry_file": Weight(1.6, "public names are defined, or gathered, at a package's front door"),
    "documented": Weight(1.4, "what is meant to be used is documented"),
    "stem_is_name": Weight(1.3, "the file is named after what is asked for"),
    "type": Weight(1.2, "who types a name wants the type before its namesakes"),
    "length": Weight(1.2, "the definition is longer than what refers to it"),
    "file_vector": Weight(1.2, "the file is about it"),
    "stem_asked": Weight(1.1, "the file is named with nothing but words of the query"),
    "name_found": Weight(0.8, "the unit's name covers the query"),
    "folder_found": Weight(0.6, "the folder is named after it"),
    "vector": Weight(0.5, "the unit means what the name says"),
    "words": Weight(0.5, "the unit holds the name"),
    "file_words": Weight(0.5, "the file uses the name"),
    "coherence": Weight(0.4, "other units of the file answer too"),
    "owner_found": Weight(0.2, "the name of what encloses the unit covers the query"),
    "fused": Weight(0.2, "several lists agree on the unit"),
    "stem_found": Weight(0.1, "the file's name covers part of it"),
    "module": Weight(-0.3, "a name is defined in a line, not by a file"),
    "not_code": Weight(-0.3, "prose and settings mention names, and define none"),
    "member": Weight(-0.8, "a field or constant of that name is rarely what is meant"),
    "depth": Weight(-0.9, "what matters lies near the top"),
    "test": Weight(-0.9, "tests borrow the names of what they test"),
}

WEIGHTS: dict[Intent, dict[str, Weight]] = {"words": WORDS, "name": NAME}
"""The table for each intent."""

CROWDING: dict[Intent, float] = {"words": 2.0, "name": 1.5}
"""What each further hit of a file pays: a list of ten answers is worth most when it shows about ten places."""
