"""From folds to a verdict and a sentence."""

from __future__ import annotations

import math

from mlspec.gates.result import VALIDATION, GateResult
from mlspec.gates.verdicts import short, shown_interval, worse_end
from mlspec.language.kinds.kpi_set import Kpi
from mlspec.metrics.folded import Folded
from mlspec.metrics.verdict import decide

NAN = float("nan")


def folds_gate(kpi: Kpi, found: Folded | None, confidence: float) -> GateResult:
    """Judge the mean over folds, by the worse end of its interval, or by itself with `bound: point`."""
    limit = kpi.limit
    if found is None:
        text = f"{kpi.metric} was not measured in validation: give the model `validation`, and an estimator whose answers it fits"
        return GateResult(kpi.text, kpi.metric, VALIDATION, NAN, NAN, NAN, limit, 0, "inconclusive", text)
    sign = 1 if kpi.max is not None else -1
    size, end = worse_end(kpi, found)
    verdict = decide(sign * (size - limit), sign * ((size if kpi.bound == "point" else end) - limit))
    needed = f"{'<=' if kpi.max is not None else '>='} {short(limit, found.value)}"
    text = f"{kpi.metric} is {short(found.value, limit)} in validation ({_interval(found, confidence, limit)}); needed: {needed}"
    text += f"; {_why(kpi, found)}" if verdict == "inconclusive" else ""
    return GateResult(kpi.text, kpi.metric, VALIDATION, found.value, found.low, found.high, limit, 0, verdict, text)


def _interval(found: Folded, confidence: float, limit: float) -> str:
    shared = ", corrected for the rows that they share" if math.isfinite(found.high - found.low) else ""
    return f"{len(found.values)} folds, {shown_interval(found, confidence, limit)}{shared}"


def _why(kpi: Kpi, found: Folded) -> str:
    if found.undefined:
        return f"{kpi.metric} is not defined on fold {found.undefined}: take fewer folds"
    if len(set(found.values)) == 1:
        return "all folds say the same, which tells nothing of others: take `bound: point`, or a metric that varies"
    if not math.isfinite(found.high - found.low):
        return "folds in order of time are not drawn alike, so that no interval is known: judge `bound: point`"
    return "more folds or repeats narrow it a little, more rows a lot"
