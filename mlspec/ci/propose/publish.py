"""`mlspec ci propose`: the trusted half. Pushes a proposal's branch and opens its pull request, or brings the open one up to date.

Runs no code of the project. Read from the top: `propose` is the story. What is proposed already is neither pushed nor written again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from mlspec.adapters.git.commit import commit_files, push, remote_branch
from mlspec.adapters.git.repository import Repository
from mlspec.adapters.git.token import token_environment
from mlspec.ci.propose import rules as proposal_rules
from mlspec.ci.propose.pin import require_pin_only
from mlspec.ci.propose.proposal import Proposal
from mlspec.ci.propose.pull_request import Pulls, start_checks
from mlspec.ci.propose.standing import changed_files, moved_since, proposes_already, require_ours
from mlspec.ci.results import result_paths
from mlspec.compiler.project.graph import Graph
from mlspec.diagnostics import problem
from mlspec.diagnostics.atomic import write_text
from mlspec.promotion.publish import BODIES
from mlspec.registry.at_commit import compile_at

State = Literal["pushed", "current", "merged", "closed"]


@dataclass(frozen=True, slots=True)
class Proposed:
    """The outcome for one subject. `url`: its pull request; `page`: where a person opens it; `text`: the file with its text, else ''."""

    subject: str
    branch: str
    state: State
    url: str | None = None
    page: str | None = None
    text: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ground:
    """The repository, its remote, and the main branch's newest commit there."""

    root: Path
    repository: Repository
    remote: str
    url: str
    base: str
    main: str

    @property
    def access(self) -> dict[str, str]:
        """More environment for Git, so that it signs in with the token."""
        return token_environment(self.url)


def stand_on(root: Path, repository: Repository, remote: str, base: str) -> Ground:
    """Fetch the main branch. Raises MLS0953 for a shallow clone, MLS0956 without an identity, MLS0957, MLS0958 and MLS0960."""
    repository.require_full()
    repository.identity()
    url = repository.require_remote(remote)
    repository.fetch(remote, base, extra=token_environment(url))
    main = repository.find(f"refs/remotes/{remote}/{base}")
    if main is None:
        raise problem("MLS0958", f"{remote} has no branch `{base}`", help="push the main branch first, or name it by --base")
    return Ground(root, repository, remote, url, base, main)


def require_on_main(ground: Ground, proposal: Proposal) -> None:
    """Raises MLS0524 unless the proposal builds on a commit of the main branch: it must bring in nothing but its own files."""
    found = ground.repository.find(proposal.commit)
    if found is None or not ground.repository.is_ancestor(found, ground.main):
        message = f"the proposal for {proposal.subject} builds on {proposal.commit[:12]}, which is no commit of `{ground.base}`"
        raise problem("MLS0524", message, help=f"run the step that wrote it on `{ground.base}`")


def propose(ground: Ground, proposal: Proposal, trailers: str = "") -> Proposed:
    """Publish a refresh or retraining. `trailers` end its commit's message. Raises MLS0522 to MLS0525, MLS0962 and GitHub's own."""
    require_on_main(ground, proposal)
    there = compile_at(ground.repository, proposal.commit)
    proposal_rules.check(proposal, ground.base, there.project, there.graph)
    require_pin_only(ground.repository, proposal, there.project)
    files = changed_files(ground.repository, proposal)
    if not files or _is_merged(ground, files):
        return Proposed(proposal.subject, proposal.branch, "merged")
    return _publish(ground, _only(proposal, files, trailers), there.graph)


def _only(proposal: Proposal, files: dict[str, bytes], trailers: str) -> Proposal:
    message = proposal_rules.message_of(proposal.title, proposal.subject, files) + trailers
    return replace(proposal, files=files, message=message)


def _is_merged(ground: Ground, files: dict[str, bytes]) -> bool:
    """Whether the main branch has it by now."""
    return ground.repository.show_all(ground.main, sorted(files)) == files


def _publish(ground: Ground, proposal: Proposal, graph: Graph) -> Proposed:
    moved = moved_since(ground.repository, proposal.commit, ground.main, proposal.files)
    if moved:
        message = f"`{ground.base}` changed {moved[0]} since the proposal for {proposal.subject} was made"
        raise problem("MLS0525", message, help="run the workflow again: it starts from what is there now")
    pulls = Pulls.of(ground.url, proposal)
    tip = _tip(ground, proposal.branch)
    same = tip is not None and proposes_already(ground.repository, proposal, tip, ground.main)
    closed = pulls.closed_by_hand()
    if closed is not None:
        note = (
            f"{closed.url} with this content was closed by a person: it is not opened again until the content changes, or reopen it there"
        )
        return Proposed(proposal.subject, proposal.branch, "closed", closed.url, notes=(note,))
    if not same:
        _push(ground, proposal, tip, graph)
    text = f"{BODIES}/{proposal.branch.removeprefix('mlspec/').replace('/', '-')}.md"
    write_text(ground.root / text, proposal.body)
    shown = pulls.show()
    if shown.url and (shown.opened or not same):
        start_checks(ground.repository, ground.url, proposal.branch, proposal.commit)
    return Proposed(proposal.subject, proposal.branch, "current" if same else "pushed", shown.url, shown.page, text, shown.notes)


def _tip(ground: Ground, branch: str) -> str | None:
    """The branch's commit on the remote now, fetched; None when it is not there."""
    tip = remote_branch(ground.repository, ground.remote, branch, extra=ground.access)
    if tip is not None:
        ground.repository.fetch(ground.remote, branch, extra=ground.access)
    return tip


def _push(ground: Ground, proposal: Proposal, tip: str | None, graph: Graph) -> None:
    """Build the commit on the proposal's own base and push it, unless work of somebody else's would be lost."""
    repository, branch = ground.repository, proposal.branch
    local = repository.find(f"refs/heads/{branch}")
    results = result_paths(graph, (p.ref for p in graph.pipelines))
    require_ours(repository, branch, (t for t in (tip, local) if t is not None), ground.main, results)
    commit_files(repository, proposal.commit, proposal.files, proposal.message, branch)
    push(repository, ground.remote, branch, expected=tip, extra=ground.access)
