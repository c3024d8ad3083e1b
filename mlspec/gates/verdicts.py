"""From an estimate to a verdict and a sentence."""

from __future__ import annotations

import math
from typing import Any, Protocol

from mlspec.diagnostics.numbers import enough_digits, shown
from mlspec.gates.result import GateResult, Verdict
from mlspec.language.kinds.kpi_set import Kpi
from mlspec.metrics.catalog import EXTREME, SIGNED
from mlspec.metrics.estimate import DRAWN_WHOLE, LEAST_BLOCKS, LEAST_ROWS, UNITS, Estimate
from mlspec.metrics.groups import Group, Spread
from mlspec.metrics.verdict import decide, rows_to_settle

NAN = float("nan")


class Ends(Protocol):
    """A value with the ends of its interval, NaN where there are none."""

    @property
    def value(self) -> float: ...

    @property
    def low(self) -> float: ...

    @property
    def high(self) -> float: ...


def bounded(kpi: Kpi, subject: str, found: Estimate, confidence: float) -> GateResult:
    """Judge `max` or `min`: the interval's worse end must hold, or the value itself with `bound: point`; of a signed metric its size."""
    limit = kpi.limit
    value, bound = (d - limit if kpi.max is not None else limit - d for d in _worse(kpi, found))
    verdict = judged(kpi, found, value, bound)
    bound_text = short(limit, found.value)
    needed = f"at most {bound_text} either way" if kpi.metric in SIGNED else f"{'<=' if kpi.max is not None else '>='} {bound_text}"
    text = f"{kpi.metric} is {short(found.value, limit)} ({shown_interval(found, confidence, limit)}); needed: {needed}"
    text += needed_rows(kpi, verdict, found, value, bound)
    text += f"; {found.note}" if found.note and verdict != "inconclusive" else ""
    return GateResult(kpi.text, kpi.metric, subject, found.value, found.low, found.high, limit, found.rows, verdict, text)


def _worse(kpi: Kpi, found: Estimate) -> tuple[float, float]:
    """The value, and the end of the interval to judge (the value again with `bound: point`, and for a fact of these rows)."""
    value, end = worse_end(kpi, found)
    return value, value if kpi.bound == "point" or kpi.metric in EXTREME else end


def worse_end(kpi: Kpi, found: Ends) -> tuple[float, float]:
    """The value and the worse end of its interval; of a signed metric their sizes."""
    if kpi.metric in SIGNED:
        return abs(found.value), max(abs(found.low), abs(found.high))
    return found.value, found.high if kpi.max is not None else found.low


def judged(kpi: Kpi, found: Estimate, value: float, bound: float) -> Verdict:
    """Nothing is judged by too few rows, neither for nor against."""
    return "inconclusive" if found.is_few and kpi.bound == "interval" else decide(value, bound)


def needed_rows(kpi: Kpi, verdict: Verdict, found: Estimate, value: float, bound: float) -> str:
    """How many rows would bring the bound to the limit, if the value stays: the half-width shrinks with the root of the rows."""
    if verdict != "inconclusive":
        return ""
    if found.is_unsound and kpi.bound == "interval":
        return f"; {_too_few(found)}"
    settling = rows_to_settle(found.rows, value, bound)
    if not settling:
        return f"; {found.note or 'not decided on these rows'}"
    return f"; about {settling:,} rows would settle it (there are {found.rows:,})"


def _too_few(found: Estimate) -> str:
    """Why there is no interval, and how many rows there must be."""
    if found.rows < LEAST_ROWS and found.blocks >= found.rows:
        return f"too few rows for an interval: there are {found.rows:,}, and {found.rows_needed:,} are needed"
    what = UNITS[found.drawn]
    if found.is_few:
        made = f"the {found.rows:,} rows make {found.blocks:.1f} {what}, and {LEAST_BLOCKS} are needed"
        name = f"{found.drawn}s" if found.drawn in DRAWN_WHOLE else "rows"
        return f"too few {name} for an interval: {made}, about {found.rows_needed:,} rows"
    if found.even < found.asked:
        weigh = f"as if {found.even:.1f} {what} decided and the others did not count, and {found.asked:.3g} are needed"
        return f"too few {what} carry the interval: {weigh}, about {found.rows_needed:,} rows"
    return "the largest errors are too large for an interval: rows like these can't tell their mean; look at them, or judge mae or medae"


