"""The reports of the verbs that do or check something, as text that reads the same on a terminal and in a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from te_cli.render.escape import one_line
from te_cli.render.words import ago, changes, counted, freshness, seconds, size

if TYPE_CHECKING:
    from collections.abc import Iterable

    from te_cli.config import Settings
    from te_cli.model import IndexReport, Skipped
    from te_cli.state import CachedModel, CacheState, Diagnosis, KnownLanguage, Status

LABEL = 12
"""Columns of a label: the longest is ``index folder``."""


def index(report: IndexReport) -> str:
    """What a run of the indexer did: files, units, skipped by reason, seconds."""
    took = seconds(report.seconds)
    lines = [
        f"{counted(report.files, 'file')}, {counted(report.symbols, 'unit')} in {took}  {changes(report)}",
    ]
    if report.rebuilt:
        lines.append(_row("rebuilt", report.rebuilt))
    if asked := report.embedded + report.recalled:
        read = f", {report.recalled:,} more read from the cache ({100 * report.recalled // asked} %)"
        lines.append(_row("embedded", counted(report.embedded, "text") + (read if report.recalled else "")))
    if report.trouble:
        lines.append(_row("cache", report.trouble))
    if report.skipped:
        reasons = ", ".join(f"{number:,} {reason}" for reason, number in report.skipped_by_reason.items())
        lines.append(_row("skipped", f"{reasons}  (te status --skipped lists them)"))
    return _text(lines)


def update(report: IndexReport, clock: str) -> str:
    """One line for one update of ``te watch``."""
    held = f"{counted(report.files, 'file')}, {counted(report.symbols, 'unit')}"
    return f"{clock}  {changes(report)}  ({held}; {seconds(report.seconds)})\n"


def languages(found: Iterable[KnownLanguage]) -> str:
    """One line a language: its name, what is extracted, and how its files are recognised."""
    lines = []
    for language in found:
        extracted = language.extracted + (", references" if language.referring else "")
        known_by = " ".join((*language.extensions, *language.filenames))
        lines.append(f"{language.name:20s} {extracted:21s} {known_by}".rstrip())
    return _text(lines)


def status(value: Status) -> str:
    """What is indexed, how big and how fresh."""
    changed = f"{counted(value.changed_files, 'file')} changed since the last run" if value.changed_files else ""
    lines = [
        _row("root", value.root),
        _row("index folder", f"{value.index_dir}  ({size(sum(value.bytes.values()))})"),
        _row("indexed", "never" if value.indexed_at is None else ago(value.indexed_at)),
        _row("freshness", freshness(value.freshness, changed or value.model_fault or "")),
        _row("files", f"{value.files:,}"),
        _row("units", f"{value.symbols:,}"),
        _row("references", f"{value.references:,}"),
        _row("languages", _amounts(value.by_language.items())),
        _row("kinds", _amounts(value.by_kind.items())),
        _row("skipped", _reasons(value.skipped)),
        _row("model", f"{value.model}, {value.dimensions} dimensions"),
        _row("on disk", ", ".join(f"{part} {size(number)}" for part, number in value.bytes.items())),
    ]
    if value.watcher:
        caught_up = "has caught up" if value.watcher.settled else "has not caught up"
        lines.append(_row("watched by", f"pid {value.watcher.pid}, which {caught_up}"))
    if value.writer:
        lines.append(_row("writing now", value.writer))
    return _text(lines)


def skipped(skips: Iterable[Skipped]) -> str:
    """Every file left out, and why: the path first, so that a pipe can cut it."""
    return _text(f"{one_line(skip.path)}: {skip.reason.value}" for skip in skips)


def doctor(value: Diagnosis) -> str:
    """Each check, and what was repaired."""
    lines = [f"{'ok' if check.ok else 'WRONG':<6} {check.name}: {check.detail}" for check in value.checks]
    lines += [f"{'mended':<6} {what}" for what in value.repaired]
    return _text(lines)


def cache(value: CacheState) -> str:
    """What is kept of each model: how much, and when it was last used."""
    if not value.models:
        return _text([f"No embeddings are kept in {value.folder}; those of models that are slow would be."])
    limit = f"of {size(value.limit_bytes)}" if value.limit_bytes else "and no more is kept: te config says why"
    rows = [("folder", value.folder), ("size", f"{size(value.bytes)} {limit}")]
    rows += [(model.name, _model(model)) for model in value.models]
    width = max(LABEL, *(len(label) for label, _ in rows))
    return _text(f"{label:<{width}}  {text}" for label, text in rows)


def cleared(value: CacheState) -> str:
    """What was removed of each model."""
    lines = [f"Removed {_kept(model)} of {model.name} ({size(model.bytes)})." for model in value.removed]
    return _text(lines or [f"No embeddings are kept in {value.folder}."])


def _model(model: CachedModel) -> str:
    much = f"{_kept(model)}, {model.dimensions} dimensions, {size(model.bytes)}"
    return f"{much}, used {ago(model.last_used)}"


def _kept(model: CachedModel) -> str:
    return "unreadable embeddings" if model.entries is None else counted(model.entries, "embedding")


def config(settings: Settings) -> str:
    """Each setting in force, and where it came from."""
    sources = dict(settings.sources)
    languages = ", ".join(f"{name} = {language}" for name, language in settings.languages)
    values = {
        "root": str(settings.root),
        "index_dir": str(settings.index_dir),
        "jobs": str(settings.jobs),
        "max_file_bytes": f"{settings.max_file_bytes} ({size(settings.max_file_bytes)})",
        "trust_index": "yes" if settings.trust_index else "no",
        "model": settings.model or "as the index has it",
        "languages": languages or "by name and content",
        "cache_dir": str(settings.cache_dir),
        "cache_bytes": f"{settings.cache_bytes} ({size(settings.cache_bytes)})" if settings.cache_bytes else "0 (off)",
    }
    width = max(len(name) for name in values)
    return _text(f"{name:<{width}}  {value}  [{sources.get(name, 'default')}]" for name, value in values.items())


def _row(label: str, value: str) -> str:
    return f"{label:<{LABEL}}  {value}"


def _amounts(amounts: Iterable[tuple[str, int]]) -> str:
    ordered = sorted(amounts, key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {number:,}" for name, number in ordered) or "none"


def _reasons(skips: tuple[Skipped, ...]) -> str:
    if not skips:
        return "none"
    reasons: dict[str, int] = {}
    for skip in skips:
        reasons[skip.reason.value] = reasons.get(skip.reason.value, 0) + 1
    return f"{len(skips):,}: {_amounts(reasons.items())}  (te status --skipped lists them)"


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{one_line(line)}\n" for line in lines)
