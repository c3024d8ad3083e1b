"""Publishes the proposal of a promotion or rollback: what `mlspec promote` does at its end, in a job that runs no model code.

Branch, title and message are made anew from the claim, so that they are those of `mlspec promote` whatever the job before wrote. Whether
claim, record and environment file are right is for `mlspec verify` to say, which the pull request needs to pass.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from mlspec.approvals.trailers import requested_by
from mlspec.ci.proposal import Proposal
from mlspec.ci.proposal_rules import PROMOTION_FOLDERS, overstep, require_allowed
from mlspec.ci.propose import Ground, Proposed, State, require_on_main
from mlspec.ci.pull_request import start_checks
from mlspec.promotion import publish
from mlspec.promotion.drafts import Draft, read_draft
from mlspec.registry.at_commit import read_files
from mlspec.registry.entries import record_path


def from_promotion(proposal: publish.Proposal) -> Proposal:
    """The proposal of a promotion, to be left for another job."""
    draft, subject = proposal.draft, proposal.draft.claim.subject
    about = f"deployment/{subject.environment}/{subject.deployment}"
    return Proposal(
        "promotion", about, draft.branch, proposal.base, proposal.base_commit, draft.title, proposal.body, draft.message, dict(draft.files)
    )


def propose_promotion(ground: Ground, proposal: Proposal, now: datetime | None = None) -> Proposed:
    """Publish a promotion or rollback. Raises MLS0522, MLS0524, and what `publish` raises."""
    require_on_main(ground, proposal)
    require_allowed(proposal, (p for p in proposal.files if not _is_record(p)))
    draft = read_draft(proposal.files, read_files(ground.repository, proposal.commit))
    promotion = publish.Proposal(draft, ground.base, proposal.commit, proposal.body)
    _require_same(proposal, promotion)
    promotion = replace(promotion, draft=replace(draft, trailers=requested_by()))
    standing = publish.standing_branch(ground.repository, ground.remote, promotion, now or datetime.now(UTC), ground.access)
    promotion = publish.as_standing(promotion, standing)
    done = publish.publish(ground.root, ground.repository, ground.remote, promotion, standing, ground.access)
    start_checks(ground.repository, ground.url, done.branch, done.commit)
    state: State = "current" if standing.same and standing.remote else "pushed"
    return Proposed(proposal.subject, done.branch, state, done.url, done.page, done.body_path)


def _is_record(path: str) -> bool:
    return path.startswith(PROMOTION_FOLDERS) and path.endswith((".yaml", ".yml")) and ".." not in path.split("/")


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
    own = {draft.claim_path, record_path(subject.model, subject.version)}
    return [p for p in draft.files if p not in own and not p.startswith(f"environments/{subject.environment}/")]
