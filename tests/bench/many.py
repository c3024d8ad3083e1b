"""Large projects: so many models, each with a source, rules and KPIs of its own: four documents a model."""

from __future__ import annotations

import subprocess
from pathlib import Path

from support.projects import KPIS, MODEL, RULES, SOURCE, SPECS, write_project

KINDS = {"models": MODEL, "kpis": KPIS, "sources": SOURCE, "rules": RULES}


def document(kind: str, number: int) -> str:
    """The text of one document of the `number`th model."""
    text = KINDS[kind].replace("name: demand", f"name: m{number}").replace("model: demand", f"model: m{number}")
    return (
        text.replace("data: sales", f"data: s{number}")
        .replace("name: sales", f"name: s{number}")
        .replace("source: sales", f"source: s{number}")
    )


def many_models(root: Path, count: int) -> Path:
    """Write a project with `count` models, 4 * `count` documents in as many files, in a Git repository."""
    specs = {f"specs/{kind}/m{number}.yaml": document(kind, number) for kind in KINDS for number in range(count)}
    write_project(root, {"mlspec.yaml": SPECS["mlspec.yaml"], **specs})
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    return root


def one_file(path: Path, documents: int) -> Path:
    """Write so many documents, with a comment each, into one file."""
    texts = [document(kind, number) for number in range(documents // len(KINDS)) for kind in KINDS]
    path.write_text("---\n".join(t.replace("spec:", "# why\nspec:", 1) for t in texts), encoding="utf-8")
    return path
