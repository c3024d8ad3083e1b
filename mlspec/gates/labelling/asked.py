"""What is asked about: a label set, a model that learns from it as it was trained here, and the files of both."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlspec.compiler.project.data_columns import personal_columns
from mlspec.compiler.project.layout import labels_folder, labels_output, rows_of, source_output
from mlspec.diagnostics import did_you_mean, extras, problem
from mlspec.gates.candidate import Candidate, candidate_form, fetch, from_workspace
from mlspec.pipelines.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Asked:
    """`rows`: the model's rows; `source`: the accepted rows that are annotated; `labels`, `conflicts`: what the set's stage wrote.

    `params`: of the model's train stage. `pii`: personal columns of the source. `spec`: of the label set.
    """

    root: Path
    name: str
    model: str
    spec: Any = field(repr=False)
    candidate: Candidate
    params: dict[str, Any]
    rows: Path
    source: Path
    labels: Path
    conflicts: Path
    pii: frozenset[str]
    group: str | None
    where: str | None

    def form(self) -> dict[str, Any]:
        """For a desk."""
        return {
            "root": str(self.root.resolve()),
            "candidate": candidate_form(self.candidate),
            "params": self.params,
            "key": self.spec.key,
            "label": self.spec.label,
            "group": self.group,
            "where": self.where,
            **{name: str(getattr(self, name)) for name in ("rows", "source", "labels", "conflicts")},
        }


def asked(workspace: Workspace, name: str | None, model: str | None) -> Asked:
    """Look up a label set (`labels/NAME`; the only one where none is named) and a model (`NAME`; the only one that learns from it).

    Raises MLS0003 for names, MLS0603 for rows or labels that are not there, MLS0714 for a model that was not trained, and what
    fetching raises.
    """
    extras.require()
    project = workspace.project
    chosen = _one(name.removeprefix("labels/") if name else None, list(project.label_sets), "labels", "a label set: add it to the command")
    spec = project.label_sets[chosen].envelope.spec
    learners = [m for m, bound in project.models.items() if bound.envelope.spec.labels == chosen]
    learner = _one(
        model.removeprefix("model/") if model else None, learners, "model", f"the model that learns from labels/{chosen}: `--model NAME`"
    )
    pipeline = workspace.graph.pipeline(f"model/{learner}")
    sections = {stage.name: dict(stage.params) for stage in pipeline.stages} if pipeline else {}
    folder, root = labels_folder(chosen), workspace.root
    paths = {"source": source_output(spec.source), "labels": labels_output(chosen), "conflicts": f"{folder}/conflicts.csv"}
    data = project.data_of(project.models[learner].envelope.spec.data)
    assert data is not None  # noqa: S101 - names were resolved
    paths["rows"] = rows_of(data.ref)
    for path in paths.values():
        if not (root / path).is_file():
            raise problem("MLS0603", f"`{path}` is not there", help="`mlspec run` makes it, `dvc pull` fetches it")
    candidate = from_workspace(workspace, learner)
    fetch(root, candidate.artifacts.model)
    return Asked(
        root, chosen, learner, spec, candidate, sections.get("train", {}),
        root / paths["rows"], root / paths["source"], root / paths["labels"], root / paths["conflicts"],
        frozenset(personal_columns(project, project.sources[spec.source])), sections.get("split", {}).get("group"),
        sections.get("split", {}).get("where"),
    )  # fmt: skip


def _one(name: str | None, known: list[str], kind: str, which: str) -> str:
    """The one that is named, or the only one. Raises MLS0003."""
    if name is None and len(known) == 1:
        return known[0]
    if name is None:
        message = f"there are several: {', '.join(f'{kind}/{k}' for k in known)}" if known else f"there is no {kind}/… to ask about"
        raise problem("MLS0003", message, help=f"name {which}" if known else "declare a LabelSet, and a model with `labels: NAME`")
    if name not in known:
        raise problem("MLS0003", f"there is no `{kind}/{name}` here", help=did_you_mean(name, known) or f"name {which}")
    return name
