"""Facts of an evidence pack, as a test wants them: those of `evidence_world` with one part exchanged."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from support.evidence_world import EVALUATION, SPEC_FILES

from mlspec.registry.documents.facts import Facts

FOLDER = "pipelines/models/demand"


def reporting(facts: Facts, name: str, content: Any) -> Facts:
    """With another report of the model (None: without it)."""
    path = f"{FOLDER}/{name}"
    files = {p: c for p, c in facts.files.items() if p != path}
    return replace(facts, files=files if content is None else {**files, path: json.dumps(content).encode()})


def evaluated(facts: Facts, **more: Any) -> Facts:
    """With other parts of evaluation.json."""
    return reporting(facts, "evaluation.json", {**EVALUATION, **more})


def unread(facts: Facts) -> Facts:
    """Of a version whose specs can't be read any more."""
    return replace(facts, project=None, files={}, sources=(), blobs={}, notes=("can't be read here",))


def declared(facts: Facts, edits: dict[str, str]) -> Facts:
    """With specs that differ: {path: text}."""
    from support.changes import at

    specs = {p: t for p, t in SPEC_FILES.items() if p == "mlspec.yaml" or p.startswith(("specs/", "environments/"))}
    project = at({**specs, **edits}).project
    sources = tuple(replace(s, bound=project.sources[s.bound.name]) for s in facts.sources)
    return replace(facts, project=project, here=project, sources=sources)
