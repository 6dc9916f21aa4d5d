"""Names in memory find what a look at each of them finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from te_cli import open_index
from te_cli.config import Options, settings_for_indexing
from te_cli.engine.places import open_reader
from te_cli.rank.slips import intact, nearest, slips_in
from te_cli.store.spelled import Spelled

if TYPE_CHECKING:
    from conftest import MakeRepository

NAMES = st.lists(st.text("abcdeABé_İ0", min_size=1, max_size=9))


@given(names=NAMES, word=st.text("abcdeé_", min_size=1, max_size=8), lost=st.integers(0, 2))
def test_names_that_lack_few_letters(names: list[str], word: str, lost: int) -> None:
    wanted = [name for name in sorted(set(names)) if len(set(word) - set(name.lower())) <= lost]
    found = Spelled(names).having(word, lost)
    assert [name for name in found if name in wanted] == wanted  # letters may share a bit, so there may be more
    assert found == sorted(found)


def test_the_second_search_finds_what_the_first_one_found(repo: MakeRepository) -> None:
    names = ["receiveMessage", "send_receipt", "Recipe", "recover", "deceiver", "message", "getUserById", "_guessBitIn"]
    root = repo({"a.py": "".join(f"def {name}(): pass\n" for name in names)})
    open_index(root).update()
    with open_reader(settings_for_indexing(str(root), Options())) as reader:
        for word in ("recieveMessage", "recieve", "mesage", "zzzzzz"):
            answers = [nearest(word, reader.names.holding(intact(word), word, slips_in(word))) for _ in range(3)]
            assert answers[0] == answers[1] == answers[2]
        assert reader.names.spaced("gubi") == ["_guessBitIn", "getUserById"]
    with open_reader(settings_for_indexing(str(root), Options())) as reader:
        assert reader.names.spaced("gubi") == ["_guessBitIn", "getUserById"]
