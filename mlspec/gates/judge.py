"""Judges a model's KPIs: every threshold by the worse end of an interval, every comparison on the same rows.

`pass`: the bound holds. `fail`: the value itself misses. `inconclusive`: the value holds and the bound does not, or
there are too few rows; the message says about how many rows would settle it (the interval shrinks with their root).
A KPI that has judged nothing is `inconclusive`; only a comparison with a champion that is not there yet holds by itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from mlspec.diagnostics.render.excerpt import visible
from mlspec.gates.comparisons import versus_gate
from mlspec.gates.folds_gate import folds_gate
from mlspec.gates.leakage import Changed, changes, leakage_gates
from mlspec.gates.result import GateReport, GateResult, Verdict
from mlspec.gates.verdicts import bounded, measured_gate, spread_gate, step_gate
from mlspec.language.kinds.kpi_set import Kpi, KPISetSpec, Slice
from mlspec.metrics.answers import Answers, Array
from mlspec.metrics.catalog import MEASURED
from mlspec.metrics.estimate import Resampling
from mlspec.metrics.folded import Folded
from mlspec.metrics.groups import group_spread
from mlspec.metrics.intervals import interval, intervals
from mlspec.metrics.slices import slices, subset


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the judge looks at: n test rows, and each model's answers for them. `champion` is None before the first one.

    `columns`: slice and fairness columns, (n,) each. `measured`, `leakage`: as in evaluation.json. `ordered`: the rows stand in order
    of time; `by_time`: the split was by it. `groups`: (n,) the group of each row, or its fold, as `kind` says.
    `unseen`: the rows (n,) that the champion was not trained on; the comparison with it is made on these. None: all.
    `known`: rows (n,) whose features stand in training, and not by nature: what `sharedRows: judge` judges without.
    `numbers`, `lacking`: of Steps, as in `candidate.Candidate`. `folds`: metrics of `validation`, where a KPI asks for them.
    """

    task: str
    actual: Array
    challenger: Answers
    baseline: Answers
    champion: Answers | None = None
    columns: Mapping[str, Array] = field(default_factory=dict)
    measured: Mapping[str, Any] = field(default_factory=dict)
    leakage: Mapping[str, Any] = field(default_factory=dict)
    ordered: bool = False
    by_time: bool = False
    groups: Array | None = None
    kind: str = "group"
    seed: int = 0
    unseen: Array | None = None
    known: Array | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)
    lacking: Mapping[str, str] = field(default_factory=dict)
    folds: Mapping[str, Folded] | None = None

    def without(self, rows: Array) -> Evidence:
        """The same evidence without some of the rows, a mask (n,)."""
        left = ~rows
        return replace(
            self,
            actual=self.actual[left],
            challenger=subset(self.challenger, left),
            baseline=subset(self.baseline, left),
            champion=None if self.champion is None else subset(self.champion, left),
            columns={name: np.asarray(column)[left] for name, column in self.columns.items()},
            groups=None if self.groups is None else self.groups[left],
            unseen=None if self.unseen is None else self.unseen[left],
            known=None,
        )

    def against_champion(self) -> tuple[Array, Answers, Answers | None]:
        """Truth, challenger's and champion's answers on the rows where comparing them is fair."""
        if self.champion is None or self.unseen is None or self.unseen.all():
            return self.actual, self.challenger, self.champion
        return self.actual[self.unseen], subset(self.challenger, self.unseen), subset(self.champion, self.unseen)

    def fair(self, how: Resampling) -> Resampling:
        """How these rows are drawn."""
        return how if self.champion is None or self.unseen is None else how.of(self.unseen)

    def resampling(self, spec: KPISetSpec) -> Resampling:
        """One rule for all rows and for slices of them, as in evaluation.json."""
        return Resampling(
            spec.confidence, spec.bootstrap.resamples, spec.bootstrap.block, self.seed, self.ordered, self.by_time, self.groups, self.kind
        )

    @property
    def seen(self) -> int:
        """How many test rows the champion was trained on."""
        return 0 if self.champion is None or self.unseen is None else int((~self.unseen).sum())


def judge(spec: KPISetSpec, evidence: Evidence) -> GateReport:
    """Return every gate's verdict, in the order of the spec, then the leakage checks."""
    gates = _judged(spec, evidence)
    changed: list[Changed] = []
    if spec.leakage.shared_rows == "judge" and evidence.known is not None and evidence.known.any():
        changed = list(changes(spec, gates, _judged(spec, evidence.without(evidence.known))))
    checks = leakage_gates(spec.leakage, evidence.leakage, changed)
    return GateReport((*(gate for kpi in gates for gate in kpi), *checks), spec.confidence)


def _judged(spec: KPISetSpec, evidence: Evidence) -> list[list[GateResult]]:
    """The gates of each KPI."""
    return [
        [replace(gate, kpi=name) for gate in _gates(kpi, spec, evidence)]
        for kpi, name in zip(spec.kpis, told_apart(spec.kpis), strict=True)
    ]


