"""A column that turns up becomes a feature.

The source keeps columns that it does not declare (`extraColumns: keep`), and the model takes all there are. A column that somebody adds
to the file is then learned without a word, an identifier or the answer itself among them. Refuse or drop extra columns, or include the
features by name.

Bad:

    extraColumns: keep             # the source
    features: {exclude: [casual]}  # the model

Good:

    features: {include: [hour, weather]}
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
        spec = source.envelope.spec
        open_models = [m for m in view.trained_on.get(source.name, ()) if m.envelope.spec.features.include is None]
        if spec.columns and spec.extra_columns == "keep" and open_models:
            message = f"a column that turns up becomes a feature of `{open_models[0].ref}`"
            yield Finding(source, ("spec", "extraColumns"), message, "write `refuse` or `drop`, or include the features by name")
