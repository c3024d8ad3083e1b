"""`mlspec init`: the first files of a project."""

from __future__ import annotations

from pathlib import Path

import click

from mlspec.cli import console

TASKS = ["regression", "binary", "multiclass", "forecast", "quantile", "anomaly"]
"""Of which a file tells enough for first specs; a ranking needs a query, and sets of labels how they are written."""


@click.command("init")
@click.option("--name", help="The project's name; the folder's when left out.")
@click.option("--data", "path", help="A file inside this folder to train on: csv, parquet, json, xlsx or xml.")
@click.option("--target", help="The column to predict.")
@click.option("--task", type=click.Choice(TASKS), help="One of the first three is told from the target when left out.")
def command(name: str | None, path: str | None, target: str | None, task: str | None) -> int:
    """Start a project in this folder; with --data and --target, specs that run at once."""
    from mlspec.language.kinds.base import is_name
    from mlspec.setup.init.start import project_name, start_project

    if name is not None and not is_name(name):
        raise click.BadParameter(f"write it as `{project_name(name)}`: a-z, 0-9 and `-`", param_hint="--name")
    if (path is None) != (target is None):
        raise click.UsageError("--data and --target go together")
    started = start_project(Path.cwd(), name, path, target, task)
    for line in started.told():
        console.out(line)
    console.show(started.data.notes if started.data else ())
    console.out("Next: `git init` if this is no repository yet, then `mlspec validate`, `mlspec apply`, `mlspec run`.")
    return console.EXIT_OK
