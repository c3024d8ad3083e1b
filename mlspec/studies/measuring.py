"""How models are measured alongside each other, and how that is written."""

from __future__ import annotations

from typing import Any

from mlspec.compiler.project.graph import Graph
from mlspec.diagnostics.numbers import interval
from mlspec.gates.alongside import Alongside, Measured
from mlspec.registry.records import Estimate


def measuring(graph: Graph, model: str) -> dict[str, Any]:
    """The parameters of a model's evaluate stage: which metrics, and how rows are drawn."""
    return dict(graph.params(f"model/{model}", "evaluate") or {})


def difference(found: Estimate | None) -> str:
    """`+0.0086 (-0.01 to +0.025)`; the value alone without an interval."""
    return "-" if found is None else interval(three(found), sign=True)


def three(found: Estimate) -> tuple[float, float | None, float | None]:
    """Value, low and high."""
    return found.value, found.low, found.high


def alongside_form(found: Alongside) -> dict[str, Any]:
    """For programs."""
    models = [
        {
            "name": scored.name,
            "metrics": {m.metric: _measured_form(m) for m in scored.measured},
            "apart": {"rows": scored.apart.rows, "largest": scored.apart.largest} if scored.apart else None,
        }
        for scored in found.scored
    ]
    head = {"rows": found.rows, "confidence": found.confidence, "adjusted": found.adjusted, "reference": found.reference}
    return head | {"models": models}


def _measured_form(found: Measured) -> dict[str, Any]:
    note = {"note": found.note} if found.note else {}
    return {**found.found.canonical(), "difference": found.difference.canonical() if found.difference else None, **note}
