"""How text becomes words: one answer, whatever way is the quickest."""

from __future__ import annotations

import re
from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from te_cli.document import Stretched, cut_up
from te_cli.words import identifiers, parts, split_up, terms_of, words_of


@given(text=st.text() | st.text(st.characters(max_codepoint=127)))
def test_identifiers_are_runs_of_word_characters(text: str) -> None:
    """ASCII, most of all code, goes another way than the rest and comes to the same."""
    assert identifiers(text) == re.findall(r"\w+", text)


def test_an_identifier_is_itself_and_its_parts() -> None:
    """Split at case changes, underscores and around digits."""
    assert words_of("parseHTTPResponse2 file_name") == ["parse", "http", "response", "2", "file", "name"]
    assert terms_of("file_name, x") == ["file_name", "file", "name", "x"]


@given(text=st.text() | st.text(st.characters(max_codepoint=127)))
def test_many_identifiers_are_split_as_one(text: str) -> None:
    """Together, which is quicker, they have the parts that each has alone: also letters that lower by their place."""
    names = list(dict.fromkeys(identifiers(f"{text} ΟΔΥΣΣΕΥΣ Σ_Σ aΣ İx parseHTTP")))
    assert split_up(names) == [" ".join(parts(name)) for name in names]


@given(
    text=st.text(st.sampled_from("ab_1 .(é\n²"), max_size=30),
    places=st.lists(st.tuples(*[st.integers(0, 40)] * 2), max_size=6),
)
def test_a_text_that_is_cut_up_has_the_same_identifiers(text: str, places: list[tuple[int, int]]) -> None:
    """Whatever the spans, one inside the other or across it; one that would cut an identifier is left whole."""
    spans = [(min(*place, len(text)), min(max(place), len(text))) for place in places]
    whole, own = cut_up(text, [None, *spans])
    assert list(chain.from_iterable(stretch.identifiers for stretch in whole)) == identifiers(text)
    for (start, end), stretches in zip(spans, own[1:], strict=True):
        found = list(chain.from_iterable(stretch.identifiers for stretch in stretches))
        assert not stretches or found == identifiers(text[start:end])
    assert own[0] == ()
    assert Stretched()[text].identifiers == identifiers(text)
