"""`mlspec schema`: JSON Schemas for editors."""

from __future__ import annotations

from pathlib import Path

import click

from mlspec.cli import console


@click.command("schema")
@click.option("--out", "folder", type=click.Path(path_type=Path), default=Path("schemas/v1"), show_default=True, help="Where to write.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when a file there is out of date.")
def command(folder: Path, check: bool) -> int:  # noqa: FBT001
    """Write a JSON Schema for each kind, and one for any document."""
    from mlspec.language.kinds.schemas import schemas
    from mlspec.pipelines.plan.apply import write_atomically

    stale = {name: text for name, text in schemas().items() if not _is_current(folder / name, text)}
    if check:
        for name in stale:
            console.err(f"out of date: {folder / name}")
        return console.EXIT_PROBLEMS if stale else console.EXIT_OK
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in stale.items():
        write_atomically(folder / name, text)
    console.out(f"{len(stale)} schemas written to {folder}")
    return console.EXIT_OK


def _is_current(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text
