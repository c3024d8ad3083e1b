"""A search must be one that can be done: a metric with a direction, parameters that the estimator has, a grid that is finite and whole."""

from __future__ import annotations

import math
import typing
from collections.abc import Iterator, Sequence
from typing import Any

from mlspec.compiler.check.estimators import refused
from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic, did_you_mean
from mlspec.language.kinds.model import Preprocess
from mlspec.language.kinds.tuning import SpaceItem, Tuning
from mlspec.metrics import catalog
from mlspec.runtime.nested import nested_of

PREPROCESS = "preprocess."
_NO_CHOICE = ("params", "min_rows")
CODE = "MLS0468"
Route = tuple[str | int, ...]
_AT: Route = ("spec", "tuning")


def tuning_problems(project: Project, inputs: Inputs) -> Iterator[Diagnostic]:
    """What is wrong with the `tuning` of each model, before any row is read."""
    for model in project.models.values():
        if model.envelope.spec.tuning is not None:
            yield from _metric(project, model)
            yield from _folds(model)
            yield from _names(model, inputs)
            yield from _values(model, inputs)
            yield from _grid(model)


def _metric(project: Project, model: Bound[Any]) -> Iterator[Diagnostic]:
    spec, kpis = model.envelope.spec, project.kpis_of(model.name)
    name, known = spec.tuning.metric, [m for m in catalog.metric_names(spec.task) if catalog.METRICS[m].greater is not None]
    if name in known or (kpis and name in kpis.envelope.spec.metrics):
        return
    info = catalog.METRICS.get(name)
    if name in catalog.MEASURED or (info is not None and info.greater is None):
        why = "has no direction" if info else "is measured of a trained model, not on folds"
        yield Diagnostic(CODE, f"a search can't optimise `{name}`, which {why}", _span(model, "metric"), did_you_mean("", known))
        return
    why = f"does not fit the task {spec.task}" if info else "is not known"
    yield Diagnostic("MLS0406", f"the metric `{name}` {why}", _span(model, "metric"), did_you_mean(name, known))


def _folds(model: Bound[Any]) -> Iterator[Diagnostic]:
    spec = model.envelope.spec
    if spec.tuning.repeats > 1 and spec.split.strategy == "time":
        message = "folds in order of time can't be repeated: there is one order"
        yield Diagnostic(CODE, message, _span(model, "repeats"), "remove `repeats`, or ask for more `folds`")


def _names(model: Bound[Any], inputs: Inputs) -> Iterator[Diagnostic]:
    spec = model.envelope.spec
    tuning: Tuning = spec.tuning
    known = inputs.constructor_of(spec.estimator.class_path).parameters if spec.estimator else None
    named = {name: ("space", name) for name in tuning.space}
    if tuning.halving is not None and tuning.halving.resource != "rows":
        named[tuning.halving.resource] = ("halving", "resource")
    for name, route in named.items():
        if name.startswith(PREPROCESS):
            yield from _preprocess(model, name, tuning.space.get(name))
        elif known is not None and "${" not in name and (head := name.replace(".", "__").partition("__")[0]) not in known:
            message = f"`{spec.estimator.class_path}` takes no parameter `{head}`"
            span = model.document.span((*_AT, *route), key=route[0] == "space")
            yield Diagnostic("MLS0651", message, span, did_you_mean(head, known))


def _values(model: Bound[Any], inputs: Inputs) -> Iterator[Diagnostic]:
    """Every trial with a value that the class refuses would fail: choices one by one, and of a range both ends, which are tried too."""
    spec = model.envelope.spec
    for name, item in spec.tuning.space.items() if spec.estimator else ():
        if name.startswith(PREPROCESS):
            continue
        path, param = _owner(spec.estimator.class_path, spec.estimator.params, name.replace(".", "__").split("__"))
        allowed = inputs.constructor_of(path).allowed.get(param) if path else None
        route, what = (*_AT, "space", name), f"`{param}` of `{path}`"
        for index, value in enumerate(item.choices or ()):
            yield from refused(model, (*route, "choices", index), what, value, allowed)
        for key in ("low", "high") if item.choices is None else ():
            end = getattr(item, key)
            found = list(refused(model, (*route, key), what, int(end) if item.type == "integer" else end, allowed))
            if found and allowed is not None and item.type == "number" and allowed.permits(math.floor(end)):
                message = f"{what} is {allowed.words}, and numbers with a fraction are tried"
                yield Diagnostic("MLS0651", message, model.document.span(route, key=True), "add `type: integer`")
                break
            yield from found


