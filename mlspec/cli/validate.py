"""`mlspec validate`: every problem of every file in one run."""

from __future__ import annotations

import click

from mlspec.cli import console, context


@click.command("validate")
@click.option(
    "--format",
    "style",
    type=click.Choice(["full", "concise", "json", "sarif", "github"]),
    default="full",
    show_default=True,
    help="How to print.",
)
def command(style: str) -> int:
    """Check every spec and report all problems. Exit code 1 when there are errors."""
    from mlspec.compiler.pipeline import compile_root

    compiled = compile_root(context.project_root())
    code = console.show(compiled.diagnostics, style)
    if code == console.EXIT_OK and style in ("full", "concise") and compiled.project is not None:
        console.out(f"ok: {count(compiled.project)}")
    return code


def count(project: object) -> str:
    """`1 source, 3 models, …`: what the project declares."""
    tables = (
        ("source", "sources"),
        ("rule set", "rules"),
        ("model", "models"),
        ("KPI set", "kpi_sets"),
        ("target", "targets"),
        ("deployment", "deployments"),
    )
    sizes = [(len(getattr(project, table)), word) for word, table in tables]
    return ", ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in sizes if n) or "no objects yet"
