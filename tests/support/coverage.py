"""Simulated test rows whose true metrics are known, judged as a gate judges them: how often intervals hold the truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from scipy.signal import lfilter

from mlspec.gates.judge import Evidence, judge
from mlspec.language.kinds.kpi_set import KPISetSpec
from mlspec.metrics.catalog import METRICS
from mlspec.metrics.slices import Subset
from mlspec.metrics.weighted import value

Array = np.ndarray[Any, Any]
Rows = tuple[Array, Subset, dict[str, Any]]
RUNS = 2000
SEED = 2026
ROWS = (30, 100, 300, 1000, 3000)
POPULATION = 1_000_000
REGRESSION = ("mae", "rmse", "mse", "medae", "mape", "wape", "bias", "r2", "explained_variance")
BINARY = (
    "accuracy",
    "balanced_accuracy",
    "mcc",
    "log_loss",
    "precision",
    "recall",
    "f1",
    "roc_auc",
    "average_precision",
    "brier",
    "ece",
    "false_positive_rate",
    "false_negative_rate",
)
MULTICLASS = ("f1_macro", "f1_weighted", "precision_macro", "recall_macro", "mcc", "balanced_accuracy", "accuracy", "log_loss")
PER_GROUP = 10


def _normal(dice: np.random.Generator, rows: int) -> tuple[Array, dict[str, Any]]:
    return dice.normal(size=rows), {}


def _log_normal(dice: np.random.Generator, rows: int) -> tuple[Array, dict[str, Any]]:
    return np.exp(dice.normal(size=rows)), {}


def _autocorrelated(phi: float) -> Callable[[np.random.Generator, int], tuple[Array, dict[str, Any]]]:
    def errors(dice: np.random.Generator, rows: int) -> tuple[Array, dict[str, Any]]:
        steps = dice.normal(size=rows + 200) * (1 - phi**2) ** 0.5
        return lfilter([1.0], [1.0, -phi], steps)[200:], {"ordered": True, "by_time": True}

    return errors


def _clustered(dice: np.random.Generator, rows: int) -> tuple[Array, dict[str, Any]]:
    """Groups of ten rows, half of the variance theirs, the rows shuffled."""
    groups = dice.permutation(np.arange(rows) // PER_GROUP)
    shared = dice.normal(size=rows // PER_GROUP + 1)[groups]
    return (shared + dice.normal(size=rows)) / 2**0.5, {"groups": groups}


ERRORS: dict[str, Callable[[np.random.Generator, int], tuple[Array, dict[str, Any]]]] = {
    "normal": _normal,
    "log-normal": _log_normal,
    "AR 0.5": _autocorrelated(0.5),
    "AR 0.95": _autocorrelated(0.95),
    "clustered": _clustered,
}
RARE = {"balanced": 0.4, "rare": 0.03}


def _regression(errors: str) -> Callable[[np.random.Generator, int], Rows]:
    def draw(dice: np.random.Generator, rows: int) -> Rows:
        error, more = ERRORS[errors](dice, rows)
        y = 10 + 2 * dice.normal(size=rows)
        return y, Subset(y + error, None, None), more

    return draw


def _binary(share: float, errors: str) -> Callable[[np.random.Generator, int], Rows]:
    """A calibrated probit model of `share` positives: the truth's noise is that of `errors`."""
    from scipy.special import ndtr, ndtri

    def draw(dice: np.random.Generator, rows: int) -> Rows:
        noise, more = ERRORS[errors](dice, rows)
        signal = 1.5 * dice.normal(size=rows)
        level = float(ndtri(share)) * (1 + 1.5**2) ** 0.5
        actual = (signal + noise + level > 0).astype(int).astype(object)
        score = ndtr(signal + level)
        guess = (score > (0.5 if share > 0.1 else 0.25)).astype(int).astype(object)
        return actual, Subset(guess, np.column_stack([1 - score, score]), (0, 1)), more

    return draw


def _three(dice: np.random.Generator, rows: int) -> Rows:
    """Three classes, one of them a tenth."""
    true = dice.choice(3, size=rows, p=[0.5, 0.4, 0.1])
    scores = dice.normal(size=(rows, 3)) + 1.5 * np.eye(3)[true]
    proba = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return true.astype(object), Subset(proba.argmax(axis=1).astype(object), proba, (0, 1, 2)), {}


WORLDS: dict[str, tuple[str, Sequence[str], Callable[[np.random.Generator, int], Rows]]] = {
    **{name: ("regression", REGRESSION, _regression(name)) for name in ERRORS},
    **{name: ("binary", BINARY, _binary(share, "normal")) for name, share in RARE.items()},
    "classes in groups": ("binary", BINARY, _binary(0.4, "clustered")),
    "classes in time": ("binary", BINARY, _binary(0.4, "AR 0.5")),
    "three classes": ("multiclass", MULTICLASS, _three),
}


@cache
def truths(world: str) -> dict[str, float]:
    """The metrics of a million rows."""
    _, metrics, draw = WORLDS[world]
    actual, answers, _ = draw(np.random.default_rng(1), POPULATION)
    return {metric: value(metric, actual, answers) for metric in metrics}


@dataclass(frozen=True)
class Cell:
    """Shares of runs: `given` an interval; `covered`: it holds the truth, or there is none; `of_given`: those that do; `passed`: at the truth."""

    world: str
    metric: str
    rows: int
    given: float
    covered: float
    of_given: float
    passed: float


def cells(world: str, rows: int, runs: int, seed: int = SEED) -> list[Cell]:
    """Judge `runs` samples by KPIs whose thresholds are the true values: none should pass in more than half of 1 - confidence."""
    task, metrics, draw = WORLDS[world]
    true = truths(world)
    kpis = [_at_the_truth(metric, true[metric]) for metric in metrics]
    spec = KPISetSpec.model_validate({"model": "m", "kpis": kpis, "bootstrap": {"resamples": 400 if rows < 1000 else 200}})
    dice = np.random.default_rng([seed, rows, *world.encode()])
    seen = np.zeros((len(metrics), 3))
    for _ in range(runs):
        actual, answers, more = draw(dice, rows)
        for i, gate in enumerate(judge(spec, Evidence(task, actual, answers, answers, **more)).gates[: len(metrics)]):
            known = bool(np.isfinite(gate.high))
            assert not known or gate.low <= gate.value <= gate.high, gate
            seen[i] += [known, known and gate.low <= true[gate.metric] <= gate.high, gate.verdict == "pass"]
    return [
        Cell(world, metric, rows, given / runs, 1 - (given - held) / runs, held / given if given else 1.0, passed / runs)
        for metric, (given, held, passed) in zip(metrics, seen, strict=True)
    ]


def _at_the_truth(metric: str, true: float) -> dict[str, Any]:
    if metric == "bias":
        return {"metric": metric, "max": abs(true)}
    return {"metric": metric, "min" if METRICS[metric].greater else "max": true}
