"""How ``te search`` understands a query: filters typed in it, quotes, stack traces, slips and abbreviations."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import MakeRepository, Run

FILES = {
    "src/net/client.py": (
        "class Client:\n    def send_message(self, text):\n        return text\n\n"
        "    def close(self):\n        raise OSError('connection reset by peer')\n"
    ),
    "src/net/server.go": (
        "package net\n\n// Serve accepts a message.\nfunc Serve(message string) string {\n\treturn message\n}\n\n"
        "type Listener struct {\n\tmessage string\n}\n"
    ),
    "src/users.ts": (
        "export function getUserById(id: number) {\n  return id;\n}\n\n"
        "export function receiveMessage(text: string) {\n  return text;\n}\n"
    ),
    "src/reset.py": "def reset(peer):\n    '''Reset by a connection of the peer.'''\n    return peer\n",
    "tests/test_client.py": "def test_send_message():\n    assert 'message'\n",
    "vendor/message.py": "def message():\n    return 'message'\n",
    "lib/src/main/java/com/acme/Store.java": (
        "package com.acme;\n\npublic class Store {\n    public void save(String key) {\n        throw new"
        " IllegalStateException(key);\n    }\n\n    public void load(String key) {\n        save(key);\n    }\n}\n"
    ),
}


@pytest.fixture
def indexed(repo: MakeRepository, te: Run) -> Path:
    """A repository in four languages with its index."""
    root = repo(FILES)
    assert te("index").exit_code == 0
    return root


def paths(te: Run, *query: str) -> set[str]:
    """The files that answer."""
    return {line.split(":")[0] for line in te("search", "-q", "-k", "50", "--", *query).lines}


@pytest.mark.usefixtures("indexed")
def test_filters_may_be_typed_in_the_query(te: Run) -> None:
    """They are the flags' own, so that all of the flags' rules hold."""
    assert paths(te, "lang:go message") == paths(te, "message lang:golang") == {"src/net/server.go"}
    assert paths(te, "message", "language:ts,py", "path:src/**") == {
        "src/net/client.py",
        "src/reset.py",
        "src/users.ts",
    }
    assert te("search", "kind:struct message").lines == ["src/net/server.go:8: struct Listener"]
    assert paths(te, "message path:./src/net") == {"src/net/client.py", "src/net/server.go"}
    assert paths(te, 'message path:"src/net"') == paths(te, "message path:src/net")
    assert paths(te, "module:com.acme message") == {"lib/src/main/java/com/acme/Store.java"}
    assert te("search", "--lang", "go", "message lang:typescript", "-k", "50", "-q").exit_code == 0
    assert te("search", "message kind:struct", "--mode", "text").lines == ["src/net/server.go:8: struct Listener"]
    by_meaning = te("search", "message kind:struct", "--mode", "semantic").lines
    assert [line.removesuffix(" [weak]") for line in by_meaning] == ["src/net/server.go:8: struct Listener"]


@pytest.mark.usefixtures("indexed")
def test_a_dash_leaves_out(te: Run) -> None:
    """Roles by their word; otherwise what has the word in its path or name. In quotes it is text."""
    everything = paths(te, "send message")
    assert {"tests/test_client.py", "vendor/message.py", "src/users.ts"} <= everything
    assert paths(te, "send message -test") == everything - {"tests/test_client.py"}
    assert paths(te, "send message -vendor -tests") == everything - {"tests/test_client.py", "vendor/message.py"}
    assert paths(te, "send message -lang:py") == {path for path in everything if not path.endswith(".py")}
    assert paths(te, "send message -path:src/**") == {path for path in everything if not path.startswith("src/")}
    assert "src/users.ts" not in paths(te, "send message -users")
    ran = te("search", "-k", "50", "receive message -user")
    assert not any("getUserById" in line or "users.ts" in line for line in ran.lines)
    assert ran.stderr == "Left out what has 'user' in its path or name.\n"
    assert te("search", "message -kind:module -module:com", "--json", "-k", "50").json()["results"]
    assert paths(te, 'send "message -test"') == everything


@pytest.mark.usefixtures("indexed")
def test_what_only_looks_like_a_filter_is_text(te: Run) -> None:
    """And so is everything in text that was pasted."""
    for query in ("std::vector", "http://x/lang:", "foo:bar", "lang::go message", "kind:", "-Serve", "a - b"):
        assert te("search", "--", query).exit_code in (0, 1)
    assert "src/net/client.py" in paths(te, "lang:go\nmessage")
    assert "src/net/client.py" in paths(te, "send message lang:go " + "x" * 200)


@pytest.mark.usefixtures("indexed")
@pytest.mark.parametrize(
    ("query", "code", "told"),
    [
        ("lang:klingon message", "unknown_name", ("There is no language named 'klingon'.", "Did you mean 'kotlin'?")),
        ("kind:functoin message", "unknown_name", ("There is no kind named 'functoin'.", "Did you mean 'function'?")),
        ("lang:go", "empty_query", ("The query has filters, and nothing to search for.", "For example: lang:go")),
        ("-test kind:class", "empty_query", ("The query has filters, and nothing to search for.", "For example:")),
    ],
)
def test_a_filter_that_makes_no_sense_is_one_sentence(te: Run, query: str, code: str, told: tuple[str, str]) -> None:
    ran = te("search", "--json", "--", query)
    error = ran.json()["error"]
    assert (ran.exit_code, error["code"], error["message"]) == (2, code, told[0])
    assert error["hint"].startswith(told[1])


@pytest.mark.usefixtures("indexed")
def test_a_phrase_in_quotes_is_found_word_after_word(te: Run) -> None:
    """The method that says it comes before the one that has its words in another order."""
    ran = te("search", '"connection reset by peer"', "-k", "1", "--explain", "--json")
    hit = ran.json()["results"][0]
    assert hit["qualified_name"] == "Client.close"
    assert "phrase" in {signal["name"] for signal in hit["explain"]}
    assert te("search", '"connection reset by peer" lang:go', "-k", "1", "--json").json()["results"] is not None


TRACES = {
    "Python": (
        """Traceback (most recent call last):
  File "/opt/app/lib/python3.12/site-packages/src/net/client.py", line 3, in send_message
    x
  File "/usr/lib/python3.12/json/decoder.py", line 337, in decode
