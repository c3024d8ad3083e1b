"""Labels that are likely wrong, from probabilities that a model gave to rows it was not trained on: confident learning.

Source: Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", Journal of Artificial Intelligence
Research 70 (2021), sections 3.1 (thresholds, the confident joint and its calibration) and 3.2 (rows off its diagonal).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]
Whole = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Confident:
    """What n rows with k classes tell. `joint`: (k, k) rows by given class (row) and the one that they surely look like (column).

    `likely`: (n,) that class, -1 where no class is sure. `margin`: (n,) how much more the given label has than the best other one, in
    [-1, 1]. `share`: the estimated share of labels that are wrong, of all rows. `suspects`: positions off the diagonal, worst first.
    """

    joint: Whole
    likely: Whole
    margin: Floats
    share: float
    suspects: Whole


def confident(given: Whole, proba: Floats) -> Confident:
    """Judge the labels `given`, (n,) in 0..k-1, by out-of-sample probabilities `proba`, (n, k), k >= 2."""
    classes = proba.shape[1]
    likely = _likely(given, proba)
    sure = likely >= 0
    joint = np.zeros((classes, classes), np.int64)
    np.add.at(joint, (given[sure], likely[sure]), 1)
    margin = _margin(given, proba)
    off = np.flatnonzero(sure & (likely != given))
    suspects = off[np.argsort(margin[off], kind="stable")]
    return Confident(joint, likely, margin, _share(joint, given), suspects)


def _likely(given: Whole, proba: Floats) -> Whole:
    """Of the classes that have at least the probability which rows labelled so have on average, the most probable; -1 without one."""
    counts = np.bincount(given, minlength=proba.shape[1])
    thresholds = np.array([proba[given == j, j].mean() if counts[j] else np.inf for j in range(proba.shape[1])])
    above = np.where(proba >= thresholds, proba, -np.inf)
    return np.where(np.isfinite(above.max(axis=1)), above.argmax(axis=1), -1)


def _margin(given: Whole, proba: Floats) -> Floats:
    rows = np.arange(len(given))
    others = proba.copy()
    others[rows, given] = -np.inf
    return proba[rows, given] - others.max(axis=1) if len(given) else np.empty(0)


def _share(joint: Whole, given: Whole) -> float:
    """Off the diagonal of the joint, each row of it scaled to the number of rows with that label."""
    counts = np.bincount(given, minlength=len(joint))
    seen = joint.sum(axis=1)
    wrong = sum(counts[i] * (1 - joint[i, i] / seen[i]) for i in range(len(joint)) if seen[i])
    return float(wrong / len(given)) if len(given) else 0.0
