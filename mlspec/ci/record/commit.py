"""The commit of a run's results: built from Git's objects on the branch's tip, and pushed. The working tree plays no part, no hook runs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mlspec.adapters.git.commit import loose_commit, push_commit
from mlspec.adapters.git.repository import Repository
from mlspec.adapters.git.token import token_environment
from mlspec.ci.report import FILES, Report
from mlspec.ci.results import read_results
from mlspec.ci.seconds import trailers
from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.layout import lock_of, object_folder
from mlspec.diagnostics import Problems, problem
from mlspec.diagnostics.words import some
from mlspec.promotion.proposals.by_github import Place, signed_by_github
from mlspec.promotion.proposals.ours import is_recorded
from mlspec.registry.at_commit import compile_at

BOT = ("github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com")
NAMED = 5


@dataclass(frozen=True, slots=True)
class Branch:
    """Where results are recorded: `commit` is what was trained, on `name` of `remote`. `by_app`: what is pushed there starts workflows."""

    repository: Repository
    remote: str
    name: str
    commit: str
    by_app: bool = False

    @property
    def place(self) -> Place:
        """Where results are pushed."""
        return Place(self.repository, self.remote, self.repository.require_remote(self.remote), self.access)

    @property
    def access(self) -> dict[str, str]:
        """What Git needs in its environment to talk to the remote."""
        return token_environment(self.repository.require_remote(self.remote))


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the branch's tip is now, and whether this run pushed it; `moved`: why nothing is to be written instead."""

    tip: str
    pushed: bool = False
    moved: str = ""
    note: str = ""


def record_commit(branch: Branch, report: Report, folder: Path) -> Recorded:
    """Commit the report's files onto the branch, and push. Raises MLS0561 for a file that may not be there, MLS0958 to MLS0962 of Git's."""
    tip = _fetched(branch)
    if tip is None:
        return Recorded(branch.commit, moved=f"the branch `{branch.name}` is not on the remote any more")
    graph = compile_at(branch.repository, branch.commit).graph
    if not _is_ours(branch, tip, graph):
        return Recorded(tip, moved=f"the branch moved on to {tip[:12]}: the run of its new commit does this")
    ok = [o.object for o in report.objects if o.outcome == "ok"]
    files = read_results(folder / FILES, graph, ok)
    made = loose_commit(branch.repository, tip, files, message(report, files), _identity(branch.repository))
    if made == tip:
        return Recorded(tip)
    signed = signed_by_github(branch.place, made, [tip])
    return replace(_pushed(branch, signed.commit, tip), note=signed.note)


def _fetched(branch: Branch) -> str | None:
    """The branch's tip on the remote, fetched; None when it is gone."""
    access = branch.access
    branch.repository.fetch(branch.remote, branch.name, extra=access)
    tip = branch.repository.remote_branch(branch.remote, branch.name, extra=access)
    branch.repository.resolve(branch.commit)
    return tip


def _is_ours(branch: Branch, tip: str, graph: Graph) -> bool:
    """Whether the tip is the commit that was trained, or adds to it only commits of results that earlier records made."""
    repository = branch.repository
    if tip == branch.commit:
        return True
    if repository.find(tip) is None or not repository.is_ancestor(branch.commit, tip):
        return False
    if repository.merges_since(branch.commit, tip):
        return False
    return all(is_recorded(repository, commit, graph.results) for commit in repository.commits_since(branch.commit, tip))


def _pushed(branch: Branch, made: str, tip: str) -> Recorded:
    """Push; somebody who was faster wins."""
    try:
        push_commit(branch.repository, branch.remote, made, branch.name, expected=tip, extra=branch.access)
    except Problems:
        now = branch.repository.remote_branch(branch.remote, branch.name, extra=branch.access)
        if now == tip:
            raise
        return Recorded(now or tip, moved="the branch moved on meanwhile: the run of its new commit does this")
    return Recorded(made, pushed=True)


def message(report: Report, files: Mapping[str, bytes]) -> str:
    """The commit's message, with a trailer of seconds an object that was trained."""
    trained = {o.object: o.seconds for o in report.objects if o.outcome == "ok" and lock_of(object_folder(o.object)) in files}
    body = f"Trained at {report.commit}. The data and models are in the DVC remote; these files name them."
    return f"mlspec: results of {some(trained, NAMED) or 'a run'}\n\n{body}\n\n{trailers(trained)}"


def _identity(repository: Repository) -> dict[str, str]:
    """Who commits: whom Git's configuration or environment names, else GitHub's bot."""
    found = {}
    for role in ("AUTHOR", "COMMITTER"):
        for key, fallback in zip(("NAME", "EMAIL"), BOT, strict=True):
            configured = repository.setting(f"user.{key.lower()}")
            found[f"GIT_{role}_{key}"] = os.environ.get(f"GIT_{role}_{key}") or configured or fallback
    return found


def require_same(report: Report, commit: str) -> None:
    """Raises MLS0590 when the report is about another commit."""
    if report.commit != commit:
        message_ = f"the report is about {report.commit[:12]}, and {commit[:12]} is to be recorded"
        raise problem("MLS0590", message_, help="give the commit that the plan was made at: `--commit`")
