"""Rows are chosen by the answer.

`where` looks at the target. When the model is asked, nobody knows the target, so nobody can choose those rows: the model is measured on
an easier question than it will be asked. Choose rows by what is known beforehand; bad values of the target belong in a ValidationRules.

Bad:

    target: count
    where: "count > 0"

Good:

    target: count
    where: "shop_open"
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlspec.compiler.lint import sql
from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = True


def check(view: View) -> Iterator[Finding]:
    for model in view.models:
        spec = model.envelope.spec
        if spec.where and spec.target and sql.mentions(spec.where, spec.target) and not _only_known(spec.where, spec.target):
            message = f"`where` chooses rows by the target `{spec.target}`, which nobody knows when the model is asked"
            yield Finding(model, ("spec", "where"), message, "choose rows by what is known beforehand")


def _only_known(where: str, target: str) -> bool:
    """Whether all it says of the target is that it is there."""
    without = re.sub(rf'"?\b{re.escape(target)}\b"?\s+is\s+not\s+null\b', "", where, flags=re.IGNORECASE)
    return not sql.mentions(without, target)
