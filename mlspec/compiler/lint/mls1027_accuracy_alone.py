"""Accuracy is the only judge.

Accuracy counts the frequent class. Where one class is rare, as with fraud or churn, a model that never finds it has a high one. Add a
metric that sees the rare class: `recall`, `f1`, `balanced_accuracy`, `average_precision`.

Bad:

    kpis: ["accuracy >= 0.9"]

Good:

    kpis: ["accuracy >= 0.9", "recall >= 0.6"]
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = True


def check(view: View) -> Iterator[Finding]:
    for kpis, _ in view.judged:
        metrics = {k.metric for k in kpis.envelope.spec.kpis if not k.is_single}
        if metrics == {"accuracy"}:
            message = "accuracy is the only metric: a model that never finds the rare class can pass"
            yield Finding(kpis, ("spec", "kpis"), message, "add `balanced_accuracy`, `f1` or `recall`", key=True)
