"""Classification metrics. The positive class is the last of `classes`; `zero_division` is 0 as in scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlspec.metrics.answers import Answers, Array
from mlspec.metrics.labels import are_sets, indicated
from mlspec.metrics.ranking import AveragePrecision, RocAuc
from mlspec.metrics.sums import OfSums, ratio

Make = Callable[[Array, Answers], Callable[[Array], Array]]
EPSILON = float(np.finfo(np.float64).eps)
BINS = 10


def _positive(answers: Answers) -> object:
    classes = answers.classes or ()
    return classes[-1] if classes else 1


def cells(actual: Array, answers: Answers) -> list[Array]:
    """Indicators of true positives, false positives, false negatives, true negatives."""
    truth, guess = actual == _positive(answers), np.asarray(answers.predicted, dtype=object) == _positive(answers)
    return [x.astype(np.float64) for x in (truth & guess, ~truth & guess, truth & ~guess, ~truth & ~guess)]


def _binary(formula: Callable[..., Array]) -> Make:
    return lambda actual, answers: OfSums(cells(actual, answers), lambda _, tp, fp, fn, tn: formula(tp, fp, fn, tn))


def _score(answers: Answers) -> Array:
    """The probability of the positive class; of answers that know no classes, the number that rows are ranked by."""
    if answers.classes is None:
        return np.asarray(answers.predicted, dtype=np.float64)
    if answers.proba is None:
        raise ValueError("the model gives no probabilities")
    return np.asarray(answers.proba, dtype=np.float64)[:, -1]


def _truth(actual: Array, answers: Answers) -> Array:
    truth: Array = actual == _positive(answers)
    return truth.astype(np.float64)


def _accuracy(actual: Array, answers: Answers) -> Callable[[Array], Array]:
    right = (actual == np.asarray(answers.predicted, dtype=object)).astype(np.float64)
    return OfSums([right], lambda n, s: s / n)


def _per_class(actual: Array, answers: Answers) -> tuple[list[Array], list[Any]]:
    """For each class: indicators of hit, truth, guess. Classes of the truth that the model does not know count too."""
    guess = np.asarray(answers.predicted, dtype=object)
    if are_sets(actual) or are_sets(guess):
        found, said, names = indicated(actual, answers)
        return [column for i in range(len(names)) for column in (found[:, i] * said[:, i], found[:, i], said[:, i])], list(names)
    labels = sorted({*(answers.classes or ()), *actual.tolist(), *guess.tolist()}, key=lambda v: (str(type(v)), v))
    sides = [(actual == c, guess == c) for c in labels]
    return [x.astype(np.float64) for truth, said in sides for x in (truth & said, truth, said)], labels


@dataclass(frozen=True, slots=True)
class ClassReport:
    """One class: the rows that are of it, and precision, recall and f1 (NaN where there is nothing to divide by)."""

    label: object
    rows: int
    precision: float
    recall: float
    f1: float


def class_report(actual: Array, answers: Answers) -> list[ClassReport]:
    """Return every class of the truth, the model and its answers, in their order."""
    columns, labels = _per_class(np.asarray(actual, dtype=object), answers)
    sums = [(float(hit.sum()), float(truth.sum()), float(guess.sum())) for hit, truth, guess in zip(*[iter(columns)] * 3, strict=True)]
    return [
        ClassReport(label, int(truth), _over(hit, guess), _over(hit, truth), _over(2 * hit, truth + guess))
        for label, (hit, truth, guess) in zip(labels, sums, strict=True)
    ]


def _over(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def _macro(formula: Callable[[Array, Array, Array], Array], average: Callable[[Array, Array, Array], Array]) -> Make:
    """Average a per-class formula of (hits, truths, guesses); arrays are (resamples, classes)."""

    def make(actual: Array, answers: Answers) -> Callable[[Array], Array]:
        columns, labels = _per_class(actual, answers)
        count = len(labels)

        def evaluate(*sums: Array) -> Array:
            grid = np.stack(sums[1:], axis=1).reshape(-1, count, 3)
            hit, truth, guess = grid[:, :, 0], grid[:, :, 1], grid[:, :, 2]
            return average(formula(hit, truth, guess), truth, guess)

        return OfSums(columns, evaluate, _one_wrong_each(count))

    return make


def _one_wrong_each(count: int) -> Array:
    """For each class a row of it that is taken for the next class: its hit, truth and guess for every class."""
    rows = np.zeros((count, count, 3))
    at = np.arange(count)
    rows[at, at, 1] = 1.0
    rows[at, (at + 1) % count, 2] = 1.0
    return rows.reshape(count, 3 * count)


def _present_mean(values: Array, truth: Array, guess: Array) -> Array:
    """Mean over the classes that are in the truth or the guesses, as scikit-learn's `macro`."""
    present = (truth + guess) > 0
    return ratio((values * present).sum(axis=1), present.sum(axis=1).astype(np.float64))


