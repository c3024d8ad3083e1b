"""No KPI asks the model to beat the baseline.

Without a comparison, a bound such as `accuracy >= 0.9` may be what one gets by always answering the same. The baseline is trained
anyway: ask for how much better the model must be.

Good:

    - {metric: mae, versus: baseline, improveBy: 10%}
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
        if not any(k.versus == "baseline" for k in kpis.envelope.spec.kpis):
            message = f"no KPI asks `{model.ref}` to beat its baseline"
            yield Finding(kpis, ("spec", "kpis"), message, "add a KPI with `versus: baseline` and `improveBy`", key=True)
