"""Slices of a few rows are judged.

A slice with fewer than 30 rows has an interval so wide that it fails by chance, and people learn to look away.

Bad:

    slice: {by: shop, minRows: 5}

Good:

    slice: {by: shop, minRows: 100}
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = True


LEAST = 30


def check(view: View) -> Iterator[Finding]:
    for kpis, _ in view.judged:
        for index, kpi in enumerate(kpis.envelope.spec.kpis):
            if kpi.slice and kpi.slice.min_rows < LEAST:
                message = f"slices of {kpi.slice.min_rows} row{'' if kpi.slice.min_rows == 1 else 's'} are judged: they fail by chance"
                yield Finding(
                    kpis, ("spec", "kpis", index, "slice", "minRows"), message, "judge slices of 30 rows or more; 100 is the default"
                )
