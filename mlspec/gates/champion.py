"""What is deployed: whom a challenger is compared with, by the registry record that a deployment names."""

from __future__ import annotations

from mlspec.compiler.project.environments import environments
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import problem
from mlspec.gates.candidate import Candidate, from_record
from mlspec.language.kinds.deployment import Deployment
from mlspec.registry import entries as registry
from mlspec.registry.entries import Entry
from mlspec.registry.record_files import Files


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
    for name in reversed(environments(project)) if environment is None else [environment]:
        there = [d for d in project.deployments_of(name) if d.envelope.spec.model == model and d.envelope.spec.version]
        if there:
            entry = deployed(files, next((d for d in there if d.name == model), there[0]))
            return from_record(entry.record) if entry else None
    return None
