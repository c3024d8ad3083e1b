"""What stands on a proposal's branch already, from an earlier run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from mlspec.adapters.git.repository import Repository
from mlspec.promotion.proposals.kinds import says_the_same
from mlspec.promotion.proposals.ours import foreign_commits, newest_proposed, own_files
from mlspec.promotion.proposals.proposal import Files, Proposal
from mlspec.promotion.proposals.upstream import Upstream


@dataclass(frozen=True, slots=True)
class Terms:
    """What a standing proposal is held to. `results`: the paths that CI may record on its branch. `now`: it must hold still.

    `sound`: what more an earlier run's files must pass to be used again (commit, files): their signatures, say.
    """

    results: frozenset[str]
    now: datetime
    sound: Callable[[str, Files], bool] = lambda commit, files: True  # noqa: ARG005


@dataclass(frozen=True, slots=True)
class Standing:
    """The branch's commit on the remote and here, and an earlier run's commit that says the same as the proposal, with its files.

    `foreign`: commits of others on the remote's branch, which are left alone where there is nothing new to push.
    """

    remote: str | None
    local: str | None
    commit: str | None = None
    files: Files | None = None
    foreign: tuple[str, ...] = ()

    @property
    def tips(self) -> frozenset[str]:
        return frozenset(tip for tip in (self.remote, self.local) if tip is not None)


def look(upstream: Upstream, proposal: Proposal, terms: Terms) -> Standing:
    """Look at the branch. An earlier run's proposal is found on the remote; or here, where that run was killed before its push.

    Where the branch stands on the remote, what stands here is no proposal any more. What CI or people put on top of it there is theirs, and
    no reason to push again; here it would be made public, so that the commit must be the branch's own, on top of the newest of main.
    """
    repository = upstream.repository
    there = repository.remote_branch(upstream.remote, proposal.branch, extra=upstream.access)
    if there is not None:
        repository.fetch(upstream.remote, proposal.branch, extra=upstream.access)
    here = repository.find(f"refs/heads/{proposal.branch}")
    tip = there or here
    if tip is None:
        return Standing(there, here)
    commit, files = _proposed(upstream, proposal, tip, terms)
    foreign = tuple(foreign_commits(repository, upstream.main, tip, terms.results)) if commit else ()
    if there is None and (commit is None or commit != here or foreign or repository.parents(commit) != [proposal.commit]):
        return Standing(there, here)
    return Standing(there, here, commit, files, foreign)


def _proposed(upstream: Upstream, proposal: Proposal, tip: str, terms: Terms) -> tuple[str | None, Files | None]:
    """The newest proposal on the branch with its files, if it says the same, and the main branch has not moved under it."""
    repository = upstream.repository
    base, commit = repository.merge_base(tip, proposal.commit), newest_proposed(repository, upstream.main, tip)
    if base is None or commit is None or moved_since(repository, base, proposal.commit, proposal.files):
        return None, None
    files = own_files(repository, commit)
    if files is None or not says_the_same(proposal, files, terms.now) or not terms.sound(commit, files):
        return None, None
    return commit, files


def moved_since(repository: Repository, older: str, newer: str, paths: Iterable[str]) -> list[str]:
    """Which of the paths differ between two commits."""
    wanted = sorted(paths)
    before, after = repository.tree_hashes(older, wanted), repository.tree_hashes(newer, wanted)
    return [path for path in wanted if before[path] != after[path]]


def changed_files(repository: Repository, proposal: Proposal) -> Files:
    """The proposal's files that differ from those of the commit it builds on."""
    there = repository.show_all(proposal.commit, sorted(proposal.files))
    return {path: content for path, content in proposal.files.items() if there.get(path) != content}
