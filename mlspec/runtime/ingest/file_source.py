"""Rows from files in the repository: one, all that a pattern names, or members of archives."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mlspec.diagnostics import did_you_mean, problem
from mlspec.diagnostics.atomic import PREFIX
from mlspec.diagnostics.words import some
from mlspec.runtime.context import Context
from mlspec.runtime.ingest.archives.members import is_archive
from mlspec.runtime.ingest.patterns import Pattern
from mlspec.runtime.ingest.row_a_file import COLUMNS
from mlspec.runtime.ingest.several import parts_of, write_parts


def read(context: Context, section: Mapping[str, Any]) -> None:
    """Read the files of `path`. Raises MLS0610 where one is not there, MLS0683, and what `reading` and `write_parts` raise."""
    text, member = _from_root(context, section["path"]), section.get("member")
    if context.params["format"] in COLUMNS:  # all files of a folder, or of an archive, unless a pattern says which
        text = f"{text}/**" if (context.root / text).is_dir() else text
        member = "**" if member is None and is_archive(text) else member
    pattern = Pattern(text)
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=context.folder) as scratch:
        files = [(_there(context, section["path"]).name, context.inside(section["path"]))] if pattern.is_plain else _named(context, pattern)
        folder = Path(scratch)
        write_parts(context, [part for shown, path in files for part in parts_of(path, shown, member, pattern, folder)])


def _from_root(context: Context, relative: str) -> str:
    """Raises MLS0604 for a path that leaves the repository."""
    fixed = relative.partition("*")[0]
    context.inside(fixed if fixed == relative else fixed.rpartition("/")[0])
    return Path(os.path.normpath(context.folder / relative)).relative_to(context.root).as_posix()


def _there(context: Context, relative: str) -> Path:
    path = context.inside(relative)
    if path.is_file():
        return path
    if path.is_dir():
        raise problem("MLS0610", f"the source's file `{path.name}` is a folder", help="name one file in it, or a pattern of several")
    names = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    near = did_you_mean(path.name, [n for n in names if not n.endswith(".dvc")])
    fix = "`dvc pull` fetches it" if f"{path.name}.dvc" in names else near or "the folder it should be in is missing or empty"
    raise problem("MLS0610", f"the source's file `{path.name}` is not there", help=fix)


def _named(context: Context, pattern: Pattern) -> list[tuple[str, Path]]:
    """The files that a pattern names, by name; links into DVC's cache are followed, other links must stay in the repository."""
    names = sorted(_walk(context.root, pattern.prefix))
    tracked = [name.removesuffix(".dvc") for name in names if name.endswith(".dvc")]
    if gone := [name for name in tracked if name not in {*names} and pattern.names(name)]:
        message = f"{some([f'`{name}`' for name in gone], 3)} {'are' if len(gone) > 1 else 'is'} tracked by DVC, and not there"
        raise problem("MLS0610", message, help="`dvc pull` fetches what is tracked")
    meant = [name for name in names if pattern.names(name) and name.removesuffix(".dvc") not in tracked]
    if not meant:
        fix = f"in `{pattern.prefix}` stand {some([f'`{n}`' for n in names], 3)}" if names else f"`{pattern.prefix}` is missing or empty"
        raise problem(
            "MLS0610", f"`{pattern.text}` names no file", help=f"{fix}; `*` stands for what is within a folder, `**` for folders too"
        )
    return [(name, context.inside(os.path.relpath(context.root / name, context.folder))) for name in meant]


def _walk(root: Path, folder: str) -> Iterator[str]:
    """All names below a folder, from the root."""
    for place, folders, files in os.walk(root / folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(place, name).relative_to(root).as_posix() for name in files)
