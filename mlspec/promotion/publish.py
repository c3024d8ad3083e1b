"""Makes a proposal public: commit by plumbing, push, and the pull request (or its body in a file, where the remote is not GitHub)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from mlspec.adapters.git.commit import commit_files, push, remote_branch
from mlspec.adapters.git.repository import Repository
from mlspec.diagnostics import Problems, problem
from mlspec.promotion.drafts import Draft
from mlspec.registry.claims import is_claim_path, moment
from mlspec.registry.record_files import parse_record
from mlspec.registry.records import Claim

BODIES = ".mlspec/pull-requests"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A draft, the branch and commit it goes on top of, and the pull request's body."""

    draft: Draft
    base: str
    base_commit: str
    body: str


@dataclass(frozen=True, slots=True)
class Published:
    """Where the proposal is. `url` is the pull request's, None where there is no GitHub, or no token: `page` opens it there by hand.

    `body_path` is relative to the root.
    """

    branch: str
    commit: str
    body_path: str
    url: str | None = None
    existed: bool = False
    page: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """The branch as it is: its commit here and on the remote, and its claim if it proposes the same thing on the same base."""

    local: str | None
    remote: str | None
    claim: Claim | None

    @property
    def same(self) -> bool:
        return self.claim is not None


def standing_branch(
    repository: Repository, remote: str, proposal: Proposal, now: datetime, extra: Mapping[str, str] | None = None
) -> Standing:
    """Look at an earlier run's branch. A sound one is used again, so that a second run makes no second proposal.

    `extra`: more environment for Git, such as `git_token.token_environment`.
    """
    branch = proposal.draft.branch
    there = remote_branch(repository, remote, branch, extra=extra)
    if there is not None:
        repository.fetch(remote, branch, extra=extra)
    here = there or repository.find(f"refs/heads/{branch}")
    return Standing(repository.find(f"refs/heads/{branch}"), there, None if here is None else _same_claim(repository, here, proposal, now))


def as_standing(proposal: Proposal, standing: Standing) -> Proposal:
    """Where an earlier run's branch is used again, its claim is the one that counts: the body tells that one's end of validity."""
    if standing.claim is None:
        return proposal
    return replace(proposal, body=proposal.body.replace(proposal.draft.claim.valid_until, standing.claim.valid_until))


def _same_claim(repository: Repository, commit: str, proposal: Proposal, now: datetime) -> Claim | None:
    """The claim on the branch, if it is still valid and says what this proposal says; else None."""
    if repository.find(f"{commit}^") != proposal.base_commit:
        return None
    changed = repository.changed_between(proposal.base_commit, commit)
    found = [p for p in changed if is_claim_path(p)]
    if set(changed) != set(proposal.draft.files) or found != [proposal.draft.claim_path]:
        return None
    try:
        claim = parse_record(found[0], repository.show(commit, found[0]) or b"", Claim)
    except Problems:
        return None
    return claim if moment(claim.valid_until) > now and _evidence(claim) == _evidence(proposal.draft.claim) else None


def _evidence(claim: Claim) -> dict[str, object]:
    """What the claim says, without when: the registry's digest holds a new record's time too, so it is left out."""
    form = claim.canonical()
    gates = [(g["kpi"], g["subject"], g["verdict"]) for g in form.pop("gates", [])]
    return {"gates": gates} | {k: v for k, v in form.items() if k not in ("nonce", "evaluatedAt", "validUntil", "registry")}


def publish(
    root: Path, repository: Repository, remote: str, proposal: Proposal, standing: Standing, extra: Mapping[str, str] | None = None
) -> Published:
    """Commit and push the proposal and open its pull request; use what an earlier run left where that is sound."""
    branch, draft = proposal.draft.branch, proposal.draft
    if standing.same and standing.remote is not None:
        commit = standing.remote
    elif standing.same and standing.local is not None:
        commit = standing.local
        push(repository, remote, branch, expected=standing.remote, extra=extra)
    else:
        _require_ours(repository, proposal, standing)
        commit = commit_files(repository, proposal.base_commit, draft.files, draft.message, branch)
        push(repository, remote, branch, expected=standing.remote, extra=extra)
    path = write_body(root, proposal)
    url, page = _open(repository.require_remote(remote), proposal)
    return Published(branch, commit, path, url, standing.same, page)


def _require_ours(repository: Repository, proposal: Proposal, standing: Standing) -> None:
    """Raises MLS0961 when the branch to be replaced holds commits that mlspec did not make: they would be lost."""
    tips = {t for t in (standing.local, standing.remote) if t is not None}
    foreign = [c for tip in sorted(tips) for c in repository.commits_since(proposal.base_commit, tip) if not _is_proposal(repository, c)]
    if foreign:
        message = f"the branch `{proposal.draft.branch}` holds a commit that mlspec did not make: {foreign[0][:12]}"
        raise problem("MLS0961", message, help="keep it under another name, and delete the branch here and on the remote; then run again")


def _is_proposal(repository: Repository, commit: str) -> bool:
    """Whether a commit adds a claim and touches nothing but what proposals touch."""
    if repository.find(f"{commit}^") is None:
        return False
    changed = repository.changed_between(f"{commit}^", commit)
    return any(is_claim_path(p) for p in changed) and all(p.split("/")[0] in ("environments", "promotions", "registry") for p in changed)


def write_body(root: Path, proposal: Proposal) -> str:
    """Keep the body where the user can read it; Git ignores the folder."""
    from mlspec.diagnostics.atomic import write_text

    subject = proposal.draft.claim.subject
    kind = "" if proposal.draft.claim.type == "promotion" else "-rollback"
    path = f"{BODIES}/{subject.environment}-{subject.deployment}-{subject.version}{kind}.md"
    write_text(root / path, proposal.body)
    return path


def _open(address: str, proposal: Proposal) -> tuple[str | None, str | None]:
    """The pull request's address, and where a person opens it: each None where the remote's address is not GitHub's."""
    from mlspec.promotion.pull_request import open_pull_request, page_to_open

    branch, base = proposal.draft.branch, proposal.base
    return open_pull_request(address, branch, base, proposal.draft.title, proposal.body), page_to_open(address, branch, base)


def merge_commands(remote: str, proposal: Proposal) -> list[str]:
    """How to merge with plain Git, checking first what would be merged."""
    return merge_by_hand(remote, proposal.draft.branch, proposal.base)


def merge_by_hand(remote: str, branch: str, base: str) -> list[str]:
    """The same for any proposal's branch."""
    return [
        f"git fetch {remote} && git switch {base} && git merge --ff-only {remote}/{base}",
        f"git merge --no-ff {remote}/{branch}",
        f"mlspec verify --base {remote}/{base}",
        f"git push {remote} {base}",
    ]
