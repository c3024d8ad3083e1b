"""What the target is made of is among the features.

A rule of the source (`expression: "count = casual + registered"`) or a `derive` step says how the target follows from other columns,
and the model is given such a column. It then learns the sum, not the world: nearly perfect in the test, and useless where the parts are
not known yet.

Bad:

    target: count
    features: {include: [hour, weather, casual]}

Good:

    target: count
    features: {exclude: [casual, registered]}
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint import sql
from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Related, Severity

SEVERITY: Severity = "warning"
ON = True


def check(view: View) -> Iterator[Finding]:
    for model in view.models:
        target = model.envelope.spec.target
        parts = _parts(view, model.envelope.spec.data, target) if target else {}
        for feature in view.features(model) if parts else ():
            where = parts.get(feature.name.casefold())
            if where:
                message = f"the feature `{feature.name}` is part of the target `{target}`"
                yield Finding(model, feature.route, message, f"exclude `{feature.name}`", key=True, related=(where,))


def _parts(view: View, source: str, target: str) -> dict[str, Related]:
    """Column (lower case) -> what says that it is a part."""
    found: dict[str, Related] = {}
    for bound, index, rule in view.each_rule(source):
        for name in sql.parts_of(rule.expression, target) if rule.expression else ():
            found[name] = Related(bound.document.span(("spec", "rules", index, "expression")), "this rule says so")
    table = view.project.sources.get(source)
    for index, step in enumerate(table.envelope.spec.clean if table else ()):
        if table and step.derive and step.derive.column == target and not sql.is_window(step.derive.sql):
            span = table.document.span(("spec", "clean", index, "derive", "sql"))
            found |= {name: Related(span, "this step makes the target") for name in sql.names(step.derive.sql) - {target.casefold()}}
    return found
