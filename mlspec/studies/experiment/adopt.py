"""Writes what an experiment tried into the spec. Its results are in DVC's cache: to run it then trains nothing again."""

from __future__ import annotations

from dataclasses import dataclass

from mlspec.adapters.git.beside import drop_ref
from mlspec.diagnostics import problem
from mlspec.language.format.files import write_file
from mlspec.language.format.put import flow
from mlspec.language.yaml.document import Document
from mlspec.pipelines.workspace import Workspace
from mlspec.studies.experiment.attempt import edited
from mlspec.studies.experiment.kept import Experiment, documents_at, find
from mlspec.studies.experiment.wanted import ABSENT, at, told


@dataclass(frozen=True, slots=True)
class Adopted:
    """`path`: the spec that was edited."""

    experiment: Experiment
    path: str

    def __str__(self) -> str:
        one = self.experiment
        way = f"`mlspec apply`, then `mlspec run model/{one.model}` takes its results from DVC's cache: nothing is trained again"
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
    return Adopted(one, bound.path)


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
