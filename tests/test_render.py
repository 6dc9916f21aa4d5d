"""What is printed is safe to print, and says what it should."""

from __future__ import annotations

import io
import json
import re
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from te_cli.model import (
    Alike,
    Hit,
    IndexReport,
    Outline,
    OutlineNode,
    Progress,
    SearchResult,
    Signal,
    Skipped,
    SkipReason,
    Symbol,
)
from te_cli.render import human, machine, plain, reports, screen, words
from te_cli.render.escape import many_lines, one_line
from te_cli.render.progress import ProgressBar

if TYPE_CHECKING:
    from collections.abc import Callable

    Show = Callable[[Callable[[], None]], str]


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


def symbol(name: str = "greet", **changes: object) -> Symbol:
    values: dict[str, object] = {
        "kind": "function",
        "name": name,
        "qualified_name": f"Greeter.{name}",
        "module": "pkg",
        "signature": f"def {name}(self)",
        "doc": "Say hello.\n\nAt length.",
        "start_line": 3,
        "end_line": 5,
    }
    return Symbol(**(values | changes))  # type: ignore[arg-type]  # the keys are Symbol's own


def hit(path: str = "src/a.py", **changes: object) -> Hit:
    values: dict[str, object] = {"id": 7, "path": path, "language": "python", "symbol": symbol(), "score": 1.5}
    return Hit(**(values | changes))  # type: ignore[arg-type]  # the keys are Hit's own


