"""`mlspec ci deploys`: which environments this run deploys to."""

from __future__ import annotations

import os
from dataclasses import replace

import click

from mlspec.cli import console, context


@click.command("deploys")
@click.option("--every", is_flag=True, help="Deploy to every environment, whatever is deployed there.")
@click.option("--still", metavar="ENVIRONMENT", help="Only ask whether this run may deploy there yet, or a newer one was faster.")
@click.option("--remote", default="origin", show_default=True, help="The Git remote of the repository.")
def command(every: bool, still: str | None, remote: str) -> int:  # noqa: FBT001
    """Decide by content which environments the commit that is checked out is deployed to, and why.

    GitHub is asked what was deployed last, and which runs still wait; where it does not tell, everything is deployed. In GitHub Actions
    the matrix of the jobs is a step output, and the reasons stand on the run's page.
    """
    from mlspec.adapters.github.remote import remote_slug
    from mlspec.ci.deploys.here import Here, run_id
    from mlspec.ci.deploys.plan import as_markdown, plan_deploys
    from mlspec.ci.deploys.still import require_newest

    loaded = context.opened().read()
    repository = loaded.repository
    repository.require_full()
    here = Here(repository, repository.require_commits(), run_id(), loaded.settings.environments)
    slug = remote_slug(repository.require_remote(remote)) if loaded.settings.on_github else None
    if still is not None:
        if slug is not None:
            again = os.environ.get("GITHUB_RUN_ATTEMPT", "1") != "1"
            require_newest(here, slug, loaded.settings.ci.branch, still, again=again)
        console.out(f"no newer run has decided what stands in {still}")
        return console.EXIT_OK
    plan = plan_deploys(here, loaded.project, slug or "", every=every or slug is None)
    for name, value in plan.outputs.items():
        console.step_output(name, value)
    console.step_summary(as_markdown(plan))
    console.show((replace(d, severity="warning") for d in plan.unknown), "github" if console.is_on_github() else "full")
    for decision in plan.decisions:
        console.out(f"{decision.environment}: {'deployed by this run' if decision.due else 'not now'}: {decision.why}")
    return console.EXIT_OK