def _owner(path: str, params: Any, parts: Sequence[str]) -> tuple[str, str]:
    """The class whose parameter a name in a space sets, `regressor__alpha` that of what stands within; ("", "") where that is not told."""
    for part in parts[:-1]:
        within = nested_of(params.get(part))
        if within is None or not within.class_path:
            return "", ""
        path, params = within.class_path, within.params
    return path, parts[-1]


def _preprocess(model: Bound[Any], name: str, item: SpaceItem | None) -> Iterator[Diagnostic]:
    span = model.document.span((*_AT, "space", name), key=True)
    part, _, key = name.removeprefix(PREPROCESS).partition(".")
    fields = Preprocess.model_fields
    if part == "text" and key.startswith("params."):
        return
    inner: Any = fields[part].annotation if part in fields else None
    allowed = inner.model_fields.get(key) if inner is not None else None
    if allowed is None or key in _NO_CHOICE:
        known = [f"{PREPROCESS}{p}.{k}" for p in fields for k in _keys(fields[p].annotation) if k not in _NO_CHOICE]
        yield Diagnostic(CODE, f"the preprocessing has no `{name.removeprefix(PREPROCESS)}`", span, did_you_mean(name, known))
        return
    values = typing.get_args(allowed.annotation)
    tried: Sequence[Any] | None = [] if item is None else item.choices
    if tried is None:
        yield Diagnostic(CODE, f"`{name}` is one of {', '.join(values)}, and no range", span, f"write `choices: [{', '.join(values)}]`")
    for value in tried or ():
        if value not in values:
            yield Diagnostic(CODE, f"`{name}` can't be `{value}`", span, did_you_mean(str(value), values))


def _keys(kind: Any) -> list[str]:
    return list(kind.model_fields)


def _grid(model: Bound[Any]) -> Iterator[Diagnostic]:
    tuning: Tuning = model.envelope.spec.tuning
    if tuning.engine != "grid":
        return
    endless = [name for name, item in tuning.space.items() if item.choices is None and not item.step and item.type != "integer"]
    for name in endless:
        span = model.document.span((*_AT, "space", name), key=True)
        yield Diagnostic(
            CODE, f"a grid can't have every value of `{name}`", span, "give it a `step` or `choices`, or take `engine: random`"
        )
    if endless or any(item.log and item.choices is None for item in tuning.space.values()):
        yield from _no_log(model)
        return
    size = grid_size(tuning)
    if tuning.trials is not None and tuning.trials < size:
        message = f"the grid has {size:,} settings, and `trials` is {tuning.trials:,}: a part of a grid is none"
        yield Diagnostic(CODE, message, _span(model, "trials"), f"write `trials: {size}`, leave it out, or take `engine: random`")


def _no_log(model: Bound[Any]) -> Iterator[Diagnostic]:
    for name, item in model.envelope.spec.tuning.space.items():
        if item.log and item.choices is None and item.type == "integer":
            span = model.document.span((*_AT, "space", name), key=True)
            yield Diagnostic(CODE, f"a grid has even steps, and `{name}` is logarithmic", span, "give `choices`, such as [1, 10, 100]")


def grid_size(tuning: Tuning) -> int:
    """Settings of a grid; conditions only make them fewer, so that it is the most there can be."""
    return math.prod(len(item.choices) if item.choices is not None else _steps(item) for item in tuning.space.values())


def _steps(item: SpaceItem) -> int:
    step = item.step or 1.0
    return math.floor(((item.high or 0.0) - (item.low or 0.0)) / step + 1e-9) + 1


def _span(model: Bound[Any], key: str) -> Any:
    return model.document.span((*_AT, key))
