"""The look-ahead check of a feature set is switched off.

A value that was made of later rows makes a model look good on its test rows, and fail in use. The check makes the set again without the
later rows, at some instants, and compares. Leave it on; where it takes too long, take fewer `cuts`.

Bad:

    lookAhead: false

Good:

    lookAhead: {cuts: 4}
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = True


def check(view: View) -> Iterator[Finding]:
    for features in view.project.feature_sets.values():
        spec = features.envelope.spec
        if not spec.look_ahead.cuts:
            message = f"the look-ahead check of `{features.ref}` is switched off"
            yield Finding(features, ("spec", "lookAhead"), message, "leave it on, or take fewer `cuts`", key=True)
        elif spec.time_column is None:
            message = f"nobody looks whether `{features.ref}` sees the future: it has no `timeColumn`"
            yield Finding(features, ("spec", "key"), message, "name the column of a row's time", key=True)
