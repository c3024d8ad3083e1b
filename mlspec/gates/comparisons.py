"""From two models' answers on the same rows to a verdict and a sentence, in the metric's own units."""

from __future__ import annotations

import math

from mlspec.gates.result import GateResult
from mlspec.gates.verdicts import NAN, judged, needed_rows, short
from mlspec.language.kinds.kpi_set import Kpi
from mlspec.metrics.answers import Answers, Array
from mlspec.metrics.catalog import MetricInfo
from mlspec.metrics.estimate import Estimate, Resampling
from mlspec.metrics.intervals import interval
from mlspec.metrics.own import info_of
from mlspec.metrics.paired import Asked, shortfalls
from mlspec.metrics.weighted import value


def versus_gate(kpi: Kpi, actual: Array, challenger: Answers, other: Answers | None, how: Resampling) -> GateResult:
    """Judge against the baseline or the champion, on the same rows."""
    if other is None:
        return GateResult(kpi.text, kpi.metric, "overall", NAN, NAN, NAN, NAN, len(actual), "skipped", "there is no champion yet")
    share, points = kpi.margin
    info = info_of(kpi.metric, challenger)
    ask = Asked(_sign(info), share, points, by_size=info.greater is None)
    difference, lack = shortfalls(kpi.metric, actual, challenger, other, [Asked(), ask], how)
    theirs = value(kpi.metric, actual, other)
    bound = lack.value if kpi.bound == "point" else lack.high
    verdict = judged(kpi, lack, lack.value, bound)
    nothing = _share_of_nothing(kpi, interval(kpi.metric, actual, other, how)) if share > 0 else ""
    verdict = "inconclusive" if nothing and verdict == "pass" else verdict
    text = _versus_text(kpi, info, difference, theirs, how.confidence)
    text += nothing or needed_rows(kpi, verdict, lack, lack.value, bound)
    text += _margin_that_passes(kpi, info, difference) if verdict == "inconclusive" and not nothing else ""
    text += f"; {lack.note}" if lack.note and verdict != "inconclusive" else ""
    allowed = _sign(info) * -(share * abs(theirs) + points)
    numbers = difference.value, difference.low, difference.high, allowed, len(actual)
    return GateResult(kpi.text, kpi.metric, "overall", *numbers, verdict, text, theirs, greater=info.greater)


def _sign(info: MetricInfo) -> float:
    return -1.0 if info.greater else 1.0


def _share_of_nothing(kpi: Kpi, found: Estimate) -> str:
    """Why an improvement by a share says nothing here: the other's value can't be told from 0. Empty when it says something."""
    share, _ = kpi.margin
    if math.isfinite(found.value) and abs(found.value) > 1e-12 and not found.low <= 0 <= found.high:
        return ""
    said = f"the {kpi.versus}'s {short(found.value)} can't be told from 0, and {short(share)} of that is no improvement to speak of"
    return f"; {said}: write `improveBy: {{points: …}}`, in the units of {kpi.metric}"


def _margin_that_passes(kpi: Kpi, info: MetricInfo, difference: Estimate) -> str:
    """The margin that these rows can show, in the metric's units, for a person to judge whether it matters."""
    worst = difference.high if _sign(info) > 0 else -difference.low
    if not math.isfinite(worst) or info.greater is None or kpi.bound == "point":
        return ""
    size = _outwards(worst)
    key = "notWorseBy" if worst > 0 else "improveBy"
    return f"; these rows show `{key}: {{points: {size}}}`, in the units of {kpi.metric}" if size != "0" else ""


def _outwards(worst: float) -> str:
    """Two digits of a size, rounded to the cautious side."""
    digits = 1 - math.floor(math.log10(abs(worst))) if worst else 0
    size = math.ceil(worst * 10.0**digits) / 10.0**digits
    return f"{abs(size):.10g}"


def _versus_text(kpi: Kpi, info: MetricInfo, difference: Estimate, theirs: float, confidence: float) -> str:
    worse = difference.value * _sign(info) > 0
    size = f"{short(abs(difference.value))} {'worse' if worse else 'better'} than" if difference.value else "equal to"
    known = math.isfinite(difference.high - difference.low)
    ends = (
        f"{short(confidence * 100)}% interval of the difference: {short(difference.low, sign=True)} to {short(difference.high, sign=True)}"
    )
    spread = ends if known else "no interval of the difference"
    return f"{kpi.metric} is {size} the {kpi.versus}'s {short(theirs)} ({spread}); needed: {_asked(kpi, theirs)}"


def _asked(kpi: Kpi, theirs: float) -> str:
    """The margin, a share with what it makes in the metric's units."""
    share, points = kpi.margin
    size = short(abs(points)) if points else f"{short(abs(share))} of it, {short(abs(share * theirs))}"
    if kpi.improve_by is not None:
        return f"better by {size}"
    return f"at most {size} worse" if share or points else "not worse"
