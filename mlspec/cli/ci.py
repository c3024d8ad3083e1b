"""`mlspec ci …`: the steps of the generated workflows, each a command that a person can run as well."""

from __future__ import annotations

import click

from mlspec.cli.lazy import LazyGroup

STEPS = {
    "plan": "Check specs and generated files; plan which jobs train what is stale.",
    "train": "Run one shard of the plan, and keep its locks and metrics.",
    "gather": "Check what the jobs brought against the plan, judge it, and write the report.",
    "record": "Commit locks and metrics, comment, and set the commit's status.",
    "statuses": "Repeat how a started run's jobs ended as statuses of its commit.",
    "retarget": "Start the checks of a pull request that goes into the main branch now.",
    "refresh": "Fetch sources again, and write a proposal for each whose content changed.",
    "sign": "Put signatures into proposals of promotions.",
    "deploys": "Decide by content which environments are deployed to.",
    "supersede": "Cancel older runs that wait to deploy what is out of date.",
    "batches": "Say which batches are due, by the claims that were deployed.",
    "propose": "Push a proposal's branch and open its pull request, or update it.",
}


@click.group("ci", cls=LazyGroup, sections={"Commands": STEPS}, modules="mlspec.cli.ci_{}")
def command() -> None:
    """Run a step of the generated workflows. Each gives the same result on your machine as on a runner."""
