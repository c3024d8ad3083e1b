"""A model has no KPISet.

Nothing says what the model must reach, so nothing can stop a bad one: the gate has nothing to judge. Write a KPISet before you see the
first figures; afterwards one writes down what one got.

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
