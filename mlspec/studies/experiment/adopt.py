"""Writes what an experiment tried into the spec. Its results are in DVC's cache: to run it then trains nothing again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mlspec.adapters.dvc.experiments import has_run
from mlspec.adapters.git.beside import drop_ref
from mlspec.compiler.project.graph import Pipeline
from mlspec.compiler.project.layout import lock_of
from mlspec.compiler.project.paths import relative
from mlspec.diagnostics import problem
from mlspec.language.format.files import write_file
from mlspec.language.format.put import flow
from mlspec.language.yaml.document import Document
from mlspec.pipelines.locks import locked_outs
from mlspec.pipelines.plan.sight import Sight
from mlspec.pipelines.plan.staleness import Walk
from mlspec.pipelines.workspace import Workspace, open_workspace
from mlspec.studies.experiment.attempt import edited
from mlspec.studies.experiment.kept import Experiment, documents_at, find
from mlspec.studies.experiment.wanted import ABSENT, at, told


@dataclass(frozen=True, slots=True)
class Adopted:
    """`path`: the spec that was edited. `why_again`: why a run trains the model again; "" where DVC's run-cache has its results."""

    experiment: Experiment
    path: str
    why_again: str = ""

    def __str__(self) -> str:
        one = self.experiment
        then = f"`mlspec apply`, then `mlspec run model/{one.model}`"
        way = (
            f"{then} trains again: {self.why_again}"
            if self.why_again
            else f"{then} takes its results from DVC's cache: nothing is trained again"
        )
        return f"{self.path}: {told(one.settings)}\n{way}"


def adopt(workspace: Workspace, name: str) -> Adopted:
    """Write the values that were tried into the working tree's spec, comments kept, and nothing else.

    Raises MLS0843, MLS0844 where another value stands there than the one that the experiment started from, MLS0841.
    """
    repository = workspace.repository
    one = find(repository, name)
    bound = workspace.project.models.get(one.model)
    head = documents_at(repository, repository.require_commits()).get(one.model)
    if bound is None or head is None:
        raise problem("MLS0844", f"model/{one.model} is not declared here any more", help="`dvc exp apply` brings all of the experiment")
    for where, document in (("HEAD", head), ("the working tree", bound.document)):
        _require_same(one, where, document)
    content = edited(workspace.root, bound, one.settings)
    write_file(workspace.root / bound.path, content)
    return Adopted(one, bound.path, why_again(open_workspace(workspace.root), one))


class _Recorded(Sight):
    """The disk, but for one pipeline's results: as they were recorded at a commit."""

    def __init__(self, root: Path, pipeline: Pipeline, lock: bytes) -> None:
        super().__init__(root)
        outs = locked_outs(lock)
        self._folder, self._lock = pipeline.folder, lock
        self._outs = {out.path: outs.get(relative(out.path, pipeline.folder)) for stage in pipeline.stages for out in stage.outs}

    def lock(self, folder: str) -> tuple[bytes | None, bool]:
        return (self._lock, True) if folder == self._folder else super().lock(folder)

    def md5(self, path: str) -> str | None:
        return self._outs[path] if path in self._outs else super().md5(path)


def why_again(workspace: Workspace, one: Experiment) -> str:
    """Why a run of the model can't take what an experiment made: what differs, or that it is not here; "" where it can."""
    pipeline = next(p for p in workspace.graph.pipelines if p.ref == f"model/{one.model}")
    lock = workspace.repository.show(one.commit, lock_of(pipeline.folder)) or b""
    walk = Walk(_Recorded(workspace.root, pipeline, lock), with_data=False)
    states = [s for p in workspace.graph.pipelines for s in walk.visit(p) if p is pipeline and s.status != "current"]
    if states:
        return f"{states[0].stage}: {', '.join(states[0].reasons[:3])}"
    return "" if has_run(workspace.root, locked_outs(lock).get("model", "-")) else "DVC's run-cache here does not have it"


def drop(workspace: Workspace, name: str) -> Experiment:
    """Forget an experiment. What it made stays in DVC's cache until `mlspec gc`. Raises MLS0843."""
    one = find(workspace.repository, name)
    drop_ref(workspace.repository, one.ref)
    return one


def _require_same(one: Experiment, where: str, document: Document) -> None:
    spec = document.value.get("spec")
    for path, before in one.before.items():
        now = at(spec, path)
        if type(now) is not type(before) or now != before:
            shown = [str(v) if v is ABSENT else flow(v) for v in (before, now)]
            message = f"`{path}` was {shown[0]} where `{one.name}` started from ({one.base[:7]}), and is {shown[1]} in {where}"
            fix = f"`mlspec experiment try model/{one.model} {told(one.settings)}` tries it from HEAD"
            raise problem("MLS0844", message, help=fix, span=document.span(("spec", *path.split("."))))
