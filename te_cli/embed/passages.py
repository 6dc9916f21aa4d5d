"""What does a transformer read of a document and of a query? The important things first, and its makers' words before.

A transformer reads the beginning of a text, so many tokens of it, and nothing of the rest. So a symbol's text begins
with where it is and what it is called; of a long one the end goes unread, which :data:`RECIPE` stands for in a model's
fingerprint.

Many models were trained with words before queries, or before passages, and answer worse without them. A folder says so
in config_sentence_transformers.json; of families that do not, :data:`FAMILIES` has what their model cards ask for.
fastembed adds none of them (jina-embeddings-v3, which it tells by a number, apart), so nothing is said twice.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from te_cli.document import Document

RECIPE = "te.passage/1"
"""The form of :func:`passage`. Another form makes other vectors."""

CHARACTERS = 20
"""Characters that a token may have on average. In code it is three to four, indentation included ten: what lies beyond
this is not read in any case, and is cut off before tokens are made, so that a text of megabytes costs nothing."""


class Prefixes(NamedTuple):
    """What is put before a query and before a passage."""

    query: str = ""
    passage: str = ""


_RELEVANT = "Represent this sentence for searching relevant passages: "
_WEB = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:"
_SNIPPET = "Find the most relevant code snippet given the following query:\n"

FAMILIES: tuple[tuple[str, Prefixes], ...] = (
    (r"bge-(small|base|large)-en", Prefixes(_RELEVANT)),
    (r"bge-(small|base|large)-zh", Prefixes("为这个句子生成表示以用于检索相关文章：")),  # noqa: RUF001 - as the card has it
    (r"multilingual-e5-.*instruct", Prefixes(_WEB + " ")),
    (r"(^|[^a-z0-9])e5-(small|base|large)", Prefixes("query: ", "passage: ")),
    (r"nomic-embed-text|modernbert-embed", Prefixes("search_query: ", "search_document: ")),
    (r"nomic-embed-code|coderankembed", Prefixes("Represent this query for searching relevant code: ")),
    (r"arctic-embed-.*v2", Prefixes("query: ")),
    (r"arctic-embed|mxbai-embed-large|uae-large", Prefixes(_RELEVANT)),
    (r"jina-code-embeddings", Prefixes(_SNIPPET, "Candidate code snippet:\n")),
    (r"qwen3-embedding", Prefixes(_WEB)),
    (r"embeddinggemma", Prefixes("task: search result | query: ", "title: none | text: ")),
    (r"stella[-_]en.*v5", Prefixes(_WEB.replace("query\nQuery:", "query.\nQuery: "))),
)
"""Part of a name, in lower case, and the words: each from its family's model card (huggingface.co/BAAI, intfloat,
nomic-ai, lightonai, Snowflake, mixedbread-ai, WhereIsAI, jinaai, Qwen, google, dunzhang), read in November 2026. The
first that fits counts."""


POOLED: tuple[tuple[str, str], ...] = (
    (r"bge-(code|en-icl|multilingual-gemma2)|e5-mistral|gte-qwen|qwen3-embedding|nomic-embed-code", "last"),
    (r"jina-code-embeddings|jina-embeddings-v5", "last"),
    (r"bge-(small|base|large|m3)|arctic-embed|mxbai-embed-(2d-)?large|uae-large|coderankembed", "cls"),
    (r"gte-(base|large)-en-v1\.5|gte-multilingual|gte-modernbert|granite-embedding|multi-qa-.*-dot|tas-b", "cls"),
)
"""Part of a name, in lower case, and how that family pools, where it is not by the mean: each from its model card, or
from the pooling that its makers' own repository says. ONNX conversions by others often leave that file out."""


def pooling_of(name: str) -> str:
    """How the family of the model called ``name`` pools; by the mean, as most, where no family is known."""
    return next((pooling for pattern, pooling in POOLED if re.search(pattern, name.lower())), "mean")


def prefixes_of(name: str) -> Prefixes:
    """What the family of the model called ``name`` asks for; nothing where no family is known."""
    return next((said for pattern, said in FAMILIES if re.search(pattern, name.lower())), Prefixes())


def passage(document: Document, characters: int | None = None) -> str:
    """A document as one text: path, qualified name, then signature and documentation unless the body has them, body.

    Of each, and of all, at most the first ``characters``.
    """
    body = document.body[:characters]
    said = [document.path, document.qualified_name or document.name]
    said += [part for part in (document.signature[:characters], document.doc[:characters]) if part not in body]
    return "\n".join(part for part in (*said, body) if part)[:characters]
