"""Which objects refer to user code, what it reads, and which files a stage must therefore depend on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Any

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.project.layout import is_made, rows_of
from mlspec.compiler.project.project import Bound, Project
from mlspec.runtime.nested import all_nested

Route = tuple[str | int, ...]
LIBRARY = "sklearn."
"""What measures may come from there, too: the lock names its version."""


def user_code(project: Project) -> Iterator[tuple[Bound[Any], Route, Any]]:
    """Every function that a spec names (a `UserCode`), with its place."""
    for source in project.sources.values():
        yield from ((source, route, code) for route, code in _of_source(source.envelope.spec) if code)
    for rules in project.rules.values():
        for index, rule in enumerate(rules.envelope.spec.rules):
            if rule.python:
                yield rules, ("spec", "rules", index, "python"), rule.python
    with_python: list[Bound[Any]] = [*project.feature_sets.values(), *project.steps.values()]
    for bound in with_python:
        if bound.envelope.spec.python:
            yield bound, ("spec", "python"), bound.envelope.spec.python
    for model in project.models.values():
        if model.envelope.spec.trainer:
            yield model, ("spec", "trainer"), model.envelope.spec.trainer


def own_metrics(project: Project) -> Iterator[tuple[Bound[Any], Route, str]]:
    """The functions that measure, of every KPISet and of what overlays change in it."""
    for kpis in project.kpi_sets.values():
        for name, metric in kpis.envelope.spec.metrics.items():
            yield kpis, ("spec", "metrics", name, "callable"), metric.callable


def _of_source(spec: Any) -> Iterator[tuple[Route, Any]]:
    yield ("spec", "python"), spec.python
    yield ("spec", "from", "python"), spec.from_ and spec.from_.python


def readers(project: Project) -> Iterator[tuple[Bound[Any], Route, Any]]:
    """What has `inputs` of its own: functions, programs that train, and sources that are made of others; with its place."""
    for source in project.sources.values():
        if source.envelope.spec.from_:
            yield source, ("spec", "from"), source.envelope.spec.from_
    for model in project.models.values():
        if model.envelope.spec.command:
            yield model, ("spec", "command"), model.envelope.spec.command
    yield from user_code(project)


def callables(project: Project) -> Iterator[tuple[Bound[Any], Route, str]]:
    """Every `module:function` that a spec names, with its place."""
    for bound, route, code in user_code(project):
        yield bound, (*route, "callable"), code.callable
    yield from (one for one in own_metrics(project) if not one[2].startswith(LIBRARY))
    roots = {folder.split("/")[0] for folder in project.settings.envelope.spec.code}
    for model in project.models.values():
        for route, params in built(model.envelope.spec):
            for one in all_nested(params, route):
                if one.callable and one.callable.split(":")[0].split(".")[0] in roots:
                    yield model, (*one.route, "callable"), one.callable


def estimators(spec: Any) -> Iterator[tuple[Route, Any]]:
    """The estimators that a model's spec declares, each with its place: its own, and its baseline's."""
    if spec.estimator:
        yield ("spec", "estimator"), spec.estimator
    if getattr(spec.baseline, "estimator", None):
        yield ("spec", "baseline", "estimator"), spec.baseline.estimator


def built(spec: Any) -> Iterator[tuple[Route, Any]]:
    """Values of a model's spec in which classes and callables may stand, each with its place: params, and the choices of a search."""
    for route, estimator in estimators(spec):
        yield (*route, "params"), estimator.params
    for name, item in (spec.tuning.space if spec.tuning else {}).items():
        yield ("spec", "tuning", "space", name, "choices"), item.choices


def input_route(bound: Bound[Any], route: Route, alias: str, key: str) -> Route:
    """Where an input stands: `route` is its function's (a Step's: of its spec). In a list of paths it is the place in the list."""
    value: Any = bound.document.value
    for part in (*route, "inputs"):
        value = value[part]
    if isinstance(value, dict):
        return (*route, "inputs", alias, key)
    aliases = [str(path).rstrip("/").rpartition("/")[2].partition(".")[0] for path in value]
    return (*route, "inputs", aliases.index(alias)) if alias in aliases else (*route, "inputs")


def input_paths(code: Any) -> dict[str, str]:
    """{alias: path from the root} of what is read: a source stands for its accepted rows, a feature set for its rows."""
    return {alias: rows_of(given.rows) if given.rows else given.path for alias, given in (code.inputs or {}).items()}


def input_refs(code: Any) -> list[str]:
    """The sources and feature sets whose rows are read, as the command line names them."""
    return sorted({given.rows for given in (code.inputs or {}).values() if given.rows})


def code_params(code: Any) -> dict[str, Any]:
    """What a stage's section says of a function: what it may read, by path from the root, and what it is handed."""
    params = {"inputs": input_paths(code), "params": code.params}
    return {"callable": code.callable, **{key: value for key, value in params.items() if value}}


def callable_file(path: str, files: Sequence[str]) -> str | None:
    """The file of a callable's module among `files`: `src.train:fit` -> src/train.py (or its package)."""
    module = path.split(":", maxsplit=1)[0].replace(".", "/")
    return next((f for f in (f"{module}.py", f"{module}/__init__.py") if f in files), None)


def code_files(inputs: Inputs, names: Iterable[str]) -> tuple[str, ...]:
    """All code files, if one of the dotted names lies in a code folder; else none.

    A module may import any other of its folder, so the whole folders count: a stale model is worse than a spare run.
    """
    roots = {folder.split("/")[0] for folder in inputs.code}
    if not any(name.split(":")[0].split(".")[0] in roots for name in names):
        return ()
    return tuple(sorted(f for files in inputs.code.values() for f in files))


def as_tracked(inputs: Inputs, paths: Iterable[str]) -> tuple[str, ...]:
    """What a stage depends on for each path: itself, or the folder that DVC tracks and that it lies in.

    In a fresh clone Git has no more of its content than the `.dvc` file of that folder.
    """
    return tuple(dict.fromkeys(_tracked_folder(inputs, path) or path for path in paths))


def _tracked_folder(inputs: Inputs, path: str) -> str | None:
    folders = () if is_made(path) else map(str, PurePosixPath(path).parents[:-1])
    return next((folder for folder in folders if inputs.read_list(f"{folder}.dvc") is not None), None)


def each_once(*paths: str) -> tuple[str, ...]:
    """The dependencies of a stage: a file may be declared twice, as code and as an input."""
    return tuple(dict.fromkeys(paths))


def may_be_a_path(word: str) -> bool:
    """Whether a word of a command may name a file of the repository."""
    return not word.startswith(("/", "-", "~")) and ".." not in word.split("/") and word.isprintable() and len(word) < 1000


def program_files(argv: Sequence[str], inputs: Inputs) -> list[str]:
    """The words of a command that are files of the repository: it runs or reads them."""
    words = [word.removeprefix("./") for word in argv]
    known = [file for files in inputs.code.values() for file in files]
    modules = [callable_file(word, known) for before, word in pairwise(words) if before == "-m"]
    files = [word for word in words if may_be_a_path(word) and inputs.kind_of(word) == "file"]
    return list(dict.fromkeys([*files, *(module for module in modules if module)]))


def program_code(inputs: Inputs, files: Sequence[str]) -> tuple[str, ...]:
    """All code files, if one of a program's own files lies in a code folder; else none."""
    return code_files(inputs, [file.replace("/", ".") for file in files])
