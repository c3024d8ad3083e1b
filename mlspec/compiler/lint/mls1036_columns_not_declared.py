"""A source that a model learns from declares no columns.

Without `columns`, types are guessed from the rows at hand, a misspelt column in a spec is found only when it runs, and a column that
turns up becomes a feature.

Good:

    columns:
      - {name: day, type: date}
      - {name: count, type: integer}
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
        if not source.envelope.spec.columns and source.name in view.trained_on:
            message = f"`{source.ref}` declares no columns: types are guessed, and what turns up becomes a feature"
            yield Finding(source, ("metadata", "name"), message, "add `columns` with names and types")
