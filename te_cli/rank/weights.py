"""What each signal weighs, and why: a table for each intent of a query, and one for vectors alone.

The values of the first four were learned with a listwise softmax loss on development queries (annotated ones over 24
public repositories, web questions, issues) and on lists made from repositories that nothing is measured on, each
signal held to the sign that its reason gives it, and then rounded: ``scripts/tune_ranking.py`` makes them again and
scores them on repositories left out of the fit. Those of the last lie on a plateau of a grid over the annotated ones.
Only ratios decide.
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
    "phrase": Weight(8.0, "the unit holds what was quoted, word after word: who quotes means it to the letter"),
    # What the retrievers say
    "cosine": Weight(2.4, "the unit means what the query means"),
    "stands_out": Weight(2.7, "the unit means it more than what else was found"),
    "vector": Weight(2.4, "few units mean it as much"),
    "words_score": Weight(0.7, "the unit itself holds the query's words"),
    "words": Weight(0.9, "few units hold as many of them"),
    "file_words_score": Weight(1.3, "the whole file is about the query's words"),
    "file_words": Weight(1.1, "few files are as much about them"),
    # What it is called, and where it lies
    "folder_found": Weight(1.1, "the folders' names cover the query"),
    "stem_asked": Weight(1.0, "the file is named with nothing but words of the query"),
    "name_asked": Weight(0.3, "the unit is named with nothing but words of the query"),
    "stem_is_name": Weight(0.5, "the file is named after what is asked for"),
    "joined_name": Weight(0.6, "the query spells the unit's name, however it is written"),
    # What it is
    "length": Weight(3.5, "what is explained at length is where things happen; one-liners repeat a word"),
    "documented": Weight(0.5, "what is meant to be found is documented"),
    "module": Weight(1.5, "broad questions are answered by files"),
    "type": Weight(-1.0, "a worded question asks for behaviour more often than for a type"),
    # What it is for
    "test": Weight(-3.0, "tests repeat the words of what they test, unless they are asked for"),
    "not_code": Weight(-3.2, "prose and settings mention everything and define nothing"),
    "depth": Weight(-3.4, "what matters lies near the top"),
    "compat": Weight(-1.0, "a shim speaks of the real thing"),
    "superseded": Weight(-2.0, "a newer version of it stands in the folder beside, and the older was not asked for"),
    "example": Weight(-1.6, "examples use, they do not define, unless they are asked for"),
    "declaration": Weight(-0.5, "a declaration says again what is defined elsewhere"),
    "recent": Weight(6.0, "its file changed lately, which is what the query asks for"),
}

TASK: dict[str, Weight] = {
    "phrase": Weight(8.0, "the unit holds what was quoted, word after word"),
    "cosine": Weight(2.5, "the unit means what is to be done"),
    "stands_out": Weight(2.9, "the unit means it more than what else was found"),
    "vector": Weight(2.8, "few units mean it as much"),
    "file_vector": Weight(0.5, "the file's symbols, taken together, mean it"),
    "words_score": Weight(1.8, "the unit itself holds the query's words"),
    "words": Weight(0.9, "few units hold as many of them"),
    "file_words_score": Weight(1.1, "the whole file is about the query's words"),
    "fused": Weight(2.0, "several lists agree on the unit"),
    "documented": Weight(1.3, "what does it says so"),
    "module": Weight(2.0, "a script does it as a whole"),
    "name_prefix": Weight(-1.4, "the same, of a name that a word begins"),
    "name_found": Weight(-1.2, "the vectors have weighed the name already"),
    "test": Weight(-3.0, "tests repeat the words of what they test, unless they are asked for"),
    "not_code": Weight(-3.2, "prose and settings mention everything and define nothing"),
    "depth": Weight(-3.4, "what matters lies near the top"),
    "compat": Weight(-1.0, "a shim speaks of the real thing"),
    "superseded": Weight(-1.5, "a newer version of it stands in the folder beside, and the older was not asked for"),
    "example": Weight(-1.6, "examples use, they do not define, unless they are asked for"),
    "declaration": Weight(-0.5, "a declaration says again what is defined elsewhere"),
    "private": Weight(-0.6, "a task is done by what others may call"),
    "recent": Weight(6.0, "its file changed lately, which is what the query asks for"),
}

ISSUE: dict[str, Weight] = {
    "named_file": Weight(2.7, "the text names the file, as stack traces and bug reports do"),
    "asked_for": Weight(1.8, "a stack trace names this very line"),
    "phrase": Weight(3.0, "the unit holds what the text quotes; much of that is the reporter's own"),
    "words_score": Weight(0.8, "the unit holds the text's rare words"),
    "words": Weight(2.5, "few units hold as many of them"),
    "file_words_score": Weight(0.2, "the whole file is about them"),
    "file_words": Weight(1.1, "few files are as much about them"),
    "file_vector": Weight(1.2, "the file's symbols, taken together, mean it"),
    "name_asked": Weight(0.3, "the unit is named with nothing but words of the text"),
    "joined_name": Weight(0.1, "the text spells the unit's name"),
    "folder_found": Weight(0.1, "the folders' names cover the text"),
    "stem_is_name": Weight(0.4, "the file is named after what the text names"),
    "documented": Weight(0.4, "what users meet, and report, is documented"),
    "length": Weight(2.1, "what is explained at length is where things go wrong"),
    "test": Weight(-4.1, "tests repeat the words of what they test, unless they are asked for"),
    "not_code": Weight(-4.0, "prose and settings mention everything and define nothing"),
    "example": Weight(-1.0, "examples use, they do not define, unless they are asked for"),
    "compat": Weight(-1.0, "a shim speaks of the real thing"),
    "superseded": Weight(-1.5, "a newer version of it stands in the folder beside, and the older was not asked for"),
    "depth": Weight(-1.5, "what matters lies near the top"),
}

NAME: dict[str, Weight] = {
    "asked_for": Weight(6.0, "the query is the path of this file"),
    "named_file": Weight(2.0, "the query is the path of its file"),
    "entry_file": Weight(3.7, "public names are defined, or gathered, at a package's front door"),
    "joined_name": Weight(2.1, "the query spells the unit's name, however it is written"),
    "name_asked": Weight(2.6, "the unit's name has nothing but words of the query"),
    "exact_name": Weight(3.0, "to the letter, case included: `Serialize` is the trait, `serialize` the method"),
    "qualifier": Weight(2.0, "the qualifier typed before the name is the unit's own"),
    "name_prefix": Weight(1.5, "the unit's name begins with what was typed"),
    "type": Weight(0.8, "who types a name wants the type before its namesakes"),
    "length": Weight(0.7, "the definition is longer than what refers to it"),
    "words_score": Weight(2.7, "the unit holds the name, again and again"),
    "words": Weight(2.2, "few units hold it as often"),
    "file_words_score": Weight(0.9, "the file uses the name"),
    "file_words": Weight(1.1, "few files use it as often"),
    "stem_asked": Weight(0.9, "the file is named with nothing but words of the query"),
    "coherence": Weight(1.5, "other units of the file answer too"),
    "documented": Weight(1.2, "what is meant to be used is documented"),
    "stem_is_name": Weight(0.4, "the file is named after what is asked for"),
    "fused": Weight(0.5, "several lists agree on the unit"),
    "vector": Weight(0.3, "the unit means what the name says"),
    "file_vector": Weight(0.2, "the file is about it"),
    "not_code": Weight(-2.3, "prose and settings mention names, and define none"),
    "member": Weight(-0.8, "a field or constant of that name is rarely what is meant"),
    "test": Weight(-2.4, "tests borrow the names of what they test"),
    "depth": Weight(-2.6, "what matters lies near the top"),
    "superseded": Weight(-1.5, "a newer version of it stands in the folder beside, and the older was not asked for"),
    "declaration": Weight(-1.3, "a declaration says again what is defined elsewhere"),
}

SEMANTIC: dict[str, Weight] = {
    "cosine": Weight(1.0, "the unit means what the query means"),
    "gathered": Weight(0.75, "many units of the file mean something near to it"),
    "file_cosine": Weight(0.5, "the file's symbols, taken together, mean what the query means"),
    "whole_file": Weight(-0.02, "where a file's only symbol means the same as the file, the symbol is the answer"),
}
"""For ``--mode semantic``, which goes by vectors alone: no word, name, path or role has a say."""

WEIGHTS: dict[Intent, dict[str, Weight]] = {"name": NAME, "words": WORDS, "task": TASK, "issue": ISSUE}
"""The table for each intent."""

SPELT = Weight(20.0, "where names alone are searched, one that is spelt so comes before all that begin so")

BY_NAME: dict[Intent, dict[str, Weight]] = {
    intent: {**weights, "joined_name": SPELT} for intent, weights in WEIGHTS.items()
}
"""For ``--mode name``: the tables above were learned where the text has a say, which tells a name from longer ones."""

CROWDING: dict[Intent, float] = {"name": 1.5, "words": 2.5, "task": 2.5, "issue": 2.5}
"""What each further hit of a file pays: a list of ten answers is worth most when it shows about ten places."""

SEMANTIC_CROWDING = 0.4
"""The same where vectors alone rank, whose scores lie closer together."""

CROWDED = "other units of the same file come before it"
"""What ``crowding`` stands for among a hit's reasons."""
