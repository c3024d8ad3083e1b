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

    def is_at_work(self, environment: str) -> bool:
        """Whether a job of that environment runs."""
        return any(job.runs for job in jobs_of(self.jobs, environment))

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

    def began(self, run: WorkflowRun, environment: str) -> bool:
        """Whether a run began to deploy to an environment."""
        return any(job.began for job in jobs_of(read_jobs(self.api, self.slug, run.id), environment))

    def recent(self) -> list[WorkflowRun]:
        """The newest runs, newest first."""
        return read_runs(self.api, self.slug, WORKFLOW, self.branch, _RECENT)

    def deployed(self, environment: str) -> Deployed:
        """What was deployed last to an environment.

        By when our own jobs ended, and not by the list's order: another workflow's deployment of an old commit stands in front there, and
        so does a run of an old commit that was started again and deployed nothing. Jobs of an environment have their turns one after
        another, so that a commit whose newest deployment is older than the job that was found can't hold a later one.
        """
        tries: list[_Try] = []
        commits = self._commits(environment)
        searched = len(commits) < MOST_LOOKED_AT
        for commit, listed in commits.items():
            best = _best(tries)
            if best is not None and (not best.created or listed < best.created):
                break
            found = self._tries(commit, environment)
            searched = searched and found is not None  # GitHub forgets runs earlier than deployments
            tries += found or ()
        return _latest(tries, searched=searched)

    def _tries(self, commit: str, environment: str) -> list[_Try] | None:
        """How our runs of a commit ended for an environment; None where there are no runs."""
        runs = read_runs(self.api, self.slug, WORKFLOW, self.branch, head_sha=commit)
        found: list[_Try] = []
        for run in runs:
            jobs = jobs_of(read_jobs(self.api, self.slug, run.id), environment)
            if jobs and all(job.is_done for job in jobs):
                succeeded = all(job.conclusion == "success" for job in jobs)
                found.append(_Try(run, succeeded, min(job.created for job in jobs), max(job.ended for job in jobs)))
        return found if runs else None

    def _commits(self, environment: str) -> dict[str, str]:
        """Where to look, newest first, and since when; the newest runs last, for a repository in which GitHub lists no deployments."""
        listed = deployed_commits(self.api, self.slug, environment, MOST_LOOKED_AT)
        return listed or dict.fromkeys((run.commit for run in self.recent()), "")


@dataclass(frozen=True, slots=True)
class _Try:
    """A run whose deploy jobs of an environment ended."""

    run: WorkflowRun
    succeeded: bool
    created: str
    ended: str


def _newest_first(tries: list[_Try]) -> list[_Try]:
    """By when they ended; where GitHub tells no difference, in its own order."""
    return sorted(tries, key=lambda one: one.ended, reverse=True)


def _best(tries: list[_Try]) -> _Try | None:
    return next((one for one in _newest_first(tries) if one.succeeded), None)


def _latest(tries: list[_Try], *, searched: bool) -> Deployed:
    """The last success, and the last of what ended after it and left things in between."""
    best, last = _best(tries), next(iter(_newest_first(tries)), None)
    broken = last.run if last and not last.succeeded else None
    return Deployed(best.run.commit if best else None, broken, searched or best is not None)


def jobs_of(jobs: Iterable[RunJob], environment: str) -> list[RunJob]:
    """The deploy jobs of an environment, one for each of its runners: `deploy-production`, `deploy-production.2`.

    No environment has a dot in its name: `deploy-production-2` is the job of another, `production-2`.
    """
    name = re.compile(rf"deploy-{re.escape(environment)}(\.\d+)?")
    return [job for job in jobs if name.fullmatch(job.name)]
