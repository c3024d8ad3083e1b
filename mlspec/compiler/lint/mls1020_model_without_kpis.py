"""A model has no KPISet, or none that looks at it on its test rows.

Nothing says what the model must reach, so nothing can stop a bad one: the gate has nothing to judge. Write a KPISet before you see the
first figures; afterwards one writes down what one got. KPIs of `rows: validation` alone judge the recipe: of the artifact that ships
nothing is asked.

Good:

    kind: KPISet
    metadata: {name: demand}
    spec:
      model: demand
      kpis: ["mae <= 50", {metric: mae, versus: baseline, improveBy: 10%}]
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = True


def check(view: View) -> Iterator[Finding]:
    for model in view.models:
        if model.name not in view.kpis:
            message = f"no KPISet says what `{model.ref}` must reach"
            yield Finding(model, ("metadata", "name"), message, f"add a KPISet with `model: {model.name}`")
    for kpis, model in view.judged:
        spec = kpis.envelope.spec.kpis
        if any(k.rows for k in spec) and all(k.rows or k.is_single for k in spec):
            message = f"every KPI of quality is judged in validation, and none on the test rows of `{model.ref}`"
            yield Finding(kpis, ("spec", "kpis"), message, "add one without `rows`: what ships is judged by it", key=True)
