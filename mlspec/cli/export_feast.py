"""`mlspec export feast`: feature sets as a Feast repository."""

from __future__ import annotations

from pathlib import Path

import click

from mlspec.cli import console, context


@click.command("feast")
@click.argument("features", nargs=-1, metavar="[FEATURES]...")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default="feast",
    show_default=True,
    metavar="FOLDER",
    help="In the repository.",
)
def command(features: tuple[str, ...], out: Path) -> int:
    """Write FEATURES, such as `features/hourly`, or all sets that have a time, as a Feast repository over the rows that were made here."""
    from mlspec.setup.export.feast import write

    project = context.opened()
    if not out.resolve().is_relative_to(project.root.resolve()):
        raise click.BadParameter(f"`{out}` lies outside the repository, whose rows it names", param_hint="--out")
    files = project.export_feast(*features, folder=out)
    write(files)
    for path in files:
        console.out(f"{path}")
    return console.EXIT_OK
