"""Which version a promotion is about, and against which champion it is judged."""

from __future__ import annotations

from dataclasses import replace

from mlspec.compiler.project.environments import previous_environment
from mlspec.compiler.project.project import Bound
from mlspec.diagnostics import problem
from mlspec.gates.candidate import from_record, from_workspace
from mlspec.gates.champion import require_record
from mlspec.language.kinds.deployment import Deployment
from mlspec.promotion import place
from mlspec.promotion.ground import Choice, Ground
from mlspec.promotion.preflight import require_trained
from mlspec.registry import entries as registry
from mlspec.registry.entries import Bump, Entry
from mlspec.registry.tags.versions import tagged_versions


def choose_version(ground: Ground, deployment: Bound[Deployment], version: str | None, bump: Bump) -> Choice:
    """The first environment takes the model trained here (or a version named); a later one what the one before it has."""
    project, files, model = ground.project, ground.files, deployment.envelope.spec.model
    if previous_environment(project, deployment.envelope.metadata.environment) is None:
        known = registry.find_version(files, model, version) if version else None
        return _recorded(known) if known else _from_workspace(ground, model, version, bump)
    chosen, digest = place.version_before(project, deployment, version)
    entry = require_record(files, model, chosen)
    if entry.record.digest != digest:
        raise problem("MLS0735", f"{entry.path} and the environment before disagree on the digest of {chosen}", help="`mlspec verify`")
    return _recorded(entry)


def _recorded(entry: Entry) -> Choice:
    return Choice(from_record(entry.record), entry.record.version, entry)


def _from_workspace(ground: Ground, model: str, version: str | None, bump: Bump) -> Choice:
    require_trained(ground.workspace, model)
    candidate = from_workspace(ground.workspace, model)
    entry = registry.find_digest(ground.files, model, candidate.digest)
    if entry is None:
        name = version or registry.next_version(ground.files, model, bump, tagged_versions(ground.repository, model))
        return Choice(replace(candidate, version=name), name, None)
    place.require_own_version(entry, version)
    return _recorded(entry)
