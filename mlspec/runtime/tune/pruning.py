"""When a trial is given up: by what stood when its wave began, so that it is the same whoever ran what first.

The rule is Golovin et al.'s median stopping (Google Vizier, KDD 2017): a trial stops after a fold if the mean of its values so far is worse
than the median of such means of earlier trials.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from mlspec.runtime.tune.trial import Trial, mean

LEAST = 5
"""Earlier trials that a median needs."""


def bars(before: Sequence[Trial], folds: int) -> tuple[float | None, ...]:
    """For each fold but the last: the median over `before` of the mean up to it; None where too few came so far."""
    found: list[float | None] = []
    for fold in range(folds - 1):
        means = [mean(one.values[: fold + 1]) for one in before if one.state != "failed" and len(one.values) > fold]
        found.append(statistics.median(means) if len(means) >= LEAST else None)
    return tuple(found)


def is_worse(values: Sequence[float], bars_: Sequence[float | None], *, greater: bool) -> bool:
    """Whether a trial with these values stops here."""
    bar = bars_[len(values) - 1] if len(values) <= len(bars_) else None
    if bar is None:
        return False
    return mean(values) < bar if greater else mean(values) > bar
