"""`mlspec ci refresh`: fetch sources again, and leave proposals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlspec.cli import console, context
from mlspec.compiler.project.layout import PROPOSALS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlspec.compiler.project.project import Bound
    from mlspec.diagnostics import Diagnostic
    from mlspec.language.kinds.data_source import DataSource
    from mlspec.pipelines.workspace import Workspace


@click.command("refresh")
@click.option("--schedule", metavar="CRON", help="Only sources whose `refresh.schedule` is this, as it is written there.")
@click.option("--source", "sources", multiple=True, metavar="NAME", help="This source, whatever its schedule; can be given again.")
@click.option("--proposals", type=click.Path(path_type=Path), metavar="DIR", help=f"Where proposals go.  [default: {PROPOSALS}]")
def command(schedule: str | None, sources: tuple[str, ...], proposals: Path | None) -> int:
    """Fetch sources that have a `refresh` again, and write a proposal for each whose content changed.

    New rows go through the source's own rules; where they are refused there is no proposal, and the exit code is 1. The new data is
    stored in the DVC remote, Git is not touched, and the working tree is left as it was. `mlspec ci propose` opens the pull requests.
    """
    from mlspec.ci.propose.folder import clear_proposals
    from mlspec.ci.propose.refresh import due

    loaded = context.opened().read()
    folder = proposals or loaded.root / PROPOSALS
    clear_proposals(folder)
    chosen = due(loaded.project, schedule, sources)
    if not chosen:
        console.out(f"no source is refreshed by `{schedule}`." if schedule else "no source has a `refresh`.")
        return console.EXIT_OK
    return _all(loaded, chosen, folder)


def _all(loaded: Workspace, chosen: Sequence[Bound[DataSource]], folder: Path) -> int:
    """One source that can't be refreshed does not stop the others."""
    from mlspec.ci.propose.refresh import refresh, stand_on
    from mlspec.diagnostics import Problems
    from mlspec.pipelines.run.turn import turn

    wrong: list[Diagnostic] = []
    with turn(loaded.root, console.err) as lock:
        ground = stand_on(loaded, lock)
        for source in chosen:
            try:
                found = refresh(ground, source, folder, console.err)
            except Problems as refused:
                wrong += refused.diagnostics
                continue
            console.out(f"{source.ref}: {f'new content; proposed in {folder / source.name}' if found else 'the same content'}")
            if found:
                console.step_summary(f"## {found.title}\n\n{found.body}")
    return console.show(wrong, "github" if console.is_on_github() else "full")
