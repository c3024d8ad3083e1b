"""`mlspec init`: the first files of a project."""

from __future__ import annotations

import re
from pathlib import Path

import click

from mlspec.cli import console


@click.command("init")
@click.option("--name", help="The project's name; the folder's when left out.")
@click.option("--data", "path", help="A csv, parquet or json file inside this folder, to train on.")
@click.option("--target", help="The column to predict.")
@click.option("--task", type=click.Choice(["regression", "binary", "multiclass"]), help="Told from the target when left out.")
def command(name: str | None, path: str | None, target: str | None, task: str | None) -> int:
    """Start a project in this folder; with --data and --target, specs that run at once."""
    from mlspec.language.kinds.base import is_name
    from mlspec.language.kinds.schemas import schemas
    from mlspec.setup.init.files import SCHEMAS, project_files
    from mlspec.setup.init.inspect_data import inspect
    from mlspec.setup.init.lock import first_lock, first_requirements

    if name is not None and not is_name(name):
        raise click.BadParameter(f"write it as `{project_name(name)}`: a-z, 0-9 and `-`", param_hint="--name")
    if (path is None) != (target is None):
        raise click.UsageError("--data and --target go together")
    root = Path.cwd()
    data = inspect(root, path, target, task) if path is not None and target is not None else None
    files = project_files(name or project_name(root.name), data, first_lock()) | {"requirements.in": first_requirements()}
    files |= {f"{SCHEMAS}/{file}": text for file, text in schemas().items()}
    for written in _write(root, files):
        console.out(f"  + {written}")
    for decision in data.told if data else ():
        console.out(f"  {decision.subject}: {decision.what}")
    console.show(data.notes if data else ())
    console.out("Next: `git init` if this is no repository yet, then `mlspec validate`, `mlspec apply`, `mlspec run`.")
    return console.EXIT_OK


def project_name(folder: str) -> str:
    """A valid name from a folder's."""
    return re.sub(r"[^a-z0-9]+", "-", folder.casefold()).strip("-")[:63] or "project"


def _write(root: Path, files: dict[str, str]) -> list[str]:
    """Write what is not there yet; refuse when the project exists."""
    from mlspec.diagnostics import problem
    from mlspec.pipelines.plan.apply import write_atomically

    if (root / "mlspec.yaml").exists():
        raise problem("MLS0506", "there is a project here already: mlspec.yaml", help="edit it, or start in another folder")
    written = [p for p in sorted(files) if not (root / p).exists()]
    for path in written:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        write_atomically(root / path, files[path])
    return [p for p in written if not p.startswith(".mlspec/")]
