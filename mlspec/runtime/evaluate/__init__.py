"""Stage evaluate: the model and its baseline on the test rows -> predictions.parquet, evaluation.json, metrics.json, plots/."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mlspec.diagnostics.atomic import write_json
from mlspec.runtime.artifact import LoadedModel, digest_folder, load_model
from mlspec.runtime.context import Context, add_root
from mlspec.runtime.forecast.columns import FOLD, SCALE

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from mlspec.metrics.estimate import Resampling
    from mlspec.runtime.same_rows import Twins
    from mlspec.runtime.signature import Signature


def run(context: Context) -> None:
    """Judge nothing, measure everything: verdicts belong to the gates, which see the champion too."""
    from mlspec.runtime import report
    from mlspec.runtime.evaluate.hints import hints
    from mlspec.runtime.evaluate.measures import measure
    from mlspec.runtime.evaluate.plots import write_plots
    from mlspec.runtime.evaluate.predictions import write_predictions
    from mlspec.runtime.evaluate.space import placed, space_of_rows
    from mlspec.runtime.own.carry import with_own
    from mlspec.runtime.predict import predict_by_own

    add_root(context.root)
    train, test = read_rows(context, "train.parquet"), read_rows(context, "test.parquet")
    model, baseline = load_own(context, "model"), load_own(context, "baseline")
    answers, floor = (scaled(predict_by_own(one, test), test) for one in (model, baseline))
    actual = truth(test, context.params)
    how = resampling_of(context.params, test)
    space = space_of_rows(context.params, test)
    answers, floor = (placed(one, space) for one in (answers, floor))
    answers, floor = (with_own(context.root, context.params, test, actual, one, how) for one in (answers, floor))
    twins = twins_of(context.params, model.signature.names, context.need("train.parquet"), context.need("test.parquet"))
    found = evaluate(context.params, test, actual, answers, floor)
    found |= {
        "measured": measure(context, model, train, test, answers),
        "leakage": leakage(context.params, model.signature, train, twins, test),
    }
    if own := context.params.get("own"):
        found["own"] = {name: {"greater": section["greater"]} for name, section in own.items()}
    write_predictions(context, test, actual, answers, floor)
    write_json(context.out("evaluation.json"), found)
    write_json(context.out("metrics.json"), headline(found))
    write_plots(context, test, actual, answers)
    if told := list(hints(found["leakage"], context.params.get("leakage", {}))):
        report.show(told)


def headline(found: dict[str, Any]) -> dict[str, float | None]:
    """The values alone, one a metric: what `dvc metrics show` and `diff` can lay out as a table."""
    return {name: estimate["value"] for name, estimate in found["metrics"].items()}


def load_own(context: Context, name: str) -> LoadedModel:
    """Load a model that this pipeline has just trained; DVC has compared its content with the lock."""
    folder = context.need(name)
    return load_model(folder, digest_folder(folder))


def read_rows(context: Context, name: str) -> pd.DataFrame:
    """Return a Parquet file of this folder."""
    from mlspec.runtime.frames import read_frame

    return read_frame(context.need(name))


def truth(test: pd.DataFrame, params: Any) -> Any:
    """The target, as `truth_of` has it."""
    from mlspec.runtime.target import truth_of

    return truth_of(test, params)


def scaled(answers: Any, test: pd.DataFrame) -> Any:
    """The answers with what each row's error is divided by, where the split has written it."""
    from dataclasses import replace

    return replace(answers, scale=test[SCALE].to_numpy(dtype=float, na_value=float("nan"))) if SCALE in test.columns else answers


def evaluate(params: Any, test: pd.DataFrame, actual: Any, answers: Any, floor: Any) -> dict[str, Any]:
    """Every metric of the section with its interval, by slice and group too."""
    from mlspec.metrics.evaluation import evaluate_all

    return evaluate_all(
        params["metrics"],
        actual,
        answers,
        floor,
        slice_columns={name: test[name].to_numpy(dtype=object) for name in params["slices"]},
        fairness_columns={name: test[name].to_numpy(dtype=object) for name in params["fairness"]},
        how=resampling_of(params, test),
    )


