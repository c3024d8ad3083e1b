"""`mlspec promote`: open the pull request that promotes a model version."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlspec.cli import console, context

if TYPE_CHECKING:
    from mlspec.promotion.proposals.proposal import Proposal
    from mlspec.promotion.proposals.publish import Published


@click.command("promote")
@click.argument("model")
@click.option("--to", "environment", required=True, metavar="ENVIRONMENT", help="Where to, such as `staging`.")
@click.option("--deployment", metavar="NAME", help="Which deployment of the model there, where it has several.")
@click.option("--version", metavar="vX.Y.Z", help="The version to promote, or to give to the model trained here.")
@click.option(
    "--bump", type=click.Choice(["major", "minor", "patch"]), default="minor", show_default=True, help="Which part a new version raises."
)
@click.option("--remote", default="origin", show_default=True, help="The Git remote to push to.")
@click.option("--base", metavar="BRANCH", help="The branch to merge into.  [default: the project's]")
@click.option("--dry-run", is_flag=True, help="Judge and show the pull request; write and push nothing.")
@click.option("--proposal", type=click.Path(path_type=Path), metavar="DIR", help="Write the proposal there, for `mlspec ci propose`.")
def command(model: str, dry_run: bool, proposal: Path | None, **options: Any) -> int:  # noqa: FBT001
    """Judge MODEL (such as `model/demand`) and propose it: a branch with a registry record, a claim and one edited file.

    The first environment takes the model trained here; a later one takes what is deployed in the one before it.
    """
    project = context.opened().warmed()
    from mlspec.cli.gate import show_judgement
    from mlspec.promotion.promote import PromoteRequest

    request = PromoteRequest(model, dry_run=dry_run, **check_version(options))
    done = project.promote(request, show=show_judgement, proposal=proposal)
    if done.proposal is None:
        console.out(f"{done.deployment} has {done.version} already: nothing to do.")
    else:
        show_proposal(done.proposal, done.published, request.remote, None if dry_run else proposal)
    return console.EXIT_OK


def check_version(options: dict[str, Any]) -> dict[str, Any]:
    """The options, if their `version` is one."""
    from mlspec.language.kinds.deployment import is_version

    version = options.get("version")
    if version is not None and not is_version(version):
        raise click.BadParameter("write it as v1.2.0", param_hint="--version")
    return options


def show_proposal(proposal: Proposal, published: Published | None, remote: str, folder: Path | None = None) -> None:
    """Say what was pushed or written, and how to go on; of a dry run, print the body. `folder`: where the proposal went instead."""
    if folder is not None:
        console.step_output("branch", proposal.branch)
        console.out(f"{proposal.title}: written to {folder}; `mlspec ci propose --from {folder}` opens the pull request.")
    elif published is None:
        console.out(f"\n{proposal.body.rstrip()}\n")
        console.out(f"dry run: {proposal.title}; nothing was written. It would change {', '.join(sorted(proposal.files))}.")
    else:
        show_published(proposal, published, remote)


def show_published(proposal: Proposal, published: Published, remote: str) -> None:
    """Say where a proposal is, and how it is merged."""
    from mlspec.promotion.proposals.by_hand import merge_commands

    if published.state == "merged":
        console.out(f"{proposal.title}: `{proposal.base}` has it already.")
        return
    console.step_output("branch", published.branch)
    how = "found" if published.state == "current" else "pushed"
    console.out(f"{proposal.title}: {how} {published.branch} ({published.commit[:12]}) on {remote}.")
    for note in published.notes:
        console.out(f"  {note}")
    if published.url:
        console.out(f"Pull request: {published.url}")
        return
    if published.page:
        console.out(f"To open the pull request, with the text in {published.text}: {published.page}")
        console.out("(With GH_TOKEN or GITHUB_TOKEN set, mlspec opens it.)")
        return
    console.out(f"The pull request's text is in {published.text}. To merge with plain Git:")
    for line in merge_commands(remote, published.branch, proposal.base):
        console.out(f"  {line}")
