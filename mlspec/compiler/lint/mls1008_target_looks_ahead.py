"""The target looks ahead, and the split leaves no gap.

A `derive` step makes the target from later rows (`lead(…)`, a frame to `FOLLOWING`). The last training rows then hold values of the
first test rows. Leave a gap between the two that is as long as the look ahead.

Bad:

    - derive: {column: demand_tomorrow, sql: "lead(count, 24) OVER (ORDER BY hour)"}
    split: {strategy: time}

Good:

    split: {strategy: time, gap: 24h}
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
        ahead = {s.derive.column: i for i, s in enumerate(source.envelope.spec.clean) if s.derive and sql.looks_ahead(s.derive.sql)}
        for model in view.trained_on.get(source.name, ()) if ahead else ():
            spec = model.envelope.spec
            if spec.target in ahead and spec.split.strategy == "time" and not spec.split.gap:
                related = Related(source.document.span(("spec", "clean", ahead[spec.target], "derive", "sql")), "made from later rows here")
                message = f"the target `{spec.target}` looks ahead, and no gap parts training from test"
                advice = "add `gap`, as long as the target looks ahead"
                yield Finding(model, ("spec", "split", "strategy"), message, advice, related=(related,))
