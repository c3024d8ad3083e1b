"""Rows that follow each other are resampled one by one.

Errors of neighbouring hours are alike. `block: 1` resamples rows as if each stood for itself, so the intervals come out far too narrow.
Leave `block` out (it is then told from how long errors stay alike), or give the number of rows of a day or week.

Bad:

    split: {strategy: time}      # the model
    bootstrap: {block: 1}        # its KPISet

Good:

    bootstrap: {block: 168}      # hours: whole weeks
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = True


def check(view: View) -> Iterator[Finding]:
    for kpis, model in view.judged:
        if kpis.envelope.spec.bootstrap.block == 1 and model.envelope.spec.split.strategy == "time":
            message = "the split is by time, and rows are resampled one by one: the intervals come out too narrow"
            yield Finding(kpis, ("spec", "bootstrap", "block"), message, "leave `block` out, or give the rows of a day or week")
