"""Rows with a time are split at random.

The source says which column is time, and the model's split ignores it: training rows from after the test rows tell the model what it
could not have known. The measured error is then too good, often by far, and the deployed model misses it from the first day. Split by
time, as the model will be used.

Bad:

    split: {strategy: random}

Good:

    split: {strategy: time, test: 20%, gap: 24h}

Where rows have a time that does not matter (each stands for itself, and tomorrow's are like yesterday's), ignore the rule with that as
the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlspec.compiler.lint.finding import Finding, Route
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = True


def check(view: View) -> Iterator[Finding]:
    for model in view.models:
        spec, source = model.envelope.spec, view.source_of(model)
        if source is None or source.time_column is None or spec.split.strategy not in ("random", "stratified"):
            continue
        route: Route = ("spec", "split", "strategy") if "strategy" in spec.split.model_fields_set else _place(spec)
        message = f"the rows have a time, `{source.time_column}`, and the split is {spec.split.strategy}: the model sees the test's future"
        yield Finding(model, route, message, "write `split: {strategy: time}`")


def _place(spec: Any) -> Route:
    return ("spec", "split" if "split" in spec.model_fields_set else "data")
