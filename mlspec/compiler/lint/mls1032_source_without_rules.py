"""A source has no ValidationRules.

A model learns from the source, or a batch deployment scores it, and nothing says what must be true of its rows. A truncated download or
a changed unit goes straight into the model. Start with what would hurt most: the number of rows, the target's range, what must not be
missing.

Good:

    kind: ValidationRules
    metadata: {name: sales}
    spec:
      source: sales
      rules:
        - rowCount: {min: 1000}
        - {column: count, notNull: true, between: [0, 10000]}
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = True


def check(view: View) -> Iterator[Finding]:
    for source in view.sources:
        if source.name not in view.rules and (source.name in view.trained_on or source.name in view.scored):
            message = f"nothing says what must be true of the rows of `{source.ref}`"
            yield Finding(source, ("metadata", "name"), message, f"add a ValidationRules with `source: {source.name}`")
