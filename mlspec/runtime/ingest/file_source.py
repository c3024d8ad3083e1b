"""Rows from a file in the repository."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlspec.diagnostics import did_you_mean, problem
from mlspec.runtime.context import Context
from mlspec.runtime.ingest.reading import write


def read(context: Context, section: Mapping[str, Any]) -> None:
    """Read the file of `path`. Raises MLS0610 where it is not there, and what `reading` raises."""
    path = context.inside(section["path"])
    _check_there(path)
    write(context, path, path.name)


def _check_there(path: Path) -> None:
    if path.is_file():
        return
    if path.is_dir():
        raise problem("MLS0610", f"the source's file `{path.name}` is a folder", help="name one file in it")
    names = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    near = did_you_mean(path.name, [n for n in names if not n.endswith(".dvc")])
    fix = "`dvc pull` fetches it" if f"{path.name}.dvc" in names else near or "the folder it should be in is missing or empty"
    raise problem("MLS0610", f"the source's file `{path.name}` is not there", help=fix)
