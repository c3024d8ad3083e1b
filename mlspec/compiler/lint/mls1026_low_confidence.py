"""The confidence is low.

With a confidence below 80% the interval is so narrow that its worse end says little: one model in five or more passes by luck.

Bad:

    confidence: 60%

Good:

    confidence: 95%
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = True


LEAST = 0.8


def check(view: View) -> Iterator[Finding]:
    for kpis, _ in view.judged:
        if kpis.envelope.spec.confidence < LEAST:
            message = f"with a confidence of {kpis.envelope.spec.confidence:.0%} luck passes the gate often"
            yield Finding(kpis, ("spec", "confidence"), message, "95% is usual; 80% is the least that says something")
