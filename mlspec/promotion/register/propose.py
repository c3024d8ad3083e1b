"""Makes a registration public: a branch with one new file, pushed, and its pull request. Run again, it finds what it left."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mlspec.adapters.git.commit import commit_files, push, remote_branch
from mlspec.adapters.git.repository import Repository
from mlspec.diagnostics import Problems, problem
from mlspec.promotion.publish import BODIES
from mlspec.promotion.pull_request import open_pull_request, page_to_open
from mlspec.registry.entries import Entry, read_entry
from mlspec.registry.paths import is_record_path, signature_path


@dataclass(frozen=True, slots=True)
class RecordProposal:
    """A record, the branch and commit it goes on top of, and the pull request's body."""

    entry: Entry
    base: str
    base_commit: str
    body: str

    @property
    def branch(self) -> str:
        return f"mlspec/register/{self.entry.record.model}/{self.entry.record.version}"

    @property
    def title(self) -> str:
        return f"Register {self.entry.record.model} {self.entry.record.version}"


@dataclass(frozen=True, slots=True)
class Proposed:
    """Where the proposal is. `url`: the pull request's; `page`: where a person opens it; each None where the remote is not GitHub's."""

    branch: str
    commit: str
    body_path: str
    url: str | None
    page: str | None
    existed: bool


def propose(root: Path, repository: Repository, remote: str, proposal: RecordProposal) -> Proposed:
    """Commit, push and open the pull request; an earlier run's branch is used again where it says the same. Raises MLS096x, MLS098x."""
    branch = proposal.branch
    there = remote_branch(repository, remote, branch)
    if there is not None:
        repository.fetch(remote, branch)
    here = repository.find(f"refs/heads/{branch}")
    standing = next((c for c in (there, here) if c and _says_the_same(repository, c, proposal)), None)
    if standing is None:
        _require_ours(repository, proposal, {c for c in (there, here) if c})
        message = f"{proposal.title}\n\nModel: {proposal.entry.record.digest}\n"
        commit = commit_files(repository, proposal.base_commit, {proposal.entry.path: proposal.entry.content}, message, branch)
        push(repository, remote, branch, expected=there)
    else:
        commit = standing
        if standing != there:
            push(repository, remote, branch, expected=there)
    path = _write_body(root, proposal)
    address = repository.require_remote(remote)
    url = open_pull_request(address, branch, proposal.base, proposal.title, proposal.body)
    return Proposed(branch, commit, path, url, page_to_open(address, branch, proposal.base), standing is not None)


def _says_the_same(repository: Repository, commit: str, proposal: RecordProposal) -> bool:
    """Whether a branch adds this record on this base; who made it, and when, may differ."""
    path = proposal.entry.path
    if repository.find(f"{commit}^") != proposal.base_commit:
        return False
    if not {path} <= set(repository.changed_between(proposal.base_commit, commit)) <= {path, signature_path(path)}:
        return False
    try:
        found = read_entry(path, repository.show(commit, path) or b"")
    except Problems:
        return False
    own = {"created_at": "", "created_by": ""}
    return found.record.model_copy(update=own) == proposal.entry.record.model_copy(update=own)


def _require_ours(repository: Repository, proposal: RecordProposal, tips: set[str]) -> None:
    """Raises MLS0961 when the branch to be replaced holds commits that mlspec did not make: they would be lost."""
    foreign = [
        c for tip in sorted(tips) for c in repository.commits_since(proposal.base_commit, tip) if not _is_registration(repository, c)
    ]
    if foreign:
        message = f"the branch `{proposal.branch}` holds a commit that mlspec did not make: {foreign[0][:12]}"
        raise problem("MLS0961", message, help="keep it under another name, and delete the branch here and on the remote; then run again")


def _is_registration(repository: Repository, commit: str) -> bool:
    if repository.find(f"{commit}^") is None:
        return False
    changed = set(repository.changed_between(f"{commit}^", commit))
    records = {p for p in changed if is_record_path(p)}
    return len(records) == 1 and changed <= records | set(map(signature_path, records))


def _write_body(root: Path, proposal: RecordProposal) -> str:
    from mlspec.diagnostics.atomic import write_text

    record = proposal.entry.record
    path = f"{BODIES}/register-{record.model}-{record.version}.md"
    write_text(root / path, proposal.body)
    return path
