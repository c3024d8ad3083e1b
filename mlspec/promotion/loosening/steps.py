"""Steps that a KPI names: what measures decides what passes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlspec.promotion.loosening.found import Loosened
from mlspec.promotion.loosening.sides import Sides

_MEASURES = ("command", "python", "inputs", "params", "seed")
_TOLD = 200


def looser_steps(sides: Sides) -> Iterator[Loosened]:
    """What measures otherwise in Steps that KPIs of `before` name, and that are still there."""
    for name in sorted(sides.before.steps.keys() & sides.after.steps.keys()):
        old = sides.before.steps[name]
        named = sorted({k.metric for kpis in sides.before.kpi_sets.values() for k in kpis.envelope.spec.kpis if k.step == name})
        before, after = old.envelope.spec.canonical(), sides.after.steps[name].envelope.spec.canonical()
        for key in _MEASURES if named else ():
            if before.get(key) != after.get(key):
                texts = (_said(key, before.get(key)), _said(key, after.get(key)))
                yield sides.note(old, f"what a KPI asks for ({', '.join(named)}) is measured otherwise", texts, ["spec", key])
        for metric in named:
            one, other = (form["metrics"].get(metric) for form in (before, after))
            if one != other:
                texts = (_said(metric, one), _said(metric, other))
                yield sides.note(old, f"the number for the KPI `{metric}` is read elsewhere", texts, ["spec", "metrics"])


def _said(key: str, value: Any) -> str | None:
    return None if value is None or value == {} else f"{key}: {value}"[:_TOLD]
