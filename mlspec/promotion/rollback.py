"""`mlspec rollback`: propose the version that was deployed before, with a reason and a hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from mlspec.compiler.project.project import Bound
from mlspec.diagnostics import Problems, problem
from mlspec.gates.bytes_check import rehearse
from mlspec.gates.champion import deployed, require_record
from mlspec.language.kinds.deployment import Deployment, Hold
from mlspec.pipelines.workspace import Workspace
from mlspec.promotion import place
from mlspec.promotion.body import rollback_body
from mlspec.promotion.drafts import draft_rollback
from mlspec.promotion.ground import stand_on
from mlspec.promotion.promote import publish_signed, signer_for
from mlspec.promotion.proposals.proposal import Proposal
from mlspec.promotion.proposals.publish import Published
from mlspec.registry import entries as registry
from mlspec.registry.claims import claims_of
from mlspec.registry.entries import Entry
from mlspec.registry.record_files import Files
from mlspec.registry.records import Claim

HOLD_DAYS = 7


@dataclass(frozen=True, slots=True)
class RollbackRequest:
    """What the user asked for. `version` None: the one before; `hold_until` None: a week from today."""

    deployment: str
    reason: str
    version: str | None = None
    hold_until: date | None = None
    remote: str = "origin"
    base: str | None = None
    dry_run: bool = False
    leave: bool = False
    """Leave the push to `mlspec ci propose`; the Git remote is not asked."""


@dataclass(frozen=True, slots=True)
class RolledBack:
    """The proposal, and where it was published (None where nothing was to be pushed)."""

    deployment: str
    current: str
    version: str
    proposal: Proposal
    published: Published | None

    def __repr__(self) -> str:
        where = self.published.where if self.published else "not pushed"
        return f"<RolledBack {self.deployment} from {self.current} to {self.version}: {where}>"


def rollback(workspace: Workspace, request: RollbackRequest, say: Callable[[str], None], now: datetime | None = None) -> RolledBack:
    """Propose a rollback. Raises MLS0712 when there is nothing to go back to, and what `promote` raises for Git's state."""
    moment = now or datetime.now(UTC)
    if not request.reason.strip():
        raise problem("MLS0712", "a rollback needs a reason", help='--reason "what went wrong"')
    deployment = place.find_deployment(workspace.project, request.deployment)
    ground = stand_on(workspace, request.remote, request.base, offline=request.dry_run or request.leave)
    current = deployed(ground.files, deployment)
    if current is None:
        raise problem("MLS0712", f"{deployment.ref} has no version, so there is nothing to go back to", help="`mlspec promote` first")
    entry = _destination(ground.files, deployment, current, request.version)
    place.check_held_version(deployment, entry.record.digest, moment.date())
    environment = deployment.envelope.metadata.environment
    hold = _hold(request, moment)
    pen = signer_for(ground, environment, needed=not (request.dry_run or request.leave))
    pen.require_vouched(ground.files, entry, environment)
    say(f"rehearsing {entry.record.version}: fetch, verify, load, golden rows …")
    wrong = list(rehearse(workspace.root, entry, deployment.ref))
    if wrong:
        raise Problems(wrong)
    draft = draft_rollback(ground, deployment, entry, hold, moment)
    body, published = rollback_body(draft, current, ground.branch, date.fromisoformat(hold.until)), None
    proposal = draft.proposal(ground.branch, ground.commit, body)
    if not (request.dry_run or request.leave):
        proposal, published = publish_signed(ground, pen, draft, body, moment)
    return RolledBack(deployment.ref, current.record.version, entry.record.version, proposal, published)


def _hold(request: RollbackRequest, moment: datetime) -> Hold:
    until = request.hold_until or moment.date() + timedelta(days=HOLD_DAYS)
    if until <= moment.date():
        raise problem("MLS0712", f"the hold would end on {until}, which is not in the future", help="--hold-until YYYY-MM-DD")
    return Hold(until=until.isoformat(), reason=request.reason.strip())


def _destination(files: Files, deployment: Bound[Deployment], current: Entry, version: str | None) -> Entry:
    """The version named, if it was deployed here; else what the current version's promotion replaced."""
    meta, model = deployment.envelope.metadata, deployment.envelope.spec.model
    claims = [c.claim for c in claims_of(files, meta.environment, deployment.name)]
    if version is not None:
        if version == current.record.version:
            raise problem("MLS0712", f"{version} is what is deployed", help="name an earlier version")
        if version not in {c.subject.version for c in claims}:
            advice = _ways(files, model, version, current, claims)
            raise problem("MLS0712", f"{version} was never deployed as {deployment.ref}", help=advice)
        return require_record(files, model, version)
    promoted = [c for c in claims if c.type == "promotion" and c.subject.digest == current.record.digest]
    before = promoted[-1].subject.previous if promoted else "none"
    entry_before = None if before == "none" else registry.find_digest(files, model, before)
    if entry_before is None:
        message = f"{current.record.version} is the first version of {deployment.ref}, so there is nothing to go back to"
        raise problem("MLS0712", message, help="promote a better version, or take the deployment out of the environment")
    return entry_before


def _ways(files: Files, model: str, version: str, current: Entry, claims: list[Claim]) -> str:
    """What may have been meant by a version that was never here."""
    if registry.find_version(files, model, version):
        return "promote it instead"
    earlier = sorted({c.subject.version for c in claims} - {current.record.version}, key=registry.version_key)
    return f"deployed here before: {', '.join(earlier)}" if earlier else "nothing else was deployed here; `mlspec promote` brings a version"
