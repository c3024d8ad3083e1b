"""What is the true class, when annotators err each in their own way: the model of Dawid & Skene, fitted by expectation maximisation.

A. P. Dawid and A. M. Skene, "Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm", Applied Statistics 28 (1979),
equations 2.3 to 2.5: error rates and class shares from the classes as they are believed, then the classes from those, in turns. It starts
from each item's shares of votes (section 4), so that the same votes give the same answer, in whatever order they come.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlspec.metrics.answers import Array

STEPS = 1000
PRECISION = 1e-9
"""Of the log-likelihood, relative: a step that gains less ends it."""
_LEAST = 1e-300


@dataclass(frozen=True, slots=True)
class Fit:
    """`classes`: (items, classes) how likely each is. `rates`: (annotators, truth, answer). `shares`: (classes,). `steps` taken."""

    classes: Array
    rates: Array
    shares: Array
    steps: int
    converged: bool


def fit(items: Array, annotators: Array, labels: Array, steps: int = STEPS) -> Fit:
    """Fit the model. All three: (votes,) codes from 0 without gaps; one annotator may label an item more than once."""
    count, observers, kinds = int(items.max()) + 1, int(annotators.max()) + 1, int(labels.max()) + 1
    votes = np.bincount(items * kinds + labels, minlength=count * kinds).reshape(count, kinds).astype(np.float64)
    classes = votes / votes.sum(axis=1, keepdims=True)
    cell, before = annotators * kinds + labels, -np.inf
    for step in range(1, steps + 1):
        shares, rates = _rates(classes, items, cell, observers, kinds)
        classes, now = _beliefs(shares, rates, items, cell, count)
        if now - before <= PRECISION * abs(now):
            return Fit(classes, rates, shares, step, converged=True)
        before = now
    return Fit(classes, rates, shares, steps, converged=False)


def _rates(classes: Array, items: Array, cell: Array, observers: int, kinds: int) -> tuple[Array, Array]:
    """Equations 2.3 and 2.4: an annotator's answers by true class, and the shares of the classes."""
    said = np.stack([np.bincount(cell, weights=classes[items, truth], minlength=observers * kinds) for truth in range(kinds)])
    rates = said.reshape(kinds, observers, kinds).transpose(1, 0, 2)
    total = rates.sum(axis=2, keepdims=True)
    return classes.mean(axis=0), np.divide(rates, total, out=np.full_like(rates, 1 / kinds), where=total > 0)


def _beliefs(shares: Array, rates: Array, items: Array, cell: Array, count: int) -> tuple[Array, float]:
    """Equation 2.5, in logarithms: (items, classes), and the log-likelihood of all votes."""
    observers, kinds, _ = rates.shape
    chance = np.log(np.maximum(rates.transpose(1, 0, 2).reshape(kinds, observers * kinds), _LEAST))
    likely = np.stack([np.bincount(items, weights=chance[truth][cell], minlength=count) for truth in range(kinds)], axis=1)
    likely += np.log(np.maximum(shares, _LEAST))
    top = likely.max(axis=1, keepdims=True)
    raised = np.exp(likely - top)
    total = raised.sum(axis=1, keepdims=True)
    return raised / total, float((top + np.log(total)).sum())
