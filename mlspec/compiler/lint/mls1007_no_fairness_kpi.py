"""A protected attribute is a feature, and no KPI compares its groups.

The model is given a column such as `sex` or `ethnicity`, and nothing in its KPISet looks at how it treats the groups. In many places
the law asks. Add a KPI that compares them (`by`), or one that must hold within each (`slice`); or exclude the column (and look for
those that give it away).

Bad:

    features: {include: [income, sex]}

Good:

    kpis:
      - {metric: recall, by: sex, maxDifference: 0.05}
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = True


_PROTECTED = frozenset(
    [
        "sex",
        "gender",
        "race",
        "ethnicity",
        "ethnic_group",
        "religion",
        "nationality",
        "citizenship",
        "disability",
        "disabled",
        "pregnancy",
        "pregnant",
        "marital_status",
        "sexual_orientation",
        "age_group",
        "skin_color",
        "skin_colour",
        "caste",
    ]
)


def check(view: View) -> Iterator[Finding]:
    for model in view.models:
        kpis = view.kpis.get(model.name)
        compared = {c for k in kpis.envelope.spec.kpis for c in (k.by, k.slice and k.slice.by)} if kpis else set()
        for feature in view.features(model):
            if feature.name.casefold() in _PROTECTED and feature.name not in compared:
                message = f"the model is given `{feature.name}`, and no KPI compares its groups"
                advice = f"add a KPI with `by: {feature.name}` and `maxDifference`, or with a slice by it"
                yield Finding(model, feature.route, message, advice, key=True)
