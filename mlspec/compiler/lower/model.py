"""A Model and its KPISet -> split, train, evaluate."""

from __future__ import annotations

from typing import Any

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.load.user_code import as_tracked, code_files, code_params, each_once, input_paths, input_refs
from mlspec.compiler.lower.program import program_deps, program_limits, program_params
from mlspec.compiler.lower.tune import best_of, trials_plots, tune_stage
from mlspec.compiler.lower.validation import validation_stage
from mlspec.compiler.project.data_columns import declared_columns
from mlspec.compiler.project.graph import Out, Pipeline, Plot, Stage
from mlspec.compiler.project.layout import labels_output, model_folder, rows_of
from mlspec.compiler.project.paths import relative
from mlspec.compiler.project.project import Bound, Project
from mlspec.language.kinds.model import FOLDS, group_text
from mlspec.metrics import catalog
from mlspec.metrics.tasks import TASKS
from mlspec.runtime.forecast.columns import STEP
from mlspec.runtime.nested import all_nested, named_code
from mlspec.runtime.plots_catalog import plots_of


def model_pipeline(project: Project, bound: Bound[Any], inputs: Inputs) -> Pipeline:
    """Return the pipeline of a model; thresholds are not among its parameters, so changing one retrains nothing."""
    folder, spec = model_folder(bound.name), bound.envelope.spec
    locks = project.settings.envelope.spec.locks
    train_params = _train_params(project, bound, inputs)
    code, evaluate_params = code_files(inputs, _code_names(spec)), _evaluate_params(project, bound, train_params)
    measuring = code_files(inputs, [one["callable"] for one in evaluate_params.get("own", {}).values()])
    given = program_deps(spec.command, inputs) if spec.command else ()
    given = as_tracked(inputs, input_paths(spec.trainer).values()) if spec.trainer else given
    data = _data(project, bound)
    reads = spec.trainer or spec.command
    upstream = sorted({data.ref, *(input_refs(reads) if reads else ())})
    rows = (f"{folder}/train.parquet", f"{folder}/test.parquet")
    models = (f"{folder}/model", f"{folder}/baseline")
    split = Stage(
        "split",
        "Set rows aside for the test",
        (rows_of(data.ref), *([labels_output(spec.labels)] if spec.labels else []), *locks),
        (Out(rows[0]), Out(rows[1]), Out(f"{folder}/split.json", cache=False)),
        _split_params(project, bound, folder),
    )
    tune = (_tune(project, bound, inputs, each_once(rows[0], *locks, *code, *given), train_params),) if spec.tuning else ()
    read = each_once(rows[0], *locks, *code, *measuring, *given)
    crossed = (validation_stage(spec, folder, read, train_params, evaluate_params, _split_of(spec)),) if spec.validation else ()
    train = Stage(
        "train",
        "Train the model and its baseline",
        each_once(rows[0], *locks, *code, *given, *([best_of(folder)] if spec.tuning else [])),
        (Out(models[0]), Out(models[1]), Out(f"{folder}/train.json", cache=False), *_live(spec, folder)),
        train_params,
        limits=program_limits(spec),
    )
    plots = plots_of(spec.task, has_time=_time_column(project, bound) is not None)
    evaluate = Stage(
        "evaluate",
        "Measure the model and its baseline on the test rows",
        each_once(*models, *rows, *locks, *code, *measuring, *(given if "train" in evaluate_params else ())),
        (
            Out(f"{folder}/predictions.parquet"),
            Out(f"{folder}/evaluation.json", cache=False),
            Out(f"{folder}/metrics.json", "metric", cache=False),
            *(Out(f"{folder}/plots/{p.file}", "plot", cache=False) for p in plots),
        ),
        evaluate_params,
    )
    shown = tuple(Plot(f"{folder}/plots/{p.file}", p.title, p.template, p.x, p.y) for p in plots)
    return Pipeline(
        bound.ref,
        folder,
        bound.path,
        (split, *tune, *crossed, train, evaluate),
        (*shown, *(trials_plots(folder, spec.tuning) if spec.tuning else ())),
        upstream=(*upstream, *([f"labels/{spec.labels}"] if spec.labels else [])),
    )


