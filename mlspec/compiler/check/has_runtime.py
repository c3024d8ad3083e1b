"""Parts of the language that load but have no runtime in this version are refused by name; user code must be there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlspec.compiler.check.declared_inputs import input_problems
from mlspec.compiler.check.files import file_problems
from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.load.user_code import callable_file, callables
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic, did_you_mean
from mlspec.language.kinds.locations import table as locations
from mlspec.language.kinds.locations.table import LOCATION_KINDS
from mlspec.language.kinds.targets.table import kinds_to_come, use_another_kind
from mlspec.metrics.tasks import TASKS

COMMAND_TASKS = ("regression", "binary", "multiclass")
"""What a program's answers are defined for: a number, or one of the classes."""
Use = tuple[tuple[str | int, ...], str, str]


def runtime_problems(project: Project, inputs: Inputs) -> list[Diagnostic]:
    """Return what can't run: planned parts of the language, and callables without a file."""
    found: list[Diagnostic] = []
    for table in (project.sources, project.rules, project.feature_sets, project.models, project.targets, project.deployments):
        for bound in table.values():
            found += [_planned(bound, use) for use in _uses(bound)]
    return [*found, *file_problems(project, inputs), *input_problems(project, inputs), *_missing_code(project, inputs)]


def _planned(bound: Bound[Any], use: Use) -> Diagnostic:
    route, what, instead = use
    return Diagnostic("MLS0490", f"{what} has no runtime in this version of mlspec", bound.document.span(route, key=True), instead)


def _uses(bound: Bound[Any]) -> Iterator[Use]:
    spec = bound.envelope.spec
    match bound.envelope.kind:
        case "DataSource":
            names = {kind: f"a source of the kind `{kind}`" for kind, row in LOCATION_KINDS.items() if not row.has_runtime}
            yield from _given(spec, ("spec",), names, locations.use_another_kind())
        case "Model":
            yield from _model_uses(spec)
        case "DeploymentTarget":
            names = {kind: f"the target `{kind}`" for kind in kinds_to_come()}
            yield from _given(spec, ("spec",), names, use_another_kind())
            for route, what, instead in spec.settings.lacking():
                yield ("spec", spec.kind.name, *route), what, instead
        case "Deployment" if spec.strategy != "replace":
            yield ("spec", "strategy"), "a canary or shadow deployment", "use `strategy: replace`"


def _model_uses(spec: Any) -> Iterator[Use]:
    if spec.command and spec.task not in COMMAND_TASKS:
        yield ("spec", "command"), f"a program for the task {spec.task}", "train by `estimator` or `trainer`"
    for key in ("trainer", "tuning") if TASKS[spec.task].is_unsupervised else ():
        if getattr(spec, key) is not None:
            yield ("spec", key), f"a {'search' if key == 'tuning' else key} for the task {spec.task}", "train by `estimator`"
    if TASKS[spec.task].is_ahead and spec.tuning:
        yield ("spec", "tuning"), "a search of a forecast", "remove it, and compare params by the folds: `mlspec gate`"
    if spec.lags and spec.trainer:
        yield ("spec", "lags"), "a trainer with lags", "train by `estimator`, or make the lags within the trainer"


def _given(spec: Any, route: tuple[str, ...], names: dict[str, str], instead: str) -> Iterator[Use]:
    for key, what in names.items():
        if getattr(spec, key) is not None:
            yield (*route, key), what, instead


def _missing_code(project: Project, inputs: Inputs) -> list[Diagnostic]:
    files = [f for folder in inputs.code.values() for f in folder]
    found = []
    for bound, route, path in callables(project):
        if callable_file(path, files) is None:
            expected = path.split(":")[0].replace(".", "/") + ".py"
            folder = expected.split("/")[0]
            message = f"`{path}` is in no code folder of the Project: none of them holds {expected}"
            declared = folder in {f.split("/")[0] for f in inputs.code}
            named = (
                f"name the folder in mlspec.yaml: `code: [{folder}]`"
                if "/" in expected
                else "put it into a folder, and name that under `code`"
            )
            help_text = f"create {expected}" if declared else named
            found.append(Diagnostic("MLS0420", message, bound.document.span(route), did_you_mean(expected, files) or help_text))
    return found
