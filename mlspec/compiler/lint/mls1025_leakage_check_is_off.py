"""A leakage check is switched off.

`null` switches a check of the split or the features off, for this model and for ever. If a few equal rows or strong features are
right, say how many or how strong.

Bad:

    leakage: {sharedRows: null}

Good:

    leakage: {sharedRows: 5}        # a few quiet hours happen to be equal
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = True


_KEYS = {"singleFeature": "single_feature", "combination": "combination", "sharedRows": "shared_rows"}


def check(view: View) -> Iterator[Finding]:
    for kpis, _ in view.judged:
        for key, name in _KEYS.items():
            if getattr(kpis.envelope.spec.leakage, name) is None:
                message = f"the leakage check `{key}` is switched off"
                yield Finding(kpis, ("spec", "leakage", key), message, "allow what is right by a number, with a comment why", key=True)
