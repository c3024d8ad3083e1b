"""The first KPIs of a model: such that one which guesses fails, whatever the balance of the classes.

A share of what the baseline reaches says nothing where that is 0 (f1, r2), and little where a constant is good already (accuracy of rare
events). So each task asks of a metric for which every way of guessing is as good as the baseline, and asks for a gain in its own units:

- binary: the area under the ROC curve, which is 1/2 for any answer that does not look at the row; where the positive class is rare the
  average precision too, which is the share of that class then.
- multiclass: balanced accuracy, the mean of the classes' recalls, which is 1/k then.
- regression: the mean absolute error against that of the median, the best constant; and r2, which is at most 0 for any constant.

- forecast, quantile, anomaly: the same idea against what guesses best there: the season before, the training rows' quantiles, and the
  share of odd rows.

One of each task is judged by its interval, so that nobody who guesses passes. The second one (average precision, r2) is asked of the value:
a few rare or far rows carry it, and on honest data there would often be no interval and no verdict.
"""

from __future__ import annotations

from typing import Any

RARE = 0.2
"""Below this share a class is rare: a curve over all thresholds looks good though hardly any alarm is right."""
_AREA, _RECALL = 0.1, 0.15
"""What is asked beyond guessing. On a test set of 36 rows one random guess of 60 is 0.05 better in balanced accuracy, interval and all; of
300, none is 0.15 better."""


def first_kpis(task: str, positive: float) -> list[tuple[dict[str, Any], str]]:
    """Return the KPIs, each with what it asks in words. `positive`: the share of the positive class (binary)."""
    if task == "regression":
        return [
            ({"metric": "r2", "min": 0.1, "bound": "point"}, "0 for the best constant; the value itself, which few rows may carry"),
            ({"metric": "mae", "versus": "baseline", "improveBy": "10%"}, "the baseline is the median, the best constant"),
            ({"metric": "mae", "versus": "champion", "notWorseBy": "2%"}, "in the units of the target: write yours"),
        ]
    if task == "forecast":
        return [
            ({"metric": "mae", "versus": "baseline", "improveBy": "5%"}, "the baseline says what was a season ago"),
            ({"metric": "mae", "versus": "champion", "notWorseBy": "2%"}, "in the units of the target: write yours"),
        ]
    if task == "quantile":
        return [
            ({"metric": "pinball", "versus": "baseline", "improveBy": "10%"}, "the baseline says the training rows' quantiles"),
            (
                {"metric": "interval_coverage", "min": 0.7, "bound": "point"},
                "of the 80% that should lie between the outer two; the value itself",
            ),
            ({"metric": "pinball", "versus": "champion", "notWorseBy": "2%"}, "in the units of the target: write yours"),
        ]
    if task == "anomaly":
        return _classes("average_precision", _half(positive), f"{positive:.2g} for all ways of guessing, the share of odd rows")
    if task == "multiclass":
        return _classes("balanced_accuracy", _RECALL, "all ways of guessing reach the baseline's")
    found = _classes("roc_auc", _AREA, "0.5 for all ways of guessing")
    if positive < RARE:
        asked = {"metric": "average_precision", "versus": "baseline", "improveBy": {"points": _half(positive)}, "bound": "point"}
        found.insert(1, (asked, f"{positive:.2g} for all ways of guessing, the share of the rare class; the value itself"))
    return found


def _half(share: float) -> float:
    """Half as much again as guessing reaches, in hundredths."""
    return max(0.01, round(share / 2, 2))


def _classes(metric: str, gain: float, why: str) -> list[tuple[dict[str, Any], str]]:
    return [
        ({"metric": metric, "versus": "baseline", "improveBy": {"points": gain}}, why),
        ({"metric": metric, "versus": "champion", "notWorseBy": {"points": 0.01}}, "a loss of 0.01 is one that you would take"),
    ]
