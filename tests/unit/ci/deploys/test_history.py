"""Which jobs of a run are an environment's, and when they are known."""

from __future__ import annotations

import pytest

from mlspec.adapters.github.runs import RunJob, WorkflowRun
from mlspec.ci.deploys.history import Unfinished, jobs_of

RUN = WorkflowRun(1, 1, "1" * 40, "push", "in_progress", "", "", "")


def job(name: str, status: str = "completed") -> RunJob:
    return RunJob(name, status, "success" if status == "completed" else "", 1)


def test_an_environment_whose_name_ends_in_a_number_is_another() -> None:
    jobs = [job("deploy-eu"), job("deploy-eu.2"), job("deploy-eu-2"), job("deploy-eu-2.2")]
    assert [found.name for found in jobs_of(jobs, "eu")] == ["deploy-eu", "deploy-eu.2"]
    assert [found.name for found in jobs_of(jobs, "eu-2")] == ["deploy-eu-2", "deploy-eu-2.2"]


@pytest.mark.parametrize(
    ("jobs", "may"),
    [
        ([], True),
        ([job("plan", "in_progress")], True),
        ([job("plan")], True),
        ([job("plan"), job("supersede", "in_progress")], True),
        ([job("plan"), job("tag", "queued")], False),
        ([job("plan"), job("deploy-staging", "in_progress")], False),
        ([job("plan"), job("deploy-production", "queued")], True),
        ([job("deploy-production")], False),
    ],
    ids=["no job", "plans", "its matrix is not made", "nor is it yet", "nothing was due", "another", "queued", "no plan"],
)
def test_a_run_may_deploy_until_its_jobs_are_known(jobs: list[RunJob], may: bool) -> None:
    """Between the end of the plan and its matrix a run lists no deploy job, and deploys nevertheless."""
    assert Unfinished(RUN, tuple(jobs), frozenset()).may_deploy("production") is may
