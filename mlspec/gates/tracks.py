"""A gate's numbers as a track: which side of the limit is good, and what stands beside the value."""

from __future__ import annotations

import math

from mlspec.gates.overview import MetricRow
from mlspec.gates.result import GateResult
from mlspec.metrics.catalog import METRICS, SIGNED
from mlspec.reports.charts.track import Track

NAN = float("nan")


def gate_track(gate: GateResult, metric: MetricRow | None) -> Track:
    """Draw a gate. Where it compares, the axis is the difference, and the other stands at 0."""
    title, low, high = f"{gate.kpi} ({gate.subject})", gate.low, gate.high
    if not math.isfinite(gate.value):
        return Track(title, NAN)
    if gate.reference is not None:
        beside = (0.0, NAN) if gate.is_about_baseline else (NAN, 0.0)
        return Track(title, gate.value, low, high, gate.threshold, good_side(gate), *beside)
    overall = metric if metric and gate.subject == "overall" and not gate.is_leakage else None
    baseline = overall.baseline.value if overall and overall.baseline else NAN
    champion = overall.champion.value if overall and overall.champion else NAN
    return Track(title, gate.value, low, high, gate.threshold, good_side(gate), baseline, champion)


def good_side(gate: GateResult) -> str:
    """Where the value may be: `below`, `above`, `within` (either sign), "" where nothing bounds it."""
    if not math.isfinite(gate.threshold):
        return ""
    if gate.reference is not None:
        greater = METRICS[gate.metric].greater if gate.metric in METRICS else gate.greater
        return "above" if greater else "below"
    if " >= " in gate.kpi:
        return "above"
    if gate.metric in SIGNED and " differs by " not in gate.kpi:
        return "within"
    return "below" if " <= " in gate.kpi or gate.is_leakage else ""
