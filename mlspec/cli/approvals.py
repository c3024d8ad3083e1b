"""`mlspec approvals`: do the people agree who must?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mlspec.cli import console, context

if TYPE_CHECKING:
    from mlspec.promotion.verify.agreed import Agreement


@click.command("approvals")
@click.option(
    "--base", required=True, metavar="COMMIT", help="The branch to merge into: it says what asks for approvals, and who owns what."
)
@click.option("--pull", "number", type=click.IntRange(min=1), metavar="NUMBER", help="The pull request.  [default: the job's, else HEAD's]")
@click.option("--head", metavar="COMMIT", help="What would be merged.  [default: the pull request's head, else HEAD]")
@click.option("--remote", default="origin", show_default=True, help="The Git remote of the repository on GitHub.")
@click.option("--status", is_flag=True, help="Set the commit's status `mlspec/approvals` on GitHub, too.")
@click.option("--format", "style", type=click.Choice(["full", "concise", "json", "sarif", "github"]), default="full", show_default=True)
def command(base: str, number: int | None, head: str | None, remote: str, status: bool, style: str) -> int:  # noqa: FBT001
    """Check that the approvals are there which the change needs: those of policies, and of an owner where it loosens something.

    Reviews are read from GitHub. One counts when its writer may write to the repository, had no hand in the change, and looked at just
    what would be merged. No model is loaded, and nothing of the change is believed.
    """
    from mlspec.promotion.verify.agreed import ApprovalsRequest

    request = ApprovalsRequest(base, number, head, remote)
    return _show(context.opened(show_warnings=True).approvals(request, set_status=status), style)


def _show(found: Agreement, style: str) -> int:
    code = console.show(found.diagnostics, style)
    if style in ("full", "concise"):
        if not found.diagnostics:
            console.out(found.line)
        for ask in found.asks:
            console.out(f"  {ask.what}")
        for note in found.standing.notes if found.standing else ():
            console.out(f"  note: {note}")
    return code
