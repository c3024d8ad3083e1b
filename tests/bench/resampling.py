"""An evaluation of 100,000 rows: a metric with its interval by 2,000 resamples, in all rows and in ten slices, and one paired comparison;
against a loop that draws rows and calls scikit-learn's function. Of the loop a hundredth is run, and counted a hundred times: it draws rows
alone, where ours also weighs whether rows, groups or runs of time are what varies. Run alone: `python tests/bench/resampling.py [ROWS]`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from timing import Took, judge, line, run

ROWS, RESAMPLES, SHARE, SLICES = 100_000, 2_000, 100, 10
SECONDS, MEGABYTES, TIMES = 5, 1_024, 10
METRICS = ("mae", "rmse", "r2", "roc_auc", "log_loss", "f1")
_DATA = """
import sys
import numpy as np
metric, rows, resamples, slices = sys.argv[1], *map(int, sys.argv[2:5])
dice = np.random.default_rng(7)
parts = dice.integers(0, slices, rows)
if metric in ("mae", "rmse", "r2"):
    truth = dice.normal(50, 10, rows)
    one, other = (truth + dice.normal(0, s, rows) for s in (4, 4.2))
    first = second = None
else:
    chance = dice.beta(2, 5, rows)
    truth = (dice.random(rows) < chance).astype(np.int64)
    first, second = (np.clip(chance + dice.normal(0, s, rows), 1e-3, 1 - 1e-3) for s in (0.05, 0.06))
    one, other = ((p > 0.4).astype(np.int64) for p in (first, second))
"""
_OURS = """
from mlspec.metrics.estimate import Resampling
from mlspec.metrics.intervals import interval, intervals
from mlspec.metrics.paired import paired_difference
class Answers:
    def __init__(self, predicted, chance):
        self.predicted, self.classes = predicted, None if chance is None else (0, 1)
        self.proba = None if chance is None else np.column_stack([1 - chance, chance])
how = Resampling(resamples=resamples)
ours, theirs = Answers(one, first), Answers(other, second)
found = interval(metric, truth, ours, how)
in_slices = intervals(metric, truth, ours, {str(k): parts == k for k in range(slices)}, how)
pair = paired_difference(metric, truth, ours, theirs, how)
for e in (found, pair, *in_slices.values()):
    assert e.low < e.value < e.high, e
"""
_LOOP = """
from sklearn import metrics as sk
def of(name, t, p, c):
    return {
        "mae": lambda: sk.mean_absolute_error(t, p), "rmse": lambda: sk.root_mean_squared_error(t, p), "r2": lambda: sk.r2_score(t, p),
        "roc_auc": lambda: sk.roc_auc_score(t, c), "log_loss": lambda: sk.log_loss(t, c), "f1": lambda: sk.f1_score(t, p),
    }[name]()
pick = lambda values, index: None if values is None else values[index]
masks = [np.flatnonzero(parts == k) for k in range(slices)]
values = []
for _ in range(resamples):
    drawn = dice.integers(0, rows, rows)
    a = of(metric, truth[drawn], one[drawn], pick(first, drawn))
    values.append((a, a - of(metric, truth[drawn], other[drawn], pick(second, drawn))))
    for own in masks:
        inside = own[dice.integers(0, len(own), len(own))]
        of(metric, truth[inside], one[inside], pick(first, inside))
np.quantile(np.array(values), [0.025, 0.975], axis=0)
"""
_NOTHING = {_OURS: "import mlspec.metrics.paired", _LOOP: "import sklearn.metrics"}


def _took(program: str, metric: str, rows: int, resamples: int) -> Took:
    """Without the imports and the data, which are timed apart."""
    words = [metric, str(rows), str(resamples), str(SLICES)]
    whole = run([sys.executable, "-c", _DATA + program, *words])
    start = run([sys.executable, "-c", _DATA + _NOTHING[program], *words])
    return Took(whole.seconds - start.seconds, whole.megabytes, whole.busy - start.busy)


def resampling(rows: int = ROWS) -> list[bool]:
    """Time each metric both ways, in turn."""
    held = []
    for metric in METRICS:
        ours, loop = _took(_OURS, metric, rows, RESAMPLES), _took(_LOOP, metric, rows, RESAMPLES // SHARE)
        line(f"{metric}, {rows:,} rows, {RESAMPLES:,} resamples, {SLICES} slices, a pair", ours)
        line(f"{metric}, a hundredth of the loop over scikit-learn", loop)
        held += [
            judge(f"{metric}: whole", ours.seconds, SECONDS, "s"),
            judge(f"{metric}: memory", ours.megabytes, MEGABYTES, "MB"),
            judge(f"{metric}: of the loop's processor time", ours.busy / (loop.busy * SHARE), 1 / TIMES, "x"),
        ]
    return held


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    sys.exit(0 if all(resampling(*(int(word) for word in sys.argv[1:2]))) else 1)
