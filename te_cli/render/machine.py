"""Versioned JSON: each object names its schema. Keys may be added under a number; any other change raises it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from te_cli.model import IndexReport
from te_cli.render.escape import bytes_spelled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from te_cli.config import Settings
    from te_cli.model import Hit, Outline, OutlineNode, SearchResult, Skipped, Symbol, Use, UsesResult
    from te_cli.state import CacheState, Diagnosis, KnownLanguage, KnownModels, Status, WatchEvent
    from te_cli.timings import Stage

Object = dict[str, Any]

SEARCH = "te.search/1"
OUTLINE = "te.outline/1"
REFS = "te.refs/1"
STATUS = "te.status/1"
INDEX = "te.index/1"
WATCH = "te.watch/2"
DOCTOR = "te.doctor/1"
CONFIG = "te.config/1"
LANGUAGES = "te.languages/1"
CACHE = "te.cache/1"
MODELS = "te.models/1"
ERROR = "te.error/1"

DEEPEST = 64
"""Levels of an outline that are nested; readers of JSON recurse, so what lies deeper is listed flat at this level."""


def text_of(value: Object, *, indent: bool = False) -> str:
    """One object as JSON, on one line unless ``indent``. ASCII only, so that any path survives any encoding.

    A byte of a name that is no text is spelled out: readers that are strict refuse half a surrogate pair, and all
    that stands around it.
    """
    text = json.dumps(value, indent=2 if indent else None)
    if "\\ud" in text and not _is_sound(value):
        text = json.dumps(_sound(value), indent=2 if indent else None)
    return text + "\n"


def _is_sound(value: Object) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _sound(value: Any) -> Any:
    """``value`` with nothing in it that is no text. It nests no deeper than :data:`DEEPEST`."""
    if isinstance(value, str):
        return bytes_spelled(value)
    if isinstance(value, dict):
        return {bytes_spelled(key): _sound(each) for key, each in value.items()}
    return [_sound(each) for each in value] if isinstance(value, list | tuple) else value


def timings(stages: Iterable[Stage]) -> Object:
    """Seconds by stage: a key to add to an object, for whoever asked where the time went."""
    return {"timings": {stage.name: round(stage.seconds, 6) for stage in stages}}


def search(result: SearchResult) -> Object:
    """The answer to a query. It says nothing of the time taken: the same question on the same index prints the same."""
    return {
        "schema": SEARCH,
        "query": result.query,
        "index": {
            "root": result.root,
            "freshness": result.freshness,
            "files": result.files,
            "units": result.units,
            "note": result.note,
        },
        "results": [hit(each) for each in result.hits],
        "left_out": result.left_out,
    }


def hit(each: Hit) -> Object:
    """One answer; ``snippet`` stands there where its file could be read, ``explain`` and ``shown`` when asked for."""
    value: Object = {
        "path": each.path,
        "start_line": each.symbol.start_line,
        "end_line": each.symbol.end_line,
        "language": each.language,
        **_named(each.symbol),
        "score": each.score,
        "parent": None if each.parent is None else _parent(each.parent),
        "stale": each.stale,
        "weak": each.weak,
        "alike": [_place(path, symbol) for path, symbol in each.alike],
        "id": each.id,
    }
    if each.snippet is not None:
        matched = list(each.matched_lines)
        value |= {"snippet": each.snippet, "snippet_start": each.snippet_start, "matched_lines": matched}
    if each.shown is not None:
        value["shown"] = each.shown
    if each.explain:
        value["explain"] = [asdict(signal) | {"points": signal.value * signal.weight} for signal in each.explain]
    return value


def _parent(symbol: Symbol) -> Object:
    name = {"kind": symbol.kind, "name": symbol.name, "qualified_name": symbol.qualified_name}
    return name | {"start_line": symbol.start_line, "end_line": symbol.end_line}


def _place(path: str, symbol: Symbol) -> Object:
    return {"path": path, "line": symbol.start_line, "kind": symbol.kind, "qualified_name": symbol.qualified_name}


def _named(symbol: Symbol) -> Object:
    return {
        "kind": symbol.kind,
        "name": symbol.name,
        "qualified_name": symbol.qualified_name,
        "signature": symbol.signature,
        "doc": symbol.doc,
    }


def outline(value: Outline) -> Object:
    """The symbols of a file, each with those that it encloses."""
    return {
        "schema": OUTLINE,
        "path": value.path,
        "language": value.language,
        "stale": value.stale,
        "symbols": [_node(node) for node in value.nodes],
    }


def _node(top: OutlineNode) -> Object:
    """Built without recursion: how deep a file nests is its author's choice."""
    first: Object = {}
    waiting = [(top, first, 1)]
    while waiting:
        node, value, depth = waiting.pop()
        lines = {"start_line": node.symbol.start_line, "end_line": node.symbol.end_line}
        inner = node.children if depth < DEEPEST else _all_within(node)
        children: list[Object] = [{} for _ in inner]
        value.update(_named(node.symbol) | lines | {"children": children})
        waiting.extend((child, into, depth + 1) for child, into in zip(inner, children, strict=True))
    return first


def _all_within(top: OutlineNode) -> tuple[OutlineNode, ...]:
    """Everything below ``top``, in the order of the file, each without what it encloses."""
    found = []
    waiting = list(reversed(top.children))
    while waiting:
        node = waiting.pop()
        found.append(type(node)(node.symbol))
        waiting.extend(reversed(node.children))
    return tuple(found)


