"""What user code declares to read: must be something that this version can give it, and of the kind that it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.load.user_code import Route, input_route, readers
from mlspec.compiler.project.layout import PIPELINES, object_in
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic

_PLANNED = {
    "model": (
        "a model",
        "let a Step read it; or write what you need of it to a file, `dvc add` it, and give it that: `{file: PATH}` (or `{folder: PATH}`)",
    ),
}


def input_problems(project: Project, inputs: Inputs) -> Iterator[Diagnostic]:
    """One diagnostic for each input that can't be given."""
    for bound, route, code in readers(project):
        for alias, given in (code.inputs or {}).items():
            yield from _problems(bound, route, alias, given, inputs)


def _problems(bound: Bound[Any], route: Route, alias: str, given: Any, inputs: Inputs) -> Iterator[Diagnostic]:
    for key, (what, instead) in _PLANNED.items():
        if getattr(given, key) is not None:
            span = bound.document.span(input_route(bound, route, alias, key))
            yield Diagnostic("MLS0490", f"{what} as an input of user code has no runtime in this version of mlspec", span, instead)
    if given.path is None:
        return
    key, other = ("file", "folder") if given.file else ("folder", "file")
    span = bound.document.span(input_route(bound, route, alias, key))
    if given.path.split("/")[0] == PIPELINES:
        message = f"`{given.path}` is in mlspec's own folder, and nobody says which stage must run before"
        kind, _, name = (object_in(given.path.rpartition("/")[0]) or object_in(given.path)).partition("/")
        if kind == "features":
            advice = f"write `{alias}: {{features: {name}}}`: the rows of a feature set"
        else:
            advice = f"write `{alias}: {{source: {name if kind == 'source' else 'NAME'}}}`: the accepted rows of a source"
        yield Diagnostic("MLS0421", message, span, advice)
    elif inputs.kind_of(given.path) == other:
        yield Diagnostic("MLS0421", f"`{given.path}` is a {other}", span, f"write `{alias}: {{{other}: {given.path}}}`")
