"""``te refs``: where a name is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from te_cli import open_index
from te_cli.errors import IndexDamaged
from te_cli.model import Reference
from te_cli.store.catalog import Catalog
from te_cli.store.references import mark_of_name, marks_in, pack, unpack

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import MakeRepository, Run

FILES = {
    "shop/till.py": (
        "import os.path\nfrom shop.tax import rate as tax_rate\n\n\nclass Till(Drawer):\n    def open(self):\n"
        "        self.ring()\n        return bell.ring(os.path.join('a', 'b'))\n\n    def ring(self):\n        pass\n"
    ),
    "shop/bell.go": "package shop\n\nfunc Chime(b Bell) {\n\tb.Ring()\n}\n",
    "notes.md": "# Ring\n\nring()\n",
}


@pytest.fixture
def shop(repo: MakeRepository) -> Path:
    """A repository in which names are used; the first question indexes it."""
    return repo(FILES)


@pytest.mark.usefixtures("shop")
def test_a_line_a_use_by_path_and_line(te: Run) -> None:
    ran = te("refs", "ring")
    assert ran.exit_code == 0
    assert ran.lines == [
        "shop/till.py:7:14: call in Till.open: self.ring()",
        "shop/till.py:8:21: call in Till.open: return bell.ring(os.path.join('a', 'b'))",
    ]
    assert te("refs", "Drawer").lines == ["shop/till.py:5:12: inherit in Till: class Till(Drawer):"]


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("name", "lines"), [("Till.ring", [7]), ("Bell.ring", [8]), ("path.join", [8]), ("ring()", [7, 8])]
)
def test_an_owner_tells_uses_apart(te: Run, name: str, lines: list[int]) -> None:
    assert [use["line"] for use in te("refs", name, "--json").json()["results"]] == lines


@pytest.mark.usefixtures("shop")
def test_uses_as_json(te: Run) -> None:
    value = te("refs", "rate", "--json").json()
    assert (value["schema"], value["total"], value["index"]["freshness"]) == ("te.refs/1", 1, "fresh")
    (use,) = value["results"]
    assert use.pop("in")["kind"] == "module"
    place = {"path": "shop/till.py", "line": 2, "column": 22, "language": "python", "stale": False}
    named = {"kind": "import", "name": "rate", "qualifier": "shop.tax", "alias": "tax_rate"}
    assert use == place | named | {"source": "from shop.tax import rate as tax_rate"}


@pytest.mark.usefixtures("shop")
def test_filters_and_limit(te: Run) -> None:
    assert te("refs", "Bell", "--kind", "type", "--lang", "go").lines == [
        "shop/bell.go:3:14: type in Chime: func Chime(b Bell) {"
    ]
    assert te("refs", "Bell", "--kind", "call").exit_code == 1
    assert te("refs", "ring", "--path", "!shop").exit_code == 1
    value = te("refs", "ring", "-k", "1", "--json").json()
    assert (value["total"], len(value["results"])) == (2, 1)


@pytest.mark.usefixtures("shop")
def test_where_there_is_none_the_nearest_names_are_told(te: Run) -> None:
    ran = te("refs", "chime")
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert "Nothing refers to 'chime'." in ran.stderr
    assert "Try `te refs ring`, `te refs Ring`." in te("refs", "Horn.ring").stderr
    assert "Try `te refs Ring`, `te refs ring`." in te("refs", "RING").stderr


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    "arguments", [[""], ["."], ["ring", "--kind", "calls"], ["ring", "-k", "0"], ["ring", "--kind", ""]]
)
def test_what_makes_no_sense_is_refused(te: Run, arguments: list[str]) -> None:
    ran = te("refs", *arguments)
    assert ran.exit_code == 2
    assert ran.stderr.count("\n") == 2


def test_an_edit_moves_its_uses(shop: Path, te: Run) -> None:
    te("index")
    (shop / "shop/till.py").write_text("\n\n" + FILES["shop/till.py"].replace("self.ring()", "self.ding()"))
    assert [use.reference.line for use in open_index(shop).refs("ring")] == [10]
    (shop / "shop/till.py").unlink()
    assert open_index(shop).refs("ring") == ()
    assert te("refs", "Ring", "--refresh", "never").lines == ["shop/bell.go:4:4: call in Chime: b.Ring()"]


def test_a_use_in_a_changed_file_is_stale(shop: Path, te: Run) -> None:
    te("index")
    (shop / "shop/bell.go").write_text("package shop\n")
    value = te("refs", "Ring", "--refresh", "never", "--json").json()
    assert (value["index"]["freshness"], value["results"][0]["stale"], value["results"][0]["source"]) == (
        "stale",
        True,
        None,
    )
    assert te("refs", "Ring", "--refresh", "never").lines == ["shop/bell.go:4:4: call in Chime [stale]"]


def test_damaged_references_are_found_and_mended(shop: Path, te: Run) -> None:
    te("index")
    catalog = Catalog(shop / ".te" / "catalog.db")
    catalog.run("UPDATE refs SET packed = x'00'")
    catalog.close()
    ran = te("doctor")
    assert "references" in next(line for line in ran.lines if not line.startswith("ok"))
    assert te("doctor", "--repair").exit_code == 0
    assert len(te("refs", "ring").lines) == 2


def test_damaged_references_heal_when_asked_for(shop: Path, te: Run) -> None:
    te("index")
    catalog = Catalog(shop / ".te" / "catalog.db")
    catalog.run("UPDATE refs SET packed = x'00'")
    catalog.close()
    assert len(te("refs", "ring").lines) == 2


def test_packing_loses_nothing() -> None:
    references = [Reference("call", "größe", "a.b", "", 3, 9, 0), Reference("import", "x", "", "\u2028y", 4, 1, 2)]
    packed = pack(references)
    assert (unpack(packed.data), packed.total) == (references, 2)
    assert packed.marks == marks_in(packed.data) == tuple(sorted(map(mark_of_name, ("Größe", "X"))))
    with pytest.raises(IndexDamaged):
        unpack(packed.data[:-1])
