"""What became of earlier deployments, told by the runs of the deploy workflow itself.

GitHub's list of deployments says where to look, and no more: any workflow may deploy to an environment of that name, at any commit, and
would make a claim look deployed that was not. What counts are the jobs of our own workflow, on the main branch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mlspec.adapters.github.api import GitHubApi, Refused
from mlspec.adapters.github.runs import (
    RunJob,
    WorkflowRun,
    deployed_commits,
    read_jobs,
    read_runs,
    unfinished_runs,
    waits_for,
)
from mlspec.pipelines.generate.github_actions.deploy import FILE as WORKFLOW

MOST_LOOKED_AT = 40
"""Commits that are looked at for one environment; further back nobody knows."""
_RECENT = 30


@dataclass(frozen=True, slots=True)
class Deployed:
    """The newest commit whose deploy jobs of an environment all succeeded. `broken`: a newer run that began to deploy, and did not succeed.

    `commit` None: none was found. `searched`: whether that is because there is none, and not because the search was given up.
    """

    commit: str | None = None
    broken: WorkflowRun | None = None
    searched: bool = True


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A run that may deploy yet: its jobs, and the environments whose reviewers it waits for."""

    run: WorkflowRun
    jobs: tuple[RunJob, ...]
    waits: frozenset[str]

    @property
    def planned(self) -> bool:
        """Whether its deploy jobs are known: they are made some time after the plan ended, and `tag` with them or later."""
        plan = next((job for job in self.jobs if job.name == "plan"), None)
        made = any(job.name == "tag" or job.name.startswith("deploy-") for job in self.jobs)
        return bool(self.jobs) and (plan is None or (plan.is_done and made))

    @property
    def busy(self) -> list[str]:
        """Its jobs that run now."""
        return [job.name for job in self.jobs if job.runs]

    def may_deploy(self, environment: str) -> bool:
        """Whether a job of that environment is still to come, or runs."""
        own = jobs_of(self.jobs, environment)
        return environment in self.waits or not self.planned or any(not job.is_done for job in own)

    def waits_for(self, environment: str) -> bool:
        """By either list of GitHub's: sources differ in where a job that waits for its reviewer is shown as one."""
        return environment in self.waits or any(job.status == "waiting" for job in jobs_of(self.jobs, environment))


@dataclass(frozen=True, slots=True)
class Deployments:
    """The runs of the deploy workflow of `owner/name`. Each reader raises `Refused`, MLS0986, MLS0987."""

    api: GitHubApi
    slug: str
    branch: str

    def unfinished(self) -> list[Unfinished]:
        """Every run that has not ended, newest first."""
        return [self.look(run) for run in unfinished_runs(self.api, self.slug, WORKFLOW, self.branch)]

    def look(self, run: WorkflowRun) -> Unfinished:
        """A run's jobs, and what it waits for."""
        return Unfinished(run, tuple(read_jobs(self.api, self.slug, run.id)), self._waits(run.id))

    def _waits(self, run: int) -> frozenset[str]:
        try:
            return waits_for(self.api, self.slug, run)
        except Refused as refused:
            if refused.status in (403, 404) and not refused.rate_limited:
                return frozenset()  # the jobs' own status says it too
            raise

    def recent(self) -> list[WorkflowRun]:
        """The newest runs, newest first."""
        return read_runs(self.api, self.slug, WORKFLOW, self.branch, _RECENT)

    def deployed(self, environment: str) -> Deployed:
        """What was deployed last to an environment."""
        broken: WorkflowRun | None = None
        commits = self._commits(environment)
        searched = len(commits) < MOST_LOOKED_AT
        for commit in commits:
            runs = read_runs(self.api, self.slug, WORKFLOW, self.branch, head_sha=commit)
            searched = searched and bool(runs)  # GitHub forgets runs earlier than deployments
            for run in runs:
                jobs = jobs_of(read_jobs(self.api, self.slug, run.id), environment)
                if not jobs or not all(job.is_done for job in jobs):
                    continue
                if all(job.conclusion == "success" for job in jobs):
                    return Deployed(commit, broken)
                broken = broken or run
        return Deployed(None, broken, searched)

    def _commits(self, environment: str) -> list[str]:
        """Where to look, newest first; the newest runs last, for a repository in which GitHub lists no deployments."""
        listed = deployed_commits(self.api, self.slug, environment, MOST_LOOKED_AT)
        return listed or list(dict.fromkeys(run.commit for run in self.recent()))


def jobs_of(jobs: Iterable[RunJob], environment: str) -> list[RunJob]:
    """The deploy jobs of an environment, one for each of its runners: `deploy-production`, `deploy-production.2`.

    No environment has a dot in its name: `deploy-production-2` is the job of another, `production-2`.
    """
    name = re.compile(rf"deploy-{re.escape(environment)}(\.\d+)?")
    return [job for job in jobs if name.fullmatch(job.name)]
