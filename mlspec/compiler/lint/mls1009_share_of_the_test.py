"""The test is very small or very large.

With less than 5% of the rows the intervals become so wide that hardly a KPI can pass; with more than half, the model learns from the
smaller part.

Bad:

    split: {strategy: time, test: 2%}

Good:

    split: {strategy: time, test: 20%}
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = True


LEAST, MOST = 0.05, 0.5


def check(view: View) -> Iterator[Finding]:
    for model in view.models:
        share = model.envelope.spec.split.test
        if share is not None and not LEAST <= share <= MOST:
            what = "little to judge by" if share < LEAST else "more than is left to learn from"
            message = f"the test holds {share * 100:.3g}% of the rows: {what}"
            yield Finding(model, ("spec", "split", "test"), message, "hold out between 5% and 50%; 20% is usual")
