"""Simulated comparisons of two models, slices and differences between groups, judged as a gate judges them, where the truth is known.

Two models are exchangeable, so that every metric's true difference is 0; slices are drawn by lot, so that the truth is that of all rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr
from support.coverage import ERRORS, SEED, WORLDS, truths

from mlspec.gates.judge import Evidence, judge
from mlspec.gates.result import GateResult
from mlspec.language.kinds.kpi_set import KPISetSpec
from mlspec.metrics.catalog import METRICS
from mlspec.metrics.slices import Subset

Array = np.ndarray[Any, Any]
ALIKE = {"regression": ("mae", "rmse", "medae", "wape", "bias", "r2"), "binary": ("accuracy", "recall", "f1", "mcc", "roc_auc", "log_loss")}
WIDER = (1.0, 1.0, 1.4)
"""How wide the errors of each group are."""


@dataclass(frozen=True)
class Part:
    """Shares of runs: `given` an interval; `covered`: it holds the truth, or there is none; `passed`: at the truth."""

    metric: str
    given: float
    covered: float
    passed: float


def _shares(gates: list[list[GateResult]], true: Mapping[str, float], *, above: bool = False) -> list[Part]:
    """`above`: only the upper end is asked to hold."""
    found = []
    for column in zip(*gates, strict=True):
        metric, runs = column[0].metric, len(column)
        known = [gate for gate in column if np.isfinite(gate.high)]
        held = sum((above or gate.low <= true[metric]) and true[metric] <= gate.high for gate in known)
        passed = sum(gate.verdict == "pass" for gate in column)
        found.append(Part(metric, len(known) / runs, 1 - (len(known) - held) / runs, passed / runs))
    return found


def _spec(kpis: list[dict[str, Any]]) -> KPISetSpec:
    return KPISetSpec.model_validate({"model": "m", "kpis": kpis, "bootstrap": {"resamples": 400}})


def pairs(task: str, errors: str, rows: int, runs: int) -> list[Part]:
    """Two models that err alike by half; neither is better."""
    metrics, dice = ALIKE[task], np.random.default_rng([SEED, 1, rows, *errors.encode()])
    spec = _spec([{"metric": metric, "versus": "baseline", "notWorseBy": "0%"} for metric in metrics])
    make = _two_numbers if task == "regression" else _two_classifiers
    judged = []
    for _ in range(runs):
        actual, one, other, more = make(errors, dice, rows)
        judged.append(list(judge(spec, Evidence(task, actual, one, other, **more)).gates[: len(metrics)]))
    return _shares(judged, dict.fromkeys(metrics, 0.0))


def _three(errors: str, dice: np.random.Generator, rows: int) -> tuple[list[Array], dict[str, Any]]:
    """Three series of errors in the same groups or order."""
    first, more = ERRORS[errors](dice, rows)
    drawn = [first, *(ERRORS[errors](dice, rows)[0] for _ in range(2))]
    if "groups" not in more:
        return drawn, more
    groups = more["groups"]
    again = [(dice.normal(size=rows)[groups] + dice.normal(size=rows)) / 2**0.5 for _ in range(2)]
    return [first, *again], more


def _two_numbers(errors: str, dice: np.random.Generator, rows: int) -> tuple[Array, Subset, Subset, dict[str, Any]]:
    (both, one, other), more = _three(errors, dice, rows)
    y = 10 + 2 * dice.normal(size=rows)
    return y, Subset(y + (both + one) / 2**0.5, None, None), Subset(y + (both + other) / 2**0.5, None, None), more


def _two_classifiers(errors: str, dice: np.random.Generator, rows: int) -> tuple[Array, Subset, Subset, dict[str, Any]]:
    (both, one, other), more = _three(errors, dice, rows)
    signal = 1.5 * dice.normal(size=rows)
    actual = (signal + both > 0).astype(int).astype(object)
    made = []
    for own in (one, other):
        score = ndtr((signal + 0.7 * own) / 1.2)
        made.append(Subset((score > 0.5).astype(int).astype(object), np.column_stack([1 - score, score]), (0, 1)))
    return actual, made[0], made[1], more


def parts(world: str, rows: int, runs: int) -> list[Part]:
    """The smallest of three slices, which has a fifth of the rows, by KPIs whose thresholds are the truth."""
    task, metrics, draw = WORLDS[world]
    true, dice = truths(world), np.random.default_rng([SEED, 2, rows, *world.encode()])
    slice_ = {"slice": {"by": "part", "minRows": 30}}
    spec = _spec([{"metric": m, "min" if METRICS[m].greater else "max": abs(true[m]), **slice_} for m in metrics])
    judged = []
    for _ in range(runs):
        actual, answers, more = draw(dice, rows)
        column = dice.choice(np.array(["a", "b", "c"], dtype=object), size=rows, p=[0.5, 0.3, 0.2])
        gates = judge(spec, Evidence(task, actual, answers, answers, columns={"part": column}, **more)).gates
        judged.append([gate for gate in gates if gate.subject == "part=c"])
    return _shares(judged, true)


def spreads(rows: int, runs: int, share: float) -> list[Part]:
    """Three groups by lot, one with wider errors (numbers) or more noise (classes), and one of them with a `share` of the rows."""
    dice = np.random.default_rng([SEED, 3, rows, round(100 * share)])
    wide = np.array(WIDER)
    mae = (2 / np.pi) ** 0.5 * np.ptp(wide)
    right = np.ptp(0.9 - 0.1 * wide)
    number, guess = (
        _spec([{"metric": m, "by": "group", "maxDifference": t, "minRows": 30}])
        for m, t in (("mae", float(mae)), ("accuracy", float(right)))
    )
    judged: list[list[GateResult]] = []
    for _ in range(runs):
        group = dice.choice(3, size=rows, p=[(1 - share) / 2, (1 - share) / 2, share])
        columns = {"group": np.array(["a", "b", "c"], dtype=object)[group]}
        errors = Subset(wide[group] * dice.normal(size=rows), None, None)
        hits = Subset((dice.random(rows) < (0.9 - 0.1 * wide)[group]).astype(int).astype(object), None, (0, 1))
        zeros, ones = np.zeros(rows), np.ones(rows, dtype=int).astype(object)
        judged.append(
            [
                judge(number, Evidence("regression", zeros, errors, errors, columns=columns)).gates[0],
                judge(guess, Evidence("binary", ones, hits, hits, columns=columns)).gates[0],
            ]
        )
    return _shares(judged, {"mae": float(mae), "accuracy": float(right)}, above=True)