def _tune(project: Project, bound: Bound[Any], inputs: Inputs, deps: tuple[str, ...], train: dict[str, Any]) -> Stage:
    """The search; where it goes by a metric of the user's, that one's code counts, too."""
    spec, kpis = bound.envelope.spec, project.kpis_of(bound.name)
    metric = kpis.envelope.spec.metrics.get(spec.tuning.metric) if kpis else None
    files = code_files(inputs, [metric.callable]) if metric else ()
    own = metric.section() if metric else None
    return tune_stage(spec, model_folder(bound.name), each_once(*deps, *files), train, _split_of(spec), own)


def _live(spec: Any, folder: str) -> tuple[Out, ...]:
    """What DVCLive wrote: its last numbers, and a table of each one's course."""
    is_live = spec.command is not None and spec.command.live
    return (Out(f"{folder}/live.json", "metric", cache=False), Out(f"{folder}/live", "plot")) if is_live else ()


def _code_names(spec: Any) -> list[str]:
    names = [spec.trainer.callable] if spec.trainer else []
    names += named_code(spec.estimator.class_path, spec.estimator.params) if spec.estimator else []
    tried = [item.choices for item in (spec.tuning.space if spec.tuning else {}).values()]
    names += [one.class_path or one.callable for one in all_nested(tried)]
    baseline = spec.resolved_baseline
    own = getattr(baseline, "estimator", None)
    return names + (named_code(own.class_path, own.params) if own else [])


def _time_column(project: Project, bound: Bound[Any]) -> str | None:
    column: str | None = _data(project, bound).envelope.spec.time_column
    return column


def _data(project: Project, bound: Bound[Any]) -> Bound[Any]:
    data = project.data_of(bound.envelope.spec.data)
    assert data is not None  # noqa: S101 - names were resolved
    return data


def _seed(project: Project, bound: Bound[Any]) -> int:
    seed = bound.envelope.spec.seed
    return int(project.settings.envelope.spec.seed if seed is None else seed)


def _without_none(params: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in params.items() if v is not None}


def _split_params(project: Project, bound: Bound[Any], folder: str) -> dict[str, Any]:
    spec = bound.envelope.spec
    split = spec.split.canonical()
    if spec.split.test_groups is not None:
        split["testGroups"] = [group_text(group) for group in spec.split.test_groups]
    elif spec.split.strategy not in ("predefined", "rolling") and "testFrom" not in split:
        split.setdefault("test", 0.2)
    if spec.split.strategy not in ("time", "rolling"):
        split.pop("gap", None)
    if spec.split.strategy == "rolling":
        split |= _rolling_params(spec)
    return _without_none(
        {
            "input": relative(rows_of(_data(project, bound).ref), folder),
            "labels": _labels_params(project, bound, folder),
            "where": spec.where,
            "target": spec.target,
            "task": spec.task,
            "labelSeparator": spec.label_separator,
            "query": spec.query,
            "timeColumn": _time_column(project, bound),
            **split,
            "seed": _seed(project, bound),
        }
    )


def _rolling_params(spec: Any) -> dict[str, Any]:
    """The folds; a whole number is steps, a duration seconds."""
    horizon = spec.split.horizon
    steps = {"horizon": None, "horizonSteps": horizon} if isinstance(horizon, int) else {"horizon": horizon}
    return {
        **steps,
        "folds": spec.split.folds or FOLDS,
        "series": list(spec.series) if spec.series else None,
        "seasonality": spec.seasonality,
    }


def _forecast_params(spec: Any) -> dict[str, Any] | None:
    """What training has to know of series and lags; None of any other task."""
    if not TASKS[spec.task].is_ahead:
        return None
    lists = {"series": spec.series, "lags": spec.lags, "rollingMeans": spec.rolling_means}
    return _without_none({**{key: list(value) for key, value in lists.items() if value}, "seasonality": spec.seasonality})


def _labels_params(project: Project, bound: Bound[Any], folder: str) -> dict[str, Any] | None:
    labels = project.labels_of(bound.name)
    return {"input": relative(labels_output(labels.name), folder), "key": labels.envelope.spec.key} if labels else None