def refs(result: UsesResult) -> Object:
    """Every place that uses a name."""
    return {
        "schema": REFS,
        "name": result.name,
        "index": {"root": result.root, "freshness": result.freshness, "note": result.note},
        "total": result.total,
        "results": [use(each) for each in result.uses],
    }


def use(each: Use) -> Object:
    """One place that uses a name; ``in`` is the innermost unit around it."""
    kind, name, qualifier, alias, line, column, _ = each.reference
    return {
        "path": each.path,
        "line": line,
        "column": column,
        "language": each.language,
        "kind": kind,
        "name": name,
        "qualifier": qualifier,
        "alias": alias,
        "in": {
            "id": each.id,
            "kind": each.within.kind,
            "name": each.within.name,
            "qualified_name": each.within.qualified_name,
            "start_line": each.within.start_line,
            "end_line": each.within.end_line,
        },
        "stale": each.stale,
        "source": each.source,
    }


def status(value: Status) -> Object:
    """What is indexed, what is not and why, how big and how fresh."""
    return {
        "schema": STATUS,
        "root": value.root,
        "index_dir": value.index_dir,
        "format": value.format,
        "files": value.files,
        "symbols": value.symbols,
        "references": value.references,
        "by_language": dict(value.by_language),
        "by_kind": dict(value.by_kind),
        "skipped": _skipped(value.skipped),
        "model": value.model,
        "dimensions": value.dimensions,
        "unembedded": value.unembedded,
        "bytes": dict(value.bytes),
        "freshness": value.freshness,
        "changed_files": value.changed_files,
        "indexed_at": value.indexed_at,
        "writer": value.writer,
        "watcher": None if value.watcher is None else asdict(value.watcher),
        "model_fault": value.model_fault,
    }


def index(report: IndexReport) -> Object:
    """What one run of the indexer did; what was embedded and what was read only where embeddings are kept."""
    kept = {"embedded": report.embedded, "recalled": report.recalled}
    return {
        "schema": INDEX,
        "root": report.root,
        "index_dir": report.index_dir,
        "files": report.files,
        "symbols": report.symbols,
        "added": report.added,
        "changed": report.changed,
        "removed": report.removed,
        "unchanged": report.unchanged,
        "units_written": report.units_written,
        "unembedded": report.unembedded,
        "skipped": _skipped(report.skipped),
        "skipped_by_reason": dict(report.skipped_by_reason),
        "seconds": round(report.seconds, 3),
        "rebuilt": report.rebuilt,
        **(kept if any(kept.values()) else {}),
        **({"trouble": report.trouble} if report.trouble else {}),
    }


def watch(event: WatchEvent) -> Object:
    """One event of ``te watch``, of which each is a line: started, update, error or stopped."""
    if isinstance(event, IndexReport):
        # As a run of the indexer, less the list of skipped files, which hardly changes.
        told = {key: value for key, value in index(event).items() if key != "skipped"}
        return told | {"schema": WATCH, "event": "update"}
    from te_cli.state import Started, Stopped, Trouble  # ten classes to make, which no search needs

    name = {Started: "started", Trouble: "error", Stopped: "stopped"}[type(event)]
    return {"schema": WATCH, "event": name, **asdict(event)}


def _skipped(skips: Iterable[Skipped]) -> list[Object]:
    return [{"path": skip.path, "reason": skip.reason.value} for skip in skips]


def doctor(value: Diagnosis) -> Object:
    """Every check of one visit, and what was repaired."""
    return {
        "schema": DOCTOR,
        "root": value.root,
        "healthy": value.healthy,
        "checks": [asdict(check) for check in value.checks],
        "repaired": list(value.repaired),
    }


def config(settings: Settings) -> Object:
    """The settings in force, and where each came from."""
    return {
        "schema": CONFIG,
        "root": str(settings.root),
        "index_dir": str(settings.index_dir),
        "jobs": settings.jobs,
        "max_file_bytes": settings.max_file_bytes,
        "trust_index": settings.trust_index,
        "model": settings.model,
        "languages": dict(settings.languages),
        "cache_dir": str(settings.cache_dir),
        "cache_bytes": settings.cache_bytes,
        "sources": dict(settings.sources),
    }


def cache(value: CacheState) -> Object:
    """The embeddings that are kept, model by model, and what was just removed."""
    return {
        "schema": CACHE,
        "folder": value.folder,
        "limit_bytes": value.limit_bytes,
        "bytes": value.bytes,
        "models": [asdict(model) for model in value.models],
        "removed": [asdict(model) for model in value.removed],
    }


def models(value: KnownModels) -> Object:
    """The embedding models there are; ``speed`` where it was measured."""
    return {"schema": MODELS, "root": value.root, "models": [asdict(model) for model in value.models]}


def languages(found: Iterable[KnownLanguage]) -> Object:
    """The languages that te tells apart, and what is extracted from each."""
    return {
        "schema": LANGUAGES,
        "languages": [
            {
                "name": language.name,
                "content": language.content,
                "extracted": language.extracted,
                "references": language.referring,
                "extensions": list(language.extensions),
                "filenames": list(language.filenames),
            }
            for language in found
        ],
    }


def error(code: str, message: str, hint: str) -> Object:
    """What went wrong, in a word for programs and a sentence for people."""
    return {"schema": ERROR, "error": {"code": code, "message": message, "hint": hint}}
