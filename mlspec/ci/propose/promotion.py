"""Publishes the proposal of a promotion or rollback: what `mlspec promote` does at its end, in a job that runs no model code.

Branch, title and message are made anew from the claim, so that they are those of `mlspec promote` whatever the job before wrote. Whether
claim, record and environment file are right is for `mlspec verify` to say, which the pull request needs to pass.
"""

from __future__ import annotations

from datetime import UTC, datetime

from mlspec.adapters.git.commit import loose_commit
from mlspec.adapters.git.repository import Repository
from mlspec.ci.propose.rules import overstep, require_allowed
from mlspec.compiler.project.layout import CLAIMS, ENVIRONMENTS, REGISTRY, environment_folder
from mlspec.diagnostics import Diagnostic, Problems
from mlspec.promotion.approvals.trailers import requested_by
from mlspec.promotion.drafts import Draft, read_draft
from mlspec.promotion.proposals.proposal import Proposal
from mlspec.promotion.proposals.publish import Published, publish, require_on_main
from mlspec.promotion.proposals.standing import Terms, moved_since
from mlspec.promotion.proposals.upstream import Upstream
from mlspec.promotion.sign import Signatory
from mlspec.promotion.verify.change import check_inputs_of
from mlspec.registry.at_commit import compile_at, read_files
from mlspec.registry.entries import record_path
from mlspec.registry.paths import is_signature_path, signature_path
from mlspec.registry.signing.trust import trust_at

_FOLDERS = (f"{ENVIRONMENTS}/", f"{CLAIMS}/", f"{REGISTRY}/")


def draft_of(repository: Repository, base: str, proposal: Proposal) -> Draft:
    """The draft that a proposal holds, checked. Raises MLS0522 for what oversteps, MLS0710 where it is no promotion."""
    require_allowed(proposal, (p for p in proposal.files if not _is_record(p)))
    draft = read_draft(proposal.files, read_files(repository, proposal.commit))
    _require_same(proposal, draft, base)
    return draft


def propose_promotion(upstream: Upstream, proposal: Proposal, now: datetime | None = None) -> Published:
    """Publish a promotion or rollback. Raises MLS0522, MLS0524, MLS0525 with what moved, and what `publish` raises."""
    require_on_main(upstream.repository, proposal, upstream.base, upstream.main)
    draft = draft_of(upstream.repository, upstream.base, proposal)
    there = compile_at(upstream.repository, upstream.main)
    moment = now or datetime.now(UTC)
    _require_current(upstream, proposal, moment)
    reader = Signatory(upstream.root, trust_at(upstream.repository, upstream.main, there.project), None)
    terms = Terms(there.graph.results, moment, reader.still_holds(upstream.repository, draft))
    return publish(upstream, proposal.ending(requested_by()), terms)


def _require_current(upstream: Upstream, proposal: Proposal, now: datetime) -> None:
    """Raises MLS0525 where the main branch changed what the claim was judged by: its pull request could never be merged.

    That is what `mlspec verify` would find there, from Git alone. Files that the main branch changed itself are told by `publish`.
    """
    repository = upstream.repository
    if proposal.commit == upstream.main or moved_since(repository, proposal.commit, upstream.main, proposal.files):
        return
    merged = loose_commit(repository, upstream.main, proposal.files, "Promotion\n")
    found = [d for d in check_inputs_of(repository, upstream.main, merged, now) if d.is_error]
    if found:
        message = f"`{upstream.base}` moved on since the proposal for {proposal.subject} was made, and it can't be merged any more"
        raise Problems([Diagnostic("MLS0525", message, None, "run it again: it starts from what is there now"), *found])


def _is_record(path: str) -> bool:
    known = path.endswith((".yaml", ".yml")) or is_signature_path(path)
    return known and path.startswith(_FOLDERS) and ".." not in path.split("/")


def _require_same(proposal: Proposal, draft: Draft, base: str) -> None:
    """What the proposal says of itself must be what its claim says, and its files those of one promotion."""
    expected = draft.proposal(base, proposal.commit, proposal.body)
    for key in ("kind", "subject", "branch", "base", "title", "message"):
        if getattr(proposal, key) != getattr(expected, key):
            raise overstep(proposal, f"its {key} is not what its claim calls for")
    require_allowed(proposal, _strangers(draft))


def _strangers(draft: Draft) -> list[str]:
    """Files beside claim and record that are not in the claim's environment."""
    subject = draft.claim.subject
    records = {draft.claim_path, record_path(subject.model, subject.version)}
    own = records | {signature_path(path) for path in records}
    return [p for p in draft.files if p not in own and not p.startswith(f"{environment_folder(subject.environment)}/")]
