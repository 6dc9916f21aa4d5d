"""What each signal weighs, and why: a table for a name typed as the query, one for words, one for vectors alone.

The values of the first two were learned with a listwise softmax loss on development queries (annotated ones over 24
public repositories, web questions, issue titles), each signal held to the sign that its reason gives it, and then
rounded: ``scripts/tune_ranking.py`` makes them again and scores them on repositories left out of the fit. Those of the
third lie on a plateau of a grid over the annotated ones. Only ratios decide.
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
    # What the query names outright
    "named_file": Weight(3.0, "the query names the file, as stack traces and bug reports do"),
    "asked_for": Weight(0.5, "the query names this very place"),
    # What the retrievers say
    "words": Weight(2.4, "the unit itself holds the query's words"),
    "vector": Weight(2.1, "the unit means what the query means"),
    "file_words": Weight(1.7, "the whole file is about the query's words"),
    "file_vector": Weight(1.2, "the file's symbols, taken together, mean what the query means"),
    "fused": Weight(0.7, "several lists agree on the unit"),
    # What it is called, and where it lies
    "folder_found": Weight(1.5, "the folders' names cover the query"),
    "stem_found": Weight(0.9, "the file's name covers the query"),
    "stem_asked": Weight(1.0, "the file is named with nothing but words of the query"),
    "name_asked": Weight(0.6, "the unit is named with nothing but words of the query"),
    "stem_is_name": Weight(0.3, "the file is named after what is asked for"),
    "name_found": Weight(0.5, "the unit's name covers the query"),
    "joined_name": Weight(0.4, "the query spells the unit's name, however it is written"),
    # What it is
    "length": Weight(2.9, "what is explained at length is where things happen; one-liners repeat a word"),
    "documented": Weight(0.5, "what is meant to be found is documented"),
    "module": Weight(0.5, "broad questions are answered by files"),
    "type": Weight(-0.5, "a worded question asks for behaviour more often than for a type"),
    # What it is for
    "test": Weight(-3.3, "tests repeat the words of what they test, unless they are asked for"),
    "not_code": Weight(-2.7, "prose and settings mention everything and define nothing"),
    "depth": Weight(-2.0, "what matters lies near the top"),
    "compat": Weight(-0.9, "a shim speaks of the real thing"),
    "example": Weight(-0.8, "examples use, they do not define, unless they are asked for"),
}

NAME: dict[str, Weight] = {
    "asked_for": Weight(6.0, "the query is the path of this file"),
    "entry_file": Weight(2.6, "public names are defined, or gathered, at a package's front door"),
    "joined_name": Weight(2.3, "the query spells the unit's name, however it is written"),
    "name_asked": Weight(2.1, "the unit's name has nothing but words of the query"),
    "exact_name": Weight(2.0, "to the letter, case included: `Serialize` is the trait, `serialize` the method"),
    "qualifier": Weight(2.0, "the qualifier typed before the name is the unit's own"),
    "named_file": Weight(2.0, "the query is the path of its file"),
    "name_prefix": Weight(1.5, "the unit's name begins with what was typed"),
    "type": Weight(1.4, "who types a name wants the type before its namesakes"),
    "length": Weight(1.3, "the definition is longer than what refers to it"),
    "file_words": Weight(1.3, "the file uses the name"),
    "words": Weight(1.2, "the unit holds the name"),
    "stem_asked": Weight(1.2, "the file is named with nothing but words of the query"),
    "coherence": Weight(1.0, "other units of the file answer too"),
    "documented": Weight(0.9, "what is meant to be used is documented"),
    "stem_is_name": Weight(0.7, "the file is named after what is asked for"),
    "fused": Weight(0.5, "several lists agree on the unit"),
    "vector": Weight(0.3, "the unit means what the name says"),
    "file_vector": Weight(0.2, "the file is about it"),
    "not_code": Weight(-0.3, "prose and settings mention names, and define none"),
    "member": Weight(-0.6, "a field or constant of that name is rarely what is meant"),
    "test": Weight(-0.8, "tests borrow the names of what they test"),
    "depth": Weight(-0.9, "what matters lies near the top"),
}

SEMANTIC: dict[str, Weight] = {
    "cosine": Weight(1.0, "the unit means what the query means"),
    "gathered": Weight(0.75, "many units of the file mean something near to it"),
    "file_cosine": Weight(0.5, "the file's symbols, taken together, mean what the query means"),
    "whole_file": Weight(-0.02, "where a file's only symbol means the same as the file, the symbol is the answer"),
}
"""For ``--mode semantic``, which goes by vectors alone: no word, name, path or role has a say."""

WEIGHTS: dict[Intent, dict[str, Weight]] = {"words": WORDS, "name": NAME}
"""The table for each intent."""

CROWDING: dict[Intent, float] = {"words": 2.5, "name": 1.5}
"""What each further hit of a file pays: a list of ten answers is worth most when it shows about ten places."""

SEMANTIC_CROWDING = 0.4
"""The same where vectors alone rank, whose scores lie closer together."""

CROWDED = "other units of the same file come before it"
"""What ``crowding`` stands for among a hit's reasons."""
