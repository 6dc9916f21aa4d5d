"""Which first, and why: laws of the order, and pages that must stay right."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from te_cli.model import Symbol
from te_cli.rank.analyse import Intent, alike, analyse, fold
from te_cli.rank.candidates import Candidate
from te_cli.rank.fuse import fused
from te_cli.rank.order import rank
from te_cli.rank.roles import role_of
from te_cli.rank.signals import signals
from te_cli.rank.weights import BY_NAME, CROWDING, SEMANTIC, WEIGHTS


def unit(number: int, path: str, kind: str = "function", name: str = "f", **scores: object) -> Candidate:
    """A candidate of ten lines."""
    symbol = Symbol(kind, name, name, "", f"def {name}()", "", 10 * number + 1, 10 * number + 10)
    return Candidate(number, path, "code", symbol, **scores)  # type: ignore[arg-type]


SCORES = st.floats(0, 1)
CANDIDATES = st.lists(
    st.builds(
        lambda path, kind, name, words, vector: (path, kind, name, words, vector),
        st.sampled_from(["a.py", "b.py", "tests/test_a.py", "pkg/c.py"]),
        st.sampled_from(["function", "class", "module", "constant"]),
        st.sampled_from(["parse", "Parser", "parse_file", "other"]),
        SCORES,
        SCORES,
    ),
    max_size=25,
)


@given(
    rows=CANDIDATES, seed=st.integers(0, 25), text=st.sampled_from(["parse file", "Parser", "how does parsing work"])
)
def test_the_order_does_not_depend_on_the_input_order(
    rows: list[tuple[str, str, str, float, float]], seed: int, text: str
) -> None:
    """A total order: shuffled candidates give the same page."""
    candidates = [
        unit(number, path, kind, name, words=words, vector=vector, words_rank=number)
        for number, (path, kind, name, words, vector) in enumerate(rows)
    ]
    shuffled = candidates[seed:] + candidates[:seed]
    shuffled.reverse()
    query = analyse(text)
    page = rank(query, candidates, 10)
    assert [entry.candidate.id for entry in page] == [entry.candidate.id for entry in rank(query, shuffled, 10)]
    assert len(page) == min(10, len(candidates))
    scores = [entry.score for entry in page]
    assert scores == sorted(scores, reverse=True)


@given(rows=CANDIDATES)
def test_reasons_add_up(rows: list[tuple[str, str, str, float, float]]) -> None:
    """What --explain shows is the score, not a story about it."""
    candidates = [unit(n, path, kind, name, words=w, vector=v) for n, (path, kind, name, w, v) in enumerate(rows)]
    for entry in rank(analyse("parse the file"), candidates, 10):
        told = sum(reason.value * reason.weight for reason in entry.reasons)
        assert told == pytest.approx(entry.score, abs=1e-3)


def test_fusion_rewards_agreement() -> None:
    """Second in two lists beats first in one, and first in all is 1."""
    assert fused(unit(0, "a.py", words_rank=1, vector_rank=1)) > fused(unit(0, "a.py", words_rank=0))
    assert fused(unit(0, "a.py", words_rank=0, vector_rank=0, name_rank=0)) == 1.0
    assert fused(unit(0, "a.py")) == 0.0


def first(text: str, *candidates: Candidate) -> str:
    """The path of the best candidate."""
    return rank(analyse(text), candidates, 1)[0].candidate.path


def test_a_name_asks_for_its_definition_case_and_all() -> None:
    """`Serialize` is the trait, `serialize` the method."""
    trait = unit(0, "ser/one.rs", "trait", "Serialize", words=1.0, name_rank=0)
    method = unit(1, "ser/two.rs", "method", "serialize", words=1.0, name_rank=1)
    assert first("Serialize", trait, method) == "ser/one.rs"
    assert first("serialize", trait, method) == "ser/two.rs"


def test_tests_come_last_unless_asked_for() -> None:
    """A test repeats the words of what it tests."""
    code = unit(0, "upload.py", name="upload", words=0.9, vector=0.5)
    test = unit(1, "tests/test_upload.py", name="test_upload", words=1.0, vector=0.55)
    assert first("upload a file", code, test) == "upload.py"
    assert first("tests of upload", code, test) == "tests/test_upload.py"


def test_one_file_does_not_fill_the_page() -> None:
    """Each further hit of a file pays, so other files come up."""
    many = [unit(n, "big.py", name=f"f{n}", words=1.0, vector=0.6) for n in range(8)]
    others = [unit(10 + n, f"o{n}.py", name=f"g{n}", words=0.6, vector=0.5) for n in range(4)]
    paths = [entry.candidate.path for entry in rank(analyse("some words here"), many + others, 5)]
    assert paths.count("big.py") == 1


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("parse", "name"),
        ("HttpClient", "name"),
        ("Server.start", "name"),
        ("std::vector", "name"),
        ("parse()", "name"),
        ("src/app.py", "name"),
        ("app.py:12", "name"),
        ("parse the file", "words"),
        ("?", "words"),
        ("", "words"),
    ],
)
def test_intent(text: str, intent: str) -> None:
    """One name is a name; anything else is words."""
    assert analyse(text).intent == intent


def test_analysis_finds_names_in_a_sentence() -> None:
    """What looks like code is looked up by name, qualifiers apart; filler and the language's name are not words."""
    query = analyse("why does Server.handle_request() fail in python when `retryUpload` is called?")
    assert query.names[:2] == ("handle_request", "retryUpload")
    assert query.qualifiers == ("Server",)
    assert "python" not in query.words
    assert "does" not in query.words
    assert {"handle", "request", "retry", "upload"} <= set(query.words)


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("src/app.py", (("src/app.py", None),)),
        ("see app.py:12 for more", (("app.py", 12),)),
        ('  File "/usr/lib/site-packages/pkg/core.py", line 7, in run', (("/usr/lib/site-packages/pkg/core.py", 7),)),
        ("at run (src/a/b.ts:12:5)", (("src/a/b.ts", 12),)),
        ("lib\\win.c", (("lib/win.c", None),)),
        ("no path here, only words.", ()),
    ],
)
def test_paths_are_seen(text: str, paths: tuple[tuple[str, int | None], ...]) -> None:
    """As typed, as compilers say them, and as traces do."""
    assert analyse(text).paths == paths


