"""`mlspec migrate`: specs in another version of the language."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlspec.cli import console

if TYPE_CHECKING:
    from mlspec.compiler.migrate import Migrated


@click.command("migrate")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(exists=True, path_type=Path))
@click.option("--to", "to", default="mlspec/v1", show_default=True, metavar="VERSION", help="The version to write.")
@click.option("--check", is_flag=True, help="Write nothing; list what is in another version, and exit 1 if there is any.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
def command(paths: tuple[Path, ...], to: str, check: bool, diff: bool) -> int:  # noqa: FBT001
    """Rewrite specs in another version of the language. Comments move with their keys, and no meaning changes.

    Without PATH: every spec of the project. A file that can't be brought over is left alone, with the reason; exit code 1.
    """
    from mlspec.compiler.migrate import migrate_text
    from mlspec.language.format.files import read_files, write_file
    from mlspec.language.format.unified import unified
    from mlspec.language.yaml.spec_files import find_root

    _check_version(to)
    files, found = read_files(find_root(Path.cwd()), paths)
    changed = 0
    for path, content in files.items():
        migrated = migrate_text(path, content, to)
        found += migrated.diagnostics
        if migrated.text is None:
            continue
        changed += 1
        if diff:
            console.out(unified(path, content.decode(), migrated.text).rstrip("\n"))
        elif not check:
            write_file(Path(path), migrated.text.encode())
        _tell(path, migrated, "would migrate" if check or diff else "migrated")
    code = console.show(found)
    if not changed and code == console.EXIT_OK:
        console.out(f"{len(files)} file{'' if len(files) == 1 else 's'} in {to}")
    return console.EXIT_PROBLEMS if changed and check else code


def _check_version(to: str) -> None:
    from mlspec.diagnostics import did_you_mean, problem
    from mlspec.language.kinds.versions.registry import versions

    if to not in versions():
        raise problem("MLS0214", f"there is no version `{to}` of the language", help=did_you_mean(to, versions()))


def _tell(path: str, migrated: Migrated, verb: str) -> None:
    """One line an object, and one for each thing that is not in the file any more."""
    for done in migrated.done:
        console.out(f"{verb} {path}: {done}")
    for lost in migrated.lost:
        console.err(f"not kept in {path}: {lost}")
