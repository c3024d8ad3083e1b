"""The two ends of a change: a version as its commit made it, and the model that stands here; and what of their recipes differs."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from mlspec.adapters.git.repository import Repository
from mlspec.adapters.requirements.lock_file import read_lock
from mlspec.compiler.project.layout import is_made, lock_of
from mlspec.diagnostics import problem
from mlspec.gates.candidate import Candidate, from_record, from_workspace, kept
from mlspec.gates.champion import require_record
from mlspec.gates.workspace import record_files
from mlspec.pipelines.locks import StageLock, parse_lock, read_locks
from mlspec.pipelines.workspace import Workspace
from mlspec.promotion.place import check_version
from mlspec.runtime.tune.apply import tuned

ROWS, PARAMS, CODE, SEED = "training rows", "parameters", "code", "seed"


@dataclass(frozen=True, slots=True)
class Side:
    """`section`: of the stage train, with what a search found; `evaluate`: how it was measured. `code`: {path: DVC's md5} of people's files
    that the stage reads. `libraries`: {name: version} of the requirements lock. `commit`: "" for what stands here.
    """

    name: str
    candidate: Candidate
    section: Mapping[str, Any]
    evaluate: Mapping[str, Any]
    code: Mapping[str, str]
    libraries: Mapping[str, str] = field(default_factory=dict)
    commit: str = ""

    @property
    def seed(self) -> int:
        return int(self.section["seed"])

    @property
    def params(self) -> dict[str, Any]:
        """All that the specs say of the training, but its seed."""
        return {key: value for key, value in self.section.items() if key != "seed"}


def version_side(workspace: Workspace, repository: Repository, model: str, version: str) -> Side:
    """A version of the registry, by its record and its commit's lock. Raises MLS0715, and MLS0796 where the commit has no lock of it."""
    check_version(version)
    record = require_record(record_files(workspace.root, model), model, version).record
    folder = str(PurePosixPath(record.artifacts.model.path).parent)
    locks = parse_lock(repository.show(record.commit, lock_of(folder)))
    name = f"{model} {version}"
    if not {"train", "evaluate"} <= locks.keys():
        message = f"{lock_of(folder)} at {record.commit[:12]} does not say by what {name} was trained"
        raise problem("MLS0796", message, help="fetch the whole history: `git fetch --unshallow`")
    return _side(workspace, name, from_record(record), locks, folder, _libraries(workspace, repository, record.commit), record.commit)


def standing_side(workspace: Workspace, model: str) -> Side:
    """The model that stands here, up to date. Raises MLS0714."""
    candidate = from_workspace(workspace, model)
    folder = str(PurePosixPath(candidate.artifacts.model.path).parent)
    return _side(workspace, f"model/{model}", candidate, read_locks(workspace.root, folder), folder, _libraries(workspace))


def fetched(root: Path, side: Side) -> Side:
    """The side with what a search found among its parameters; its model's folder was fetched. Raises MLS0661."""
    from dataclasses import replace

    return replace(side, section=tuned(side.section, kept(root, side.candidate.artifacts.model)))


def _side(
    workspace: Workspace,
    name: str,
    candidate: Candidate,
    locks: Mapping[str, StageLock],
    folder: str,
    libraries: Mapping[str, str],
    commit: str = "",
) -> Side:
    locks_of_libraries = set(workspace.project.settings.envelope.spec.locks)
    named = {posixpath.normpath(posixpath.join(folder, path)): md5 for path, md5 in locks["train"].deps.items()}
    code = {path: md5 for path, md5 in named.items() if not is_made(path) and path not in locks_of_libraries}
    train, evaluate = (dict(locks[stage].params.get(stage) or {}) for stage in ("train", "evaluate"))
    if "seed" not in train:
        raise problem("MLS0796", f"the lock of {name} does not say by what it was trained", help=f"`mlspec run model/{candidate.model}`")
    return Side(name, candidate, train, evaluate, code, libraries, commit)


def _libraries(workspace: Workspace, repository: Repository | None = None, commit: str = "") -> dict[str, str]:
    path = workspace.project.settings.envelope.spec.requirements
    if path is None:
        return {}
    place = workspace.root / path
    content = repository.show(commit, path) if repository else place.read_bytes() if place.is_file() else None
    return {one.name: one.version or "" for one in read_lock(content or b"")}


def require_same_question(then: Side, now: Side) -> None:
    """Raises MLS0796 where the two answer other questions: another task, or another target."""
    for key in ("task", "target"):
        if then.section.get(key) != now.section.get(key):
            message = f"the {key} of {then.name} is {then.section.get(key)}, and that of {now.name} {now.section.get(key)}"
            raise problem(
                "MLS0796", message, help="a change of the question has no share in a metric; compare versions that answer the same one"
            )


def differing(then: Side, now: Side) -> tuple[str, ...]:
    """Which parts of the recipe are not the same."""
    return tuple(_differing(then, now))


def _differing(then: Side, now: Side) -> Iterator[str]:
    if then.candidate.artifacts.train.digest != now.candidate.artifacts.train.digest:
        yield ROWS
    if then.params != now.params:
        yield PARAMS
    if then.code != now.code:
        yield CODE
    if then.seed != now.seed:
        yield SEED
