"""Metrics of the user's own: the same numbers as built-in ones of the same formula, and intervals that hold where only a function is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from mlspec.metrics.answers import Array
from mlspec.metrics.estimate import Resampling
from mlspec.metrics.groups import group_spread
from mlspec.metrics.intervals import interval, intervals
from mlspec.metrics.own import measurable, own_from, parts_of
from mlspec.metrics.paired import Asked, paired_difference, shortfalls
from mlspec.metrics.slices import subset
from mlspec.runtime.predict import Predictions

SECTION = {"greater": False}
HOW = Resampling(resamples=300)


def answers(predicted: Array, found: Array, codes: Array, again: Callable[[Array], Array] | None = None, **section: object) -> Predictions:
    one = own_from("cost", SECTION | section, found, codes, again or (lambda _: np.zeros(0)))
    return replace(Predictions(predicted, None, None), own={"cost": one})


def of_rows(predicted: Array, *columns: Array, **section: object) -> Predictions:
    return answers(predicted, np.column_stack(columns).astype(float), np.zeros(len(predicted), dtype=int), None, **section)


def by_parts(predicted: Array, function: Callable[[Array], float], codes: Array, **section: object) -> Predictions:
    """Answers whose metric is one number: `function` of the positions of rows."""

    def again(index: Array) -> Array:
        left = [function(index[codes[index] != part]) for part in np.unique(codes[index])]
        return np.array([function(index), *left])

    return answers(predicted, again(np.arange(len(predicted))), codes, again, **section)


def sample(rows: int = 300, seed: int = 0) -> tuple[Array, Array, Array]:
    dice = np.random.default_rng(seed)
    truth = dice.normal(50, 9, rows)
    return truth, truth + dice.normal(0, 5, rows), truth + dice.normal(0, 5.5, rows)


@pytest.mark.parametrize("how", [HOW, Resampling(resamples=300, ordered=True), Resampling(resamples=300, groups=np.arange(300) // 6)])
@pytest.mark.parametrize("metric", ["mae", "wape"])
def test_of_the_formula_of_a_built_in_metric_all_is_the_same(metric: str, how: Resampling) -> None:
    truth, ours, theirs = sample()
    weight = [np.abs(truth)] if metric == "wape" else []
    one, other = (of_rows(p, np.abs(p - truth), *weight) for p in (ours, theirs))
    parts = {"a": np.arange(300) % 2 == 0, "b": np.arange(300) % 2 == 1}
    assert intervals("cost", truth, one, parts, how) == intervals(metric, truth, one, parts, how)
    mine, known = (paired_difference(name, truth, one, other, how) for name in ("cost", metric))
    assert (mine.value, mine.low, mine.high) == (known.value, known.low, known.high)
    column = np.arange(300) % 3
    assert group_spread("cost", truth, one, column, how).difference == group_spread(metric, truth, one, column, how).difference
    assert interval("cost", truth[10:40], subset(one, np.arange(10, 40)), HOW) == interval(
        metric, truth[10:40], subset(one, np.arange(10, 40)), HOW
    )


def test_which_is_better_is_asked_and_what_answers_do_not_carry_is_not_measured() -> None:
    truth, ours, _ = sample()
    carried = of_rows(ours, np.abs(ours - truth), greater=True)
    assert carried.own["cost"].info.greater is True and carried.own["cost"].info.cost(3.0) == -3.0
    assert measurable(["cost", "mae", "other"], carried) == ["cost", "mae"]
    assert measurable(["cost", "mae"], carried, Predictions(ours, None, None)) == ["mae"]


def test_rows_without_a_loss_prove_nothing_unless_it_has_a_range() -> None:
    truth, ours, theirs = sample()
    none = np.zeros(300)
    found = interval("cost", truth, of_rows(ours, none), HOW)
    assert found.value == 0 and np.isnan(found.high) and "range" in found.note
    found = interval("cost", truth, of_rows(ours, none, range=[0, 1]), HOW)
    assert (found.low, found.high) == (0, pytest.approx(1 - 0.025 ** (1 / 300)))
    found = interval("cost", truth, of_rows(ours, none, range=[0, 500]), HOW)
    assert found.high == pytest.approx(500 * (1 - 0.025 ** (1 / 300)))
    pair = [of_rows(p, none) for p in (ours, theirs)]
    assert np.isnan(paired_difference("cost", truth, pair[0], pair[1], HOW).high)
    pair = [of_rows(p, none, range=[0, 1]) for p in (ours, theirs)]
    assert paired_difference("cost", truth, pair[0], pair[1], HOW).high > 0.005
    few = np.where(np.arange(300) < 2, 1.0, 0.0)
    assert interval("cost", truth, of_rows(ours, few, range=[0, 1]), HOW).high > 0.02
    assert shortfalls("cost", truth, pair[0], pair[0], [Asked()], HOW)[0].high == 0  # the same model


def test_a_tail_without_a_mean_is_told_but_where_it_is_bounded() -> None:
    truth, ours, _ = sample(400)
    huge = np.random.default_rng(3).pareto(0.8, 400)
    assert interval("cost", truth, of_rows(ours, huge), HOW).tail
    assert not interval("cost", truth, of_rows(ours, huge, range=[0, 1e9]), HOW).tail


def test_one_number_has_an_interval_by_leaving_parts_out() -> None:
    truth, ours, _ = sample()
    error = np.abs(ours - truth)
    whole = by_parts(ours, lambda rows: float(error[rows].mean()), parts_of(300, HOW))
    found, known = interval("cost", truth, whole, HOW), interval("mae", truth, whole, HOW)
    assert found.drawn == "part" and found.value == pytest.approx(known.value)
    assert 0.6 < (found.high - found.low) / (known.high - known.low) < 1.6
    undefined = by_parts(ours, lambda rows: float("nan") if len(rows) < 290 and 7 not in rows else 1.0 + rows[0], parts_of(300, HOW))
    assert np.isnan(interval("cost", truth, undefined, HOW).high)


def test_parts_are_runs_in_order_of_time_and_whole_groups() -> None:
    assert len(set(parts_of(1000, HOW).tolist())) == 50
    runs = parts_of(1000, Resampling(ordered=True))
    assert (np.diff(runs) >= 0).all() and len(set(runs.tolist())) == 25
    assert len(set(parts_of(1000, Resampling(block=100)).tolist())) == 10
    groups = np.arange(1000) // 4
    parts = parts_of(1000, Resampling(groups=groups))
    assert len(set(parts.tolist())) == 50 and all(len(set(parts[groups == g].tolist())) == 1 for g in range(250))
    assert len(parts_of(0, HOW)) == 0


def _held(kind: str, samples: int, rows: int = 300) -> float:
    """The share of samples whose interval holds the truth: of a ratio of means (as a function), and of a standard deviation."""
    hits = 0
    for number in range(samples):
        dice = np.random.default_rng(number)
        top, bottom = dice.exponential(1.0, rows), dice.uniform(0.5, 1.5, rows)

        def whole(rows: Array, top: Array = top, bottom: Array = bottom) -> float:
            return float(top[rows].mean() / bottom[rows].mean()) if kind == "ratio" else float(top[rows].std(ddof=1))

        how = Resampling(resamples=200, seed=number)
        found = interval("cost", top, by_parts(top, whole, parts_of(rows, how)), how)
        hits += bool(found.low <= 1.0 <= found.high) or not np.isfinite(found.high)
    return hits / samples


@pytest.mark.parametrize("kind", ["ratio", "sd"])
def test_intervals_of_one_number_hold(kind: str) -> None:
    assert _held(kind, 60) > 0.85


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "least"), [("ratio", 0.93), ("sd", 0.90)])
def test_intervals_of_one_number_hold_as_often_as_they_say(kind: str, least: float) -> None:
    """A standard deviation of exponential numbers is as hard as built-in metrics of squares."""
    assert _held(kind, 1000) >= least - 2 * (least * (1 - least) / 1000) ** 0.5
