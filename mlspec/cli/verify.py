"""`mlspec verify`: recompute digests and gates, and refuse what moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mlspec.cli import console, context

if TYPE_CHECKING:
    from mlspec.api import OpenProject
    from mlspec.promotion.verify.all_deployed import VerifiedDeployment


@click.command("verify")
@click.argument("deployments", nargs=-1, metavar="[DEPLOYMENT]...")
@click.option("--base", metavar="COMMIT", help="Check the change from this commit or branch to the checkout, as a required check does.")
@click.option("--format", "style", type=click.Choice(["full", "concise", "json", "sarif", "github"]), default="full", show_default=True)
def command(deployments: tuple[str, ...], base: str | None, style: str) -> int:
    """Check that what is deployed is what was approved, down to the bytes. DEPLOYMENT is such as `deployment/staging/demand`.

    Where a Policy asks for approvals, GitHub is asked for those of the merged pull request (GH_TOKEN or GITHUB_TOKEN).
    With --base, check that the promotion in this change may be merged: everything is recomputed, with the base branch's KPIs.
    """
    project = context.opened()
    return _change(project, base, style) if base else _deployed(project, deployments, style)


def _change(project: OpenProject, base: str, style: str) -> int:
    checked = project.verify_change(base)
    code = console.show(checked.diagnostics, style)
    if code == console.EXIT_OK and style in ("full", "concise"):
        console.out("\n".join(f"{ref}: verified against {base}" for ref in checked.promoted) or "No promotion in this change.")
        for line in checked.signed:
            console.out(f"  {line}")
    return code


def _deployed(project: OpenProject, references: tuple[str, ...], style: str) -> int:
    in_words = style in ("full", "concise")
    verified = project.verify(*references, tags=in_words)
    code = console.show(verified.diagnostics, style)
    for found in verified if in_words else ():
        console.out("\n  ".join([f"{found.ref}: {_state(found)}", *found.signed]))
    return console.show(verified.tags) or code


def _state(found: VerifiedDeployment) -> str:
    return "no version yet" if found.version is None else f"{found.version} {'verified' if found.passed else 'REFUSED'}"
