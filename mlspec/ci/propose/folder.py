"""Reads one proposal's folder and publishes it by its kind."""

from __future__ import annotations

from pathlib import Path

from mlspec.ci.propose.promotion import propose_promotion
from mlspec.ci.propose.proposal import read_proposal
from mlspec.ci.propose.publish import Ground, Proposed, propose


def propose_folder(ground: Ground, folder: Path) -> Proposed:
    """Raises MLS0521 to MLS0525, what promotions raise, and Git's and GitHub's own."""
    proposal = read_proposal(folder)
    return propose_promotion(ground, proposal) if proposal.kind == "promotion" else propose(ground, proposal)
