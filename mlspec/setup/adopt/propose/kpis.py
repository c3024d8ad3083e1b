"""KPI drafts: what `init` asks of any model, and below it, as comments until a person agrees, what the old pipeline reaches today."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlspec.metrics.catalog import METRICS, SIGNED
from mlspec.setup.adopt.code.values import Measured
from mlspec.setup.adopt.facts import Draft, Number
from mlspec.setup.adopt.propose.noted import Notes
from mlspec.setup.adopt.propose.rows import Rows
from mlspec.setup.init.first_kpis import first_kpis
from mlspec.setup.init.notes import comment

MARGIN = 0.1
"""What a threshold asks less than today's value: two splits of the same rows differ too."""


def draft(name: str, task: str, rows: Rows, notes: Notes, measured: Sequence[Measured], numbers: Sequence[Number]) -> Draft:
    asked: list[dict[str, Any]] = [dict(kpi) for kpi, _ in first_kpis(task, rows.positive)]
    tail = ["What the old pipeline measures, less 10%. Agree on a number, then take the first sign of its line away:"]
    seen: set[str] = set()
    for number in numbers:
        info = METRICS.get(number.metric)
        if info is None or task not in info.tasks or number.metric in (*SIGNED, *seen):
            continue
        seen.add(number.metric)
        bound = number.value * (1 - MARGIN if info.greater else 1 + MARGIN)
        text = f"{number.metric} {'>=' if info.greater else '<='} {bound:.6g}"
        tail.append(comment(f'  - "{text}"  # {number.value:.6g} at {number.place}'))
        notes.fact("kpis", text, number.place, "guess", f"a comment: today it is {number.value:.6g}")
    for item in measured:
        info = METRICS.get(item.metric)
        if info is not None and task in info.tasks and item.metric not in seen:
            seen.add(item.metric)
            sign = ">=" if info.greater else "<="
            tail.append(comment(f'  - "{item.metric} {sign} …"  # measured at {item.place}; no value of it is there'))
            notes.fact("kpis", f"{item.metric} {sign} …", item.place, "guess", "a comment: no value of it is there")
    return Draft("KPISet", name, {"model": name, "kpis": asked}, tail=tuple(tail) if len(tail) > 1 else ())
