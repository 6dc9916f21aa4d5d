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
from typing import TYPE_CHECKING, Any, NamedTuple

from te_cli.embed.advice import MEND
from te_cli.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

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


QUERIES = ("query", "search_query", "retrieval.query", "web_search_query", "s2p_query", "nl2code_query")

PASSAGES = ("document", "passage", "corpus", "search_document", "retrieval.passage", "nl2code_document")
"""What folders call the words before queries and passages, the usual name first."""


def said_prefixes(config: Mapping[str, Any], folder: Path) -> Prefixes:
    """What the folder of a model says in its config_sentence_transformers.json.

    Raises:
        ModelError: its prompts are no texts.
    """
    prompts: Any = config.get("prompts") or {}
    if not isinstance(prompts, dict) or not all(isinstance(text, str | None) for text in prompts.values()):
        raise ModelError(f"The prompts of the model in {folder} are not texts.", MEND)
    default = prompts.get(str(config.get("default_prompt_name")))
    return Prefixes(_first(prompts, QUERIES, default), _first(prompts, PASSAGES, default))


def _first(prompts: dict[str, Any], names: tuple[str, ...], default: str | None) -> str:
    """The first that says something; the default only where none is there: an empty one means no words."""
    there = [prompts[name] for name in names if name in prompts]
    return next((text for text in there if text), "") if there else default or ""


def passage(document: Document, characters: int | None = None) -> str:
    """A document as one text: path, qualified name, then signature and documentation unless the body has them, body.

    Of each, and of all, at most the first ``characters``.
    """
    body = document.body[:characters]
    said = [document.path, document.qualified_name or document.name]
    said += [part for part in (document.signature[:characters], document.doc[:characters]) if part not in body]
    return "\n".join(part for part in (*said, body) if part)[:characters]
