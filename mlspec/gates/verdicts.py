"""From an estimate to a verdict and a sentence."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from mlspec.gates.result import GateResult, Verdict
from mlspec.metrics.answers import Answers, Array
from mlspec.metrics.catalog import METRICS, SIGNED
from mlspec.metrics.estimate import LEAST_BLOCKS, LEAST_ROWS, Estimate, Resampling
from mlspec.metrics.groups import Group, Spread
from mlspec.metrics.intervals import estimate, interval, paired_difference
from mlspec.metrics.weighted import statistic
from mlspec.spec.kpi_set import Kpi

NAN = float("nan")


def bounded(kpi: Kpi, subject: str, found: Estimate, confidence: float) -> GateResult:
    """Judge `max` or `min`: the interval's worse end must hold, or the value itself with `bound: point`; of a signed metric its size."""
    limit = float(kpi.max if kpi.max is not None else kpi.min if kpi.min is not None else NAN)
    value, bound = (d - limit if kpi.max is not None else limit - d for d in _worse(kpi, found))
    verdict = _judged(kpi, found, value, bound)
    needed = f"at most {_n(limit)} either way" if kpi.metric in SIGNED else f"{'<=' if kpi.max is not None else '>='} {_n(limit)}"
    text = f"{kpi.metric} is {_n(found.value)} ({_interval(found, confidence)}); needed: {needed}"
    text += _needed_rows(kpi, verdict, found, value, bound)
    return GateResult(kpi.text, kpi.metric, subject, found.value, found.low, found.high, limit, found.rows, verdict, text)


def _worse(kpi: Kpi, found: Estimate) -> tuple[float, float]:
    """The value, and the end of the interval to judge (the value again with `bound: point`)."""
    signed, upper = kpi.metric in SIGNED, kpi.max is not None
    value = abs(found.value) if signed else found.value
    end = max(abs(found.low), abs(found.high)) if signed else found.high if upper else found.low
    return value, value if kpi.bound == "point" else end


def _judged(kpi: Kpi, found: Estimate, value: float, bound: float) -> Verdict:
    """Nothing is judged by an interval of too few rows, neither for nor against."""
    return "inconclusive" if found.rows_needed and kpi.bound == "interval" else _verdict(value, bound)


def _verdict(value: float, bound: float) -> Verdict:
    """`value` and `bound` are distances past the limit: at most 0 is good. Rounding errors of 1e-12 are forgiven."""
    if not math.isfinite(value):
        return "inconclusive"
    if value > 1e-12:
        return "fail"
    return "pass" if math.isfinite(bound) and bound <= 1e-12 else "inconclusive"


def _needed_rows(kpi: Kpi, verdict: Verdict, found: Estimate, value: float, bound: float) -> str:
    """How many rows would bring the bound to the limit, if the value stays: the half-width shrinks with the root of the rows."""
    if verdict != "inconclusive":
        return ""
    if found.rows_needed and kpi.bound == "interval":
        return f"; {_too_few(found)}"
    if not (math.isfinite(value) and math.isfinite(bound)) or value >= 0:
        return "; not decided on these rows"
    return f"; about {math.ceil(found.rows * ((bound - value) / -value) ** 2):,} rows would settle it (there are {found.rows:,})"


def _too_few(found: Estimate) -> str:
    """Why there is no interval, and how many rows there must be."""
    if found.rows < LEAST_ROWS and found.blocks >= found.rows:
        return f"too few rows for an interval: there are {found.rows:,}, and {found.rows_needed:,} are needed"
    shown = f"the {found.rows:,} rows make {found.blocks:.1f} blocks of `bootstrap.block`, and {LEAST_BLOCKS} are needed"
    return f"too few blocks for an interval: {shown}, about {found.rows_needed:,} rows"


def measured_gate(kpi: Kpi, value: Any, rows: int) -> GateResult:
    """Judge what is measured once: size, latency, reproducibility."""
    if value is None:
        return GateResult(kpi.text, kpi.metric, "overall", NAN, NAN, NAN, NAN, rows, "inconclusive", f"{kpi.metric} was not measured")
    number = float(value)
    limit = float(kpi.max if kpi.max is not None else kpi.min if kpi.min is not None else bool(kpi.equals))
    good = number <= limit if kpi.max is not None else number >= limit if kpi.min is not None else number == limit
    shown = bool(value) if kpi.equals is not None else _n(number)
    return GateResult(
        kpi.text, kpi.metric, "overall", number, number, number, limit, rows, "pass" if good else "fail", f"{kpi.metric} is {shown}"
    )


def spread_gate(kpi: Kpi, found: Spread, confidence: float) -> GateResult:
    """Judge fairness: the largest difference between groups. Without two groups that have a value, nothing is judged."""
    limit, drawn = float(kpi.max_difference if kpi.max_difference is not None else NAN), found.difference
    value, bound = drawn.value - limit, (drawn.value if kpi.bound == "point" else drawn.high) - limit
    verdict = _judged(kpi, drawn, value, bound) if math.isfinite(drawn.value) else "inconclusive"
    groups = ", ".join(_group(name, group) for name, group in found.groups.items())
    text = f"{kpi.metric} differs by {_n(drawn.value)} ({_interval(drawn, confidence)}) between {groups}; allowed: {_n(limit)}"
    text += _needed_rows(kpi, verdict, drawn, value, bound) if math.isfinite(drawn.value) else f"; {_no_spread(kpi, found)}"
    return GateResult(kpi.text, kpi.metric, f"between {kpi.by}", drawn.value, drawn.low, drawn.high, limit, drawn.rows, verdict, text)


