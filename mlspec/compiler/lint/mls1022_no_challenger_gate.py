"""Production without a challenger gate.

The model has a Deployment in the last environment, and none of its KPIs compares a candidate with what is deployed there. A retrained
model that is worse than the one it replaces then passes, as long as it keeps the absolute bounds.

Good:

    - {metric: mae, versus: champion, notWorseBy: 0%}
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
        if view.in_production(model.name) and not any(k.versus == "champion" for k in kpis.envelope.spec.kpis):
            message = f"`{model.ref}` goes to {view.environments[-1]}, and no KPI compares a candidate with what is deployed there"
            yield Finding(kpis, ("spec", "kpis"), message, "add a KPI with `versus: champion` and `notWorseBy`", key=True)
