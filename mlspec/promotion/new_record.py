"""The registry record of a version that has none yet: what it was made from, by digest, and what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mlspec.gates.candidate import Candidate
from mlspec.gates.overview import MetricRow
from mlspec.promotion.ground import Ground
from mlspec.registry import claims
from mlspec.registry.digests import code_digest, environment_digest
from mlspec.registry.entries import Entry, record_path
from mlspec.registry.record_files import to_bytes
from mlspec.registry.records import Estimate, RegistryRecord


def new_entry(ground: Ground, candidate: Candidate, version: str, metrics: Sequence[MetricRow], moment: datetime) -> Entry:
    """Return the record of `candidate` as `version`, measured on the base branch's newest commit."""
    repository, project, commit = ground.repository, ground.project, ground.commit
    record = RegistryRecord(
        model=candidate.model,
        version=version,
        digest=candidate.digest,
        artifacts=candidate.artifacts,
        spec=project.spec_digest(candidate.model),
        code=code_digest(repository, commit, project),
        environment=environment_digest(repository, commit, project),
        commit=commit,
        metrics={**{row.metric: row.challenger for row in metrics}, **{n: Estimate(value=v) for n, v in candidate.numbers.items()}},
        created_at=claims.instant(moment),
        created_by=repository.identity(),
    )
    return Entry(record_path(candidate.model, version), to_bytes(record), record)
