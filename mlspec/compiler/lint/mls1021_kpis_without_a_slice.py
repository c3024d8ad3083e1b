"""No KPI looks inside the average.

The model goes to production, and its KPIs judge all rows together. A good average hides a part that fails: one shop, one country, the
night. Add a KPI that must hold within each value of a column, or that compares groups (`by`).

Bad:

    kpis: ["mae <= 50"]

Good:

    kpis:
      - mae <= 50
      - {metric: mae, max: 70, slice: {by: shop, minRows: 200}}

It is silent where the source declares no text or boolean column worth a slice: a key, an identifier or a free text is none.
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.slicing import slice_columns
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

SEVERITY: Severity = "note"
ON = True


def check(view: View) -> Iterator[Finding]:
    for kpis, model in view.judged:
        if not view.in_production(model.name) or any(k.slice or k.by for k in kpis.envelope.spec.kpis):
            continue
        columns = slice_columns(view, model)
        if columns:
            message = f"`{model.ref}` goes to {view.environments[-1]}, and no KPI looks inside the average"
            advice = f"add a KPI with a slice, as in `slice: {{by: {columns[0]}}}`"
            yield Finding(kpis, ("spec", "kpis"), message, advice, key=True)
