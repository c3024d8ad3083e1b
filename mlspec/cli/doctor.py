"""`mlspec doctor`: check what surrounds a project, and say what to mend."""

from __future__ import annotations

import click

from mlspec.cli import console, context


@click.command("doctor")
@click.option("--github", is_flag=True, help="Check the repository's settings on GitHub too (reads only; GH_TOKEN or GITHUB_TOKEN).")
@click.option("--format", "style", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True, help="How to print.")
def command(github: bool, style: str) -> int:  # noqa: FBT001
    """Check tools, Git, storage and GitHub's settings. Each line is ok, a problem with its fix, or skipped with what it needs.

    Exit code 1 when there is a problem. Nothing is changed, but that a small object is written to the DVC remote, and deleted.
    """
    from mlspec.setup.doctor import report

    findings = context.opened().doctor(github=github)
    console.out({"text": report.as_text, "json": report.as_json, "markdown": report.as_markdown}[style](findings))
    return console.EXIT_PROBLEMS if report.has_problems(findings) else console.EXIT_OK