def result(*hits: Hit) -> SearchResult:
    return SearchResult("hello", "/r", "fresh", 2, 9, 0.0123, hits)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Show:
    """Do something where output goes to a terminal, and give what the terminal shows."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)

    def show(action: Callable[[], None]) -> str:
        stream = Terminal()
        with monkeypatch.context() as streams:
            streams.setattr(sys, "stdout", stream)
            streams.setattr(sys, "stderr", stream)
            action()
        return stream.getvalue()

    return show


@given(st.text())
def test_one_line_is_one_printable_line(text: str) -> None:
    shown = one_line(text)
    shown.encode()
    assert len(shown.splitlines()) <= 1
    assert not any(character < " " or "\x7f" <= character < "\xa0" for character in shown)


@given(st.text())
def test_many_lines_keep_their_lines_and_lose_their_controls(text: str) -> None:
    shown = many_lines(text)
    shown.encode()
    assert shown.count("\n") == text.count("\n")
    assert not any((character < " " and character not in "\n\t") for character in shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        *(("a\nb", "a\\nb"), ("\x1b[31m", "\\e[31m"), ("\x9b1m", "\\x9b1m"), ("\u202ex", "\\u202ex")),
        *(("\udcff", "\\xff"), ("é [red]", "é [red]")),
    ],
)
def test_controls_are_spelled_out(text: str, shown: str) -> None:
    assert one_line(text) == shown


def test_a_pipe_gets_one_line_a_hit() -> None:
    assert plain.search(result(hit(), hit("b\nc.py"))) == (
        "src/a.py:3: function Greeter.greet\nb\\nc.py:3: function Greeter.greet\n"
    )


def test_a_pipe_gets_source_and_scores_only_where_they_were_asked_for() -> None:
    asked = hit(snippet="x = 1\ny = 2\n", snippet_start=2, explain=(Signal("name", 2.0, 0.5),))
    assert plain.search(result(hit(snippet="x = 1\n", snippet_start=2))) == "src/a.py:3: function Greeter.greet\n"
    assert plain.search(result(asked), source=True) == (
        "src/a.py:3: function Greeter.greet\nsrc/a.py-2-x = 1\nsrc/a.py-3-y = 2\n"
        "    +1.0000  name (2 x 0.5)\n     1.5000  score\n"
    )


def test_a_pipe_is_told_of_stale_hits_at_the_end_of_the_line() -> None:
    assert plain.search(result(hit(stale=True), hit())).splitlines() == [
        "src/a.py:3: function Greeter.greet [stale]",
        "src/a.py:3: function Greeter.greet",
    ]


def plain_lines(shown: str) -> list[str]:
    """What a terminal shows, without its colours."""
    return re.sub(r"\x1b\[[\d;]*m", "", shown).splitlines()


def test_a_terminal_shows_what_encloses_a_hit_and_what_matched(terminal: Show) -> None:
    found = hit(
        symbol=symbol(doc="", qualified_name="Outer.Greeter.greet"),
        parent=symbol("Greeter", kind="class", qualified_name="Outer.Greeter"),
        weak=True,
        alike=tuple(Alike(f"copy{n}.py", symbol()) for n in range(5)),
        snippet="    greetings = greet_all\n    return regreet",
        snippet_start=4,
        matched=("greet",),
    )
    shown = terminal(lambda: human.search(result(found)))
    assert plain_lines(shown) == [
        "src/a.py:3  class Outer.Greeter › function greet  (weak: little speaks for it)",  # noqa: RUF001
        "    def greet(self)",
        "    4     greetings = greet_all",
        "    5     return regreet",
        "    and 5 alike: copy0.py:3, copy1.py:3, copy2.py:3 …",
    ]
    assert re.findall(r"\x1b\[[\d;]*\b1;4[\d;]*m(\w+)", shown) == ["greet"]


def test_source_is_cut_with_a_mark_and_padded_by_nothing(terminal: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    found = hit(snippet=f"\nshort = 1\n\n\tlong = '{'x' * 90}'\n", snippet_start=8, symbol=symbol(doc=""))
    lines = plain_lines(terminal(lambda: human.search(result(found))))
    assert lines == [
        "src/a.py:3  function Greeter.greet",
        "     8 ",
        "     9 short = 1",
        "    10 ",
        f"    11     long = '{'x' * 20}…",
    ]


def test_a_long_headline_goes_on_below_and_breaks_between_words(
    terminal: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    long = symbol(kind="section", qualified_name="Guide to the many ways > Of putting things", doc="", signature="")
    assert plain_lines(terminal(lambda: human.search(result(hit("docs/guide.md", symbol=long))))) == [
        "docs/guide.md:3",
        "    section Guide to the many ways > Of",
        "    putting things",
    ]


def test_the_terminal_explains_what_each_signal_means(terminal: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    signals = (Signal("name", 2.0, 0.5, "the name covers the query, and well"), Signal("depth", 0.25, -2.0))
    found = hit(explain=signals, symbol=symbol(doc="", signature=""))
    assert plain_lines(terminal(lambda: human.search(result(found))))[1:] == [
        "     +1.0000  name   2 x 0.5    the name covers the query,",
        "                                and well",
        "     -0.5000  depth  0.25 x -2",
        "      1.5000  score",
    ]


def test_lists_break_between_their_items_on_a_terminal(terminal: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    text = "4 files, 9 units in 1 s  +4 new\nkinds         method 1,096, class 183, constant 86\n"
    assert plain_lines(terminal(lambda: screen.report(text))) == [
        "4 files, 9 units in 1 s  +4 new",
        "kinds         method 1,096, class 183,",
        "              constant 86",
    ]


def test_sentences_break_between_words_on_a_terminal(terminal: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    assert terminal(lambda: screen.say("    one two three four five")) == "    one two three\n    four five\n"
    assert plain_lines(terminal(lambda: screen.complain("No such thing here.", ""))) == ["te: No such thing", "here."]


def test_a_terminal_gets_colour_source_and_reasons(terminal: Show) -> None:
    found = hit(stale=True, snippet="def greet(self):\n    pass\n", explain=(Signal("name", 2.0, 0.5),))
    shown = terminal(lambda: human.search(result(found)))
    assert "\x1b[35msrc/a.py" in shown
    assert "(changed since it was indexed)" in shown
    assert "greet" in shown
    assert "+1.0000" in shown


def test_no_color_is_honoured(terminal: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    shown = terminal(lambda: human.search(result(hit(snippet="def greet(self): ..."))))
    assert not any(f"\x1b[3{colour}" in shown for colour in range(8))


def test_names_are_neither_markup_nor_escape_sequences(terminal: Show) -> None:
    nasty = symbol("x", qualified_name="[red]x[/red]\x1b[2J", doc=":smile: [b]", signature="[/]")
    found = hit("[bold]\x1b]0;title\x07.py", symbol=nasty, snippet="a\x1b[2Jb\x07\r\nc")
    shown = terminal(lambda: human.search(result(found)))
    assert "[red]x[/red]\\e[2J" in shown
    assert "[bold]\\e]0;title\\x07.py" in shown
    assert ":smile: [b]" in shown
    assert "\x1b[2J" not in shown
    assert "\x07" not in shown


def test_an_outline_nests_on_a_terminal(terminal: Show) -> None:
    inner = OutlineNode(symbol("inner", start_line=4))
    value = Outline("a.py", "python", False, (OutlineNode(symbol("Outer", kind="class"), (inner,)),))
    assert plain_lines(terminal(lambda: human.outline(value))) == [
        "a.py",
        "  3-5  class Outer  def Outer(self)",
        "  4-5    function inner  def inner(self)",
    ]


def test_an_outline_is_one_line_a_symbol_in_a_pipe() -> None:
    inner = OutlineNode(symbol("inner", start_line=4))
    value = Outline("a.py", "python", False, (OutlineNode(symbol("Outer", kind="class"), (inner,)), inner))
    assert plain.outline(value).splitlines() == [
        "a.py:3: class Greeter.Outer",
        "a.py:4: function Greeter.inner",
        "a.py:4: function Greeter.inner",
    ]


def test_an_outline_of_any_depth_is_json() -> None:
    node = OutlineNode(symbol("f0"))
    for number in range(1, 5000):
        node = OutlineNode(symbol(f"f{number}"), (node,))
    text = machine.text_of(machine.outline(Outline("a.py", "python", False, (node,))))
    assert text.count('"children"') == 5000
    assert json.loads(text)["symbols"][0]["name"] == "f4999"


def test_skips_are_counted_by_reason() -> None:
    skips = (Skipped("a", SkipReason.BINARY), Skipped("b", SkipReason.TOO_LARGE), Skipped("c", SkipReason.BINARY))
    report = IndexReport("/r", "/r/.te", 1, 1234, 1, 0, 0, 0, 1234, 0, skips, 0.25)
    assert reports.index(report).splitlines() == [
        "1 file, 1,234 units in 250 ms  +1 new",
        "skipped       2 binary, 1 too large  (te status --skipped lists them)",
    ]


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0 bytes"), (1023, "1,023 bytes"), (1024, "1.0 KiB"), (5 << 20, "5.0 MiB"), (1 << 40, "1.0 TiB")],
)
def test_sizes_read_well(number: int, text: str) -> None:
    assert words.size(number) == text


@pytest.mark.parametrize(("number", "text"), [(0.0123, "12 ms"), (2.345, "2.3 s"), (125, "2 min 5 s")])
def test_durations_read_well(number: float, text: str) -> None:
    assert words.seconds(number) == text


@pytest.mark.parametrize(("passed", "text"), [(1, "just now"), (30, "30 seconds ago"), (3700, "1 hour ago")])
def test_moments_read_well(passed: float, text: str) -> None:
    assert words.ago(1000, 1000 + passed) == text


def draw(*, quiet: bool) -> None:
    with ProgressBar(quiet=quiet) as bar:
        bar(Progress("listing", 0, 0))
        bar(Progress("reading", 5, 10))


def test_the_bar_shows_where_a_person_waits(terminal: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("te_cli.render.progress.PATIENCE", -1)
    shown = terminal(lambda: draw(quiet=False))
    assert "reading" in shown
    assert "5 of 10 files" in shown


def test_the_bar_is_silent_when_told_to_be(terminal: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("te_cli.render.progress.PATIENCE", -1)
    assert terminal(lambda: draw(quiet=True)) == ""


def test_the_bar_is_silent_in_a_log(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("te_cli.render.progress.PATIENCE", -1)
    draw(quiet=False)
    assert capsys.readouterr() == ("", "")


def test_output_survives_closed_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    screen.write("x")
    screen.say("x")
    screen.finish()
    screen.close_quietly()
