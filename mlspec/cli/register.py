"""`mlspec register`: open the pull request that gives a trained model a version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mlspec.cli import console, context

if TYPE_CHECKING:
    from mlspec.promotion.register.register import Registered


@click.command("register")
@click.argument("model")
@click.option("--version", metavar="vX.Y.Z", help="The version to give to it.  [default: the next free one]")
@click.option(
    "--bump", type=click.Choice(["major", "minor", "patch"]), default="minor", show_default=True, help="Which part a new version raises."
)
@click.option("--from-tag", "tag", metavar="TAG", help="Take the version from a GTO tag, such as `demand@v1.0.0`.")
@click.option("--remote", default="origin", show_default=True, help="The Git remote to push to.")
@click.option("--base", metavar="BRANCH", help="The branch to merge into.  [default: the project's]")
@click.option("--dry-run", is_flag=True, help="Measure and show the pull request; write and push nothing.")
def command(model: str, **options: Any) -> int:
    """Give the trained MODEL (such as `model/demand`) a registry record, and put it nowhere. KPIs are not needed, and don't judge it."""
    if options["tag"] and options["version"]:
        raise click.BadParameter("the tag says the version: leave --version out", param_hint="--from-tag")
    project = context.opened().warmed()
    from mlspec.cli.promote import check_version
    from mlspec.promotion.register.register import RegisterRequest

    request = RegisterRequest(model, **check_version(options))
    _show(project.register(request), request.remote)
    return console.EXIT_OK


def _show(done: Registered, remote: str) -> None:
    from mlspec.cli.promote import show_published
    from mlspec.gates.tables import number

    if done.proposal is None:
        console.out(f"model/{done.model} is {done.version} already: nothing to do.")
        return
    rows = [[m.metric, number(m.challenger.value), number(m.challenger.low), number(m.challenger.high)] for m in done.metrics]
    console.table(("metric", "value", "low", "high"), rows, title=f"model/{done.model} {done.version}")
    if done.published is None:
        console.out(f"\n{done.proposal.body.rstrip()}\n")
        console.out(f"dry run: {done.proposal.title}; nothing was written. It would add {', '.join(done.proposal.files)}.")
        return
    show_published(done.proposal, done.published, remote)
