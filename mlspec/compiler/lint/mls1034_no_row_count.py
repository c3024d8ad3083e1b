"""Nothing notices that rows are missing.

Every rule about columns holds for an empty table. Say how many rows there must be at least (`rowCount`), or how many may vanish
(`rowCountChange`).

Good:

    - rowCount: {min: 1000}
    - rowCountChange: {maxDecrease: 5%}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = True


def check(view: View) -> Iterator[Finding]:
    for source in view.sources:
        bounds = view.rules.get(source.name, []) if source.name in view.trained_on else []
        if bounds and not any(_counts(rule) for _, _, rule in view.each_rule(source.name)):
            message = f"an empty or truncated `{source.ref}` passes every rule"
            yield Finding(bounds[0], ("spec", "rules"), message, "add `rowCount: {min: …}` or `rowCountChange: {maxDecrease: …}`", key=True)


def _counts(rule: Any) -> bool:
    """A query or a function of the user's may count; nobody can tell."""
    fewest = rule.row_count and rule.row_count.min
    return bool(fewest or (rule.row_count_change and rule.row_count_change.max_decrease is not None) or rule.sql or rule.python)
