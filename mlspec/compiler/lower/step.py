"""A Step -> the stage step: a program or function, what it reads, and what it writes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mlspec.compiler.load.ignored import is_ignored
from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.load.user_code import as_tracked, code_files, each_once, program_code, program_files
from mlspec.compiler.project.graph import Out, Pipeline, Stage
from mlspec.compiler.project.layout import model_folder, rows_of, step_folder, step_metrics
from mlspec.compiler.project.project import Bound, Project
from mlspec.language.kinds.step import MODEL_OUTPUTS, StepInput, inside

HOUR = 3600.0


def step_pipeline(project: Project, bound: Bound[Any], inputs: Inputs) -> Pipeline:
    """Return the pipeline of a step. Its upstream are the objects that it reads."""
    folder, spec = step_folder(bound.name), bound.envelope.spec
    given = {alias: input_paths(project, one) for alias, one in (spec.inputs or {}).items()}
    made = [*spec.written, *(path for alias, one in (spec.inputs or {}).items() if one.path is None for path in given[alias])]
    words = program_files([w for w in spec.command.argv if not _is_made(w, made)], inputs) if spec.command else []
    code = code_files(inputs, [spec.python.callable]) if spec.python else program_code(inputs, words)
    stage = Stage(
        "step",
        "Run the program, and keep what it declares to write",
        each_once(
            *as_tracked(inputs, [path for paths in given.values() for path in paths]),
            *as_tracked(inputs, words),
            *code,
            *project.settings.envelope.spec.locks,
        ),
        # DVC removes outputs before a run, but for those that persist: a step that fails leaves the last ones where they are
        (
            *(Out(path, persist=True) for path in spec.written),
            Out(f"{folder}/step.json", cache=False),
            *([Out(step_metrics(bound.name), "metric", cache=False)] if spec.metrics else []),
        ),
        _params(project, spec, given, [*words, *code]),
        limits={"seconds": HOUR if spec.resources.timeout is None else spec.resources.timeout},
    )
    upstream = sorted({ref for one in (spec.inputs or {}).values() for ref in [project.step_ref(one)] if ref})
    kept_out = tuple(path for path in spec.written if not is_ignored(inputs, path))
    return Pipeline(bound.ref, folder, bound.path, (stage,), upstream=tuple(upstream), ignored=kept_out)


def _is_made(word: str, made: Iterable[str]) -> bool:
    """Whether a word of the command names what a stage makes: it is there after the first run alone, and is no code."""
    return any(inside(word.removeprefix("./"), path) for path in made)


def input_paths(project: Project, given: StepInput) -> list[str]:
    """Where an input is, from the root: one path, or every output of a step that has several."""
    if given.path is not None:
        return [given.path]
    if given.model is not None:
        return [f"{model_folder(given.model)}/{MODEL_OUTPUTS[given.output or 'model']}"]
    if given.step is not None:
        return [given.output] if given.output else list(project.steps[given.step].envelope.spec.outputs)
    return [rows_of(str(project.step_ref(given)))]


def _params(project: Project, spec: Any, given: dict[str, list[str]], code: Iterable[str]) -> dict[str, Any]:
    seed = project.settings.envelope.spec.seed if spec.seed is None else spec.seed
    params: dict[str, Any] = {"argv": list(spec.command.argv)} if spec.command else {"callable": spec.python.callable}
    params |= {
        "inputs": {alias: paths[0] if len(paths) == 1 else paths for alias, paths in given.items()},
        "code": sorted(set(code)),
        "outputs": list(spec.written),
        "params": spec.params or {},
        "seed": int(seed),
        "threads": spec.threads,
    }
    if spec.metrics:
        params["metrics"] = {name: {"file": m.file, "route": list(m.route) or [name]} for name, m in sorted(spec.metrics.items())}
    if spec.network:
        params["network"] = True
    if spec.secrets:
        params["secrets"] = sorted(spec.secrets)
    return params
