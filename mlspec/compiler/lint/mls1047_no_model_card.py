"""A model in production has no card.

The model goes to the last environment, and its `card` says neither what it is meant for nor what it can't do. No machine can find that
out, and whoever uses the model next year will not know.

Good:

    card:
      intendedUse: Staffing of the vans that move bikes.
      limitations: Demand of the whole city; not for single stations.

Off unless selected; a Policy (`require: {card: […]}`) makes it a condition of promotion.
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = False


def check(view: View) -> Iterator[Finding]:
    for model in view.models:
        card = model.envelope.spec.card
        absent = [key for key, text in (("intendedUse", card.intended_use), ("limitations", card.limitations)) if not text]
        if absent and view.in_production(model.name):
            message = f"`{model.ref}` goes to {view.environments[-1]}, and its card does not say: {', '.join(absent)}"
            yield Finding(model, ("metadata", "name"), message, "write it under `card`")
