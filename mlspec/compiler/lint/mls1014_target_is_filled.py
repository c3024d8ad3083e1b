"""Missing answers are invented.

A `fillMissing` step fills the column that a model learns to predict. Invented answers are learned, and the test counts how well they
are guessed. Drop such rows (`filter: count IS NOT NULL`).

Bad:

    - fillMissing: {column: count, with: mean}

Good:

    - filter: count IS NOT NULL
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
        targets = {m.envelope.spec.target: m for m in view.trained_on.get(source.name, ())}
        for index, step in enumerate(source.envelope.spec.clean):
            model = targets.get(step.fill_missing.column) if step.fill_missing else None
            if model:
                message = f"missing values of `{step.fill_missing.column}` are filled, and `{model.ref}` learns them as answers"
                yield Finding(source, ("spec", "clean", index, "fillMissing", "column"), message, "drop those rows with a `filter` step")
