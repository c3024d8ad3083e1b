"""`mlspec fmt`: specs in canonical form."""

from __future__ import annotations

from pathlib import Path

import click

from mlspec.cli import console


@click.command("fmt")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(exists=True, path_type=Path))
@click.option("--check", is_flag=True, help="Write nothing; list what is not in canonical form, and exit 1 if there is any.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
def command(paths: tuple[Path, ...], check: bool, diff: bool) -> int:  # noqa: FBT001
    """Write specs in canonical form: order of keys, quotes, indentation. Comments stay, and no value changes.

    Without PATH: every spec of the project. A file that does not load is left alone.
    """
    from mlspec.language.format.files import read_files, write_file
    from mlspec.language.format.layout import format_text
    from mlspec.language.format.unified import unified
    from mlspec.language.yaml.spec_files import find_root

    files, found = read_files(find_root(Path.cwd()), paths)
    changed = []
    for path, content in files.items():
        text, problems = format_text(path, content)
        found += problems
        if text is None or text.encode() == content:
            continue
        changed.append(path)
        if diff:
            console.out(unified(path, content.decode(), text).rstrip("\n"))
        elif check:
            console.out(f"would format {path}")
        else:
            write_file(Path(path), text.encode())
            console.out(f"formatted {path}")
    return _end(len(files), len(changed), console.show(found), wanted=check)


def _end(files: int, changed: int, code: int, *, wanted: bool) -> int:
    if not changed and code == console.EXIT_OK:
        console.out(f"{files} file{'' if files == 1 else 's'} in canonical form")
    return console.EXIT_PROBLEMS if changed and wanted else code
