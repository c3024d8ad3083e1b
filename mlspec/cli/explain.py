"""`mlspec explain`: a diagnostic code's page, or an object with the origin of each value."""

from __future__ import annotations

import click

from mlspec.cli import console, context


@click.command("explain")
@click.argument("what", metavar="CODE|OBJECT")
@click.option("--env", "environment", metavar="ENVIRONMENT", help="The object as it is there, with the overlay laid over it.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print.")
def command(what: str, environment: str | None, style: str) -> int:
    """Explain a diagnostic code (`MLS0302`), or an object (`model/demand`, `project`).

    An object is printed in its canonical form: shorthands expanded, units read, defaults filled in. The comment behind
    each value says where it comes from: the file and line that has it, `default`, or the variable put in its place.
    """
    from mlspec.diagnostics.codes.page import as_text, page

    if what.upper().startswith("MLS"):
        code, found = page(what)
        form, text = {"version": 1, "code": code, "title": found.title, "explanation": found.explanation}, as_text(code, found)
    else:
        explanation = context.opened().explain(what, environment)
        form, text = (explanation.as_json(), "") if style == "json" else ({}, str(explanation))
    if style == "json":
        console.document(form)
    else:
        console.out(text.rstrip("\n"))
    return console.EXIT_OK
