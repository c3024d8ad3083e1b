"""Nothing checks the target.

No rule of the source looks at the column that the model learns to predict. It is the one column whose mistakes no measurement can show:
the test has the same ones. Say at least that it is there.

Good:

    - {column: count, notNull: true, between: [0, 10000]}
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint import sql
from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = True


def check(view: View) -> Iterator[Finding]:
    for source in view.sources:
        bounds, checked = view.rules.get(source.name, []), _checked(view, source.name)
        trained = [m for m in view.trained_on.get(source.name, ()) if m.envelope.spec.target is not None]
        targets = {m.envelope.spec.target: m for m in trained} if bounds else {}
        for target, model in sorted(targets.items()):
            if target not in checked and target.casefold() not in checked:
                message = f"no rule looks at `{target}`, which `{model.ref}` learns to predict"
                yield Finding(bounds[0], ("spec", "rules"), message, f"add `{{column: {target}, notNull: true}}`", key=True)


def _checked(view: View, source: str) -> set[str]:
    """Columns that a rule looks at; names in SQL in lower case."""
    found: set[str] = set()
    for _, _, rule in view.each_rule(source):
        found |= {rule.column, rule.class_balance.column if rule.class_balance else None} - {None}
        found |= sql.names(rule.expression or (rule.sql.query if rule.sql else ""))
    return found