def _group(name: str, group: Group) -> str:
    rows = "1 row" if group.rows == 1 else f"{group.rows:,} rows"
    return f"{name} {_n(group.value)}" + ("" if group.judged else f" ({rows}, not judged)")


def _no_spread(kpi: Kpi, found: Spread) -> str:
    """Why groups can't be compared."""
    judged = {name: group for name, group in found.groups.items() if group.judged}
    if len(judged) < 2:
        return f"two groups of {kpi.group_rows} rows (minRows) are needed to compare, and there {'is 1' if judged else 'are 0'}"
    unknown = ", ".join(name for name, group in judged.items() if not math.isfinite(group.value))
    return f"{kpi.metric} is not defined for {unknown}: no row there can show it, so nothing was compared"


def versus_gate(kpi: Kpi, actual: Array, challenger: Answers, other: Answers | None, how: Resampling) -> GateResult:
    """Judge against the baseline or the champion: a paired bootstrap of the difference on the same rows."""
    if other is None:
        return GateResult(kpi.text, kpi.metric, "overall", NAN, NAN, NAN, NAN, len(actual), "skipped", "there is no champion yet")
    first, second = statistic(kpi.metric, actual, challenger), statistic(kpi.metric, actual, other)
    difference = paired_difference(kpi.metric, actual, challenger, other, how)
    lack = estimate(lambda w: _shortfall(kpi, first(w), second(w)), len(actual), how)
    theirs = float(second(np.ones((1, len(actual))))[0])
    bound = lack.value if kpi.bound == "point" else lack.high
    verdict = _judged(kpi, lack, lack.value, bound)
    nothing = _share_of_nothing(kpi, theirs, interval(kpi.metric, actual, other, how))
    verdict = "inconclusive" if nothing and verdict == "pass" else verdict
    text = _versus_text(kpi, difference, theirs, how.confidence)
    text += nothing or _needed_rows(kpi, verdict, lack, lack.value, bound)
    share, points = kpi.margin
    allowed = _sign(kpi) * -(share * abs(theirs) + points)
    return GateResult(
        kpi.text, kpi.metric, "overall", difference.value, difference.low, difference.high, allowed, len(actual), verdict, text, theirs
    )


def _sign(kpi: Kpi) -> float:
    return -1.0 if METRICS[kpi.metric].greater else 1.0


def _share_of_nothing(kpi: Kpi, theirs: float, found: Estimate) -> str:
    """Why an improvement by a share says nothing here: the other's value can't be told from 0. Empty when it says something."""
    share, _ = kpi.margin
    if share <= 0 or (math.isfinite(theirs) and abs(theirs) > 1e-12 and not found.low <= 0 <= found.high):
        return ""
    said = f"the {kpi.versus}'s {_n(theirs)} can't be told from 0, and {share:.3g} of that is no improvement to speak of"
    return f"; {said}: write `improveBy: {{points: …}}`, in the units of {kpi.metric}"


def _shortfall(kpi: Kpi, ours: Array, theirs: Array) -> Array:
    """How far the challenger stays behind what is asked; at most 0 is good. A metric that is best at 0 counts by its size."""
    if METRICS[kpi.metric].greater is None:
        ours, theirs = np.abs(ours), np.abs(theirs)
    share, points = kpi.margin
    lack: Array = _sign(kpi) * (ours - theirs) + share * np.abs(theirs) + points
    return lack


def _versus_text(kpi: Kpi, difference: Estimate, theirs: float, confidence: float) -> str:
    worse = difference.value * _sign(kpi) > 0
    size = f"{_n(abs(difference.value))} {'worse' if worse else 'better'} than" if difference.value else "equal to"
    known = math.isfinite(difference.high - difference.low)
    ends = f"{confidence:.0%} interval of the difference: {difference.low:+.4g} to {difference.high:+.4g}"
    spread = ends if known else "no interval of the difference"
    return f"{kpi.metric} is {size} the {kpi.versus}'s {_n(theirs)} ({spread}); needed: {_asked(kpi)}"


def _asked(kpi: Kpi) -> str:
    share, points = kpi.margin
    size = f"{abs(points):.4g}" if points else f"{abs(share):.3g} of it"
    if kpi.improve_by is not None:
        return f"better by {size}"
    return f"at most {size} worse" if share or points else "not worse"


def _interval(found: Estimate, confidence: float) -> str:
    return f"{confidence:.0%} interval {_n(found.low)} to {_n(found.high)}" if math.isfinite(found.high - found.low) else "no interval"


def _n(value: float) -> str:
    return "undefined" if not math.isfinite(value) else f"{value:.4g}" if abs(value) < 1e6 else f"{value:,.0f}"