def _train_params(project: Project, bound: Bound[Any], inputs: Inputs) -> dict[str, Any]:
    spec, data = bound.envelope.spec, _data(project, bound)
    source = data.envelope.spec
    baseline, labels = spec.resolved_baseline, project.labels_of(bound.name)
    tied = {labels.envelope.spec.key: labels.envelope.spec} if labels else {}
    return _without_none(
        {
            "task": spec.task,
            "target": spec.target,
            "labelSeparator": spec.label_separator,
            "query": spec.query,
            "quantiles": list(spec.quantiles) if spec.quantiles else None,
            "quantileParam": spec.quantile_param,
            "key": list(dict.fromkeys([*source.key, *tied])),
            "forecast": _forecast_params(spec),
            "timeColumn": source.time_column,
            "features": spec.features.canonical(),
            "types": (declared_columns(project, data) or {c.name: c.type for c in source.columns})
            | {one.label: one.type for one in tied.values()},
            "preprocess": spec.preprocess.canonical(),
            "estimator": spec.estimator.canonical() if spec.estimator else None,
            "trainer": code_params(spec.trainer) if spec.trainer else None,
            "command": program_params(spec.command, inputs) if spec.command else None,
            **_deciding(spec),
            "baseline": baseline if isinstance(baseline, str) else baseline.canonical(),
            "seed": _seed(project, bound),
            "tuned": True if spec.tuning else None,
        }
    )


def _deciding(spec: Any) -> dict[str, Any]:
    """Weights, calibration and threshold, as far as they are declared. Whatever needs rows says which, and by what folds of them go."""
    found: dict[str, Any] = {"weights": spec.weights}
    if spec.class_weight is not None:
        found["classWeight"] = spec.canonical()["classWeight"]
    if spec.calibrate is not None:
        found["calibrate"] = {"method": spec.calibrate.method}
    if spec.threshold is not None:
        found["threshold"] = {key: value for key, value in spec.threshold.canonical().items() if key not in ("folds", "validation")}
    chooses = spec.threshold is not None and spec.threshold.value is None
    if spec.calibrate is not None or chooses:
        found |= {"heldOut": (spec.calibrate or spec.threshold).rows, "split": _split_of(spec)}
    return found


def _split_of(spec: Any) -> dict[str, Any]:
    """What folds of training rows go by: the way in which the model's own split sets rows aside."""
    strategy = "group" if spec.query and spec.split.strategy != "time" else spec.split.strategy  # a fold cuts no query, either
    return _without_none({"strategy": strategy, "group": spec.split.group or spec.query, "gap": spec.split.gap or None})


def _evaluate_params(project: Project, bound: Bound[Any], train: dict[str, Any]) -> dict[str, Any]:
    spec, kpis = bound.envelope.spec, project.kpis_of(bound.name)
    wanted = kpis.envelope.spec if kpis else None
    named = sorted({k.metric for k in wanted.kpis if not k.step}) if wanted else []
    measured = [m for m in named if m in catalog.MEASURED]
    own = {name: metric.section() for name, metric in sorted(wanted.metrics.items())} if wanted else {}
    metrics = sorted({*TASKS[spec.task].unasked(target=spec.target is not None), *own, *(m for m in named if m not in catalog.MEASURED)})
    return _without_none(
        {
            "task": spec.task,
            "target": spec.target,
            "labelSeparator": spec.label_separator,
            "query": spec.query,
            "quantiles": train.get("quantiles"),
            "key": train["key"],
            "forecast": train.get("forecast"),
            "timeColumn": train.get("timeColumn"),
            "metrics": metrics,
            "own": own or None,
            "slices": sorted(
                {k.slice.by for k in (wanted.kpis if wanted else ()) if k.slice} | ({STEP} if TASKS[spec.task].is_ahead else set())
            ),
            "fairness": sorted({k.by for k in wanted.kpis if k.by}) if wanted else [],
            "measure": measured,
            "leakage": wanted.leakage.canonical() if wanted else {},
            "confidence": wanted.confidence if wanted else 0.95,
            "resamples": wanted.bootstrap.resamples if wanted else 1000,
            "block": wanted.bootstrap.block if wanted else None,
            "strategy": spec.split.strategy,
            "group": spec.split.group or spec.query,
            "seed": _seed(project, bound),
            "train": train if {"reproducible", "stability"} & {*measured} or TASKS[spec.task].is_cluster else None,
        }
    )
