"""No rule of a source stops anything.

Every rule has `onFailure: warn`: whatever arrives, the pipeline trains on it. Let those that must hold fail, or put the bad rows aside
with `quarantine`.

Bad:

    onFailure: warn

Good:

    onFailure: fail
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint.finding import Finding, Route
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = True


def check(view: View) -> Iterator[Finding]:
    for source in view.sources:
        each = [(b, i, r.on_failure or b.envelope.spec.on_failure) for b, i, r in view.each_rule(source.name)]
        if each and all(action == "warn" for _, _, action in each):
            bound, index, _ = each[0]
            whole = bound.envelope.spec.rules[index].on_failure is None
            route: Route = ("spec", "onFailure") if whole else ("spec", "rules", index, "onFailure")
            yield Finding(
                bound, route, f"no rule of `{source.ref}` stops anything: all of them only warn", "let those that must hold `fail`"
            )
