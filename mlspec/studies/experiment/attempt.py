"""Tries values of a model's spec: each in a scratch clone of HEAD, through the executor, kept as an experiment of DVC's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.adapters.dvc import store as dvc_store
from mlspec.adapters.dvc.experiments import keep_runs, ref_of
from mlspec.adapters.dvc.stages import DvcError
from mlspec.adapters.git.beside import bring_commit, commit_all
from mlspec.compiler.pipeline import compile_root
from mlspec.compiler.project.layout import PROJECT_FILE, SPECS, is_made, model_folder
from mlspec.compiler.project.project import Bound
from mlspec.diagnostics import Problems, has_errors, problem
from mlspec.diagnostics.words import counted, some
from mlspec.language.format.put import put
from mlspec.language.kinds.model import Model
from mlspec.pipelines.run.options import RunOptions
from mlspec.pipelines.run.selection import select
from mlspec.pipelines.run.summary import metrics_text
from mlspec.pipelines.verbs import apply_specs, nobody_agrees, run_objects
from mlspec.pipelines.workspace import Workspace, open_workspace
from mlspec.studies.experiment.kept import Experiment, evaluation_at, find, locks_at, refs_here
from mlspec.studies.experiment.looks import note_look
from mlspec.studies.experiment.scratch import scratch
from mlspec.studies.experiment.wanted import Settings, at, combinations, names_of, told
from mlspec.studies.rerun import bring_read

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """`sets`: `path=value`; `grids`: `path=a,b,c`, all combinations of which are tried."""

    model: str
    sets: Sequence[str] = ()
    grids: Sequence[str] = ()
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """An experiment that was kept; `evaluation`: its evaluation.json. `is_new`: it was trained for this, and not here before."""

    experiment: Experiment
    evaluation: Mapping[str, Any]
    is_new: bool

    def __str__(self) -> str:
        one = self.experiment
        return f"{one.name}: {told(one.settings)}: {metrics_text(dict(self.evaluation))}{'' if self.is_new else ' (tried before)'}"

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        one = self.experiment
        head = {"name": one.name, "model": one.model, "base": one.base, "commit": one.commit, "tried": dict(one.settings)}
        return head | {"new": self.is_new, "metrics": self.evaluation.get("metrics", {})}


def try_values(workspace: Workspace, wish: Wish, say: Say) -> list[Tried]:
    """Try each combination, and keep it. Nothing of the working tree, the index or a branch changes.

    All are validated before the first is run. Raises MLS0840 to MLS0842, MLS0845, MLS0846, what `validate` says of a value at its place
    in the spec, and what a stage raises that fails: those before it are kept.
    """
    repository = workspace.repository
    head, bound = repository.require_commits(), workspace.project.models[wish.model]
    wanted = combinations(wish.sets, wish.grids)
    _require_committed(workspace, wish.model)
    found = _other(bound, wanted, say)
    names = names_of(wish.model, head, found, wish.name)
    texts = [edited(workspace.root, bound, settings) for settings in found]
    known = _known(workspace, head, dict(zip(names, found, strict=True)), named=wish.name is not None)
    with dvc_store.kept_open():
        return [
            _tried(workspace, known[name], is_new=False) if name in known else _try(workspace, wish.model, name, settings, text, say)
            for name, settings, text in zip(names, found, texts, strict=True)
        ]


def _other(bound: Bound[Model], found: Sequence[Settings], say: Say) -> list[Settings]:
    """Those that are not what the spec says already. Raises MLS0840 where all are."""
    spec = bound.document.value.get("spec")
    other = [one for one in found if any(type(now := at(spec, path)) is not type(value) or now != value for path, value in one.items())]
    if not other:
        raise problem("MLS0840", f"HEAD has these values: {told(found[0])}", help="try others")
    if len(other) < len(found):
        say(f"{counted(len(found) - len(other), 'combination')} left out: HEAD has these values")
    return other


def edited(root: Path, bound: Bound[Model], settings: Settings) -> bytes:
    """The file of a model's spec with these values. Raises MLS0841, and what `validate` says of them, with their places in that text."""
    document, path = bound.document, bound.document.path
    if document.origin:
        message = f"model/{bound.name} is made by {document.origin}: no document of its own declares it"
        raise problem("MLS0841", message, help="add an entry to the set's `overrides`, and run it", span=document.span())
    content = (root / path).read_bytes()
    for dotted, value in settings.items():
        content = put(path, content, document.index, ("spec", *dotted.split(".")), value)
    compiled = compile_root(root, {path: content})
    if has_errors(compiled.diagnostics):
        raise Problems([d for d in compiled.diagnostics if d.is_error], {path: content.decode("utf-8-sig")})
    return content


