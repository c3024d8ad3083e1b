"""Personal data is among the features.

The source, or one that it is made of, marks the column as personal (`pii: true`), or a step makes it of such a column, and the model is
given it. The model may then carry it out of the repository, and whoever asks the model must send it. Exclude it, or make from it in a
`clean` step what the model needs (the year of birth, the first digits of the postcode), and say of that column that it names nobody:
`anonymised: true`.

Bad:

    columns: [{name: email, type: string, pii: true}]      # the source
    features: {include: [email, visits]}

Good:

    features: {include: [visits]}
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.compiler.project.personal import personal_flow
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = True


def check(view: View) -> Iterator[Finding]:
    for model in view.models:
        data = view.project.data_of(model.envelope.spec.data)
        personal = personal_flow(view.project, data) if data else {}
        if personal:
            for feature in view.features(model):
                if feature.name in personal:
                    origin = personal[feature.name].origin
                    own = data is not None and origin == f"{data.ref}.{feature.name}"
                    message = f"the feature `{feature.name}` is personal data{'' if own else f', made of {origin}'}"
                    yield Finding(
                        model,
                        feature.route,
                        message,
                        f"exclude `{feature.name}`, or make from it what the model needs, `anonymised: true`",
                        key=True,
                    )
