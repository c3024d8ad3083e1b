"""Fits: preprocessing and estimator as one pipeline, or whatever a trainer of the user's returns."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlspec.diagnostics import Problems, did_you_mean, problem
from mlspec.metrics.labels import indicators, labels_of
from mlspec.metrics.tasks import TASKS
from mlspec.runtime.forecast.recursive import Lags
from mlspec.runtime.inputs import prepare
from mlspec.runtime.report import say
from mlspec.runtime.signature import Signature
from mlspec.runtime.target import label_sets
from mlspec.runtime.threads import one_thread
from mlspec.runtime.train.build import build_baseline
from mlspec.runtime.train.clusters import Clusters
from mlspec.runtime.train.deciding import decided, is_decided
from mlspec.runtime.train.features import signature_of, type_of
from mlspec.runtime.train.levels import Levels
from mlspec.runtime.train.outliers import Outliers
from mlspec.runtime.train.rankers import fit_rows
from mlspec.runtime.train.table import Table, table_of
from mlspec.runtime.train.weights import fit_weights, weighs_itself
from mlspec.runtime.user_code import call_declared

if TYPE_CHECKING:
    import pandas as pd


Build = Callable[[Path, Mapping[str, Any], Signature], Any]


def fit_estimator(root: Path, params: Mapping[str, Any], rows: pd.DataFrame, made: Build) -> tuple[Any, Signature]:
    """Return the fitted model and its signature; `made`: of `build`, the model's or its baseline's. Raises MLS0654 when fitting fails."""
    signature = signature_of(params, rows)
    if "forecast" in params:
        return _fit_ahead(root, params, rows, signature, made)
    found = _fitted(root, params, signature, table_of(params, rows, signature, target_values(params, rows)), made)
    if TASKS[params["task"]].is_cluster:
        signature = replace(signature, classes=tuple(found.classes_.tolist()))
    return found, signature


def fit_table(root: Path, params: Mapping[str, Any], signature: Signature, table: Table, made: Build) -> Any:
    """Fit the model that `made` builds for the section on these rows, whatever rows they are, and decide what it answers.

    Raises MLS0637, MLS0638, MLS0658, and what the estimator raises.
    """
    itself = "classWeight" in params and weighs_itself(root, params)

    def fit(part: Table) -> Any:
        weights = fit_weights(params, part.target, part.weights, itself=itself)
        return fit_rows(made(root, params, signature), part.features, part.target, part.queries, weights)

    return decided(fit, params, table) if is_decided(params) else fit(table)


def _fit_ahead(root: Path, params: Mapping[str, Any], rows: pd.DataFrame, signature: Signature, made: Build) -> tuple[Any, Signature]:
    """One fit for each origin: of the baseline by name, direct, or with lags."""
    from mlspec.runtime.forecast import fit as ahead

    known = ahead.known_rows(params, rows, signature, target_values(params, rows))
    is_naive = made is build_baseline and params["baseline"] == "seasonal_naive"
    lags = Lags() if is_naive else Lags(params["forecast"].get("lags", ()), params["forecast"].get("rollingMeans", ()))
    own = ahead.inner(signature, lags)

    def fit(features: pd.DataFrame, target: Any) -> Any:
        return _fitted(root, params, own, Table(features, target), made)

    names = signature.predictors
    one = ahead.naive if is_naive else ahead.recursive(names, lags, fit, signature.predicted) if lags.names else ahead.direct(names, fit)
    found = ahead.fit_origins(known, one)
    return found, ahead.with_origins(signature, known, found)


def fit_trainer(root: Path, params: Mapping[str, Any], rows: pd.DataFrame) -> tuple[Any, Signature]:
    """Call `fit(features, target[, params[, inputs]])` of the user's; what it returns must predict. Raises MLS0602, MLS0605, MLS0655.

    `params` is the section of the stage, and over it the trainer's own `params`.
    """
    signature, section = signature_of(params, rows), params["trainer"]
    path = section["callable"]

    def fit(features: pd.DataFrame, target: Any) -> Any:
        with one_thread():
            fitted = call_declared(root, section, features, target, settings=params)
        if not callable(getattr(fitted, "predict", None)):
            message = f"`{path}` returned {type(fitted).__name__}, which has no `predict`"
            raise problem("MLS0655", message, help="return the fitted estimator")
        return fitted

    if "forecast" in params:
        from mlspec.runtime.forecast import fit as ahead

        known = ahead.known_rows(params, rows, signature, target_values(params, rows))
        found = ahead.fit_origins(known, ahead.direct(signature.predictors, fit))
        return found, ahead.with_origins(signature, known, found)
    return fit(prepare(signature, rows), target_values(params, rows)), signature


def target_values(params: Mapping[str, Any], rows: pd.DataFrame) -> Any:
    """The target as scikit-learn takes it: float64, labels of one type, or indicators (n, labels) of 0 and 1.

    Raises MLS0640, MLS0645 (`split` has looked already).
    """
    import numpy as np

    from mlspec.runtime.predict import as_labels

    if TASKS[params["task"]].is_unsupervised:
        return np.zeros(len(rows))  # whatever is fitted, it sees no label
    name = params["target"]
    if name not in rows.columns:
        raise problem("MLS0640", f"the rows have no column `{name}`, which is the target", help=did_you_mean(name, map(str, rows.columns)))
    task = TASKS[params["task"]]
    if task.is_labels:
        sets = label_sets(rows[name], params)
        return indicators(sets, labels_of(sets)).astype(np.int64)
    if task.is_label:
        return np.asarray(as_labels(rows[name].to_numpy()).tolist())
    kind = type_of(rows[name])
    if kind not in ("integer", "number", "boolean"):
        raise problem("MLS0645", f"the target `{name}` is {kind}, and {params['task']} needs numbers", help="use `task: multiclass`")
    return rows[name].astype("float64").to_numpy()


def _fitted(root: Path, params: Mapping[str, Any], signature: Signature, table: Table, made: Build) -> Any:
    with warnings.catch_warnings(record=True) as caught, one_thread():
        warnings.simplefilter("always")
        try:
            found = fit_table(root, params, signature, table, made)
        except Problems:
            raise
        except Exception as error:
            last = made(root, params, signature)
            last = last.estimator if isinstance(last, Outliers | Clusters) else last
            last = last.estimators[-1] if isinstance(last, Levels) else getattr(last, "steps", [("", last)])[-1][1]
            name = type(last).__name__
            raise problem("MLS0654", f"{name} failed to fit: {error}", help="look at its params and at the features' values") from error
    for text in sorted({str(w.message).split("\n")[0] for w in caught}):
        say(f"train: warning: {text}")
    return found
