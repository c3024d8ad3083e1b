"""A feature is named after the answer.

The feature's name says that it holds the target in another form (`log_price` beside `price`), somebody's prediction of it, or what
happens later (`next_month_sales`). Such columns are seldom known when the model is asked. Exclude the column, or ignore the rule with
the reason why it is known in time.

Bad:

    target: price
    features: {include: [rooms, log_price]}

Good:

    target: price
    features: {include: [rooms]}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = True


_FORMS = [
    "log",
    "log1p",
    "sqrt",
    "norm",
    "normalized",
    "scaled",
    "binned",
    "bin",
    "bucket",
    "class",
    "category",
    "cat",
    "encoded",
    "rank",
    "pct",
    "zscore",
]
_ANSWERS = re.compile(r"target|label|y|y_?true|ground_truth|y_?pred|prediction|predicted(_.+)?|.+_(pred|prediction|predicted)")
_LATER = re.compile(r"(next|future|tomorrows?|upcoming)_.+|.+_(tomorrow|next_(day|week|month|year)|(in_)?future)")


def check(view: View) -> Iterator[Finding]:
    for model in view.models:
        target = model.envelope.spec.target
        if target is None:
            continue
        forms = _forms(target.casefold())
        for feature in view.features(model):
            why = _why(feature.name.casefold(), forms)
            if why and feature.name != target:
                message = f"the feature `{feature.name}` is named like {why}"
                yield Finding(
                    model, feature.route, message, f"exclude `{feature.name}`, unless it is known when the model is asked", key=True
                )


def _forms(target: str) -> frozenset[str]:
    return frozenset(name for form in _FORMS for name in (f"{form}_{target}", f"{target}_{form}"))


def _why(name: str, forms: frozenset[str]) -> str | None:
    if name in forms:
        return "the target in another form"
    if _ANSWERS.fullmatch(name):
        return "an answer"
    return "what happens later" if _LATER.fullmatch(name) else None
