"""What a query says: shapes, frames, filters, slips and abbreviations, without an index."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from te_cli.rank.analyse import analyse
from te_cli.rank.inline import Typed, typed
from te_cli.rank.slips import abbreviated, distance, humps, intact, nearest, slips_in
from te_cli.rank.traces import Frame, frames

FRAMES = [
    ('  File "/usr/lib/pkg/core.py", line 7, in run', Frame("/usr/lib/pkg/core.py", 7, "run")),
    ('  File "core.py", line 7, in <module>', Frame("core.py", 7, None)),
    ('  File "core.py", line 7', Frame("core.py", 7, None)),
    ("tests/test_x.py:12: in test_foo", Frame("tests/test_x.py", 12, "test_foo")),
    ("src/a.py:120: AssertionError", Frame("src/a.py", 120, None)),
    ("\tat com.acme.Bar$Inner.go(Bar.java:123)", Frame("com/acme/Bar.java", 123, "go", "Inner")),
    ("\tat com.acme.Foo.<init>(Foo.java:5)", Frame("com/acme/Foo.java", 5, "Foo", "acme")),
    ("\tat app//com.x.Y.lambda$go$0(Y.kt:9)", Frame("com/x/Y.kt", 9, "go", "Y")),
    ("    at Layer.handle [as cb] (/srv/lib/layer.js:95:5)", Frame("/srv/lib/layer.js", 95, "handle", "Layer")),
    ("    at new Router (file:///srv/r.mjs:1:2)", Frame("srv/r.mjs", 1, "Router")),
    ("    at async C:\\app\\index.js:281:22", Frame("C:/app/index.js", 281, None)),
    ("foo@http://localhost:3000/js/app.js:10:15", Frame("js/app.js", 10, "foo")),
    (
        "gin.(*Context).Next(0xc0)\n\t/go/gin@v1.9/context.go:174 +0x2b",
        Frame("/go/gin@v1.9/context.go", 174, "Next", "Context"),
    ),
    ("main.main.func1()\n\t/home/x/main.go:12", Frame("/home/x/main.go", 12, "main", "main")),
    ("thread 'main' panicked at src/main.rs:5:9:", Frame("src/main.rs", 5, None)),
    ("thread 'main' panicked at 'called `x`', src/lib.rs:42:10", Frame("src/lib.rs", 42, None)),
    (
        "   4: app::server::Handler<T>::run::{{closure}}\n             at ./src/server.rs:55:9",
        Frame("./src/server.rs", 55, "run", "Handler"),
    ),
    (
        "   5: <alloc::vec::Vec<T> as core::ops::Index<I>>::index\n      at /rustc/a/mod.rs:2770:9",
        Frame("/rustc/a/mod.rs", 2770, "index", "Vec"),
    ),
    (
        "   at Acme.Reader.Create(JsonReader r, List<T> t) in C:\\src\\Reader.cs:line 412",
        Frame("C:/src/Reader.cs", 412, "Create", "Reader"),
    ),
    ("   at App.<>c__D1_0.<Run>b__0(String[] a) in /_/App.cs:line 9", Frame("/_/App.cs", 9, "Run", "App")),
    ("#0  0x00007f in ns::Cls<int>::go (this=0x0, a=1) at /x/f.cpp:123", Frame("/x/f.cpp", 123, "go", "Cls")),
    ("#1  perform (data=0x55) at easy.c:780", Frame("easy.c", 780, "perform")),
    ("    #0 0x4a2b in foo(int, char const*) /src/f.cc:12:5", Frame("/src/f.cc", 12, "foo")),
    (
        "#0 /var/Router.php(123): Illuminate\\Router->dispatch(Object)",
        Frame("/var/Router.php", 123, "dispatch", "Router"),
    ),
    ("app/user.rb:12:in `find_by_name'", Frame("app/user.rb", 12, "find_by_name")),
    ("    (ecto 3.1) lib/ecto/repo.ex:162: Ecto.Repo.one!/3", Frame("lib/ecto/repo.ex", 162, "one", "Repo")),
]


@pytest.mark.parametrize(("text", "frame"), FRAMES)
def test_a_frame_in_each_form(text: str, frame: Frame) -> None:
    assert frames(text) == (frame,)


@pytest.mark.parametrize(
    "text",
    [
        "look at src/app.py for more",
        "at last: it works",
        "#1 is the best",
        "mail me@example.com",
        "    #2  0x0 in raise () from /lib/libc.so.6",
        "at sun.reflect.Native.invoke0(Native Method)",
    ],
)
def test_what_is_no_frame(text: str) -> None:
    assert frames(text) == ()


def test_the_innermost_frame_comes_first() -> None:
    """Python's last one, Java's first one; and so do their paths and functions."""
    python = 'Traceback (most recent call last):\n  File "a.py", line 1, in outer\n  File "b.py", line 2, in inner\n'
    query = analyse(python + "KeyError: 'colour'")
    assert [frame.function for frame in query.frames] == ["inner", "outer"]
    assert query.paths == (("b.py", 2), ("a.py", 1))
    assert query.names[:2] == ("inner", "outer")
    assert "colour" in query.stressed
    java = "java.io.IOException: x\n\tat a.B.inner(B.java:2)\n\tat a.C.outer(C.java:1)\n"
    assert [frame.function for frame in analyse(java).frames] == ["inner", "outer"]


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("parse", "name"),
        ("src/app.py:3", "name"),
        ("where are uploads retried", "question"),
        ("Upload fails\n\nIt says nothing.", "issue"),
        ("word " * 70, "issue"),
        ('Traceback (most recent call last):\n  File "a.py", line 1, in f\nValueError: x', "trace"),
        ("java.lang.Error: x\n\tat a.B.c(B.java:1)", "trace"),
        ('Upload fails\nI did this.\nAnd that.\nThen:\n\n  File "a.py", line 1, in f\nValueError: x', "issue"),
        ("", "question"),
    ],
)
def test_shapes(text: str, shape: str) -> None:
    assert analyse(text).shape == shape


def test_a_bug_report_is_about_its_title() -> None:
    """Its words weigh more, with what the errors say; and what it says of tests further down is not what it asks."""
    query = analyse("Upload of Empty.File fails\n\nI ran the tests of `other()`.\nValueError: no payload\n")
    assert query.stressed == ("Upload", "of", "Empty", "File", "fails", "ValueError", "no", "payload")
    assert query.names[0] == "File"
    assert not query.wants_tests
    assert analyse("tests of upload\n\nmore").wants_tests


def test_quotes_keep_phrases() -> None:
    """Of more than one word, a few of them."""
    assert analyse('who says "connection reset" and "x" or “by peer”').phrases == ("connection reset", "by peer")
    assert len(analyse("\n".join(f'"a{n} b"' for n in range(50))).phrases) == 4


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("lang:go kind:class,struct x", Typed("x", (("lang", "go"), ("kind", "class,struct")))),
        ("x -lang:go -path:a/**", Typed("x", (), (("lang", "go"), ("path", "a/**")))),
        ('x path:"my dir/**" language:c++', Typed("x", (("path", "my dir/**"), ("lang", "c++")))),
        ("x module:net.http -test -Upload", Typed("x", (("module", "net.http"),), (), ("Upload",), ("test",))),
        ("x path:/src", Typed("x", (("path", "/src"),))),
        ("-test", Typed("-test")),
        ("-Upload x", Typed("x", (), (), ("Upload",))),
        ("std::vector", Typed("std::vector")),
        ("lang::go lang://x kind: foo:bar http://lang:go", Typed("lang::go lang://x kind: foo:bar http://lang:go")),
        ('"lang:go" `kind:class` x', Typed('"lang:go" `kind:class` x')),
        ("a - b, re-test, -x, -12, --verbose, -no-cache", Typed("a - b, re-test, -x, -12, --verbose, -no-cache")),
        ("lang:go\nx", Typed("lang:go\nx")),
        ("lang:go " + "x" * 200, Typed("lang:go " + "x" * 200)),
    ],
)
def test_filters_in_a_line(text: str, meant: Typed) -> None:
    assert typed(text) == meant


WORDS = st.text("abcdeé", min_size=1, max_size=9)


@given(one=WORDS, other=WORDS)
def test_distance_is_symmetric_and_bounded(one: str, other: str) -> None:
    """It is 0 for equals only, and no more than the longer word."""
    away = distance(one, other, 99)
    assert away == distance(other, one, 99)
    assert away is not None
    assert (away == 0) == (one == other)
    assert abs(len(one) - len(other)) <= away <= max(len(one), len(other))
    assert distance(one, other, away) == away
    assert not away or distance(one, other, away - 1) is None


@given(word=st.text("abcdefgh", min_size=5, max_size=14), data=st.data())
def test_a_slip_leaves_a_piece_whole(word: str, data: st.DataObject) -> None:
    """So that looking for the pieces finds every name that is near."""
    other = word
    for _ in range(slips_in(word)):
        at = data.draw(st.integers(0, len(other) - 1))
        kind = data.draw(st.sampled_from(["drop", "add", "swap", "change"]))
        other = {
            "drop": other[:at] + other[at + 1 :],
            "add": other[:at] + "z" + other[at:],
            "swap": other[:at] + other[at + 1 : at + 2] + other[at : at + 1] + other[at + 2 :],
            "change": other[:at] + "z" + other[at + 1 :],
        }[kind]
        if kind == "swap":
            break
    assert any(piece in other for piece in intact(word))


def test_the_nearest_names() -> None:
    names = ["receiveMessage", "receive_all", "Receiver", "message", "massage"]
    assert nearest("recieveMessage", names) == ("receiveMessage",)
    assert nearest("recieve", names) == ("receive",)
    assert nearest("mesage", names) == ("message",)
    assert nearest("zzzzzz", names) == nearest("sned", ["send"]) == ()


@pytest.mark.parametrize(
    ("short", "found"),
    [
        ("gUBI", ("getUserById", "get_user_by_id")),
        ("gUser", ("getUsers", "getUserById", "get_user_by_id")),
        ("hCB", ("handleClickButton",)),
        ("hClB", ("handleClickButton",)),
        ("gBI", ("getUserById", "get_user_by_id")),
        ("get", ()),
        ("getUser", ()),
    ],
)
def test_abbreviations(short: str, found: tuple[str, ...]) -> None:
    """Each capital begins a word of the name; names with no word left over come first."""
    names = ["getUserById", "get_user_by_id", "handleClickButton", "getUsers", "Bigger"]
    assert abbreviated(short, names) == found


def test_humps_are_the_words_of_an_abbreviation() -> None:
    assert humps("gUBI") == ("g", "u", "b", "i")
    assert humps("HTTPServer") == ("h", "t", "t", "p", "server")
    assert humps("getUser") == humps("get") == humps("x.y") == ()


PIECES = st.sampled_from(
    [
        *(
            'File "',
            '", line 3, in f',
            "\n",
            "    at ",
            "(a.js:1:2)",
            "#0 ",
            " in ",
            "lang:",
            "-test ",
            "::",
            "(*T)",
            "<",
        ),
        *(">", '"', "panicked at '", "Error: ", "a" * 30, "x.py:1: ", "\\", "/", "{", "@", ".go:1", "“", "\x00", "é"),
    ]
)


@given(text=st.one_of(st.text(), st.lists(PIECES, max_size=40).map("".join)))
def test_any_text_is_a_query(text: str) -> None:
    """Analysed again, it says the same; filters are taken out once."""
    query = analyse(text)
    assert query == analyse(text)
    assert len(query.frames) <= 32
    assert len(query.paths) <= 24
    assert len(query.phrases) <= 4
    said = typed(text)
    assert said.text == text or any(map(str.isalnum, said.text)) or said.wanted or said.unwanted
    assert all(not word.startswith("-") for word in said.words)
