"""What a deployment of an environment depends on, at a commit, as one digest. Two commits with the same digest deploy the same.

Rather too much than too little: what is left out here would not be deployed when it changes.
"""

from __future__ import annotations

from typing import Any

from mlspec.adapters.git.repository import Repository
from mlspec.compiler.project.layout import CLAIMS, REGISTRY, environment_folder
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Problems
from mlspec.diagnostics.digest import canonical_digest
from mlspec.language.kinds.deployment import Deployment
from mlspec.registry.at_commit import compile_at


def content_of(repository: Repository, commit: str, environment: str) -> str | None:
    """The digest; None where the commit is not here, or does not compile: then nobody knows."""
    try:
        project = compile_at(repository, commit).project
        return canonical_digest(_form(repository, commit, project, environment))
    except Problems:
        return None


def _form(repository: Repository, commit: str, project: Project, environment: str) -> dict[str, Any]:
    """The project's settings, its policies there, each deployment with its target, sources, features by key and record; and by Git's ids
    the environment's files, its claims, the lock, the user's code, and the keys that are trusted.
    """
    spec = project.settings.envelope.spec
    keys = spec.signing.trusted.keys if spec.signing and spec.signing.trusted else ()
    paths = [environment_folder(environment), f"{CLAIMS}/{environment}", *spec.locks, *spec.code, *keys]
    return {
        "project": project.settings.canonical(),
        "policies": [policy.canonical() for policy in project.policies_of(environment)],
        "deployments": [_deployment(project, deployment) for deployment in project.deployments_of(environment)],
        "sources": _sources(project, project.deployments_of(environment)),
        "online": _online(project, project.deployments_of(environment)),
        "records": _records(repository, commit, project.deployments_of(environment)),
        "trees": repository.tree_hashes(commit, dict.fromkeys(paths)),
    }


def _deployment(project: Project, deployment: Bound[Deployment]) -> list[Any]:
    return [deployment.ref, deployment.canonical(), project.target_of(deployment).canonical()]


def _sources(project: Project, deployments: list[Bound[Deployment]]) -> dict[str, Any]:
    """What batches read: they are scored at the commit that was deployed, so a source that changed is to be deployed, too."""
    reads = {read.source for d in deployments for read in project.target_of(d).envelope.spec.settings.reads()}
    return {name: project.sources[name].canonical() for name in sorted(reads) if name in project.sources}


def _online(project: Project, deployments: list[Bound[Deployment]]) -> dict[str, Any]:
    """How the features of deployed models are read by key: a server is told of it when it is reconciled."""
    models = [project.models[d.envelope.spec.model].envelope.spec for d in deployments if d.envelope.spec.model in project.models]
    sets = {m.data: project.feature_sets[m.data].envelope.spec.online for m in models if m.data in project.feature_sets}
    return {name: online.canonical() for name, online in sorted(sets.items()) if online}


def _records(repository: Repository, commit: str, deployments: list[Bound[Deployment]]) -> dict[str, str]:
    """The files of each deployed version: its record and the signatures. Other versions of the model are nothing to it."""
    wanted = tuple(f"{REGISTRY}/{d.envelope.spec.model}/{d.envelope.spec.version}." for d in deployments if d.envelope.spec.version)
    folders = sorted({path.rpartition("/")[0] for path in wanted})
    return {path: blob for path, blob in sorted(repository.blobs(commit, folders).items()) if path.startswith(wanted)} if folders else {}
