"""A source has no key.

Without `key` nothing notices rows that arrive twice, and twins land on both sides of a random split: the model is tested on what it has
learned by heart.

Good:

    key: [day, shop]

Off unless selected: many tables have no natural key. A `unique` rule or a `dropDuplicates` step does as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

SEVERITY: Severity = "note"
ON = False


def check(view: View) -> Iterator[Finding]:
    for source in view.sources:
        spec = source.envelope.spec
        if spec.key or source.name not in view.trained_on or any(s.drop_duplicates for s in spec.clean):
            continue
        if not any(rule.unique for _, _, rule in view.each_rule(source.name)):
            message = f"`{source.ref}` has no key: rows that arrive twice go unnoticed"
            yield Finding(source, ("metadata", "name"), message, "add `key`, the columns that together name a row")
