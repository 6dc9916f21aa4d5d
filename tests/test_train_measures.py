"""What a model is measured by: the harness's scores, ranks, intervals, and documentation taken from what it is of."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts" / "train"))

from documented import asked, first_sentence, without_doc
from measures import Place, interval, one_a_file, ranks_of, score, score_ranks
from searched import file_of

from te_cli.document import Document


def test_a_target_with_lines_is_hit_by_what_overlaps_them() -> None:
    page = [Place("a.py", 1, 9), Place("b.py", 1, 1), Place("a.py", 20, 30)]
    assert score(page, [{"path": "a.py", "start_line": 25, "end_line": 26}])["mrr"] == pytest.approx(1 / 3)
    assert score(page, ["b.py"])["r1"] == 0
    assert score(page, ["b.py"])["r5"] == 1
    assert score(page, ["c.py"])["ndcg"] == 0


def test_the_gain_is_that_of_a_list_with_all_targets_first() -> None:
    page = [Place("a.py", 1, 9), Place("b.py", 1, 9), Place("c.py", 1, 9)]
    assert score(page, ["a.py", "b.py"])["ndcg"] == pytest.approx(1)
    assert score(page, ["a.py", "c.py"])["ndcg"] == pytest.approx(1.5 / (1 + 1 / np.log2(3)))


def test_a_file_counts_once_by_protocol_b() -> None:
    page = [Place("a.py", 1, 9), Place("a.py", 10, 19), Place("b.py", 1, 9)]
    assert score(page, ["b.py"])["mrr"] == pytest.approx(1 / 3)
    assert score(one_a_file(page), ["b.py"])["mrr"] == pytest.approx(1 / 2)


def test_only_ten_places_count() -> None:
    page = [Place(f"{number}.py", 1, 9) for number in range(12)]
    assert score(page, ["10.py"])["r10"] == 0
    assert score(page, ["9.py"])["r10"] == 1


def test_equal_scores_share_their_places() -> None:
    scores = np.array([0.5, 0.9, 0.5, 0.1], np.float32)
    assert ranks_of(scores, [1]) == [1]
    assert ranks_of(scores, [0]) == [2.5]
    assert ranks_of(scores, [0, 2]) == [2.5, 3.5]
    assert score_ranks([20.0], 1) == {"ndcg": 0, "mrr": 0.05, "r1": 0, "r5": 0, "r10": 0}
    assert score_ranks([1.0, 2.0], 2)["ndcg"] == pytest.approx(1)


def test_an_interval_holds_the_mean_and_narrows_with_the_queries() -> None:
    few, many = interval([0.0, 1.0] * 20), interval([0.0, 1.0] * 500)
    assert few[0] < many[0] < 0.5 < many[1] < few[1]
    assert interval([0.0, 1.0] * 20) == few


@pytest.mark.parametrize(
    ("doc", "sentence"),
    [
        ("Opens the file, e.g. for reading. Then more.", "Opens the file, e.g. for reading"),
        ("Reads the {@link Config} of\na user\n\n@param user who", "Reads the Config of a user"),
        ("@brief Sends it over the wire.\n@param it", "Sends it over the wire"),
        ("@inheritDoc", ""),
        ("Sends ``it`` to <b>all</b> of them:", "Sends it to all of them"),
    ],
)
def test_the_first_sentence_of_a_documentation(doc: str, sentence: str) -> None:
    assert first_sentence(doc) == sentence


def test_what_is_said_of_a_function_is_taken_out_of_it() -> None:
    said = "Retry the failed upload once more.\n\nAnd say so."
    body = f'def retry(self):\n    """{said}\n    """\n    return self.send()'
    bare = without_doc(Document("a.py", "function", "retry", "retry", "def retry(self)", said, body))
    assert (bare.doc, bare.body) == ("", "def retry(self):\n    \n    return self.send()")
    body = "#[inline]\n/// Retry the failed upload once more.\n///\n/// And say so.\nfn retry() { send() }"
    bare = without_doc(Document("a.rs", "function", "retry", "retry", "fn retry()", said, body))
    assert bare.body == "#[inline]\n/// \n///\n/// \nfn retry() { send() }"


def test_a_sentence_asks_for_the_definitions_that_it_stands_above() -> None:
    source = "".join(
        f'def {name}(x):\n    """{said}"""\n    return {name}_of(x)\n\n'
        for name, said in (
            ("opened", "Open the named file for reading."),
            ("closed", "Close it."),
            ("reopened", "Open the named file for reading."),
        )
    )
    file = file_of("a.py", source.encode())
    assert file is not None
    found = asked([file])
    assert [document.name for document in found.documents] == ["opened", "closed", "reopened"]
    assert not any(document.doc or '"""' in document.body for document in found.documents)
    assert [(query.text, query.targets) for query in found.queries] == [("Open the named file for reading", (0, 2))]
