"""`mlspec ci batches`: which batches are scored now, and by which commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mlspec.cli import console, context

if TYPE_CHECKING:
    from mlspec.ci.deploys.batches import BatchPlan


@click.command("batches")
@click.option("--schedule", metavar="CRON", help="Only batches whose `schedule` is this, as it is written there.  [default: all]")
@click.option("--remote", default="origin", show_default=True, help="The Git remote of the repository.")
def command(schedule: str | None, remote: str) -> int:
    """Say which batches are due, each by the commit that was deployed last to its environment.

    A claim that still waits for its reviewer scores nothing. In GitHub Actions the matrix of the jobs is a step output.
    """
    from mlspec.adapters.github.api import GitHubApi
    from mlspec.adapters.github.problems import refusals
    from mlspec.adapters.github.remote import remote_slug, server_url
    from mlspec.ci.deploys.batches import plan_batches
    from mlspec.ci.deploys.here import RUNS
    from mlspec.ci.deploys.history import Deployments
    from mlspec.diagnostics import problem

    loaded = context.opened().read()
    repository = loaded.repository
    repository.require_full()
    slug = remote_slug(repository.require_remote(remote)) if loaded.settings.on_github else None
    if not loaded.settings.on_github:  # nobody is asked for a review there: what is declared is deployed
        return _show(plan_batches(repository, loaded.project, None, schedule))
    if slug is None:
        message = f"`{remote}` is no repository of GitHub's, so nobody knows what is deployed"
        raise problem("MLS0594", message, help="`mlspec reconcile --env ENV` scores what is declared here")
    with refusals(slug, f"{server_url()}/{slug}/actions", RUNS), GitHubApi.from_environment() as api:
        plan = plan_batches(repository, loaded.project, Deployments(api, slug, loaded.settings.ci.branch), schedule)
    return _show(plan)


def _show(plan: BatchPlan) -> int:
    console.step_output("matrix", plan.matrix)
    told = plan.told or ("no batch is due",)
    console.step_summary("\n".join(["### Batches", "", *(f"- {line}" for line in told)]))
    for line in told:
        console.out(line)
    if plan.lacking and console.is_on_github():
        console.out("::warning::a batch that is due is not scored: its claim was not deployed yet")
    return console.EXIT_OK
