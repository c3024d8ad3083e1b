"""Metrics of sets of labels against scikit-learn's, and intervals that are never narrower than the rows can tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from mlspec.metrics.catalog import metric_names
from mlspec.metrics.classes import class_report
from mlspec.metrics.estimate import Resampling
from mlspec.metrics.intervals import interval, intervals
from mlspec.metrics.labels import as_sets, indicators, labels_of, sets_of
from mlspec.metrics.paired import paired_difference
from mlspec.metrics.weighted import statistic, value

LABELS = ("a", "b", "c")


@dataclass(frozen=True)
class Said:
    predicted: np.ndarray
    proba: Any = None
    classes: tuple[str, ...] = LABELS


def by_scikit_learn(metric: str, y: np.ndarray, p: np.ndarray, weights: np.ndarray | None = None) -> float:
    average = metric.rpartition("_")[2]
    found = {
        "subset_accuracy": lambda: sk.accuracy_score(y, p, sample_weight=weights),
        "hamming_loss": lambda: sk.hamming_loss(y, p, sample_weight=weights),
        "jaccard_samples": lambda: sk.jaccard_score(y, p, average="samples", zero_division=0, sample_weight=weights),
    }
    kinds = {"f1": sk.f1_score, "precision": sk.precision_score, "recall": sk.recall_score}
    if metric in found:
        return float(found[metric]())
    return float(kinds[metric.partition("_")[0]](y, p, average=average, zero_division=0, sample_weight=weights))


tables = st.lists(st.lists(st.booleans(), min_size=6, max_size=6), min_size=1, max_size=12)


@settings(max_examples=40)
@given(tables)
@pytest.mark.parametrize("metric", metric_names("multilabel"))
def test_each_equals_scikit_learn(metric: str, table: list[list[bool]]) -> None:
    cells = np.array(table, dtype=int)
    y, p = cells[:, :3], cells[:, 3:]
    if metric.endswith("_macro"):  # scikit-learn's mean is over the labels in its columns, ours over those that anybody named
        there = (y + p).any(axis=0)
        if there.sum() < 2:  # of one column scikit-learn takes rows for two classes
            return
        y, p = y[:, there], p[:, there]
    labels = LABELS[: y.shape[1]]
    assert value(metric, sets_of(y, labels), Said(sets_of(p, labels), classes=labels)) == pytest.approx(by_scikit_learn(metric, y, p))


@given(tables)
def test_sets_and_indicators_are_two_ways_to_say_the_same(table: list[list[bool]]) -> None:
    cells = np.array(table, dtype=float)[:, :3]
    assert (indicators(sets_of(cells, LABELS), LABELS) == cells).all()


@pytest.mark.parametrize("metric", metric_names("multilabel"))
def test_weights_are_repeated_rows(metric: str) -> None:
    dice = np.random.default_rng(1)
    y, p, weights = dice.random((40, 3)) < 0.4, dice.random((40, 3)) < 0.5, dice.integers(0, 3, 40)
    found = statistic(metric, sets_of(y, LABELS), Said(sets_of(p, LABELS)))(weights[None, :].astype(float))[0]
    assert found == pytest.approx(by_scikit_learn(metric, y.astype(int), p.astype(int), weights))


def test_a_label_that_the_model_never_saw_counts_against_it() -> None:
    actual, said = as_sets([("a", "new"), ("b",)]), Said(as_sets([("a",), ("b",)]), classes=("a", "b"))
    assert value("f1_micro", actual, said) == pytest.approx(4 / 5)
    assert value("subset_accuracy", actual, said) == 0.5
    assert [(one.label, one.rows) for one in class_report(actual, said)] == [("a", 1), ("b", 1), ("new", 1)]
    assert labels_of(actual) == ("a", "b", "new")


@pytest.mark.parametrize("metric", ["f1_micro", "f1_samples", "jaccard_samples", "subset_accuracy", "f1_macro"])
def test_all_right_is_no_certainty(metric: str) -> None:
    actual = as_sets([("a",), ("b", "c"), ("a", "c")] * 20)
    found = interval(metric, actual, Said(actual), Resampling())
    assert found.value == 1.0 == found.high
    assert 0.8 < found.low < 0.96


def test_no_wrong_cell_is_no_certainty() -> None:
    actual = as_sets([("a",), ("b",)] * 30)
    found = interval("hamming_loss", actual, Said(actual, classes=("a", "b")), Resampling())
    assert (found.low, found.value) == (0.0, 0.0)
    assert 0.01 < found.high < 0.1


def _sample(dice: np.random.Generator, rows: int, flip: float) -> tuple[np.ndarray, Said]:
    truth = dice.random((rows, 3)) < (0.5, 0.3, 0.2)
    hard = dice.random((rows, 1)) < 0.3  # rows err as a whole
    said = truth ^ (dice.random((rows, 3)) < np.where(hard, 3 * flip, flip / 3))
    return sets_of(truth, LABELS), Said(sets_of(said, LABELS))


@pytest.mark.parametrize(("samples", "least"), [(20, 0.75), pytest.param(600, 0.925, marks=pytest.mark.slow)])
def test_intervals_hold_the_truth_as_often_as_they_say(samples: int, least: float) -> None:
    dice = np.random.default_rng(5)
    names = ("f1_micro", "f1_samples", "jaccard_samples", "hamming_loss", "subset_accuracy", "f1_macro")
    far = _sample(dice, 200_000, 0.1)
    truths = {name: value(name, *far) for name in names}
    held = dict.fromkeys(names, 0)
    for _ in range(samples):
        actual, said = _sample(dice, 150, 0.1)
        for name in names:
            found = interval(name, actual, said, Resampling(resamples=300))
            held[name] += found.low <= truths[name] <= found.high
    assert min(held.values()) >= least * samples, held


def test_slices_and_a_paired_comparison() -> None:
    dice = np.random.default_rng(2)
    actual, worse = _sample(dice, 300, 0.25)
    better = Said(actual.copy())
    found = paired_difference("f1_micro", actual, better, worse, Resampling())
    assert found.value > 0.1 and found.low > 0
    assert paired_difference("subset_accuracy", actual, worse, worse, Resampling()).value == 0
    halves = {"one": np.arange(300) < 150, "other": np.arange(300) >= 150}
    parts = intervals("f1_samples", actual, worse, halves, Resampling())
    assert parts["one"].value == pytest.approx(value("f1_samples", actual[:150], Said(worse.predicted[:150])))
