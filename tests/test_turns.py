"""Which file a worker reads next: one in a language that it has read, as far as the order of outcomes allows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from te_cli.engine.reading import Job
from te_cli.engine.turns import MOST_PASSED, Turns
from te_cli.model import Fingerprint, SourceFile

SEEN = Fingerprint(1, 1, 1, 1, 1)


def jobs(*languages: str) -> list[Job]:
    """A job for a file in each of the languages."""
    return [
        Job(SourceFile(f"{position}.{name}", name, "docs" if name == "markdown" else "code", SEEN), None)
        for position, name in enumerate(languages)
    ]


def test_a_worker_goes_on_with_the_languages_that_it_has_read() -> None:
    """Two workers in a folder of two languages each read one of them."""
    turns = Turns(jobs("ts", "tsx", "ts", "tsx", "tsx", "ts"))
    turns.offer(6)
    one, other = set[str](), set[str]()
    taken = [turns.take(known) for known in (one, other, one, one, other, other)]
    assert taken == [0, 1, 2, 5, 3, 4]
    assert (one, other) == ({"ts"}, {"tsx"})


def test_rather_than_a_language_that_another_worker_reads_it_takes_what_has_no_grammar() -> None:
    """No worker waits: where nothing else is left, it reads that language, too."""
    turns = Turns(jobs("go", "go", "markdown", "ruby", "go"))
    turns.offer(5)
    one, other = set[str](), set[str]()
    one.add("go")
    assert turns.take(one) == 0
    assert [turns.take(other) for _ in range(4)] == [2, 3, 1, 4]
    assert not turns.left


def test_the_first_of_the_row_is_not_passed_over_for_long() -> None:
    """Outcomes are read in order: what they wait for is read by a worker that does not know its language."""
    turns = Turns(jobs("c", *["go"] * 3 * MOST_PASSED))
    turns.offer(64)
    taken = [turns.take({"go"}) for _ in range(MOST_PASSED + 1)]
    assert taken == [*range(1, MOST_PASSED + 1), 0]


def test_what_is_not_offered_is_not_taken() -> None:
    """Outcomes come in order, so that nobody reads far ahead of the first that is missing."""
    turns = Turns(jobs("go", "c", "go"))
    turns.offer(2)
    known = set[str]()
    assert [turns.take(known) for _ in range(3)] == [0, 1, None]
    assert turns.left
    turns.offer(9)
    assert turns.take(known) == 2


@given(st.lists(st.sampled_from(["go", "ts", "markdown"])), st.integers(1, 9), st.data())
def test_each_job_is_taken_once_and_the_first_is_never_far(
    languages: list[str], window: int, data: st.DataObject
) -> None:
    """Whoever asks, and whatever is done first."""
    turns = Turns(jobs(*languages))
    knowing = [set[str](), set[str](), set[str]()]
    taken: set[int] = set()
    out = 0
    while turns.left:
        turns.offer(out + window)
        position = turns.take(data.draw(st.sampled_from(knowing)))
        if position is None:
            continue
        assert out <= position < out + window
        assert position not in taken
        taken.add(position)
        while out in taken:
            out += 1
    assert taken == set(range(len(languages)))
