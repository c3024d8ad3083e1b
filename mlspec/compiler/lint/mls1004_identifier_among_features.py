"""An identifier is among the features.

A column that names the row (the source's whole key, `id`, `uuid`) tells nothing of the next row: the model can only learn by heart, or
learn the order in which rows were written. A column `something_id` that came with the others is doubtful too. Exclude it, or name it
under `categorical` when many rows share its values and new rows will have the same ones, as with shops.

Bad:

    key: [customer_id]                 # the source
    features: {include: [customer_id, age]}

Good:

    features: {include: [age]}
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = True


_ROW_NAMES = frozenset({"id", "uuid", "guid", "rowid", "row_id", "row_number", "index", "unnamed: 0"})


def check(view: View) -> Iterator[Finding]:
    for model in view.models:
        source = view.source_of(model)
        key = source.key[0] if source and len(source.key) == 1 else None
        for feature in view.features(model):
            name = feature.name.casefold()
            if feature.name == key or name in _ROW_NAMES or (not feature.chosen and name.endswith(("_id", "_uuid", "_guid"))):
                message = f"the feature `{feature.name}` names rows: it says nothing of the next one"
                doubtful = not feature.chosen and feature.name != key and name not in _ROW_NAMES
                advice = f"exclude `{feature.name}`" + (
                    ", or name it under `categorical` when new rows have the same values" if doubtful else ""
                )
                yield Finding(model, feature.route, message, advice, key=True)
