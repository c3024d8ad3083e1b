"""`mlspec approvals`: do the people agree who must?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mlspec.cli import console, context

if TYPE_CHECKING:
    from mlspec.diagnostics import Problems
    from mlspec.promotion.verify.agreed import Agreement, Request


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
    from mlspec.promotion.verify.agreed import Request

    if not status:
        return _show(_check(Request(base, number, head, remote)), style)
    return _with_status(base, number, head, remote, style)


def _check(request: Request) -> Agreement:
    from mlspec.promotion.verify.agreed import check_agreement

    return check_agreement(context.project_root(), request)


def _with_status(base: str, number: int | None, head: str | None, remote: str, style: str) -> int:
    """Where there is no answer, the status says so: an earlier yes must not stand."""
    from mlspec.diagnostics import Problems
    from mlspec.promotion.approvals.facts import read_event
    from mlspec.promotion.verify.agreed import Request

    commits = [commit for commit in (head or read_event().head,) if commit]
    try:
        found = _check(Request(base, number, head, remote, commits.append))
    except Problems as problems:
        _tell_error(commits, remote, problems)
        raise
    _set(found.commit, remote, "failure" if found.diagnostics else "success", found.line)
    return _show(found, style)


def _tell_error(commits: list[str], remote: str, problems: Problems) -> None:
    """The first problem is what matters: that the status can't be set either adds nothing."""
    from mlspec.diagnostics import Problems as Any_

    try:
        if commits:
            _set(commits[-1], remote, "error", problems.diagnostics[0].message)
    except Any_ as more:
        console.show(more.diagnostics)


def _set(commit: str, remote: str, state: str, line: str) -> None:
    from mlspec.adapters.git.repository import open_repository
    from mlspec.ci.record.approval_status import set_approvals

    set_approvals(open_repository(context.project_root()), remote, commit, state, line)  # type: ignore[arg-type]


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
