"""A comment ignores nothing.

A comment `# mlspec: ignore[CODE]` stands where the rule finds nothing (any more), names something that is no lint rule, or names no
rule at all. Left where it is, it would hide the next mistake at this place. Remove it, or the code from it.

    target: count      # mlspec: ignore[MLS1020] KPIs come next week

Findings of the compiler (codes below MLS1000) can't be ignored: they say that something is wrong, not that it is doubtful. A comment is
judged only when the rule that it names runs.
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = True


def check(view: View) -> Iterator[Finding]:
    """Nothing of its own: the runner knows which comments were of no use."""
    del view
    yield from ()
