"""`mlspec run`: bring objects up to date with DVC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mlspec.cli import console, context

if TYPE_CHECKING:
    from mlspec.pipelines.run.options import Standing


@click.command("run")
@click.argument("objects", nargs=-1, metavar="[OBJECT]...")
@click.option("--force", is_flag=True, help="Run also what is up to date.")
@click.option("--pull", is_flag=True, help="Fetch missing data from the remote instead of recomputing it.")
@click.option("--keep-going", is_flag=True, help="After a failure go on with what does not need it.")
@click.option("--local", is_flag=True, help="Run here, whatever `engine` says.")
@click.option("--jobs", "-j", type=click.IntRange(1), metavar="N", help="So many stages side by side; as many as processors when left out.")
@click.option("--executor", type=click.Choice(["warm", "dvc"]), default="warm", help="`dvc`: by `dvc repro`, an object after the other.")
def command(objects: tuple[str, ...], *, local: bool, **flags: Any) -> int:
    """Run what is stale, with DVC. OBJECT is such as `model/demand` or `modelset/stations`; all when left out."""
    from mlspec.pipelines.run.options import RunOptions

    try:
        report = context.opened(show_warnings=True).brought(objects, RunOptions(**flags, on_standing=_show), local=local)
    finally:
        console.last_line(None)
    console.out(str(report))
    return console.EXIT_OK


def _show(standing: Standing) -> None:
    failed = f", {standing.failed} failed" if standing.failed else ""
    end = "" if standing.ends_in is None else f"; about {_span(standing.ends_in)} left"
    console.last_line(f"{standing.done} of {standing.total} stages done{failed}{end}; running: {', '.join(standing.running) or 'nothing'}")


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
