"""`mlspec gate`: judges models as they were trained here, against baseline and champion. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from mlspec.adapters.dvc.store import kept_open
from mlspec.compiler.project.data_columns import personal_features
from mlspec.compiler.project.layout import REGISTRY
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Diagnostic, Problems, did_you_mean, problem
from mlspec.gates.candidate import from_workspace
from mlspec.gates.champion import champion_of
from mlspec.gates.evidence import Asked, Judgement, judge_candidates, require_kpis
from mlspec.gates.uses import uses_of, uses_told
from mlspec.gates.waivers import with_waivers
from mlspec.pipelines.run.selection import select
from mlspec.pipelines.workspace import Workspace
from mlspec.registry.record_files import Files
from mlspec.reports.document import Document
from mlspec.reports.readable import Readable


@dataclass(frozen=True, slots=True)
class Verdicts(Readable):
    """The judgements of models as they were trained here, in the order asked for. As text, and in a notebook, it is their report."""

    judgements: tuple[Judgement, ...]
    uses: Mapping[str, str] = field(default_factory=dict)
    """{model: what is told of its test set's uses}; empty where there is no history to count them in."""
    late: Mapping[str, Diagnostic] = field(default_factory=dict)
    """{model: MLS0729} of those that were trained on yesterday's rows or specs: a verdict is none on what stands here."""

    @property
    def stale(self) -> tuple[Diagnostic, ...]:
        """What is told of the models that are stale."""
        return tuple(self.late.values())

    @property
    def passed(self) -> bool:
        """Whether every model passed, and none is stale."""
        return all(j.passed for j in self.judgements) and not self.late

    def __repr__(self) -> str:
        told = ", ".join(f"{j.model} {j.report.verdict}" for j in self.judgements)
        return f"<Verdicts: {told}{'; stale: ' + str(len(self.late)) if self.late else ''}>"

    def document(self) -> Document:
        """The report of all of them, for `reports.rendering`. Charts of answers and features are in it where they were asked for."""
        from mlspec.gates.document import gate_document

        return gate_document(self.judgements, self.uses, {model: found.message for model, found in self.late.items()})

    def __iter__(self) -> Iterator[Judgement]:
        return iter(self.judgements)

    def __len__(self) -> int:
        return len(self.judgements)

    def __getitem__(self, model: str) -> Judgement:
        """The judgement of a model, `demand` or `model/demand`. Raises KeyError."""
        name = model.removeprefix("model/")
        return {j.model: j for j in self.judgements}[name]


def judge_models(workspace: Workspace, names: Sequence[str], environment: str | None = None, *, closer: bool = False) -> Verdicts:
    """Judge models, by name; the project's own waivers count. `closer`: see `judge_candidate`. Raises what `judge_workspace` raises."""
    judgements = tuple(_judged(workspace, names, workspace.project, environment, closer=closer))
    return Verdicts(judgements, _uses(workspace, judgements, environment), dict(stale_models(workspace, names)))


def _uses(workspace: Workspace, judgements: Sequence[Judgement], environment: str | None) -> dict[str, str]:
    try:
        found = uses_of(workspace.repository, workspace.repository.require_commits(), [j.candidate for j in judgements])
    except Problems:
        return {}
    return {model: uses_told(holdout, require_kpis(workspace.project, model, environment)) for model, holdout in found.items()}


def stale_models(workspace: Workspace, names: Sequence[str]) -> Iterator[tuple[str, Diagnostic]]:
    """What is judged is what was trained: a verdict on rows or specs of yesterday is none."""
    stale = {s.ref: s for s in reversed(workspace.stages) if s.status == "run"}
    for name in names:
        steps = [f"step/{step}" for step in workspace.project.kpi_steps(name)]
        upstream = [p.ref for p in select(workspace.graph, [f"model/{name}", *steps])]
        if found := next((stale[ref] for ref in upstream if ref in stale), None):
            why = f"{found.ref} {found.stage}: {found.reasons[0]}" if found.reasons else f"{found.ref} {found.stage}"
            message = f"model/{name} is stale ({why}): what was trained is judged, not what the specs and the data are now"
            yield name, Diagnostic("MLS0729", message, None, f"`mlspec run model/{name}`, and judge again")


def judge_workspace(
    workspace: Workspace, model: str, waivers: Project | None = None, environment: str | None = None, *, closer: bool = False
) -> Judgement:
    """Judge the model that the workspace's lock file names, by the KPIs as they are in `environment`, against what is deployed there.

    Without one: by the KPIs as they are written, against what the last environment with a version has. `waivers`: the project whose
    waivers count (there, or those that hold everywhere); without it none do. Raises MLS0705 without KPIs, MLS0714 when it was never
    trained, MLS0407 for an environment that is not declared. `closer`: see `judge_candidate`.
    """
    (judgement,) = _judged(workspace, [model], waivers, environment, closer=closer)
    return judgement


def _judged(
    workspace: Workspace, models: Sequence[str], waivers: Project | None, environment: str | None, *, closer: bool
) -> Iterator[Judgement]:
    declared = workspace.settings.environments
    if environment is not None and environment not in declared:
        raise problem("MLS0407", f"the environment `{environment}` is not declared", help=did_you_mean(environment, declared))
    with kept_open():
        asked = [asked_of(workspace, model, environment) for model in models]
        judgements = judge_candidates(workspace.root, workspace.graph, asked, closer=closer)
    today = datetime.now(UTC).date()
    for judgement in judgements:
        yield with_waivers(judgement, waivers, environment, today) if waivers else judgement


def asked_of(workspace: Workspace, model: str, environment: str | None = None) -> Asked:
    """The model that the lock file names, its KPIs, and what it is judged against. Raises MLS0705 without KPIs, MLS0714 untrained."""
    project = workspace.project
    kpis = require_kpis(project, model, environment)
    champion = champion_of(project, record_files(workspace.root, model), model, environment)
    return Asked(kpis, from_workspace(workspace, model), champion, tuple(personal_features(project, model)))


def models_with_kpis(project: Project) -> list[str]:
    """The models that can be judged, by name. Raises MLS0705 when there is none."""
    found = [name for name in sorted(project.models) if project.kpis_of(name)]
    if not found:
        help_text = "write a KPISet: it names the model and what it must reach (`mlspec explain MLS0705`)"
        raise problem("MLS0705", "no model has a KPISet, so there is nothing to judge", help=help_text)
    return found


def record_files(root: Path, model: str) -> Files:
    """A model's records in the working tree."""
    paths = [p for p in sorted((root / REGISTRY / model).glob("*.yaml")) if p.is_file() and not p.is_symlink()]
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in paths if p.resolve().is_relative_to(root.resolve())}
