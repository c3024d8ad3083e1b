"""`mlspec import`: specs of what is there already."""

from __future__ import annotations

import click

from mlspec.cli import console, context
from mlspec.language.yaml.spec_files import SPECS


@click.command("import")
@click.argument("path", metavar="FILE")
@click.option("--observe", metavar="COMMAND", help="Run COMMAND once, without a shell, and note what its `fit` gets.")
@click.option("--out", default=SPECS, show_default=True, metavar="FOLDER", help="Where the specs are written.")
@click.option("--dry-run", is_flag=True, help="Write nothing.")
@click.option("--check", is_flag=True, help="Write nothing; compare what the old pipeline measured with what the models of the project do.")
@click.option(
    "--tolerance", type=float, default=0.05, show_default=True, metavar="SHARE", help="By how much of its value a metric may be worse."
)
@click.option("--format", "style", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True, help="How to print.")
def command(path: str, observe: str | None, out: str, dry_run: bool, check: bool, tolerance: float, style: str) -> int:  # noqa: FBT001
    """Propose specs of FILE: a dvc.yaml, a Python script, a notebook, an MLproject, or the catalog.yml of Kedro.

    Code is read, and run only by --observe. Each fact has its place and how sure it is, in the specs as comments and in the report; what is
    not understood is named. Nothing that is there is overwritten, and all files are written or none.
    """
    from mlspec.reports.rendering import render
    from mlspec.setup.adopt.parity import as_form as parity_form
    from mlspec.setup.adopt.parity import document as parity_document

    project = context.here()
    name = context.from_root(project.root, path)
    if check:
        found = project.compare_import(name, tolerance=tolerance)
        if style == "json":
            console.document(parity_form(found))
        else:
            console.out(render(parity_document(found), style).rstrip("\n"))  # type: ignore[arg-type]  # the choices above
        return console.EXIT_OK if found and all(p.is_within for p in found) else console.EXIT_PROBLEMS
    done = project.import_specs(name, observe=observe, out=out, write=not dry_run)
    if style == "json":
        console.document(done.form)
    else:
        console.out(render(done.document, style).rstrip("\n"))  # type: ignore[arg-type]  # the choices above
    if done.problems:
        return console.show(done.problems, sources=done.files)
    return console.EXIT_OK
