"""Each metric against scikit-learn (and by hand where scikit-learn has none), with integer weights as repeated rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sk

from mlspec.metrics.catalog import METRICS, metric_names
from mlspec.metrics.weighted import statistic, value


@dataclass(frozen=True)
class Given:
    predicted: np.ndarray
    proba: np.ndarray | None = None
    classes: tuple[Any, ...] | None = None


DICE = np.random.default_rng(3)
Y = DICE.gamma(2.0, 40.0, 300)
P = Y + DICE.normal(0, 12, 300)
SCORE = np.round(DICE.random(400), 2)
LABEL = np.where(DICE.random(400) < SCORE, "yes", "no").astype(object)
GUESS = np.where(SCORE > 0.6, "yes", "no").astype(object)
BINARY = Given(GUESS, np.column_stack([1 - SCORE, SCORE]), ("no", "yes"))
THREE = np.array(["a", "b", "c"], dtype=object)
TRUTH3 = THREE[DICE.integers(0, 3, 300)]
GUESS3 = np.where(DICE.random(300) < 0.6, TRUTH3, THREE[DICE.integers(0, 3, 300)])
PROBA3 = DICE.dirichlet([1, 1, 1], 300)
MULTI = Given(GUESS3, PROBA3, ("a", "b", "c"))
POS = (LABEL == "yes").astype(int)

REGRESSION = {
    "mae": sk.mean_absolute_error,
    "mse": sk.mean_squared_error,
    "rmse": sk.root_mean_squared_error,
    "r2": sk.r2_score,
    "explained_variance": sk.explained_variance_score,
    "mape": sk.mean_absolute_percentage_error,
    "medae": sk.median_absolute_error,
    "max_error": sk.max_error,
    "wape": lambda y, p: np.abs(p - y).sum() / np.abs(y).sum(),
    "bias": lambda y, p: (p - y).mean(),
}


@pytest.mark.parametrize("name", metric_names("regression"))
def test_regression_equals_scikit_learn(name: str) -> None:
    assert value(name, Y, Given(P)) == pytest.approx(REGRESSION[name](Y, P), rel=1e-9)


def _ece() -> float:
    bins = np.minimum((SCORE * 10).astype(int), 9)
    return sum(abs(POS[bins == b].mean() - SCORE[bins == b].mean()) * (bins == b).mean() for b in range(10) if (bins == b).any())


_TN, _FP, _FN, _TP = sk.confusion_matrix(LABEL.astype(str), GUESS.astype(str), labels=["no", "yes"]).ravel()
OWN = LABEL.astype(str)
OWN_GUESS = GUESS.astype(str)
BINARY_EXPECTED = {
    "accuracy": sk.accuracy_score(OWN, OWN_GUESS),
    "balanced_accuracy": sk.balanced_accuracy_score(OWN, OWN_GUESS),
    "mcc": sk.matthews_corrcoef(OWN, OWN_GUESS),
    "precision": sk.precision_score(OWN, OWN_GUESS, pos_label="yes"),
    "recall": sk.recall_score(OWN, OWN_GUESS, pos_label="yes"),
    "f1": sk.f1_score(OWN, OWN_GUESS, pos_label="yes"),
    "roc_auc": sk.roc_auc_score(POS, SCORE),
    "average_precision": sk.average_precision_score(POS, SCORE),
    "log_loss": sk.log_loss(POS, SCORE),
    "brier": sk.brier_score_loss(POS, SCORE),
    "ece": _ece(),
    "false_positive_rate": _FP / (_FP + _TN),
    "false_negative_rate": _FN / (_FN + _TP),
    "selection_rate": (GUESS == "yes").mean(),
}


@pytest.mark.parametrize("name", metric_names("binary"))
def test_binary_equals_scikit_learn(name: str) -> None:
    assert value(name, LABEL, BINARY) == pytest.approx(BINARY_EXPECTED[name], rel=1e-9)


T3, G3 = TRUTH3.astype(str), GUESS3.astype(str)
MULTI_EXPECTED = {
    "accuracy": sk.accuracy_score(T3, G3),
    "balanced_accuracy": sk.balanced_accuracy_score(T3, G3),
    "mcc": sk.matthews_corrcoef(T3, G3),
    "log_loss": sk.log_loss(T3, PROBA3),
    "f1_macro": sk.f1_score(T3, G3, average="macro"),
    "f1_weighted": sk.f1_score(T3, G3, average="weighted"),
    "precision_macro": sk.precision_score(T3, G3, average="macro"),
    "recall_macro": sk.recall_score(T3, G3, average="macro"),
}


@pytest.mark.parametrize("name", metric_names("multiclass"))
def test_multiclass_equals_scikit_learn(name: str) -> None:
    assert value(name, TRUTH3, MULTI) == pytest.approx(MULTI_EXPECTED[name], rel=1e-9)


ANSWERS = {"regression": (Y, Given(P)), "binary": (LABEL, BINARY), "multiclass": (TRUTH3, MULTI)}
"""Tasks with answers of another form have tests of their own."""


@pytest.mark.parametrize("name", [name for name, info in METRICS.items() if info.tasks[0] in ANSWERS])
def test_a_weight_is_a_repeated_row(name: str) -> None:
    actual, answers = ANSWERS[METRICS[name].tasks[0]]
    times = np.random.default_rng(1).integers(0, 4, len(actual))
    again = np.repeat(np.arange(len(actual)), times)
    proba = None if answers.proba is None else answers.proba[again]
    repeated = value(name, actual[again], Given(answers.predicted[again], proba, answers.classes))
    assert statistic(name, actual, answers)(times[None, :].astype(float))[0] == pytest.approx(repeated, rel=1e-9)


def test_by_hand() -> None:
    y, p = np.array([1.0, 2.0, 4.0]), np.array([2.0, 2.0, 1.0])
    assert value("mae", y, Given(p)) == pytest.approx(4 / 3)
    assert value("bias", y, Given(p)) == pytest.approx(-2 / 3)
    assert value("medae", y, Given(p)) == 1.0
    assert value("wape", y, Given(p)) == pytest.approx(4 / 7)


def test_what_is_not_defined_is_nan() -> None:
    constant = np.full(5, 3.0)
    assert np.isnan(value("r2", constant, Given(constant + 1)))
    one = np.array(["yes"] * 4, dtype=object)
    assert np.isnan(value("roc_auc", one, Given(one, np.full((4, 2), 0.5), ("no", "yes"))))
    assert np.isnan(value("mae", np.array([]), Given(np.array([]))))
