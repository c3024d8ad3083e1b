"""What a trace found, as a document and as data. Who was looked for stands in neither: a report is handed on."""

from __future__ import annotations

from typing import Any

from mlspec.diagnostics.words import some
from mlspec.reports.document import EXTRA, MUST, Block, Bullets, Document, Paragraph, Section, Table, Verdict, columns
from mlspec.reports.spans import Code, Inline
from mlspec.setup.forget.forget import Found, Traced
from mlspec.setup.forget.snapshots import Snapshot

WORDS = {"seen": "seen", "unknown": "unknown", "clean": "not seen"}


def document(traced: Traced) -> Document:
    """The trace for people."""
    where = "; ".join(f"source/{name}: {', '.join(names)}" for name, names in sorted(traced.columns.items()))
    verdict = Verdict(WORDS[traced.state], "What was tracked of the person", tuple(traced.unsure))
    sections = (
        Section("", (verdict, Paragraph(f"Looked for in {where}."))),
        Section("What to do", (Bullets(tuple(map(_step, traced.plan)), boxes=True) if traced.plan else Paragraph("Nothing."),), rank=MUST),
        Section("Versions", (_versions(traced),)),
        Section("Models of the workspace", (_models(traced),)),
        Section("Snapshots", (_snapshots(traced),), rank=EXTRA),
    )
    return Document("forget", "What saw a person", sections, word=WORDS[traced.state], footer=("Nothing was changed.",))


def _step(text: str) -> Inline:
    """What stands between backticks is a command."""
    return tuple(Code(part) if number % 2 else part for number, part in enumerate(text.split("`")) if part)


def _versions(traced: Traced) -> Block:
    headings = columns("version", "state", "promoted to", "stands at")
    rows = tuple(
        (Code(f"{v.model} {v.version}"), WORDS[v.state], ", ".join(v.promoted) or "none", ", ".join(v.stands) or "nowhere")
        for v in traced.versions
    )
    return Table(headings, rows) if rows else Paragraph("None, as far as is known.")


def _models(traced: Traced) -> Block:
    rows = tuple((Code(ref), WORDS[state]) for ref, state in traced.models)
    return Table(columns("model", "state"), rows) if rows else Paragraph("None.")


def _snapshots(traced: Traced) -> Block:
    rows = tuple(_row(found.snapshot, WORDS[found.state]) for found in traced.found)
    return Table(columns("file", "content", "state", "stands at", "since"), rows) if rows else Paragraph("None.")


def _row(snapshot: Snapshot, word: str) -> tuple[Inline, ...]:
    return Code(min(snapshot.paths)), Code(snapshot.oid[:16]), word, some(sorted(snapshot.refs) or ["history"], 3), snapshot.since


def as_form(traced: Traced) -> dict[str, Any]:
    """The same for programs: every content by its whole name."""
    return {
        "version": 1,
        "state": traced.state,
        "unsure": list(traced.unsure),
        "columns": {name: list(names) for name, names in sorted(traced.columns.items())},
        "snapshots": [_form(f) for f in traced.found],
        "versions": [
            {"model": v.model, "version": v.version, "state": v.state, "promoted": list(v.promoted), "stands": list(v.stands)}
            for v in traced.versions
        ],
        "models": dict(traced.models),
        "plan": list(traced.plan),
    }


def _form(found: Found) -> dict[str, Any]:
    snapshot = found.snapshot
    return {
        "content": snapshot.oid,
        "object": found.object,
        "state": found.state,
        "paths": sorted(snapshot.paths),
        "refs": sorted(snapshot.refs),
        "since": snapshot.since,
        "kept": found.kept,
    }
