"""A FeatureSet -> the stage features."""

from __future__ import annotations

from typing import Any

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.load.user_code import as_tracked, code_files, code_params, each_once
from mlspec.compiler.project.data_columns import features_seen, personal_columns
from mlspec.compiler.project.graph import Out, Pipeline, Stage
from mlspec.compiler.project.layout import features_folder, rows_of
from mlspec.compiler.project.paths import relative, up
from mlspec.compiler.project.project import Bound, Project


def features_pipeline(project: Project, bound: Bound[Any], inputs: Inputs) -> Pipeline:
    """Return the pipeline of a feature set. Its upstream are the sources and sets that it is made of."""
    folder, spec = features_folder(bound.name), bound.envelope.spec
    refs = {alias: project.input_ref(given) for alias, given in spec.inputs.items()}
    stage = Stage(
        "features",
        "Make the features, and look whether one has seen the future",
        each_once(
            *map(rows_of, refs.values()),
            *project.settings.envelope.spec.locks,
            *as_tracked(inputs, [spec.sql] if spec.sql else []),
            *code_files(inputs, [spec.python.callable] if spec.python else []),
        ),
        (Out(f"{folder}/features.parquet"), Out(f"{folder}/features.json", cache=False)),
        _params(project, bound, refs, folder),
    )
    return Pipeline(bound.ref, folder, bound.path, (stage,), upstream=tuple(sorted(set(refs.values()))))


def _params(project: Project, bound: Bound[Any], refs: dict[str, str], folder: str) -> dict[str, Any]:
    spec, form = bound.envelope.spec, bound.envelope.spec.canonical()
    params: dict[str, Any] = {
        "inputs": {alias: _input(project, ref, folder) for alias, ref in refs.items()},
        "spine": spec.resolved_spine,
        "key": list(spec.key),
        "columns": [{"name": c.name, "type": c.type} for c in spec.columns],
        "lookAhead": {"cuts": spec.look_ahead.cuts},
    }
    if personal := sorted(personal_columns(project, bound)):
        params["pii"] = personal
    if spec.time_column:
        params["timeColumn"] = spec.time_column
    if spec.as_of:
        params["asOf"] = {alias: {key: value for key, value in join.items() if value != []} for alias, join in form["asOf"].items()}
    if spec.look_ahead.cuts:
        params["lookAhead"] |= {"seed": project.settings.envelope.spec.seed, "targets": _targets(project, bound)}
    if spec.python:
        params["python"] = code_params(spec.python)
    else:
        params["sql"] = up(folder) + spec.sql
    return params


def _input(project: Project, ref: str, folder: str) -> dict[str, str]:
    """Where the rows are; and their time, where one is declared: since when they are known, as far as nothing else says so."""
    data = project.data_of(ref.partition("/")[2])
    time = data.envelope.spec.time_column if data else None
    return {"path": relative(rows_of(ref), folder)} | ({"time": time} if time else {})


def _targets(project: Project, bound: Bound[Any]) -> dict[str, list[str]]:
    """What models of the set predict, with the columns that none of the models of that target sees."""
    seen: dict[str, set[str]] = {}
    for _, model in sorted(project.models.items()):
        spec = model.envelope.spec
        if spec.data == bound.name and spec.target is not None:
            seen.setdefault(spec.target, set()).update(features_seen(spec, bound.envelope.spec))
    declared = [c.name for c in bound.envelope.spec.columns]
    return {target: [name for name in declared if name not in {*names, target}] for target, names in seen.items()}