def measured_gate(kpi: Kpi, value: Any, rows: int) -> GateResult:
    """Judge what is measured once: size, latency, reproducibility."""
    if value is None:
        return GateResult(kpi.text, kpi.metric, "overall", NAN, NAN, NAN, NAN, rows, "inconclusive", f"{kpi.metric} was not measured")
    number = float(value)
    limit = float(kpi.max if kpi.max is not None else kpi.min if kpi.min is not None else bool(kpi.equals))
    good = number <= limit if kpi.max is not None else number >= limit if kpi.min is not None else number == limit
    said = bool(value) if kpi.equals is not None else short(number, limit)
    return GateResult(
        kpi.text, kpi.metric, "overall", number, number, number, limit, rows, "pass" if good else "fail", f"{kpi.metric} is {said}"
    )


def step_gate(kpi: Kpi, name: str, value: float | None, lacking: str) -> GateResult:
    """Judge one number that a Step wrote: the value itself, since there are no rows to draw an interval from."""
    limit = kpi.limit
    if value is None:
        why = lacking or f"nobody measured it when this version was made: register a new one, after `mlspec run step/{kpi.step}`"
        return GateResult(
            kpi.text, name, "overall", NAN, NAN, NAN, limit, 0, "inconclusive", f"{kpi.metric} of step/{kpi.step} is not there: {why}"
        )
    good = value <= limit if kpi.max is not None else value >= limit
    needed = f"{'<=' if kpi.max is not None else '>='} {short(limit, value)}"
    text = (
        f"{kpi.metric} of step/{kpi.step} is {short(value, limit)}; needed: {needed}; one value, without an interval: nothing was resampled"
    )
    return GateResult(kpi.text, name, "overall", value, value, value, limit, 0, "pass" if good else "fail", text)


def spread_gate(kpi: Kpi, found: Spread, confidence: float) -> GateResult:
    """Judge fairness: the largest difference between groups. Without two groups that have a value, nothing is judged."""
    limit, drawn = float(kpi.max_difference if kpi.max_difference is not None else NAN), found.difference
    value, bound = drawn.value - limit, (drawn.value if kpi.bound == "point" else drawn.high) - limit
    verdict = judged(kpi, drawn, value, bound) if math.isfinite(drawn.value) else "inconclusive"
    groups = ", ".join(_group(name, group) for name, group in found.groups.items())
    size, allowed = short(drawn.value, limit), short(limit, drawn.value)
    text = f"{kpi.metric} differs by {size} ({shown_interval(drawn, confidence, limit)}) between {groups}; allowed: {allowed}"
    text += needed_rows(kpi, verdict, drawn, value, bound) if math.isfinite(drawn.value) else f"; {_no_spread(kpi, found)}"
    return GateResult(kpi.text, kpi.metric, f"between {kpi.by}", drawn.value, drawn.low, drawn.high, limit, drawn.rows, verdict, text)


def _group(name: str, group: Group) -> str:
    rows = "1 row" if group.rows == 1 else f"{group.rows:,} rows"
    return f"{name} {short(group.value)}" + ("" if group.judged else f" ({rows}, not judged)")


def _no_spread(kpi: Kpi, found: Spread) -> str:
    """Why groups can't be compared."""
    judged = {name: group for name, group in found.groups.items() if group.judged}
    if len(judged) < 2:
        return f"two groups of {kpi.group_rows} rows (minRows) are needed to compare, and there {'is 1' if judged else 'are 0'}"
    unknown = ", ".join(name for name, group in judged.items() if not math.isfinite(group.value))
    return f"{kpi.metric} is not defined for {unknown}: no row there can show it, so nothing was compared"


def shown_interval(found: Ends, confidence: float, *beside: float) -> str:
    """The ends, told apart from the limit `beside` them."""
    if not math.isfinite(found.high - found.low):
        return "no interval"
    return f"{shown(confidence * 100)}% interval {short(found.low, *beside)} to {short(found.high, *beside)}"


def short(value: float, *beside: float, sign: bool = False) -> str:
    """Four digits, or as many as tell it from the numbers `beside` it."""
    return shown(value, enough_digits(value, beside) if math.isfinite(value) else 4, sign=sign, none="undefined")
