"""`mlspec explain`: a diagnostic code's page, or an object with the origin of each value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mlspec.cli import console, context

if TYPE_CHECKING:
    from mlspec.compiler.project.project import Bound


@click.command("explain")
@click.argument("what", metavar="CODE|OBJECT")
@click.option("--env", "environment", metavar="ENVIRONMENT", help="The object as it is there, with the overlay laid over it.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print.")
def command(what: str, environment: str | None, style: str) -> int:
    """Explain a diagnostic code (`MLS0302`), or an object (`model/demand`, `project`).

    An object is printed in its canonical form: shorthands expanded, units read, defaults filled in. The comment behind
    each value says where it comes from: the file and line that has it, `default`, or the variable put in its place.
    """
    import json

    from mlspec.diagnostics.codes.page import as_text, page

    if what.upper().startswith("MLS"):
        code, found = page(what)
        form, text = {"version": 1, "code": code, "title": found.title, "explanation": found.explanation}, as_text(code, found)
    else:
        bound = _object(what, environment)
        form, text = (_as_json(bound), "") if style == "json" else ({}, _as_text(bound))
    console.out(json.dumps(form, indent=2, ensure_ascii=False) if style == "json" else text.rstrip("\n"))
    return console.EXIT_OK


def _object(ref: str, environment: str | None) -> Bound[Any]:
    """The object of that name, as it is in an environment. Raises MLS0003, MLS0407."""
    from mlspec.diagnostics import did_you_mean, problem

    project = context.load_project(show_warnings=False).project
    known = project.by_ref() | {"project": project.settings}
    if ref not in known:
        raise problem("MLS0003", f"no spec declares `{ref}`", help=did_you_mean(ref, known))
    environments = project.settings.envelope.spec.environments
    if environment is not None and environment not in environments:
        raise problem("MLS0407", f"there is no environment `{environment}`", help=did_you_mean(environment, environments))
    return project.overlays.get(environment or "", {}).get(ref, known[ref])


def _as_text(bound: Bound[Any]) -> str:
    from mlspec.compiler.commented import commented
    from mlspec.compiler.origins import trace

    made_by = f"# made by {bound.document.origin}\n" if bound.document.origin else ""
    return made_by + commented(trace(bound))


def _as_json(bound: Bound[Any]) -> dict[str, Any]:
    """The canonical form, and the origin of each scalar by its route (`spec.split.test`)."""
    from mlspec.compiler.origins import flat, trace

    traced = trace(bound)
    origins = {route: part.origin.as_json() for route, part in flat(traced)}
    made_by = {"madeBy": bound.document.origin} if bound.document.origin else {}
    return {"version": 1, "object": bound.ref, "file": bound.path, **made_by, "form": traced.value, "origins": origins}
