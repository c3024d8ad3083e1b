"""Programs that specs name: their scripts must be there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.load.user_code import Route, input_paths, may_be_a_path
from mlspec.compiler.project.layout import PROJECT_FILE
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic, did_you_mean
from mlspec.language.kinds.step import inside

_SCRIPTS = (".R", ".r", ".py", ".sh", ".jl", ".js", ".pl", ".rb", ".awk", ".Rmd", ".qmd", ".ipynb")


def program_problems(project: Project, inputs: Inputs) -> Iterator[Diagnostic]:
    """MLS0420 for the scripts of models."""
    for bound in project.models.values():
        command = bound.envelope.spec.command
        if command is None:
            continue
        given = list(input_paths(command).values())
        yield from script_problems(bound, ("spec", "command"), command.argv, given, inputs)
        if command.predict:
            yield from script_problems(bound, ("spec", "command", "predict"), command.predict.argv, given, inputs)


def script_problems(bound: Bound[Any], route: Route, argv: Sequence[str], known: Sequence[str], inputs: Inputs) -> Iterator[Diagnostic]:
    """A word that is a script by its name, and no file: it would be found when the program runs, after hours of other work."""
    if inputs.kind_of(PROJECT_FILE) != "file":  # nobody looks at a disk
        return
    for index, word in enumerate(argv):
        path = word.removeprefix("./")
        is_named = any(inside(path, one) for one in known)
        if word.endswith(_SCRIPTS) and may_be_a_path(path) and " " not in word and not is_named and inputs.kind_of(path) is None:
            shown: Any = bound.document.value
            for part in route:
                shown = shown[part]
            place: Route = (*route, "argv", index) if isinstance(shown, dict) else route
            files = [file for folder in inputs.code.values() for file in folder]
            advice = did_you_mean(path, files) or "create it, or correct the path, which is from the root"
            who = bound.envelope.kind.lower()
            yield Diagnostic("MLS0420", f"`{word}`, which the {who} runs, is not there", bound.document.span(place), advice)