def _require_committed(workspace: Workspace, model: str) -> None:
    settings = workspace.settings
    pipelines = select(workspace.graph, [f"model/{model}"])
    deps = {dep for p in pipelines for stage in p.stages for dep in stage.deps}
    read = [PROJECT_FILE, SPECS, *settings.locks, *settings.code, *deps, *(f"{dep}.dvc" for dep in deps)]
    dirty = workspace.repository.dirty()
    odd = [path for path in (*dirty.changed, *dirty.untracked) if any(path == r or path.startswith(f"{r}/") for r in read)]
    odd = [path for path in odd if not is_made(path)]
    if odd:
        message = f"what an experiment starts from is not committed: {some(odd)}"
        raise problem("MLS0845", message, help="commit it, or `git stash` it, and try again")


def _known(workspace: Workspace, head: str, wanted: Mapping[str, Settings], *, named: bool) -> dict[str, Experiment]:
    """Those that were tried before, from this commit, under the name that their values give. Raises MLS0842 for a name that is taken."""
    repository, found = workspace.repository, dict[str, Experiment]()
    taken = {name: base for name, base, _ in refs_here(repository)}
    for name, settings in wanted.items():
        if name in taken and not named and taken[name] == head:
            found[name] = find(repository, name)
        elif name in taken:
            fix = f"`mlspec experiment drop {name}`, or another --name"
            raise problem("MLS0842", f"there is an experiment `{name}` already (from {taken[name][:7]}; now: {told(settings)})", help=fix)
        elif repository.find(name) is not None:
            raise problem("MLS0842", f"`{name}` is the name of a commit, branch or tag here", help="give another by --name")
    return found


def _try(workspace: Workspace, model: str, name: str, settings: Settings, text: bytes, say: Say) -> Tried:
    repository, path = workspace.repository, workspace.project.models[model].path
    head = repository.require_commits()
    say(f"{name}: {told(settings)} …")
    with scratch(repository, head) as tree:
        (tree / path).write_bytes(text)
        _run(workspace.root, tree, model, say)
        _keep(workspace, tree, model, head, name, told(settings))
    return _tried(workspace, find(repository, name), is_new=True)


def _run(root: Path, tree: Path, model: str, say: Say) -> None:
    """Generate, and run what is stale of the model and of all that it is made of: what HEAD's locks know comes from the cache."""

    def read() -> Workspace:
        return open_workspace(tree)

    apply_specs(tree, read, read, lambda _: None, nobody_agrees)
    workspace = read()
    for pipeline in select(workspace.graph, [f"model/{model}"]):
        bring_read(root, tree, pipeline, say)
    run_objects(workspace, [f"model/{model}"], RunOptions(), say, local=True)


def _keep(workspace: Workspace, tree: Path, model: str, head: str, name: str, what: str) -> None:
    try:
        keep_runs(tree, f"{model_folder(model)}/dvc.yaml")
    except DvcError as error:
        raise problem("MLS0846", f"`dvc commit` failed: {error}", help="`mlspec doctor` looks at DVC and its cache") from error
    commit = commit_all(tree, f"Try {what}", [".dvc/config.local", ".dvc/tmp"])
    if not bring_commit(workspace.repository, tree, commit, ref_of(head, name)):
        raise problem("MLS0842", f"another experiment `{name}` came into being meanwhile", help="try again, with another --name")


def _tried(workspace: Workspace, one: Experiment, *, is_new: bool) -> Tried:
    note_look(workspace.root, one.model, locks_at(workspace.repository, one.commit, one.model))
    return Tried(one, evaluation_at(workspace.repository, one.commit, one.model) or {}, is_new)
