"""Every bound is judged by the point estimate.

`bound: point` compares the measured value alone, luck included. Used for every bound of a KPISet, it means that no KPI knows how sure
the figure is: the same model passes on one split and fails on the next. Let at least one bound hold for the interval's worse end, which
is the default.

Bad:

    kpis: [{metric: mae, max: 50, bound: point}]

Good:

    kpis: ["mae <= 50"]
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
        spec = kpis.envelope.spec.kpis
        bounds = [(i, k) for i, k in enumerate(spec) if not k.is_single and (k.max is not None or k.min is not None)]
        if bounds and all(k.bound == "point" for _, k in bounds) and not any(k.versus or k.by for k in spec):
            message = "every KPI is judged by the point estimate: luck passes the gate"
            yield Finding(kpis, ("spec", "kpis", bounds[0][0], "bound"), message, "remove `bound: point` from at least one")
