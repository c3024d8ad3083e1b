"""Two models on the same rows: exact where few rows differ, within the nominal rate whichever metric."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mlspec.gates.comparisons import versus_gate
from mlspec.language.kinds.kpi_set import Kpi
from mlspec.metrics.estimate import Resampling
from mlspec.metrics.paired import paired_difference
from mlspec.metrics.slices import Subset
from mlspec.metrics.tango import paired_shares, tango

HOW = Resampling(resamples=200, seed=3)
Array = np.ndarray[Any, Any]


def test_tango_s_interval_of_airway_reactivity() -> None:
    """Bentur et al. 2009, before and after stem cell transplantation: 1 of 21 better, 7 worse; by Fagerland, Lydersen & Laake 2014, -0.517 to -0.026."""
    assert tango(1, 7, 21, 0.95) == pytest.approx((-0.517, -0.026), abs=5e-4)


def test_tango_s_interval_without_a_difference() -> None:
    """No trial differs: z^2 / (n + z^2) either way."""
    z = 1.959963984540054**2
    assert tango(0, 0, 100, 0.95) == pytest.approx((-z / (100 + z), z / (100 + z)))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 30), st.integers(0, 30), st.integers(61, 400))
def test_at_margin_0_it_is_mcnemar_s_exact_test(better: int, worse: int, count: int) -> None:
    low, high = paired_shares(better, worse, count, 0.95)
    assert low <= (better - worse) / count <= high
    if better + worse:
        p_better = stats.binomtest(better, better + worse, 0.5, alternative="greater").pvalue
        asymptotic = tango(better, worse, count, 0.95)[0] > 0
        assert (low > 0) == (p_better <= 0.025 and asymptotic)
    mirrored = paired_shares(worse, better, count, 0.95)
    assert mirrored == pytest.approx((-high, -low))


def pair(dice: np.random.Generator, rows: int, differing: float, ours_right: float) -> tuple[Array, Subset, Subset]:
    """Two models of 90% right that differ in some rows, where ours is right in a share `ours_right`."""
    y = (dice.random(rows) < 0.5).astype(int)
    both = np.where(dice.random(rows) < 0.9, y, 1 - y)
    differs, better = dice.random(rows) < differing, dice.random(rows) < ours_right
    ours, theirs = (np.where(differs, np.where(better == first, y, 1 - y), both) for first in (True, False))
    return y.astype(object), Subset(ours.astype(object), None, (0, 1)), Subset(theirs.astype(object), None, (0, 1))


METRICS = ("accuracy", "recall", "precision", "f1", "false_positive_rate", "false_negative_rate", "mcc", "balanced_accuracy")


@pytest.mark.parametrize("metric", ["accuracy", "recall", "precision", "mcc"])
@pytest.mark.parametrize("margin", [0, {"points": 0.002}])
def test_a_model_that_is_not_good_enough_seldom_passes(metric: str, margin: Any) -> None:
    """Equal models asked to be not worse, and models that are worse by just the margin: at most the nominal 2.5% (200 runs: up to 5%)."""
    kpi = Kpi.model_validate({"metric": metric, "versus": "champion", "notWorseBy": margin})
    dice, passed, runs = np.random.default_rng(7), 0, 100
    # of 600 rows 2 or 6 differ; worse by 0.002 of all rows at least, of the positives as of all
    for differing, ours_right in ((0.004, 0.5 if margin == 0 else 0.25), (0.01, 0.5 if margin == 0 else 0.4)):
        for _ in range(runs):
            y, ours, theirs = pair(dice, 600, differing, ours_right)
            alike = bool((ours.predicted == theirs.predicted).all())
            passed += versus_gate(kpi, y, ours, theirs, HOW).verdict == "pass" and not alike
    assert passed / (2 * runs) <= 0.05


def test_where_enough_rows_differ_a_better_model_passes() -> None:
    dice, passed = np.random.default_rng(2), 0
    kpi = Kpi.model_validate({"metric": "accuracy", "versus": "champion", "notWorseBy": 0})
    for _ in range(50):
        y, ours, theirs = pair(dice, 1000, 0.06, 0.85)
        passed += versus_gate(kpi, y, ours, theirs, HOW).verdict == "pass"
    assert passed >= 48


def test_the_same_answers_are_not_worse() -> None:
    y, ours, _ = pair(np.random.default_rng(1), 200, 0.0, 0.5)
    for metric in METRICS:
        found = versus_gate(Kpi.model_validate({"metric": metric, "versus": "champion", "notWorseBy": 0}), y, ours, ours, HOW)
        assert (found.verdict, found.low, found.high) == ("pass", 0.0, 0.0)
        assert "both answer alike on every row" in found.message
        better = versus_gate(
            Kpi.model_validate({"metric": metric, "versus": "champion", "improveBy": {"points": 0.01}}), y, ours, ours, HOW
        )
        assert better.verdict == "fail"


def test_differences_within_few_groups_are_not_told() -> None:
    """The rows that differ stand in three groups: however many they are, they are three draws."""
    y, ours, theirs = pair(np.random.default_rng(1), 1000, 0.0, 0.5)
    groups = np.arange(1000) // 20
    theirs.predicted[groups < 3] = 1 - y[groups < 3]
    for metric in ("accuracy", "f1"):
        found = paired_difference(metric, y, ours, theirs, Resampling(resamples=400, groups=groups))
        assert found.low < 0 < found.high


def test_an_inconclusive_gate_tells_the_margin_in_the_metric_s_units() -> None:
    dice = np.random.default_rng(5)
    y = dice.normal(1000, 200, 300)
    noise = dice.normal(0, 150, 300)
    ours, theirs = Subset(y + noise, None, None), Subset(y + noise * 0.2 + dice.normal(0, 155, 300), None, None)
    found = versus_gate(Kpi.model_validate({"metric": "mae", "versus": "champion", "notWorseBy": "0%"}), y, ours, theirs, HOW)
    assert found.verdict == "inconclusive"
    assert found.value < 0 < found.high
    told = float(found.message.split("`notWorseBy: {points: ")[1].split("}")[0])
    assert found.high <= told <= found.high * 1.1 + 1
    again = Kpi.model_validate({"metric": "mae", "versus": "champion", "notWorseBy": {"points": told}})
    assert versus_gate(again, y, ours, theirs, HOW).verdict == "pass"


def scores(rows: int, odd: int, noise: float) -> tuple[Array, Subset, Subset]:
    """A model that tells the classes apart but for `odd` positives, and a constant one."""
    dice = np.random.default_rng(4)
    y = (dice.random(rows) < 0.7).astype(int)
    p = np.clip(np.where(y == 1, 0.95, 0.05) + dice.normal(0, noise, rows), 0.001, 0.999)
    p[np.flatnonzero(y)[:odd]] = 0.01
    ours, none = Subset((p > 0.5).astype(int).astype(object), np.c_[1 - p, p], (0, 1)), np.full((rows, 2), 0.5)
    return y.astype(object), ours, Subset(np.zeros(rows, dtype=int).astype(object), none, (0, 1))


@pytest.mark.parametrize("metric", ["roc_auc", "balanced_accuracy", "f1_macro", "f1"])
def test_a_model_that_errs_on_two_rows_is_better_than_guessing(metric: str) -> None:
    """Two rows carry all that varies: the rows of the rarer class bound it, and the constant one does not vary."""
    y, ours, guess = scores(200, 2, 0.01)
    found = paired_difference(metric, y, ours, guess, HOW)
    assert found.low <= found.value <= found.high
    assert found.low > 0.2
    if metric == "roc_auc":
        assert found.high == pytest.approx(0.5, abs=1e-3)
        assert paired_difference(metric, y, guess, ours, HOW).high == pytest.approx(-found.low)


@pytest.mark.parametrize("metric", ["balanced_accuracy", "f1", "f1_macro"])
def test_few_rows_that_differ_prove_nothing(metric: str) -> None:
    y, ours, _ = scores(400, 2, 0.01)
    better = Subset(y, np.asarray(ours.proba), (0, 1))
    found = paired_difference(metric, y, better, ours, HOW)
    assert found.value > 0
    assert not found.low > 0


@pytest.mark.parametrize("metric", ["recall", "false_negative_rate"])
def test_a_share_of_no_trials_has_no_interval(metric: str) -> None:
    """No positive is in the test rows."""
    y, ours, theirs = np.zeros(60, dtype=int).astype(object), np.zeros(60, dtype=int), np.r_[np.ones(3, dtype=int), np.zeros(57, dtype=int)]
    one, other = (Subset(p.astype(object), None, (0, 1)) for p in (ours, theirs))
    gate = versus_gate(Kpi.model_validate({"metric": metric, "versus": "champion", "notWorseBy": 0}), y, one, other, HOW)
    assert gate.verdict == "inconclusive"


def test_few_long_runs_have_a_wide_interval_and_not_none() -> None:
    """A few groups have large errors, so that few carry what varies; a far better model is told all the same."""
    dice = np.random.default_rng(8)
    size = np.repeat(np.where(np.arange(20) % 8 == 0, 9.0, 1.0), 60)
    y, error = dice.normal(100, 1, 1200), dice.normal(size=1200) * size
    how = Resampling(resamples=200, seed=3, groups=np.repeat(np.arange(20), 60))
    models = Subset(y + error, None, None), Subset(y + 9 * error, None, None)
    found = paired_difference("mae", y, *models, how)
    assert 2.5 < found.even < 5
    assert found.low < found.value < found.high < 0
