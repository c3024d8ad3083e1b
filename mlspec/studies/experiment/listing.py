"""Experiments beside what HEAD has, on the same test rows: paired, sorted, and honest about how many were looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlspec.adapters.dvc import store as dvc_store
from mlspec.compiler.project.layout import model_folder
from mlspec.diagnostics import Diagnostic, problem
from mlspec.gates.alongside import Alongside, Entrant, Question, score_alongside
from mlspec.gates.candidate import artifacts_in, fetch
from mlspec.pipelines.workspace import Workspace
from mlspec.registry.records import Artifact, ProvenArtifact
from mlspec.reports.document import Document
from mlspec.reports.readable import Readable
from mlspec.runtime.artifact import digest_file, digest_folder
from mlspec.studies.compare.compare import metric_for
from mlspec.studies.experiment.kept import Experiment, experiments, locks_at
from mlspec.studies.experiment.looks import looked_at
from mlspec.studies.measuring import alongside_form, measuring

HEAD = "HEAD"


@dataclass(frozen=True, slots=True)
class Listed(Readable):
    """Experiments of a model. `found`: those with HEAD's test rows, HEAD's model among them; `apart`: the others, each with why.

    `looks`: how many other models than HEAD's were tried on these rows from this machine, those dropped since among them.
    `others`: experiments of DVC's that change more than values of one model's spec.
    """

    model: str
    metric: str
    head: str
    tried: tuple[Experiment, ...]
    found: Alongside | None
    apart: Mapping[str, str]
    looks: int
    others: int
    stale: tuple[Diagnostic, ...] = ()

    def __repr__(self) -> str:
        return f"<Listed experiments of model/{self.model}: {len(self.tried)}>"

    def document(self) -> Document:
        from mlspec.studies.experiment.document import listed_document

        return listed_document(self)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        tried = [
            {"name": one.name, "base": one.base, "commit": one.commit, "tried": dict(one.settings), "apart": self.apart.get(one.name)}
            for one in self.tried
        ]
        head = {"version": 1, "kind": "experiments", "model": self.model, "metric": self.metric, "head": self.head, "looks": self.looks}
        return head | {"experiments": tried, "others": self.others, **(alongside_form(self.found) if self.found else {"models": []})}


def list_experiments(workspace: Workspace, model: str, by: str | None = None) -> Listed:
    """Every experiment of a model, compared with the model of HEAD's lock. Raises MLS0714 where HEAD has none, and what scoring raises."""
    repository = workspace.repository
    head = repository.require_commits()
    every, others = experiments(repository)
    tried = tuple(one for one in every if one.model == model)
    params = measuring(workspace.graph, model)
    metric = metric_for(workspace, model, str(params["task"]), by)
    if not tried:
        return Listed(model, metric.name, head, (), None, {}, 0, others)
    params["metrics"] = list(dict.fromkeys([metric.name, *params["metrics"]]))
    with dvc_store.kept_open():
        standing = _artifacts(workspace, head, model)
        test = _proven(workspace, standing["test.parquet"])
        entrants, apart = [_entrant(workspace, HEAD, standing)], {}
        for one in tried:
            theirs = _artifacts(workspace, one.commit, model)
            if theirs["test.parquet"].md5 == standing["test.parquet"].md5:
                entrants.append(_entrant(workspace, one.name, theirs))
            else:
                apart[one.name] = "other test rows than HEAD's: no difference is told"
    looked = {*looked_at(workspace.root, test.md5), *(e.model.md5 for e in entrants)} - {standing["model"].md5}
    question = Question(params, test, tuple(entrants), metric.name, looks=len(looked))
    return Listed(model, metric.name, head, tried, score_alongside(workspace.root, question, "experiment list"), apart, len(looked), others)


def _artifacts(workspace: Workspace, commit: str, model: str) -> dict[str, Artifact]:
    locks = locks_at(workspace.repository, commit, model)
    if not locks:
        message = f"model/{model} was not trained at {commit[:7]}: no dvc.lock of it was committed there"
        raise problem("MLS0714", message, help=f"`mlspec run model/{model}`, and commit its results")
    return artifacts_in(locks, model, model_folder(model))


def _entrant(workspace: Workspace, name: str, artifacts: Mapping[str, Artifact]) -> Entrant:
    return Entrant(name, artifacts["model"], digest_folder(fetch(workspace.root, artifacts["model"])))


def _proven(workspace: Workspace, artifact: Artifact) -> ProvenArtifact:
    return ProvenArtifact(path=artifact.path, md5=artifact.md5, digest=digest_file(fetch(workspace.root, artifact)))
