"""Makes a proposal public: its commit, pushed, and its pull request. Read from the top: `publish` is the story.

Runs no code of the project. The commit is made by plumbing: the working tree is never touched. Killed anywhere, a second run goes on: the
branch is moved and pushed in one step each, and the pull request's hidden mark, which names the content, is written last.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from mlspec.adapters.git.commit import commit_files, move_branch, push
from mlspec.adapters.git.repository import Repository
from mlspec.adapters.github.pulls import Pull
from mlspec.compiler.project.layout import pull_request_text
from mlspec.diagnostics import problem
from mlspec.diagnostics.atomic import write_text
from mlspec.promotion.proposals.kinds import KINDS, retold, said
from mlspec.promotion.proposals.ours import require_ours
from mlspec.promotion.proposals.proposal import Proposal
from mlspec.promotion.proposals.pulls import Pulls, Shown, start_checks
from mlspec.promotion.proposals.signatures import lacks_signature, sign, unsigned_note
from mlspec.promotion.proposals.standing import Standing, Terms, changed_files, look, moved_since
from mlspec.promotion.proposals.upstream import Upstream

State = Literal["pushed", "current", "merged", "closed", "left"]
"""`left`: the main branch changed what it was made from, so that nothing was pushed; the next run makes it anew."""


@dataclass(frozen=True, slots=True)
class Published:
    """The outcome for one subject. `url`: its pull request; `page`: where a person opens it; each None where the remote is not GitHub's.

    `commit`: the proposal's, or "" where none was needed. `text`: the file with the pull request's text, relative to the root.
    """

    subject: str
    branch: str
    state: State
    commit: str = ""
    url: str | None = None
    page: str | None = None
    text: str = ""
    notes: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    """What was left out, or all of it, since the main branch changed what it was made from; a line each."""

    @property
    def where(self) -> str:
        """Where people find it: its pull request, the page that opens one, or its branch."""
        return self.url or self.page or self.branch


@dataclass(frozen=True, slots=True)
class _Branch:
    """The proposal's commit on the remote's branch, and whether it was pushed now."""

    commit: str
    pushed: bool = False
    notes: tuple[str, ...] = ()


def publish(upstream: Upstream, proposal: Proposal, terms: Terms) -> Published:
    """Propose it, or find it proposed. Raises MLS0523 to MLS0525, MLS0961, MLS0962, and GitHub's own."""
    require_on_main(upstream.repository, proposal, upstream.base, upstream.main)
    files = changed_files(upstream.repository, proposal)
    if not files or upstream.repository.show_all(upstream.main, sorted(files)) == files:
        return Published(proposal.subject, proposal.branch, "merged")
    return _publish(upstream, proposal if files == proposal.files else proposal.only(files), terms)


def require_on_main(repository: Repository, proposal: Proposal, base: str, main: str) -> None:
    """Raises MLS0524 unless it builds on a commit of the branch `base`, now at `main`: it must bring in nothing but its own files."""
    found = repository.find(proposal.commit)
    if found is None or not repository.is_ancestor(found, main):
        message = f"the proposal for {proposal.subject} builds on {proposal.commit[:12]}, which is no commit of `{base}`"
        raise problem("MLS0524", message, help=f"run the step that wrote it on `{base}`")


def _publish(upstream: Upstream, proposal: Proposal, terms: Terms) -> Published:
    """Built on the newest commit, which has the same of what it changes: a workflow's token may not push older workflow files."""
    _require_unmoved(upstream, proposal)
    proposal = replace(proposal, commit=upstream.main)
    pulls = Pulls.of(upstream.url, proposal, said(proposal).digest)
    closed = pulls.closed_by_hand()
    if closed is not None and not KINDS[proposal.kind].asked:
        note = f"{_closed(closed)}: it is not opened again until the content changes, or reopen it there"
        return Published(proposal.subject, proposal.branch, "closed", url=closed.url, notes=(note,))
    standing = look(upstream, proposal, terms)
    branch = _on_the_branch(upstream, proposal, standing, terms)
    if standing.files is not None:
        proposal = replace(proposal, body=retold(proposal, standing.files))
    text = write_body(upstream, proposal)
    shown = _show(upstream, proposal, pulls, pushed=branch.pushed)
    notes = (*_left_alone(standing), *branch.notes, *([_closed(closed)] if closed else []), *shown.notes)
    state: State = "pushed" if branch.pushed else "current"
    return Published(proposal.subject, proposal.branch, state, branch.commit, shown.url, shown.page, text, notes)


def _require_unmoved(upstream: Upstream, proposal: Proposal) -> None:
    moved = moved_since(upstream.repository, proposal.commit, upstream.main, proposal.files)
    if moved:
        message = f"`{upstream.base}` changed {moved[0]} since the proposal for {proposal.subject} was made"
        raise problem("MLS0525", message, help="run it again: it starts from what is there now")


def _closed(pull: Pull) -> str:
    return f"{pull.url} with this content was closed by a person"


def _left_alone(standing: Standing) -> list[str]:
    return [f"the branch holds a commit that mlspec did not make, which is left alone: {c[:12]}" for c in standing.foreign[:1]]


def _on_the_branch(upstream: Upstream, proposal: Proposal, standing: Standing, terms: Terms) -> _Branch:
    """Have the proposal on the remote's branch. Nothing that is not ours is replaced."""
    repository, branch, commit = upstream.repository, proposal.branch, standing.commit
    if commit is not None and standing.remote is not None:
        if standing.foreign or not lacks_signature(upstream, commit):
            return _Branch(commit)
        commit = None
    if commit is None:
        require_ours(repository, branch, standing.tips, upstream.main, terms.results)
        commit = commit_files(repository, proposal.commit, proposal.files, proposal.message, branch)
    signed = sign(upstream, commit, standing.remote)
    move_branch(repository, branch, commit, signed.commit)
    push(repository, upstream.remote, branch, expected=standing.remote, extra=upstream.access)
    return _Branch(signed.commit, True, (signed.note,) if signed.note else tuple(unsigned_note(upstream, signed.commit)))


def write_body(upstream: Upstream, proposal: Proposal) -> str:
    """Keep the body where the user can read it; Git ignores the folder. Return its path."""
    path = pull_request_text(proposal.branch)
    write_text(upstream.root / path, proposal.body)
    return path


def _show(upstream: Upstream, proposal: Proposal, pulls: Pulls, *, pushed: bool) -> Shown:
    """Start the checks, then have the pull request: an earlier run that ended between its push and here has left it without the mark."""
    try:
        if upstream.by_token and not upstream.by_app and (pushed or not pulls.is_told()):
            start_checks(upstream.repository, upstream.url, proposal.branch, proposal.commit)
    finally:
        shown = pulls.show(proposal)
    return shown
