"""Classes are split at random.

A random split of a classification can leave the rare class out of the test, or out of training. `stratified` keeps the share of each
class, and costs nothing.

Bad:

    task: binary
    split: {strategy: random}

Good:

    task: binary
    split: {strategy: stratified}
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity
from mlspec.metrics.tasks import TASKS

SEVERITY: Severity = "note"
ON = True


def check(view: View) -> Iterator[Finding]:
    for model in view.models:
        spec, source = model.envelope.spec, view.source_of(model)
        timed = source is not None and source.time_column is not None  # MLS1001 says more
        fits = "stratified" in TASKS[spec.task].splits and not TASKS[spec.task].is_cluster
        if fits and spec.split.strategy == "random" and not timed:
            written = "split" in spec.model_fields_set
            route = ("spec", "split", "strategy") if written else ("spec", "task")
            yield Finding(model, route, "classes are split at random: a rare one may miss in the test", "write `strategy: stratified`")
