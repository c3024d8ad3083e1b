"""What an import found, for people and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from mlspec.diagnostics import Diagnostic
from mlspec.diagnostics.words import counted
from mlspec.reports.document import MUST, Block, Bullets, CodeBlock, Document, Paragraph, Section, Table, columns
from mlspec.reports.spans import Code
from mlspec.setup.adopt.facts import ORDER, Gap
from mlspec.setup.adopt.work import Proposal


def document(proposal: Proposal, files: Mapping[str, str], problems: Sequence[Diagnostic], *, written: bool) -> Document:
    """The proposal as a document: what each step became, what is left to a person, each fact with its place."""
    counts = Counter(f.sure for f in proposal.facts)
    sure = ", ".join(f"{counts[word]} {word}" for word in ORDER)
    things = counted(len(proposal.gaps), "thing")
    summary = f"{counted(len(proposal.drafts), 'object')}; {counted(len(proposal.facts), 'fact')}: {sure}; {things} not understood"
    sections = (
        Section("", (Paragraph(summary),), rank=MUST),
        Section("Steps", (_parts(proposal),)),
        Section("Not understood", _gaps(proposal.gaps)),
        Section(
            "Scripts to write",
            tuple(b for s in proposal.scripts for b in (Paragraph(Code(s.path)), CodeBlock(s.text, "sh"))) or (Paragraph("None."),),
        ),
        Section("Problems of the proposal", _problems(problems)),
        Section("Facts", (_facts(proposal),)),
        Section("Files", (Bullets(tuple(Code(p) for p in _shown(files))) if files else Paragraph("None."),)),
    )
    footer = (
        "Written." if written else "Nothing was written.",
        "A `guess` asks to be looked at; a `likely` was followed through names and files.",
    )
    return Document("import", f"Specs of {proposal.origin}", tuple(s for s in sections if _says(s)), footer=footer)


def _says(section: Section) -> bool:
    return section.rank == MUST or section.blocks != (Paragraph("None."),)


def _shown(files: Mapping[str, str]) -> list[str]:
    return sorted(p for p in files if not p.startswith("."))


def _parts(proposal: Proposal) -> Block:
    rows = tuple((Code(p.name), str(p.place), p.kind, Code(p.ref) if p.ref else "", p.note) for p in proposal.parts)
    return Table(columns("step", "place", "becomes", "object", "note"), rows) if rows else Paragraph("None.")


def _gaps(gaps: Sequence[Gap]) -> tuple[Block, ...]:
    rows = tuple((str(g.place), g.what, g.advice) for g in gaps)
    return (Table(columns("place", "what", "what to do"), rows),) if rows else (Paragraph("None."),)


def _problems(problems: Sequence[Diagnostic]) -> tuple[Block, ...]:
    return (Bullets(tuple(str(d) for d in problems)),) if problems else (Paragraph("None."),)


def _facts(proposal: Proposal) -> Block:
    rows = tuple((f.about, f.key, f.value, str(f.place), f.sure, f.how) for f in proposal.facts)
    return Table(columns("object", "key", "value", "place", "sure", "why"), rows) if rows else Paragraph("None.")


def as_form(proposal: Proposal, files: Mapping[str, str], problems: Sequence[Diagnostic]) -> dict[str, Any]:
    """The same for programs."""
    return {
        "version": 1,
        "origin": proposal.origin,
        "steps": [{"name": p.name, "place": str(p.place), "kind": p.kind, "object": p.ref, "note": p.note} for p in proposal.parts],
        "facts": [
            {"object": f.about, "key": f.key, "value": f.value, "place": str(f.place), "sure": f.sure, "why": f.how} for f in proposal.facts
        ],
        "notUnderstood": [{"place": str(g.place), "what": g.what, "advice": g.advice} for g in proposal.gaps],
        "scripts": {s.path: s.text for s in proposal.scripts},
        "numbers": [{"model": n.model, "metric": n.metric, "value": n.value, "place": str(n.place)} for n in proposal.numbers],
        "problems": [str(d) for d in problems],
        "files": {p: files[p] for p in _shown(files)},
    }
