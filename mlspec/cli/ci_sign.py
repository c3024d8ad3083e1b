"""`mlspec ci sign`: put signatures into proposals of promotions."""

from __future__ import annotations

from pathlib import Path

import click

from mlspec.cli import console, context


@click.command("sign")
@click.option("--from", "folder", type=click.Path(path_type=Path), metavar="DIR", required=True, help="A proposal, or a folder of them.")
@click.option("--base", metavar="BRANCH", help="The branch that they are for.  [default: the project's]")
def command(folder: Path, base: str | None) -> int:
    """Sign the model and the evidence of each promotion in DIR, before `mlspec ci propose`. Loads no model, and needs no Git token.

    By the private key that `spec.signing.key` names, or as the job of GitHub Actions that this runs in.
    """
    from mlspec.ci.propose.folder import find_proposals
    from mlspec.ci.propose.sign_folder import sign_folder

    loaded = context.opened().read()
    repository = loaded.repository
    repository.require_full()
    branch = base or loaded.project.settings.envelope.spec.ci.branch
    for each in find_proposals(folder):
        console.out(sign_folder(repository, branch, each))
    return console.EXIT_OK
