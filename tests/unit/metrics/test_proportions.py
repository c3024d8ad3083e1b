"""Exact bounds of shares, against published numbers and SciPy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from scipy import stats

from mlspec.metrics.estimate import Resampling
from mlspec.metrics.intervals import interval
from mlspec.metrics.proportions import exact


@dataclass(frozen=True)
class Given:
    predicted: np.ndarray
    proba: np.ndarray | None = None
    classes: tuple[Any, ...] | None = (0, 1)


HOW = Resampling(resamples=300, seed=3)


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [(81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (0, 20, 0.0, 0.1684), (1, 29, 0.0009, 0.1776)],
)
def test_clopper_pearson_as_published(hits: int, count: int, low: float, high: float) -> None:
    """Newcombe 1998, Statistics in Medicine 17:857-872, table I, method 5."""
    assert exact("accuracy", hits, count, 0.95) == pytest.approx((low, high), abs=5e-5)


def test_all_of_three_prove_little() -> None:
    assert exact("recall", 3, 3, 0.95) == pytest.approx((0.025 ** (1 / 3), 1.0))
    assert np.isnan(exact("recall", 0, 0, 0.95)).all()


def labels(rows: int, positives: int) -> np.ndarray:
    return np.array([1] * positives + [0] * (rows - positives), dtype=object)


@pytest.mark.parametrize(
    ("metric", "low", "high"),
    [
        ("accuracy", 0.025 ** (1 / 40), 1.0),
        ("recall", 0.025 ** (1 / 10), 1.0),
        ("precision", 0.025 ** (1 / 10), 1.0),
        ("false_positive_rate", 0.0, 1 - 0.025 ** (1 / 30)),
        ("false_negative_rate", 0.0, 1 - 0.025 ** (1 / 10)),
        ("balanced_accuracy", 0.025 ** (1 / 10), 1.0),
    ],
)
def test_right_everywhere_is_bounded_by_the_rows_that_could_show_an_error(metric: str, low: float, high: float) -> None:
    y = labels(40, 10)
    found = interval(metric, y, Given(y), HOW)
    assert (found.low, found.high) == pytest.approx((low, high))


def test_f1_through_jaccard() -> None:
    y = labels(40, 10)
    jaccard = 0.025 ** (1 / 10)
    assert interval("f1", y, Given(y), HOW).low == pytest.approx(2 * jaccard / (1 + jaccard))


def test_a_perfect_ranking_is_as_sure_as_its_pairs_and_correlation_has_no_bound() -> None:
    y = labels(40, 10)
    score = np.where(y == 1, 0.9, 0.1).astype(float)
    answers = Given(y, np.column_stack([1 - score, score]))
    assert interval("roc_auc", y, answers, HOW).low == pytest.approx(0.025 ** (1 / 10))
    for metric in ("mcc", "average_precision"):
        found = interval(metric, y, answers, HOW)
        assert found.value == 1.0
        assert np.isnan([found.low, found.high]).all()


def test_never_surer_with_an_error_than_without() -> None:
    y = labels(300, 150)
    one_wrong = y.copy()
    one_wrong[0] = 0
    perfect, nearly = interval("accuracy", y, Given(y), HOW), interval("accuracy", y, Given(one_wrong), HOW)
    assert nearly.low < perfect.low
    assert nearly.low <= stats.binomtest(299, 300).proportion_ci(method="exact").low + 1e-12


def test_a_block_is_one_trial_where_all_rows_agree() -> None:
    y = labels(400, 200)
    found = interval("accuracy", y, Given(y), Resampling(resamples=200, block=20))
    assert found.low == pytest.approx(0.025 ** (1 / 20), rel=1e-6)
