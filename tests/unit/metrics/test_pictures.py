"""The numbers behind the pictures: those of scikit-learn, and few, however many rows there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sklearn

from mlspec.metrics.pictures import POINTS, confusion, density, histogram, precision_recall, reliability, roc
from mlspec.metrics.weighted import value


@dataclass(frozen=True)
class Given:
    predicted: np.ndarray
    proba: np.ndarray | None = None
    classes: tuple[Any, ...] | None = None


def binary(rows: int, seed: int = 0) -> tuple[np.ndarray, Given]:
    generator = np.random.default_rng(seed)
    score = np.round(generator.random(rows), 6)
    truth = np.where(generator.random(rows) < score, "yes", "no").astype(object)
    return truth, Given(np.where(score > 0.5, "yes", "no").astype(object), np.column_stack([1 - score, score]), ("no", "yes"))


def test_confusion_is_that_of_scikit_learn() -> None:
    truth, said = binary(500)
    found = confusion(truth, said)
    assert (found.labels, found.other) == (("no", "yes"), 0)
    np.testing.assert_array_equal(found.counts, sklearn.confusion_matrix(truth, said.predicted, labels=["no", "yes"]))


def test_rare_classes_share_a_row() -> None:
    names = [f"c{i:02}" for i in range(30)]
    truth = np.array([n for i, n in enumerate(names) for _ in range(30 - i)], dtype=object)
    found = confusion(truth, Given(truth[::-1].copy(), classes=tuple(names)), most=5)
    assert found.labels == tuple(names[:4]) and found.other == 26 and found.counts.shape == (5, 5)
    assert found.counts.sum() == len(truth)
    assert found.counts[0].sum() == 30


def test_curves_are_those_of_scikit_learn() -> None:
    truth, said = binary(120)
    assert said.proba is not None
    x, y = roc(truth, said)
    assert np.trapezoid(y, x) == pytest.approx(sklearn.roc_auc_score(truth == "yes", said.proba[:, 1]))
    recall, precision = precision_recall(truth, said)
    theirs, recalls, _ = sklearn.precision_recall_curve(truth == "yes", said.proba[:, 1])
    assert {(round(r, 9), round(p, 9)) for r, p in zip(recall, precision, strict=True)} == {
        (round(r, 9), round(p, 9)) for r, p in zip(recalls[:-1], theirs[:-1], strict=True)
    }


def test_a_million_rows_make_few_points() -> None:
    truth, said = binary(1_000_000)
    x, y = roc(truth, said)
    assert len(x) <= POINTS and (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)
    assert np.trapezoid(y, x) == pytest.approx(value("roc_auc", truth, said), abs=0.005)
    recall, precision = precision_recall(truth, said)
    assert len(recall) == len(precision) <= POINTS


@pytest.mark.parametrize("truth", [["yes"] * 5, ["no"] * 5])
def test_one_class_alone_has_no_curve(truth: list[str]) -> None:
    _, said = binary(5)
    assert len(roc(np.array(truth, dtype=object), said)[0]) == 0
    assert len(precision_recall(np.array(truth, dtype=object), said)[0]) == (5 if truth[0] == "yes" else 0)


def test_calibration_counts_every_row_once() -> None:
    truth, said = binary(2_000)
    found = reliability(truth, said, 0.95)
    assert found.rows.sum() == 2_000 and len(found.rows) == 10
    assert (np.diff(found.score) > 0).all()
    assert ((found.low <= found.share) & (found.share <= found.high)).all()
    assert ((found.low <= found.score) & (found.score <= found.high)).mean() >= 0.8, "these scores are calibrated"
    edge = Given(np.array(["yes"], dtype=object), np.array([[-1e-4, 1.0001]]), ("no", "yes"))
    assert reliability(np.array(["yes"], dtype=object), edge, 0.95).rows.tolist() == [1]


def test_a_histogram_holds_every_row_whatever_stands_out() -> None:
    values = np.r_[np.random.default_rng(0).normal(size=10_000), 1e12]
    edges, counts = histogram(values)
    assert counts.sum() == len(values) and edges[-1] < 10
    assert histogram(np.full(7, 3.0))[1].sum() == 7
    assert histogram(np.array([1.0, 1.0 + 1e-15]))[1].sum() == 2
    assert histogram(np.array([-1.7e308, 1.7e308, np.inf]))[1].sum() == 3
    assert histogram(np.empty(0))[1].tolist() == []


def test_a_density_holds_every_row() -> None:
    generator = np.random.default_rng(0)
    x = generator.normal(size=10_000)
    (low, high), counts = density(x, np.r_[x[:-1], 1e9])
    assert counts.sum() == 10_000 and -4 < low < high < 4
    assert np.trace(counts) > 9_900, "rows that agree stand on the diagonal"
    assert counts.dtype.kind == "i" and counts.shape == (36, 36)
