"""Experiments beside what HEAD has, on the same test rows: paired, sorted, and honest about how many were looked at."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlspec.adapters.dvc import store as dvc_store
from mlspec.compiler.project.layout import is_made, model_folder
from mlspec.diagnostics import Diagnostic, problem
from mlspec.gates.alongside import Alongside, Entrant, Question, score_alongside
from mlspec.gates.candidate import artifacts_in, fetch
from mlspec.pipelines.content import Contents
from mlspec.pipelines.locks import StageLock
from mlspec.pipelines.plan.staleness import flatten
from mlspec.pipelines.workspace import Workspace
from mlspec.registry.at_commit import compile_at
from mlspec.registry.records import Artifact, ProvenArtifact
from mlspec.reports.document import Document
from mlspec.reports.readable import Readable
from mlspec.runtime.artifact import digest_file, digest_folder
from mlspec.studies.compare.compare import metric_for
from mlspec.studies.experiment.kept import Experiment, experiments, locks_at
from mlspec.studies.experiment.looks import looked_at
from mlspec.studies.measuring import alongside_form, measuring

HEAD = "HEAD"
_MEASURING = frozenset({"metrics", "slices", "fairness", "measure", "leakage", "confidence", "resamples", "strategy", "seed"})
"""Parameters of the stage evaluate that say how answers are measured, and not what is asked."""


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
    seen = _seen(workspace, head, model)
    params = measuring(seen.standing.graph, model)
    metric = metric_for(seen.standing, model, str(params["task"]), by)
    if not tried:
        return Listed(model, metric.name, head, (), None, {}, 0, others)
    params["metrics"] = list(dict.fromkeys([metric.name, *params["metrics"]]))
    with dvc_store.kept_open():
        standing = _artifacts(workspace, head, model)
        test = _proven(workspace, standing["test.parquet"])
        entrants, apart = [_entrant(workspace, HEAD, standing)], {}
        for one in tried:
            theirs = _artifacts(workspace, one.commit, model)
            if why := seen.why_apart(standing, theirs, locks_at(repository, one.commit, model)):
                apart[one.name] = f"{why}: no difference is told"
            else:
                entrants.append(_entrant(workspace, one.name, theirs))
    looked = {*looked_at(workspace.root, test.md5), *(e.model.md5 for e in entrants)} - {standing["model"].md5}
    question = Question(params, test, tuple(entrants), metric.name, looks=len(looked))
    found = score_alongside(workspace.root, question, "experiment list") if len(entrants) > 1 else None
    return Listed(model, metric.name, head, tried, found, apart, len(looked), others, tuple(seen.stale()))


@dataclass(frozen=True, slots=True)
class _Seen:
    """HEAD, as experiments are held against it: `standing` is its project, `locks` are the model's there."""

    standing: Workspace
    model: str
    locks: Mapping[str, StageLock]
    contents: Contents

    def why_apart(self, ours: Mapping[str, Artifact], theirs: Mapping[str, Artifact], locks: Mapping[str, StageLock]) -> str:
        """Why an experiment says nothing beside HEAD's model; "" where it does."""
        if ours["test.parquet"].md5 != theirs["test.parquet"].md5:
            return "other test rows than HEAD's"
        if self._question(_ran_with(locks, "evaluate")) != self._question(self._says("evaluate")):
            return "another question than HEAD's"
        odd = self._other_code(locks) or self._other_code(self.locks)
        return f"{odd} is another now than it was trained with" if odd else ""

    def stale(self) -> Iterator[Diagnostic]:
        """MLS0729 where HEAD's model was not trained as HEAD's spec says."""
        odd = [stage for stage in ("train", "evaluate") if _ran_with(self.locks, stage) != self._says(stage)]
        if odd:
            message = f"HEAD's model/{self.model} is compared as it was trained; its spec has other parameters of {', '.join(odd)} since"
            yield Diagnostic("MLS0729", message, None, f"`mlspec run model/{self.model}`, and commit its results")

    def _says(self, stage: str) -> dict[str, Any]:
        return flatten(self.standing.graph.params(f"model/{self.model}", stage) or {})

    @staticmethod
    def _question(params: Mapping[str, Any]) -> dict[str, Any]:
        """What a model is asked, without how its answers are measured."""
        return {key: value for key, value in params.items() if re.split(r"[.\[]", key)[0] not in _MEASURING}

    def _other_code(self, locks: Mapping[str, StageLock]) -> str:
        """A file of people's code that a stage read and that is another here: what would answer is not what was tried."""
        for stage in locks.values():
            for name, md5 in stage.deps.items():
                path = posixpath.normpath(posixpath.join(model_folder(self.model), name))
                is_code = not is_made(path) and path not in self.standing.settings.locks
                if is_code and self.contents.md5(path) != md5:
                    return path
        return ""


def _seen(workspace: Workspace, head: str, model: str) -> _Seen:
    then = compile_at(workspace.repository, head)
    standing = Workspace(workspace.root, then.project, then.graph)
    return _Seen(standing, model, locks_at(workspace.repository, head, model), Contents(workspace.root))


def _ran_with(locks: Mapping[str, StageLock], stage: str) -> dict[str, Any]:
    """The parameters of a stage, flat, as its last run had them."""
    return flatten(locks[stage].params.get(stage, {})) if stage in locks else {}


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
