"""Which version a promotion is about, and against which champion it is judged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mlspec.diagnostics import problem
from mlspec.forge.git import open_repository
from mlspec.gates.candidate import Candidate, from_record, from_workspace
from mlspec.ir.graph import Graph
from mlspec.ir.project import Bound, Project
from mlspec.promotion import place
from mlspec.promotion.preflight import require_trained
from mlspec.registry import entries as registry
from mlspec.registry.entries import Bump, Entry
from mlspec.registry.record_files import Files
from mlspec.spec.deployment import Deployment
from mlspec.tags.versions import tagged_versions


@dataclass(frozen=True, slots=True)
class Choice:
    """A candidate, its version, and its registry record where one exists already."""

    candidate: Candidate
    version: str
    entry: Entry | None


def choose_version(
    root: Path, project: Project, graph: Graph, files: Files, deployment: Bound[Deployment], version: str | None, bump: Bump
) -> Choice:
    """The first environment takes the model trained here (or a version named); a later one what the one before it has."""
    model = deployment.envelope.spec.model
    if place.previous_environment(project, deployment.envelope.metadata.environment) is None:
        known = registry.find_version(files, model, version) if version else None
        return _recorded(known) if known else _from_workspace(root, project, graph, files, model, version, bump)
    chosen, digest = place.version_before(project, deployment, version)
    entry = require_record(files, model, chosen)
    if entry.record.digest != digest:
        raise problem("MLS0735", f"{entry.path} and the environment before disagree on the digest of {chosen}", help="`mlspec verify`")
    return _recorded(entry)


def _recorded(entry: Entry) -> Choice:
    return Choice(from_record(entry.record), entry.record.version, entry)


def _from_workspace(root: Path, project: Project, graph: Graph, files: Files, model: str, version: str | None, bump: Bump) -> Choice:
    require_trained(root, project, graph, model)
    candidate = from_workspace(root, graph, model)
    entry = registry.find_digest(files, model, candidate.digest)
    if entry is None:
        name = version or registry.next_version(files, model, bump, tagged_versions(open_repository(root), model))
        return Choice(Candidate(model, candidate.digest, candidate.artifacts, name), name, None)
    if version and version != entry.record.version:
        message = f"these bytes are {entry.record.version} of model/{model} already: the same model has one version"
        raise problem("MLS0708", message, help=f"--version {entry.record.version}, or leave it out")
    return _recorded(entry)


def require_record(files: Files, model: str, version: str) -> Entry:
    """The registry record of a version. Raises MLS0715 when there is none."""
    entry = registry.find_version(files, model, version)
    if entry is None:
        path = registry.record_path(model, version)
        raise problem("MLS0715", f"{path} is missing", help="restore it from Git: registry records are never removed")
    return entry


def deployed(files: Files, deployment: Bound[Deployment] | None) -> Entry | None:
    """The record of what a deployment declares; None before the first version. Raises MLS0715, or MLS0735 when digests disagree."""
    spec = deployment.envelope.spec if deployment else None
    if spec is None or spec.version is None:
        return None
    entry = require_record(files, spec.model, spec.version)
    if entry.record.digest != spec.digest:
        message = f"{entry.path} says {entry.record.digest}, and {deployment.path if deployment else ''} says {spec.digest}"
        raise problem("MLS0735", message, help="one of the two was edited by hand: restore it from Git")
    return entry


def champion_of(project: Project, files: Files, model: str, environment: str | None = None) -> Candidate | None:
    """What `mlspec gate` compares with: what is deployed in `environment`, or in the last one that has a version of the model."""
    for name in reversed(place.environments(project)) if environment is None else [environment]:
        there = [d for d in project.deployments_of(name) if d.envelope.spec.model == model and d.envelope.spec.version]
        if there:
            entry = deployed(files, next((d for d in there if d.name == model), there[0]))
            return from_record(entry.record) if entry else None
    return None
