"""`mlspec ci supersede`: cancel older runs that wait to deploy what is out of date."""

from __future__ import annotations

import click

from mlspec.cli import console, context


@click.command("supersede")
@click.argument("names", nargs=-1, required=True, metavar="ENVIRONMENT...")
@click.option("--remote", default="origin", show_default=True, help="The Git remote of the repository.")
@click.option("--commit", metavar="SHA", help="The commit that this run deploys.  [default: the one that is checked out]")
def command(names: tuple[str, ...], remote: str, commit: str | None) -> int:
    """Cancel older runs of the deploy workflow that would still deploy to these environments, and say which.

    Only runs of older commits of the main branch; none in which a job runs: those are waited for, ten minutes at most.
    """
    from mlspec.adapters.github.api import GitHubApi
    from mlspec.adapters.github.problems import Action, refusals
    from mlspec.adapters.github.remote import remote_slug, server_url
    from mlspec.ci.deploys.here import Here, run_id
    from mlspec.ci.deploys.history import Deployments
    from mlspec.ci.deploys.supersede import supersede
    from mlspec.diagnostics.words import some

    loaded = context.opened().read()
    repository = loaded.repository
    slug = remote_slug(repository.require_remote(remote)) if loaded.settings.on_github else None
    if slug is None:
        console.out(f"`{remote}` is no repository of GitHub's: nothing is cancelled")
        return console.EXIT_OK
    cancels = Action("cancel runs", "the cancellation", "`actions: write`", by_hand="cancel them at")
    here = Here(repository, repository.resolve(commit or "HEAD"), run_id(), loaded.settings.environments)
    told = []
    with refusals(slug, f"{server_url()}/{slug}/actions/workflows/mlspec-deploy.yml", cancels), GitHubApi.from_environment() as api:
        for each in supersede(here, Deployments(api, slug, loaded.settings.ci.branch), names):
            console.out(f"::warning::{each.line}" if each.left and console.is_on_github() else each.line)
            told.append(each.line)
    if not told:
        told = [f"no older run waits to deploy to {some(sorted(names), 5)}"]
        console.out(told[0])
    console.step_summary("\n".join(["### Older runs", "", *(f"- {line}" for line in told)]))
    return console.EXIT_OK
