"""Publishes the proposal of a promotion or rollback: what `mlspec promote` does at its end, in a job that runs no model code.

Branch, title and message are made anew from the claim, so that they are those of `mlspec promote` whatever the job before wrote. Whether
claim, record and environment file are right is for `mlspec verify` to say, which the pull request needs to pass.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from mlspec.adapters.git.repository import Repository
from mlspec.ci.propose.proposal import Proposal
from mlspec.ci.propose.publish import Ground, Proposed, State, require_on_main
from mlspec.ci.propose.pull_request import start_checks
from mlspec.ci.propose.rules import PROMOTION_FOLDERS, overstep, require_allowed
from mlspec.promotion import publish
from mlspec.promotion.approvals.trailers import requested_by
from mlspec.promotion.drafts import Draft, read_draft
from mlspec.promotion.sign import Signatory, signed_standing
from mlspec.registry.at_commit import compile_at, read_files
from mlspec.registry.entries import record_path
from mlspec.registry.paths import is_signature_path, signature_path
from mlspec.registry.signing.trust import trust_at


def from_promotion(proposal: publish.Proposal) -> Proposal:
    """The proposal of a promotion, to be left for another job."""
    draft, subject = proposal.draft, proposal.draft.claim.subject
    about = f"deployment/{subject.environment}/{subject.deployment}"
    return Proposal(
        "promotion", about, draft.branch, proposal.base, proposal.base_commit, draft.title, proposal.body, draft.message, dict(draft.files)
    )


def draft_of(repository: Repository, base: str, proposal: Proposal) -> Draft:
    """The draft that a proposal holds, checked. Raises MLS0522 for what oversteps, MLS0710 where it is no promotion."""
    require_allowed(proposal, (p for p in proposal.files if not _is_record(p)))
    draft = read_draft(proposal.files, read_files(repository, proposal.commit))
    _require_same(proposal, publish.Proposal(draft, base, proposal.commit, proposal.body))
    return draft


def propose_promotion(ground: Ground, proposal: Proposal, now: datetime | None = None) -> Proposed:
    """Publish a promotion or rollback. Raises MLS0522, MLS0524, and what `publish` raises."""
    require_on_main(ground, proposal)
    draft = draft_of(ground.repository, ground.base, proposal)
    promotion = publish.Proposal(draft, ground.base, proposal.commit, proposal.body)
    promotion = replace(promotion, draft=replace(draft, trailers=requested_by()))
    standing = publish.standing_branch(ground.repository, ground.remote, promotion, now or datetime.now(UTC), ground.access)
    standing = signed_standing(_reader(ground), ground.repository, draft, standing)
    promotion = publish.as_standing(promotion, standing)
    done = publish.publish(ground.root, ground.repository, ground.remote, promotion, standing, ground.access)
    start_checks(ground.repository, ground.url, done.branch, done.commit)
    state: State = "current" if standing.same and standing.remote else "pushed"
    return Proposed(proposal.subject, done.branch, state, done.url, done.page, done.body_path)


def _reader(ground: Ground) -> Signatory:
    """Who can tell whether signatures hold, by the main branch's keys, and signs nothing."""
    there = compile_at(ground.repository, ground.main)
    return Signatory(ground.root, trust_at(ground.repository, ground.main, there.project), None)


def _is_record(path: str) -> bool:
    known = path.endswith((".yaml", ".yml")) or is_signature_path(path)
    return known and path.startswith(PROMOTION_FOLDERS) and ".." not in path.split("/")


def _require_same(proposal: Proposal, promotion: publish.Proposal) -> None:
    """What the proposal says of itself must be what its claim says, and its files those of one promotion."""
    expected = from_promotion(promotion)
    for key in ("subject", "branch", "base", "title", "message"):
        if getattr(proposal, key) != getattr(expected, key):
            raise overstep(proposal, f"its {key} is not what its claim calls for")
    require_allowed(proposal, _strangers(promotion.draft))


def _strangers(draft: Draft) -> list[str]:
    """Files beside claim and record that are not in the claim's environment."""
    subject = draft.claim.subject
    records = {draft.claim_path, record_path(subject.model, subject.version)}
    own = records | {signature_path(path) for path in records}
    return [p for p in draft.files if p not in own and not p.startswith(f"environments/{subject.environment}/")]
