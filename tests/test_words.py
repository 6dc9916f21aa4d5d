"""How text becomes words: one answer, whatever way is the quickest."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from te_cli.words import identifiers, terms_of, words_of


@given(text=st.text() | st.text(st.characters(max_codepoint=127)))
def test_identifiers_are_runs_of_word_characters(text: str) -> None:
    """ASCII, most of all code, goes another way than the rest and comes to the same."""
    assert identifiers(text) == re.findall(r"\w+", text)


def test_an_identifier_is_itself_and_its_parts() -> None:
    """Split at case changes, underscores and around digits."""
    assert words_of("parseHTTPResponse2 file_name") == ["parse", "http", "response", "2", "file", "name"]
    assert terms_of("file_name, x") == ["file_name", "file", "name", "x"]
