"""Versions that GTO's tags name: `demand@v1.0.0`. A tag names a version, and proves nothing: what it marks is held against dvc.lock."""

from __future__ import annotations

from collections.abc import Mapping

from mlspec.adapters.git.repository import Repository
from mlspec.diagnostics import problem
from mlspec.gates.candidate import Candidate
from mlspec.registry.history.locks import read_lock
from mlspec.registry.records import Artifact
from mlspec.registry.tags.grammar import parse
from mlspec.registry.tags.versions import tagged_versions


def require_same_model(repository: Repository, tag: str, candidate: Candidate) -> str:
    """The version that a tag gives to the model trained here.

    Raises MLS0723 for a tag that is not there or is another model's; MLS0724 when the tag's commit had another model, baseline or rows:
    a record is checked against what the base branch has, so that an older version can't be registered any more.
    """
    name = parse(tag)
    commit = repository.find(f"refs/tags/{tag}")
    if name is None or not name.version or commit is None or (name.model, name.folder) != (candidate.model, None):
        known = ", ".join(f"{candidate.model}@{v}" for v in tagged_versions(repository, candidate.model)) or "none"
        raise problem(
            "MLS0723", f"`{tag}` is no tag of a version of model/{candidate.model}", help=f"its tags: {known}; `git fetch --tags`"
        )
    found = _locked(repository, commit, candidate)
    here = {name: part.md5 for name, part in _parts(candidate).items()}
    if differing := [name for name in here if found.get(name) != here[name]]:
        message = f"{tag} marks {commit[:12]}, where {', '.join(differing)} of model/{candidate.model} had other bytes than now"
        raise problem(
            "MLS0724", message, help="only the model that the base branch has can be checked: register it with a version of its own"
        )
    return name.version


def _parts(candidate: Candidate) -> Mapping[str, Artifact]:
    artifacts = candidate.artifacts
    return {"model": artifacts.model, "baseline": artifacts.baseline, "train": artifacts.train, "test": artifacts.test}


def _locked(repository: Repository, commit: str, candidate: Candidate) -> dict[str, str]:
    """{part: md5} by dvc.lock at a commit."""
    folder = candidate.artifacts.model.path.rpartition("/")[0]
    outs = {path: md5 for stage in read_lock(repository, commit, folder).values() for path, md5 in stage.outs.items()}
    return {name: outs.get(f"{folder}/{file}", "") for name, file in _FILES.items()}


_FILES = {"model": "model", "baseline": "baseline", "train": "train.parquet", "test": "test.parquet"}
