"""A statistic of all rows fills in features.

`fillMissing` with `mean`, `median` or `most_frequent` is computed over every row of the source, those of the test among them, so a
little of the test leaks into training; and rows that are asked for later have no such value. Leave the value missing: the model's
`preprocess` imputes with what the training rows say, and takes it along.

Bad:

    - fillMissing: {column: price, with: median}       # the source

Good:

    preprocess: {numeric: {impute: median}}            # the model
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
        for index, step in enumerate(source.envelope.spec.clean):
            filled = step.fill_missing
            if filled and filled.with_ in ("mean", "median", "most_frequent") and _is_feature(view, source.name, filled.column):
                message = f"`{filled.column}` is filled with the {filled.with_} of all rows, the test's among them"
                advice = "leave it missing, and let the model's `preprocess` impute it"
                yield Finding(source, ("spec", "clean", index, "fillMissing", "with"), message, advice)


def _is_feature(view: View, source: str, column: str) -> bool:
    return any(f.name == column for model in view.trained_on.get(source, ()) for f in view.features(model))