def told_apart(kpis: Sequence[Kpi]) -> list[str]:
    """The KPIs' texts, no two alike: a claim knows a gate by its text. A second of one text says what else it asks, or has a number."""
    found: list[str] = []
    for kpi in kpis:
        rows = kpi.slice.min_rows if kpi.slice else kpi.min_rows
        more = [f"minRows {rows}" if rows is not None else "", "bound: point" if kpi.bound == "point" else ""]
        full = ", ".join(part for part in (kpi.text, *more) if part)
        number = next(i for i in range(2, len(kpis) + 2) if f"{full} ({i})" not in found)
        found.append(next(name for name in (kpi.text, full, f"{full} ({number})") if name not in found))
    return found


def _gates(kpi: Kpi, spec: KPISetSpec, evidence: Evidence) -> Iterator[GateResult]:
    how = evidence.resampling(spec)
    if kpi.step:
        name = f"{kpi.step}.{kpi.metric}"
        yield step_gate(kpi, name, evidence.numbers.get(name), evidence.lacking.get(name, ""))
    elif kpi.rows:
        yield folds_gate(kpi, None if evidence.folds is None else evidence.folds.get(kpi.metric), spec.confidence)
    elif kpi.metric in MEASURED:
        yield measured_gate(kpi, evidence.measured.get(kpi.metric), len(evidence.actual))
    elif kpi.slice:
        yield from _slice_gates(kpi, evidence, how)
    elif kpi.by:
        column = evidence.columns[kpi.by]
        spread = group_spread(kpi.metric, evidence.actual, evidence.challenger, column, how, kpi.group_rows)
        yield spread_gate(kpi, spread, spec.confidence)
    elif kpi.versus == "champion":
        yield _champion_gate(kpi, evidence, how)
    elif kpi.versus:
        yield versus_gate(kpi, evidence.actual, evidence.challenger, evidence.baseline, how)
    else:
        yield bounded(kpi, "overall", interval(kpi.metric, evidence.actual, evidence.challenger, how), spec.confidence)


def _champion_gate(kpi: Kpi, evidence: Evidence, how: Resampling) -> GateResult:
    """Compare on the rows that the champion was not trained on; with none of them nothing can be said."""
    actual, ours, theirs = evidence.against_champion()
    left_out = f"the champion was trained on {evidence.seen:,} of the {len(evidence.actual):,} test rows"
    if theirs is not None and not len(actual):
        return _not_judged(kpi, "overall", 0, "inconclusive", f"{left_out}: none is left to compare on; test on newer rows")
    found = versus_gate(kpi, actual, ours, theirs, evidence.fair(how))
    return replace(found, message=f"{found.message}; {left_out}, which are left out here") if evidence.seen else found


def _slice_gates(kpi: Kpi, evidence: Evidence, how: Resampling) -> Iterator[GateResult]:
    """Judge each slice of enough rows. When there is none, the KPI has judged nothing and a last gate says so."""
    assert kpi.slice is not None  # noqa: S101 - the caller asked
    parts = dict(slices(evidence.columns[kpi.slice.by]))
    counts = {name: int(rows.sum()) for name, rows in parts.items()}
    judged = {name: rows for name, rows in parts.items() if counts[name] >= kpi.slice.min_rows}
    found = intervals(kpi.metric, evidence.actual, evidence.challenger, judged, how)
    for name, count in counts.items():
        subject = f"{kpi.slice.by}={name}"
        if name in found:
            yield bounded(kpi, subject, found[name], how.confidence)
        else:
            yield _not_judged(kpi, subject, count, "skipped", f"{count} rows, fewer than minRows {kpi.slice.min_rows}: shown, not judged")
    if not judged:
        yield _not_judged(kpi, f"every {kpi.slice.by}", len(evidence.actual), "inconclusive", _no_slice(kpi.slice, counts))


def _not_judged(kpi: Kpi, subject: str, rows: int, verdict: Verdict, text: str) -> GateResult:
    nan = float("nan")
    return GateResult(kpi.text, kpi.metric, subject, nan, nan, nan, kpi.limit, rows, verdict, text)


def _no_slice(wanted: Slice, counts: Mapping[str, int]) -> str:
    """Why no slice was judged, and how many test rows would bring the largest one to minRows."""
    head = f"no value of {wanted.by} has {wanted.min_rows:,} rows (minRows), so nothing was judged"
    if not counts:
        return f"{head}: there are no test rows"
    largest = max(counts, key=lambda name: counts[name])
    rows = math.ceil(sum(counts.values()) * wanted.min_rows / counts[largest])
    most = f"the most in {visible(largest)}: {counts[largest]:,}"
    return f"{head}; about {rows:,} test rows are needed (there are {sum(counts.values()):,}, {most})"
