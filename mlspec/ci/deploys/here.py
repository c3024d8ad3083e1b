"""A run of the deploy workflow among the others: where it stands, and what is asked of GitHub for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from mlspec.adapters.git.repository import Repository
from mlspec.adapters.github.problems import Action
from mlspec.adapters.github.runs import WorkflowRun
from mlspec.ci.deploys.content import content_of
from mlspec.ci.deploys.decide import Other, Place, Standing
from mlspec.ci.deploys.history import Deployments, Unfinished
from mlspec.ci.deploys.jobs import labels_of
from mlspec.diagnostics import Problems
from mlspec.registry.at_commit import compile_at

RUNS = Action("read runs of workflows", "the list of runs", "`actions: read` and `deployments: read`", by_hand="see them at")
_OUTRUN = ("success", "failure", "timed_out")
"""How a newer run ended that decided for itself what is due. One that was cancelled may not have."""


@dataclass(frozen=True, slots=True)
class Here:
    """A commit of the main branch, and the run that is of it (0: no run, a person asks). `environments`: those that are deployed to."""

    repository: Repository
    commit: str
    run: int
    environments: tuple[str, ...]

    def standing(self, deployments: Deployments) -> dict[str, Standing | None]:
        """What is deployed to each environment."""
        return {name: self._standing(deployments, name) for name in self.environments}

    def _standing(self, deployments: Deployments, environment: str) -> Standing:
        found = deployments.deployed(environment)
        same = found.commit is not None and self._same(found.commit, environment)
        return Standing(found.commit, same, found.broken.id if found.broken else None)

    def _same(self, commit: str, environment: str) -> bool:
        mine = content_of(self.repository, self.commit, environment)
        return mine is not None and mine == content_of(self.repository, commit, environment)

    def others(self, deployments: Deployments) -> list[Other]:
        """The other runs: those that did not end, and newer ones that decided what is due. Newest first."""
        recent = deployments.recent()
        own = next((run for run in recent if run.id == self.run), None)
        unfinished = [self._other(found, own) for found in deployments.unfinished() if found.run.id != self.run]
        return [*unfinished, *self._newer(recent, own)]

    def overtaken(self, deployments: Deployments, environment: str, *, again: bool) -> WorkflowRun | None:
        """The newest run of a newer commit that decided what stands in the environment, where that is other content.

        One that has not ended did where it began to deploy there: by another runner's group, which did not wait for this run's. `again`: it
        did in any case.
        """
        recent = deployments.recent()
        own = next((run for run in recent if run.id == self.run), None)
        newer = (run for run in recent if run.id != self.run and self._place(run, own) == "newer")
        newest = next((run for run in newer if again or _decided(run) or deployments.began(run, environment)), None)
        return None if newest is None or self._same(newest.commit, environment) else newest

    def in_the_way(self, deployments: Deployments, environment: str) -> WorkflowRun | None:
        """A run of an older commit that deploys to the environment now, and that no group keeps apart from this one."""
        others = (found.run for found in deployments.unfinished() if found.run.id != self.run and found.is_at_work(environment))
        older = (run for run in others if self._place(run, None) == "older")
        return next((run for run in older if self._is_regrouped(run.commit, environment)), None)

    def _is_regrouped(self, commit: str, environment: str) -> bool:
        """Whether a deployment has another group here than at an older commit, since runners changed; so too where nobody knows."""
        try:
            before, now = (labels_of(compile_at(self.repository, one).project, environment) for one in (commit, self.commit))
        except Problems:
            return True
        return any(before[name] != now[name] for name in before.keys() & now.keys())

    def other(self, deployments: Deployments, run: WorkflowRun) -> Other:
        """Another, older run as it is now."""
        return self._other(deployments.look(run), None)

    def _newer(self, ended: list[WorkflowRun], own: WorkflowRun | None) -> Iterator[Other]:
        for run in ended:
            if _decided(run) and self._place(run, own) == "newer":
                yield Other(run.id, run.commit, "newer")

    def _other(self, found: Unfinished, own: WorkflowRun | None) -> Other:
        names = self.environments
        return Other(
            found.run.id,
            found.run.commit,
            self._place(found.run, own),
            frozenset(name for name in names if found.may_deploy(name)),
            frozenset(name for name in names if found.waits_for(name)),
            frozenset(name for name in names if self._same(found.run.commit, name)),
        )

    def _place(self, run: WorkflowRun, own: WorkflowRun | None) -> Place:
        """By the commits; of two runs of one commit, by their numbers. A run that is started again stays as old as its commit."""
        if run.commit == self.commit:
            return "newer" if own is not None and run.number > own.number else "older"
        if self.repository.find(run.commit) is None:
            return "elsewhere"
        if self.repository.is_ancestor(run.commit, self.commit):
            return "older"
        return "newer" if self.repository.is_ancestor(self.commit, run.commit) else "elsewhere"


def _decided(run: WorkflowRun) -> bool:
    return run.is_done and run.conclusion in _OUTRUN


def run_id() -> int:
    """The run that this is a step of; 0 elsewhere."""
    text = os.environ.get("GITHUB_RUN_ID", "")
    return int(text) if text.isdecimal() else 0