ValueError: bad
""",
        "src/net/client.py:2: method Client.send_message",
    ),
    "Java": (
        """Exception in thread "main" java.lang.IllegalStateException: k
\tat com.acme.Store.save(Store.java:5)
\tat com.acme.Store.load(Store.java:9)
\tat java.base/java.lang.Thread.run(Thread.java:829)
""",
        "lib/src/main/java/com/acme/Store.java:4: method Store.save",
    ),
    "JavaScript": (
        "TypeError: id is undefined\n    at getUserById (/srv/app/users.ts:2:10)\n    at node:internal/main:28:49\n",
        "src/users.ts:1: function getUserById",
    ),
    "Go": (
        "panic: boom\n\ngoroutine 1 [running]:\nexample.com/x/net.Serve(0x1)\n\t/root/go/src/x/net/server.go:5 +0x1d\n",
        "src/net/server.go:4: function Serve",
    ),
}


@pytest.mark.usefixtures("indexed")
@pytest.mark.parametrize("language", TRACES)
def test_a_stack_trace_finds_the_innermost_function_of_the_project(te: Run, language: str) -> None:
    """Wherever the project lay on the machine that printed it."""
    trace, answer = TRACES[language]
    assert te("search", "-k", "1", trace).lines == [answer]


@pytest.mark.usefixtures("indexed")
def test_a_line_that_moved_still_finds_its_function(te: Run) -> None:
    """The trace is of another version: the function's name says more than the line."""
    trace = 'Traceback (most recent call last):\n  File "client.py", line 200, in send_message\n    x\nError\n'
    assert te("search", "-k", "1", trace).lines == ["src/net/client.py:2: method Client.send_message"]


@pytest.mark.usefixtures("indexed")
@pytest.mark.parametrize(
    ("query", "found", "note"),
    [
        ("recieveMessage", "receiveMessage", "No 'recieveMessage' here; searched for receiveMessage.\n"),
        ("sendMesage", "Client.send_message", "No 'sendMesage' here; searched for send_message.\n"),
        ("gUBI", "getUserById", "No 'gUBI' here; searched for getUserById.\n"),
        ("getUserById", "getUserById", ""),
        ("getUs", "getUserById", ""),
    ],
)
def test_a_name_that_is_not_there_is_taken_for_the_nearest(te: Run, query: str, found: str, note: str) -> None:
    ran = te("search", "-k", "1", query)
    assert ran.lines[0].split()[-1] == found
    assert ran.stderr == note


@pytest.mark.usefixtures("indexed")
def test_words_that_are_words_are_left_alone(te: Run) -> None:
    """Short ones, those that occur, and those that the model knows."""
    for query in ("billing", "where is the billing", "sned", "messages", "how are messages received"):
        assert "searched for" not in te("search", query).stderr
    assert te("search", "where is it recieved").stderr == "No 'recieved' here; searched for receive.\n"


@pytest.mark.usefixtures("indexed")
def test_a_word_that_is_nowhere_stands_for_those_that_begin_with_it(te: Run) -> None:
    ran = te("search", "messa", "handling", "--mode", "text", "-q")
    assert "src/net/server.go" in {line.split(":")[0] for line in ran.lines}


def test_what_changed_recently_comes_first_where_it_is_asked_for(repo: MakeRepository, te: Run) -> None:
    """And only there: words such as `recently used` name things."""
    body = "def parse_config(text):\n    '''Parse the configuration.'''\n    return text\n"
    root = repo(dict.fromkeys(("a.py", "b.py", "c.py"), body))

    def first(query: str) -> str:
        return te("search", "-k", "3", query).lines[0].split(":")[0]

    assert te("index").exit_code == 0
    usual = first("how is the config parsed")
    for newest in ("a.py", "b.py", "c.py"):
        for name in ("a.py", "b.py", "c.py"):
            os.utime(root / name, ns=(0, time.time_ns() - (name != newest) * 30 * 86_400 * 10**9))
        assert te("index").exit_code == 0
        assert first("how is the config parsed") == usual
        assert first("recently changed config parsing") == newest
        assert first("what was changed lately about parsing the configuration?") == newest
        assert first("least recently used config parsing") == usual
