"""`mlspec ci propose`: push proposals and open their pull requests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlspec.cli import console, context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mlspec.diagnostics import Diagnostic
    from mlspec.promotion.proposals.publish import Published
    from mlspec.promotion.proposals.upstream import Upstream


@click.command("propose")
@click.option("--from", "folder", type=click.Path(path_type=Path), metavar="DIR", help="A proposal, or a folder of them.")
@click.option("--report", type=click.Path(path_type=Path), metavar="DIR", help="A report of `mlspec ci gather`: retraining is proposed.")
@click.option("--remote", default="origin", show_default=True, help="The Git remote to push to.")
@click.option("--base", metavar="BRANCH", help="The branch to merge into.  [default: the project's]")
@click.option("--as-app", is_flag=True, help="The token is a GitHub App's: what it pushes starts the checks by itself.")
def command(folder: Path | None, report: Path | None, remote: str, base: str | None, as_app: bool) -> int:  # noqa: FBT001
    """Push the branch of each proposal and open its pull request, or bring the open one up to date. Runs no code of the project.

    What is proposed already is left alone: a push would dismiss its approvals. A pull request that a person closed stays closed until
    the content changes; a text that a person edited stays as it is. What the main branch changed while it was made is left for the next
    run, with a warning (MLS0528) and exit code 0; a promotion that could not be merged any more is an error (MLS0525).
    """
    from mlspec.promotion.proposals.upstream import fetch_upstream

    if (folder is None) == (report is None):
        raise click.UsageError("give one of --from and --report")
    loaded = context.opened().read()
    repository = loaded.repository
    work = list(_work(folder, report))
    if not work:
        console.out("nothing is proposed.")
        return console.EXIT_OK
    upstream = fetch_upstream(repository, remote, base or loaded.settings.ci.branch, by_app=as_app)
    return _all(upstream, work)


def _work(folder: Path | None, report: Path | None) -> Iterable[Callable[[Upstream], Published | None]]:
    from mlspec.ci.propose.folder import find_proposals
    from mlspec.ci.propose.from_report import propose_report
    from mlspec.ci.propose.propose import propose_folder

    if report is not None:
        return [lambda upstream: propose_report(upstream, report)]
    return [lambda upstream, each=each: propose_folder(upstream, each) for each in find_proposals(folder or Path())]  # type: ignore[misc]


def _all(upstream: Upstream, work: Iterable[Callable[[Upstream], Published | None]]) -> int:
    """One that can't be proposed does not stop the others."""
    from mlspec.diagnostics import Problems

    wrong: list[Diagnostic] = []
    for each in work:
        try:
            wrong += _tell(each(upstream), upstream.remote)
        except Problems as found:
            wrong += found.diagnostics
    return console.show(wrong, "github" if console.is_on_github() else "full")


def _tell(done: Published | None, remote: str) -> list[Diagnostic]:
    """Tell the outcome; what was left for the next run is a warning, and no failure."""
    from mlspec.diagnostics import Diagnostic

    if done is None:
        console.out("nothing is proposed.")
        return []
    said = {
        "pushed": f"pushed {done.branch} to {remote}",
        "current": f"{done.branch} on {remote} has it already",
        "merged": "nothing new: the main branch has it",
        "closed": "not proposed again",
        "left": "left for the next run, and nothing was pushed",
    }
    line = f"{done.subject}: {said[done.state]}" + (f"; {done.url}" if done.url else "")
    console.out(line)
    console.step_summary(f"- {line}")
    for note in done.notes:
        console.out(f"  {note}")
    if done.url is None and done.text:
        opened = f". To open the pull request: {done.page}" if done.page else ""
        console.out(f"  the pull request's text is in {done.text}{opened}")
    for text in done.late:
        console.step_summary(f"  - left for the next run: {text}")
    return [Diagnostic("MLS0528", text, help="the next run makes it from what is there now", severity="warning") for text in done.late]
