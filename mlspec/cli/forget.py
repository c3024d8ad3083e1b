"""`mlspec forget`: what saw a person, and how to go on without the rows."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mlspec.cli import console, context
from mlspec.cli.reporting import report_option


@click.command("forget")
@click.option("--key", required=True, metavar="ID", help="Who, as a source names the person; `-` reads it from standard input.")
@click.option("--source", metavar="SOURCE", help="Only there, such as `source/customers`.  [default: every source]")
@click.option("--column", metavar="NAME", help="By this column.  [default: those of the key, and of personal data]")
@click.option("--remote", is_flag=True, help="Fetch what DVC's cache lacks from the remote, to look at it.")
@click.option("--format", "style", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True, help="How to print.")
@report_option("Write it to FILE (.html, .md, .json, .txt), and print nothing.")
def command(key: str, source: str | None, column: str | None, remote: bool, style: str, report: Path | None) -> int:  # noqa: FBT001
    """List every snapshot, model version and deployment that saw a person, and what to do to go on without. Nothing is changed.

    Rows are the person's where a column of the source's key, or of personal data, has ID, or its pseudonym by a secret key that is set.
    What was made of such rows has seen them. What is not in DVC's cache is unknown, never clean. ID is in no output.
    """
    from mlspec.reports.rendering import render, write
    from mlspec.setup.forget.forget import ForgetRequest
    from mlspec.setup.forget.report import as_form, document

    who = sys.stdin.readline().strip() if key == "-" else key
    found = context.opened().forget(ForgetRequest(who, source, column, remote))
    if report:
        write(document(found), report)
        console.err(f"report: {report}")
    elif style == "json":
        console.document(as_form(found))
    else:
        console.out(render(document(found), style).rstrip("\n"))  # type: ignore[arg-type]  # the choices above
    return console.EXIT_OK
