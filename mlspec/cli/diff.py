"""`mlspec diff`: two versions of a model side by side."""

from __future__ import annotations

import click

from mlspec.cli import console, context


@click.command("diff")
@click.argument("versions", nargs=-1, required=True, metavar="VERSION VERSION")
@click.option("--base", metavar="BRANCH", help="The branch whose records count.  [default: the project's, as origin has it]")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print.")
def command(versions: tuple[str, ...], base: str | None, style: str) -> int:
    """Compare two versions: data, code, specs, environment and metrics.

    As in `mlspec diff demand@v1.0.0 demand@v1.1.0`, or `mlspec diff model/demand v1.0.0 v1.1.0`. Nothing is fetched or run.
    """
    from mlspec.registry.history import diff_forms

    found = context.opened().diff(*_two(versions), base=base)
    if style == "json":
        console.document(diff_forms.as_json(found))
        return console.EXIT_OK
    console.out(f"{' -> '.join(found.refs)}, by {found.line.name} ({found.line.tip[:12]})")
    for title, headings, rows in diff_forms.tables(found):
        console.table(headings, rows, title=f"\n{title}")
    for note in diff_forms.notes(found):
        console.out(f"\n{note}")
    return console.EXIT_OK


def _two(versions: tuple[str, ...]) -> tuple[str, str]:
    if len(versions) == 2 and all("@" in v for v in versions):
        return versions[0], versions[1]
    if len(versions) == 3:
        model = versions[0].removeprefix("model/")
        return f"{model}@{versions[1]}", f"{model}@{versions[2]}"
    raise click.UsageError("name a model and two versions: `mlspec diff demand v1.0.0 v1.1.0`")