def _truth_mean(values: Array, truth: Array, _: Array) -> Array:
    present = truth > 0
    return ratio((values * present).sum(axis=1), present.sum(axis=1).astype(np.float64))


def _weighted_mean(values: Array, truth: Array, _: Array) -> Array:
    return ratio((values * truth).sum(axis=1), truth.sum(axis=1))


def _f1(hit: Array, truth: Array, guess: Array) -> Array:
    return ratio(2 * hit, truth + guess)


def _mcc(actual: Array, answers: Answers) -> Callable[[Array], Array]:
    """The R_K statistic (Gorodkin 2004), which is Matthews' correlation for two classes; 0 when one side is constant."""
    columns, labels = _per_class(actual, answers)
    count = len(labels)

    def evaluate(n: Array, *sums: Array) -> Array:
        grid = np.stack(sums, axis=1).reshape(-1, count, 3)
        hits, truth, guess = grid[:, :, 0].sum(axis=1), grid[:, :, 1], grid[:, :, 2]
        top = hits * n - (truth * guess).sum(axis=1)
        bottom = np.sqrt((n**2 - (guess**2).sum(axis=1)) * (n**2 - (truth**2).sum(axis=1)))
        return ratio(top, bottom)

    return OfSums(columns, evaluate, _one_wrong_each(count))


def _log_loss(actual: Array, answers: Answers) -> Callable[[Array], Array]:
    if answers.proba is None or answers.classes is None:
        raise ValueError("the model gives no probabilities")
    proba = np.asarray(answers.proba, dtype=np.float64)
    index = {c: i for i, c in enumerate(answers.classes)}
    at = np.array([index.get(c, -1) for c in actual.tolist()], dtype=np.int64)
    own = np.where(at < 0, 0.0, proba[np.arange(len(at)), at])
    return OfSums([-np.log(np.clip(own, EPSILON, 1.0))], lambda n, s: s / n)


def _brier(actual: Array, answers: Answers) -> Callable[[Array], Array]:
    return OfSums([(_score(answers) - _truth(actual, answers)) ** 2], lambda n, s: s / n)


def gaps_by_bin(actual: Array, answers: Answers) -> tuple[list[Array], Array]:
    """Truth less score of the rows in each of ten bins of equal width, 0 for others, (n,) each; and each sum's variance by the scores."""
    score = _score(answers)
    gap = _truth(np.asarray(actual, dtype=object), answers) - score
    index = np.minimum((score * BINS).astype(int), BINS - 1)
    variances = np.bincount(index, weights=score * (1 - score), minlength=BINS)
    return [np.where(index == b, gap, 0.0) for b in range(BINS)], variances


def _ece(actual: Array, answers: Answers) -> Callable[[Array], Array]:
    """Expected calibration error (Naeini 2015): ten bins of equal width, gaps weighted by the rows in each."""
    return OfSums(gaps_by_bin(actual, answers)[0], lambda n, *gaps: np.sum(np.abs(np.stack(gaps)), axis=0) / n)


CLASS_METRICS: dict[str, Make] = {
    "accuracy": _accuracy,
    "balanced_accuracy": _macro(lambda hit, truth, _: ratio(hit, truth), _truth_mean),
    "mcc": _mcc,
    "log_loss": _log_loss,
    "precision": _binary(lambda tp, fp, _fn, _tn: ratio(tp, tp + fp)),
    "recall": _binary(lambda tp, _fp, fn, _tn: ratio(tp, tp + fn)),
    "f1": _binary(lambda tp, fp, fn, _tn: ratio(2 * tp, 2 * tp + fp + fn)),
    "false_positive_rate": _binary(lambda _tp, fp, _fn, tn: fp / (fp + tn)),
    "false_negative_rate": _binary(lambda tp, _fp, fn, _tn: fn / (fn + tp)),
    "selection_rate": _binary(lambda tp, fp, fn, tn: (tp + fp) / (tp + fp + fn + tn)),
    "roc_auc": lambda actual, answers: RocAuc(_truth(actual, answers), _score(answers)),
    "average_precision": lambda actual, answers: AveragePrecision(_truth(actual, answers), _score(answers)),
    "brier": _brier,
    "ece": _ece,
    "f1_macro": _macro(_f1, _present_mean),
    "f1_weighted": _macro(_f1, _weighted_mean),
    "precision_macro": _macro(lambda hit, _, guess: ratio(hit, guess), _present_mean),
    "recall_macro": _macro(lambda hit, truth, _: ratio(hit, truth), _present_mean),
}
