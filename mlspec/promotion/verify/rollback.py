"""May this rollback be merged? It needs no gates, but it must go to what was deployed here before, and leave a hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from mlspec.diagnostics import Diagnostic, Problems
from mlspec.gates.bytes_check import rehearse
from mlspec.promotion import place
from mlspec.promotion.verify.proposed import Change
from mlspec.registry.chain import Chain
from mlspec.registry.claims import claims_of
from mlspec.registry.record_files import Files

EVIDENCE = ("kpis", "policy", "test", "champion", "gates", "verdict")
"""What a promotion's claim says, and a rollback's does not."""


def check(change: Change, chain: Chain, now: datetime) -> Iterator[Diagnostic]:
    """Check what needs no bytes: the version stood here before, by a claim on the base branch; its record is old; a hold stands."""
    assert chain.entry is not None  # noqa: S101 - the caller checked the chain
    spec, meta = chain.deployment.envelope.spec, chain.deployment.envelope.metadata
    if str(spec.digest) not in approved_digests(change.base.files, meta.environment, chain.deployment.name):
        message = f"{chain.where}: {spec.version} was never deployed here, so there is nothing to roll back to"
        yield Diagnostic("MLS0745", message, chain.span("version"), f"`mlspec promote model/{spec.model} --to {meta.environment}`")
    if chain.entry.path in change.paths:
        message = f"{chain.where}: a rollback adds no record: {chain.entry.path} is new"
        yield Diagnostic("MLS0745", message, chain.span("version"), "promote new versions, and roll back to old ones")
    before = change.before(chain.deployment)
    if before is not None:
        try:
            place.check_held_version(before, str(spec.digest), now.date())
        except Problems as problems:
            yield from problems.diagnostics
    yield from _no_evidence(chain)
    if spec.hold is None or date.fromisoformat(spec.hold.until) <= now.date():
        message = f"{chain.where}: a rollback leaves a hold, and there is none that stands: the next promotion would undo it"
        yield Diagnostic("MLS0745", message, chain.span("version"), "`mlspec rollback` writes one")


def _no_evidence(chain: Chain) -> Iterator[Diagnostic]:
    """What a rollback's claim would say of gates, nobody computes again, and history would show it."""
    claim = chain.claim.claim if chain.claim else None
    for key in EVIDENCE:
        if getattr(claim, key, None) is not None:
            message = f"{chain.where}: a rollback is judged by no gates, and its claim says `{key}`"
            yield Diagnostic("MLS0745", message, chain.span("claim"), "`mlspec rollback` writes the claim")


def check_model(root: Path, chain: Chain) -> Iterator[Diagnostic]:
    """Load the version that comes back, and let it answer its golden rows."""
    assert chain.entry is not None  # noqa: S101 - the caller checked the chain
    yield from rehearse(root, chain.entry, chain.where)


def approved_digests(files: Files, environment: str, deployment: str) -> set[str]:
    """The digests of every version that was approved for a deployment, by the claims on the base branch."""
    return {c.claim.subject.digest for c in claims_of(files, environment, deployment)}
