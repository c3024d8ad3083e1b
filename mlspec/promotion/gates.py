"""Judges a model's KPIs: every threshold by the worse end of an interval, every comparison on the same rows.

`pass`: the bound holds. `fail`: the value itself misses. `inconclusive`: the value holds and the bound does not, or
there are too few rows; the message says about how many rows would settle it (the interval shrinks with their root).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mlspec.metrics.answers import Answers, Array
from mlspec.metrics.bootstrap import default_block
from mlspec.metrics.catalog import MEASURED
from mlspec.metrics.intervals import Resampling, group_spread, interval
from mlspec.metrics.slices import slices, subset
from mlspec.promotion.gate_leakage import leakage_gates
from mlspec.promotion.gate_result import GateReport, GateResult
from mlspec.promotion.gate_verdict import bounded, measured_gate, spread_gate, versus_gate
from mlspec.spec.kpi_set import Kpi, KPISetSpec


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the judge looks at: n test rows, and each model's answers for them. `champion` is None before the first one.

    `columns`: slice and fairness columns, (n,) each. `measured`, `leakage`: as in evaluation.json. `strategy`: of the split.
    """

    task: str
    actual: Array
    challenger: Answers
    baseline: Answers
    champion: Answers | None = None
    columns: Mapping[str, Array] = field(default_factory=dict)
    measured: Mapping[str, Any] = field(default_factory=dict)
    leakage: Mapping[str, Any] = field(default_factory=dict)
    strategy: str = "random"
    seed: int = 0


def judge(spec: KPISetSpec, evidence: Evidence) -> GateReport:
    """Return every gate's verdict, in the order of the spec, then the leakage checks."""
    gates = [gate for kpi in spec.kpis for gate in _gates(kpi, spec, evidence)]
    return GateReport((*gates, *leakage_gates(spec.leakage, evidence.leakage)), spec.confidence)


def _gates(kpi: Kpi, spec: KPISetSpec, evidence: Evidence) -> Iterator[GateResult]:
    how = _resampling(spec, evidence, len(evidence.actual))
    if kpi.metric in MEASURED:
        yield measured_gate(kpi, evidence.measured.get(kpi.metric), len(evidence.actual))
    elif kpi.slice:
        yield from _slice_gates(kpi, spec, evidence)
    elif kpi.by:
        spread, each = group_spread(kpi.metric, evidence.actual, evidence.challenger, evidence.columns[kpi.by], how)
        yield spread_gate(kpi, spread, each, spec.confidence)
    elif kpi.versus:
        other = evidence.baseline if kpi.versus == "baseline" else evidence.champion
        yield versus_gate(kpi, evidence.actual, evidence.challenger, other, how)
    else:
        yield bounded(kpi, "overall", interval(kpi.metric, evidence.actual, evidence.challenger, how), spec.confidence)


def _slice_gates(kpi: Kpi, spec: KPISetSpec, evidence: Evidence) -> Iterator[GateResult]:
    assert kpi.slice is not None  # noqa: S101 - the caller asked
    for name, rows in slices(evidence.columns[kpi.slice.by]):
        subject = f"{kpi.slice.by}={name}"
        count = int(rows.sum())
        if count < kpi.slice.min_rows:
            text = f"{count} rows, fewer than minRows {kpi.slice.min_rows}: shown, not judged"
            nan = float("nan")
            yield GateResult(kpi.text, kpi.metric, subject, nan, nan, nan, _limit(kpi), count, "skipped", text)
            continue
        found = interval(
            kpi.metric, np.asarray(evidence.actual)[rows], subset(evidence.challenger, rows), _resampling(spec, evidence, count)
        )
        yield bounded(kpi, subject, found, spec.confidence)


def _limit(kpi: Kpi) -> float:
    return float(kpi.max if kpi.max is not None else kpi.min if kpi.min is not None else "nan")


def _resampling(spec: KPISetSpec, evidence: Evidence, rows: int) -> Resampling:
    block = spec.bootstrap.block or default_block(evidence.strategy, rows)
    return Resampling(spec.confidence, spec.bootstrap.resamples, block, evidence.seed)