@given(text=st.text())
def test_analysis_takes_any_text(text: str) -> None:
    """Nothing that can be typed breaks it."""
    query = analyse(text)
    assert len(query.names) <= 24
    assert query.words or not any(character.isalnum() for character in text)


@pytest.mark.parametrize("group", [("route", "routes", "routing", "routed", "router"), ("parse", "parser", "parsing")])
def test_endings_fold(group: tuple[str, ...]) -> None:
    """The forms of a word are alike."""
    assert all(alike(fold(first), fold(second)) for first in group for second in group)


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("tests/test_app.py", "test"),
        ("pkg/server_test.go", "test"),
        ("src/app.spec.ts", "test"),
        ("src/main/java/FooTest.java", "test"),
        ("examples/hello.rs", "example"),
        ("vendor/lib.c", "compat"),
        ("docs/guide.md", "docs"),
        ("src/contest.py", "source"),
        ("latest/attestation.go", "source"),
    ],
)
def test_roles(path: str, role: str) -> None:
    """What a file is for, by its path."""
    assert role_of(path) == role


def test_every_weight_says_why() -> None:
    """No number in the ranker goes without its reason."""
    for table in (*WEIGHTS.values(), *BY_NAME.values(), SEMANTIC):
        assert all(weight.value and len(weight.reason) > 10 for weight in table.values())
    assert set(CROWDING) == set(WEIGHTS) == set(get_args(Intent))


def test_an_older_version_comes_after_the_newer_one() -> None:
    """Where both stand side by side, unless it is asked for; a lone folder `v1` is no older than anything."""
    old, new = unit(1, "src/v3/types.ts", words=1.0, vector=0.5), unit(2, "src/v4/types.ts", words=1.0, vector=0.5)
    elsewhere = unit(3, "api/v1/types.ts", words=1.0, vector=0.5)

    def lowered(text: str) -> set[str]:
        values = signals(analyse(text), [old, new, elsewhere])
        return {each.path for each, value in zip([old, new, elsewhere], values, strict=True) if value["superseded"]}

    assert lowered("where are the types checked") == {"src/v3/types.ts"}
    assert lowered("where does v3 check the types") == set()
    first = rank(analyse("where are the types checked"), [old, new], 2)[0]
    assert first.candidate.path == "src/v4/types.ts"
