"""Every object's state, in one list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mlspec.deploy.status.deployments import deployment_statuses
from mlspec.deploy.status.objects import features_status, labels_status, model_status, source_status, step_status
from mlspec.deploy.status.state import ObjectStatus
from mlspec.diagnostics import did_you_mean, problem
from mlspec.pipelines.plan.states import StageState
from mlspec.pipelines.workspace import Workspace
from mlspec.reports.document import MUST, Document, Section, Table, columns
from mlspec.reports.readable import Readable
from mlspec.reports.spans import Code

HEADINGS = ("object", "state", "desired", "observed", "details")


@dataclass(frozen=True, slots=True)
class Status(Readable):
    """The states of objects: sources, feature sets, models, then deployments. As text, and in a notebook, it is their table."""

    objects: tuple[ObjectStatus, ...]

    @property
    def is_well(self) -> bool:
        """Whether there is nothing to do about any of them."""
        return all(s.is_well for s in self.objects)

    def __iter__(self) -> Iterator[ObjectStatus]:
        return iter(self.objects)

    def __len__(self) -> int:
        return len(self.objects)

    def __getitem__(self, ref: str) -> ObjectStatus:
        """The state of `model/demand`. Raises KeyError."""
        return {s.ref: s for s in self.objects}[ref]

    def document(self) -> Document:
        rows = tuple(tuple(Code(cell) if cell else "" for cell in s.row()) for s in self.objects)
        table = Table(columns(*HEADINGS), rows, "Desired and observed state")
        return Document("status", "mlspec status", (Section("", (table,), rank=MUST),))

    def __repr__(self) -> str:
        return f"<Status of {len(self.objects)} objects, {sum(not s.is_well for s in self.objects)} of them not well>"

    def as_json(self) -> dict[str, object]:
        """For programs; `version` counts changes of this form."""
        return {"version": 1, "objects": [s.as_json() for s in self.objects]}


def tell_status(workspace: Workspace, refs: Sequence[str] = (), environment: str | None = None) -> Status:
    """The states of the objects named (all when none; `modelset/x` stands for its models), of one environment when that is named.

    Raises MLS0003 for an object of which there is nothing to tell.
    """
    wanted = workspace.project.chosen(refs)
    found = collect(workspace, environment)
    known = {s.ref for s in found}
    if unknown := [ref for ref in wanted if ref not in known]:
        raise problem("MLS0003", f"there is nothing to tell of `{unknown[0]}`", help=did_you_mean(unknown[0], [s.ref for s in found]))
    return Status(tuple(s for s in found if not wanted or s.ref in wanted))


def collect(workspace: Workspace, environment: str | None = None) -> list[ObjectStatus]:
    """Return what is made, then deployments (of one environment when named); reads, and changes nothing."""
    root, project = workspace.root, workspace.project
    environments = workspace.settings.environments if environment is None else (environment,)
    deployments = [s for name in environments for s in deployment_statuses(workspace, name)]
    if environment is not None:
        return deployments
    states: dict[str, list[StageState]] = {}
    for state in workspace.stages:
        states.setdefault(state.ref, []).append(state)
    sources = [source_status(root, name, states.get(f"source/{name}", ())) for name in project.sources]
    sets = [features_status(workspace, name, states.get(f"features/{name}", ())) for name in project.feature_sets]
    labels = [labels_status(root, name, states.get(f"labels/{name}", ())) for name in project.label_sets]
    models = [model_status(workspace, name, states.get(f"model/{name}", ())) for name in project.models]
    steps = [step_status(root, name, states.get(f"step/{name}", ())) for name in project.steps]
    return [*sources, *sets, *labels, *models, *steps, *deployments]
