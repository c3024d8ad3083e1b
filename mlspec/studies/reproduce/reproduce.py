"""A model is made again from nothing but its commit and what its sources gave, and compared, stage by stage, with what the commit says.

A clean clone, the locked environment, the data by content, a DVC cache of its own: nothing that was computed before is taken.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from mlspec.adapters.dvc import store as dvc_store
from mlspec.compiler.project.layout import lock_of, model_folder
from mlspec.diagnostics import Problems, Span, problem
from mlspec.gates.alongside import Alongside, Entrant, Question, score_alongside
from mlspec.gates.candidate import Candidate, from_record, from_workspace, kept
from mlspec.gates.champion import require_record
from mlspec.gates.workspace import record_files
from mlspec.pipelines.locks import locked_outs
from mlspec.pipelines.workspace import Workspace, open_workspace
from mlspec.promotion.preflight import require_ready, require_trained
from mlspec.registry.records import Artifact
from mlspec.runtime.artifact import digest_folder
from mlspec.studies.clone import Clone, cloned
from mlspec.studies.environment import Environment, locked_environment, this_environment
from mlspec.studies.measuring import measuring
from mlspec.studies.reproduce.found import Reproduction
from mlspec.studies.reproduce.stages import compared
from mlspec.studies.rerun import made_for, require_locked, rerun

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """`version`: None for what HEAD holds. `here`: in the environment that mlspec runs in. `keep`: a folder that the clone stays in."""

    model: str
    version: str | None = None
    here: bool = False
    keep: Path | None = None


def reproduce(workspace: Workspace, wish: Wish, say: Say) -> Reproduction:
    """Make a model again, and compare. Nothing but a temporary folder, and mlspec's cache of what it fetched, is written.

    Raises MLS0793 for what can't be made again, MLS0794 where the locked environment can't be made, MLS0715 for a version without a
    record; of HEAD MLS0954 for uncommitted work and MLS0707 for what is stale; MLS0971 when nobody has the data; what a stage raises.
    """
    candidate, commit = _asked(workspace, wish)
    with cloned(workspace.repository, commit, wish.keep) as clone:
        then = open_workspace(clone.tree)
        pipelines = made_for(then, wish.model)
        require_locked(clone.tree, pipelines)
        environment = this_environment() if wish.here else locked_environment(clone, then.settings, say)
        with dvc_store.kept_open():
            rerun(workspace.root, clone.tree, pipelines, say, None if wish.here else environment.python)
            stages = tuple(compared(workspace, commit, clone, pipelines))
            again = digest_folder(clone.tree / model_folder(wish.model) / "model")
            found = Reproduction(
                wish.model, wish.version, commit, candidate.digest, again, stages, environment, _unlike(clone, then, environment)
            )
            return found if found.is_same else _measured(workspace.root, clone, then, candidate, found)


def _asked(workspace: Workspace, wish: Wish) -> tuple[Candidate, str]:
    """What is to come out, and the commit that it should come out of."""
    if wish.version is None:
        require_ready(workspace)
        require_trained(workspace, wish.model)
        return from_workspace(workspace, wish.model), workspace.repository.resolve("HEAD")
    record = require_record(record_files(workspace.root, wish.model), wish.model, wish.version).record
    lock = lock_of(model_folder(wish.model))
    commit = workspace.repository.resolve(record.commit)
    if locked_outs(workspace.repository.show(commit, lock)).get("model") != record.artifacts.model.md5:
        message = f"{wish.version} of model/{wish.model} is not what {lock} at its commit {commit[:12]} names"
        help_text = "the record and its commit do not belong together: `mlspec verify --all` says more"
        raise problem("MLS0793", message, help=help_text, span=Span(lock))
    return from_record(record), commit


def _unlike(clone: Clone, then: Workspace, environment: Environment) -> tuple[tuple[str, str, str], ...]:
    lock = then.settings.requirements
    path = clone.tree / lock if lock else None
    return tuple(environment.unlike(path.read_bytes())) if path and path.is_file() else ()


def _measured(root: Path, clone: Clone, then: Workspace, candidate: Candidate, found: Reproduction) -> Reproduction:
    """Both models on the test rows of the commit: how much it matters."""
    try:
        return replace(found, scored=_scored(root, clone, then, candidate, found))
    except Problems as problems:
        first = problems.diagnostics[0]
        return replace(found, unscored=f"{first.code}: {first.message}")


def _scored(root: Path, clone: Clone, then: Workspace, candidate: Candidate, found: Reproduction) -> Alongside:
    parts, tree = candidate.artifacts, clone.tree
    md5 = locked_outs((tree / lock_of(model_folder(found.model))).read_bytes())["model"]
    again = Artifact(path=parts.model.path, md5=md5)
    for artifact in (parts.test, parts.model):
        dvc_store.fetch(root, artifact.canonical(), kept(tree, artifact))
    if not kept(tree, again).exists():
        shutil.copytree(tree / again.path, kept(tree, again))
    entrants = (Entrant("of the commit", parts.model, candidate.digest), Entrant("made again", again, found.again))
    params = measuring(then.graph, found.model)
    return score_alongside(tree, Question(params, parts.test, entrants), found.name)