def resampling_of(params: Any, test: pd.DataFrame) -> Resampling:
    """How intervals on these test rows are drawn, by the section of the stage. Raises MLS0731 as `groups_of` does."""
    from mlspec.metrics.estimate import Resampling

    return Resampling(
        params["confidence"],
        params["resamples"],
        params.get("block"),
        params["seed"],
        ordered=is_ordered(params),
        by_time=params.get("strategy") == "time",
        groups=groups_of(params, test),
        kind=kind_of(params),
    )


def is_ordered(params: Any) -> bool:
    """Whether the test rows stand in order of time: the source declares one, and rows keep its order whatever the split."""
    return params.get("timeColumn") is not None or params.get("strategy") == "time"


def kind_of(params: Any) -> str:
    """What the groups of the test rows are: a key of `metrics.estimate.UNITS`."""
    return "fold" if params.get("strategy") == "rolling" else "group"


def groups_of(params: Any, test: pd.DataFrame) -> Any:
    """The group of each test row, where the split names one: codes (n,), a missing one a group of its own. Raises MLS0731.

    Of a forecast it is the fold: its rows share an origin, and what happened to all series then.
    """
    from mlspec.diagnostics import problem

    name = FOLD if params.get("strategy") == "rolling" else params.get("group")
    if name is None:
        return None
    if name not in test.columns:
        raise problem("MLS0731", f"the test rows have no column {name}, by which they are split", help="`mlspec run`, then promote")
    return test.groupby(name, sort=False, dropna=False).ngroup().to_numpy()


def leakage(params: Any, signature: Signature, train: pd.DataFrame, twins: Twins | None, test: pd.DataFrame) -> dict[str, Any]:
    """What hints at leakage, as far as asked: rows on both sides, features that tell the target alone or together, names of rows.

    Without a target, that there is none. Of a forecast, always: features that look at the target after the origin.
    """
    from mlspec.metrics.combination import combination
    from mlspec.metrics.identifiers import identifiers
    from mlspec.metrics.leakage import single_feature_scores
    from mlspec.runtime.evaluate.targets import each_target

    wanted, names = params.get("leakage", {}), signature.predictors
    found: dict[str, Any] = {}
    if params.get("forecast") is not None:
        from mlspec.runtime.forecast.short_lags import short_lags

        found["afterOrigin"] = {name: one.as_json() for name, one in short_lags(params, signature, train, test).items()}
    if twins is not None:
        found |= {"sharedRows": int(twins.shared.sum()), "twins": twins.as_json()}
    if params.get("target") is None:
        found["noTarget"] = True
    elif wanted.get("singleFeature") is not None:
        scores = [single_feature_scores(rows, names, target, task, params["seed"]) for rows, target, task in each_target(train, params)]
        found["singleFeature"] = {name: max(one[name] for one in scores) for name in names}
    if (limit := wanted.get("combination")) is not None and "noTarget" not in found:
        every = [combination(rows, names, of, task, limit=limit, seed=params["seed"]) for rows, of, task in each_target(train, params)]
        best = max((one for one in every if one), key=lambda one: one.explained, default=None)
        found["combination"] = best.as_json() if best else None
    if wanted and (named := identifiers(train, {f.name: f.kind for f in signature.features}, names)):
        found["identifiers"] = named
    return found


def twins_of(params: Any, names: Sequence[str], train: Path, test: Path) -> Twins | None:
    """The test rows that training knows, by the features `names`; None where they are not asked for."""
    from mlspec.runtime.same_rows import twins

    if params.get("leakage", {}).get("sharedRows") is None or params.get("strategy") == "rolling":
        return None  # a row has its own time, and the fit that answers it is the newest that knew nothing of it
    identity = [*params.get("key", ()), *(params[k] for k in ("timeColumn", "group") if params.get(k))]
    return twins(test, train, names, params.get("target"), identity)
