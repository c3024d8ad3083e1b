"""`mlspec ci propose`: the trusted half. Checks what the job before left, and publishes it. Runs no code of the project."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from mlspec.ci.propose import rules
from mlspec.ci.propose.folder import read_proposal
from mlspec.ci.propose.moved import left, moved_under
from mlspec.ci.propose.pin import require_pin_only
from mlspec.ci.propose.promotion import propose_promotion
from mlspec.promotion.proposals.proposal import Proposal
from mlspec.promotion.proposals.publish import Published, publish, require_on_main
from mlspec.promotion.proposals.standing import Terms
from mlspec.promotion.proposals.upstream import Upstream
from mlspec.registry.at_commit import compile_at


def propose_folder(upstream: Upstream, folder: Path) -> Published:
    """Publish the proposal in a folder by its kind. Raises MLS0521, MLS0522, what promotions raise, and what `publish` raises."""
    proposal = read_proposal(folder)
    if proposal.kind in ("promotion", "rollback"):
        return propose_promotion(upstream, proposal)
    return propose_scheduled(upstream, proposal)


def propose_scheduled(upstream: Upstream, proposal: Proposal, trailers: str = "") -> Published:
    """Publish a refresh or retraining; leave it where the main branch changed what it was made from.

    `trailers` end its commit's message. Raises MLS0522, and what `publish` raises.
    """
    require_on_main(upstream.repository, proposal, upstream.base, upstream.main)
    there = compile_at(upstream.repository, proposal.commit)
    rules.check(proposal, upstream.base, there.project, there.graph)
    require_pin_only(upstream.repository, proposal, there.project)
    moved = moved_under(upstream, proposal, there.graph)
    if moved:
        return left(upstream, proposal, moved)
    return publish(upstream, proposal.ending(trailers), Terms(there.graph.results, datetime.now(UTC)))
