"""A batch input lacks features of the model.

The source that a batch deployment scores does not declare a column that the model was trained on, or declares it with another type.
Scoring would stop in production.

Bad:

    batch: {input: week-ahead, output: predictions}   # week-ahead has no `humidity`

Good: declare (and deliver) the column in the input, or exclude it from the model's features.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.compiler.project.project import Bound
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = True


_NUMBERS = ("integer", "number")


def check(view: View) -> Iterator[Finding]:
    for deployment in view.deployments:
        target, model = view.target_of(deployment), view.project.models.get(deployment.envelope.spec.model)
        for read in target.envelope.spec.settings.reads() if target else ():
            source = view.project.sources.get(read.source)
            if model is None or source is None or not source.envelope.spec.columns or source.envelope.spec.extra_columns == "keep":
                continue
            for message in _differences(view, model, source):
                yield Finding(deployment, ("spec", "target"), message, f"add the column to {source.path}, or exclude the feature")


def _differences(view: View, model: Bound[Any], source: Bound[Any]) -> Iterator[str]:
    learned = view.source_of(model)
    types = {c.name: c.type for c in learned.columns} if learned else {}
    declared = {c.name: c.type for c in source.envelope.spec.columns}
    for feature in view.features(model):
        mine, theirs = types.get(feature.name), declared.get(feature.name)
        if theirs is None:
            yield f"`{source.ref}`, which this scores, has no column `{feature.name}`, a feature of `{model.ref}`"
        elif mine and mine != theirs and not (mine in _NUMBERS and theirs in _NUMBERS):
            yield f"`{feature.name}` is {theirs} in `{source.ref}`, which this scores, and {mine} where `{model.ref}` learned it"
