"""What a promotion, a rollback and a registration stand on: the project at hand, and the base branch as it is now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mlspec.adapters.git.repository import Repository
from mlspec.compiler.project.project import Bound, Project
from mlspec.gates.candidate import Candidate
from mlspec.language.kinds.deployment import Deployment
from mlspec.language.kinds.kpi_set import KPISet
from mlspec.pipelines.workspace import Workspace
from mlspec.promotion import preflight
from mlspec.promotion.proposals.upstream import Upstream
from mlspec.registry.at_commit import read_files
from mlspec.registry.entries import Entry
from mlspec.registry.record_files import Files


@dataclass(frozen=True, slots=True)
class Ground:
    """The workspace, which holds what the base branch has (`require_same`), and that `branch`, its newest `commit`, and the records there.

    `remote`: where the branch was looked up, and where a proposal is pushed to; `url`: its address, "" where it was not asked.
    """

    workspace: Workspace
    remote: str
    url: str
    branch: str
    commit: str
    files: Files

    @property
    def repository(self) -> Repository:
        return self.workspace.repository

    @property
    def project(self) -> Project:
        """As it is at `commit`, too: that was compared."""
        return self.workspace.project

    def upstream(self) -> Upstream:
        """Where its proposals go, with the user's own access."""
        return Upstream(self.repository, self.remote, self.url, self.branch, self.commit)


@dataclass(frozen=True, slots=True)
class Choice:
    """A candidate, its version, and its registry record where one exists already."""

    candidate: Candidate
    version: str
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class Case:
    """What is decided: whether a version may go to a deployment, by which KPIs, against which champion (None: the first), and when."""

    ground: Ground
    deployment: Bound[Deployment]
    kpis: Bound[KPISet]
    choice: Choice
    champion: Entry | None
    moment: datetime

    @property
    def environment(self) -> str:
        return self.deployment.envelope.metadata.environment


def stand_on(workspace: Workspace, remote: str, base: str | None, *, offline: bool) -> Ground:
    """Check Git and find the base. Raises MLS095x, and MLS0709 when the checkout is not what the base branch has.

    `offline`: the remote is not asked, and what was fetched last is taken.
    """
    preflight.require_ready(workspace)
    url = ""
    if not offline:
        workspace.repository.identity()
        url = workspace.repository.require_remote(remote)
    branch = preflight.base_branch(workspace, remote, base)
    commit = preflight.base_commit(workspace.repository, remote, branch, offline=offline)
    preflight.require_same(workspace, commit, branch)
    return Ground(workspace, remote, url, branch, commit, read_files(workspace.repository, commit))
