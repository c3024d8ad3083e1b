"""`mlspec contract export`: a source and its rules as a data contract."""

from __future__ import annotations

from pathlib import Path

import click

from mlspec.cli import console, context


@click.command("export")
@click.argument("source", metavar="SOURCE")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it there, and print nothing.")
@click.option(
    "--version", metavar="VERSION", help="Of the standard, such as 3.1.0.  [default: that of the source's contract, else the newest]"
)
def command(source: str, out: Path | None, version: str | None) -> int:
    """Write SOURCE, such as `source/rentals`, and its rules as a contract of the Open Data Contract Standard.

    What its own contract says beside (servers, team, SLA, other objects) is kept as it is.
    """
    from mlspec.diagnostics.atomic import replace_file

    found = context.opened().export_contract(source, version)
    if out is None:
        console.out(found.text.rstrip("\n"))
    else:
        replace_file(out, found.text.encode())
        console.err(f"contract: {out}")
    if found.left_out:
        console.err(f"left out, since a contract can't hold code of the repository: {', '.join(found.left_out)}")
    return console.EXIT_OK
