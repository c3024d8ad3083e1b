"""A feature is made from the row's own target.

A `derive` step makes the feature from the target column, and not from earlier rows only. The answer is inside the question. What
earlier rows say is fine: `lag(count) OVER (…)`, or a window that ends before the row.

Bad:

    - derive: {column: demand_28d, sql: "avg(count) OVER (ORDER BY day)"}

Good:

    - derive:
        column: demand_28d
        sql: "avg(count) OVER (ORDER BY day ROWS BETWEEN 28 PRECEDING AND 1 PRECEDING)"
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint import sql
from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Related, Severity

SEVERITY: Severity = "warning"
ON = True


def check(view: View) -> Iterator[Finding]:
    for source in view.sources:
        made = [(i, s.derive) for i, s in enumerate(source.envelope.spec.clean) if s.derive and not sql.looks_back_only(s.derive.sql)]
        for model in view.trained_on.get(source.name, ()) if made else ():
            target, features = model.envelope.spec.target, {f.name: f for f in view.features(model)}
            for index, step in made:
                feature = features.get(step.column)
                if feature and target and sql.mentions(step.sql, target):
                    related = Related(source.document.span(("spec", "clean", index, "derive", "sql")), "made here")
                    message = f"the feature `{feature.name}` is made from the target `{target}` of the same row"
                    advice = f"exclude `{feature.name}`, or make it from earlier rows only"
                    yield Finding(model, feature.route, message, advice, key=True, related=(related,))
