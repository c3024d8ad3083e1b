"""A variable is used nowhere.

The Project declares a variable, and no spec writes `${var.NAME}`. Changing it would do nothing, which is not what one expects of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

SEVERITY: Severity = "warning"
ON = True


def check(view: View) -> Iterator[Finding]:
    settings = view.settings
    for name in settings.envelope.spec.variables:
        use = b"${var.%s}" % name.encode()
        if not any(use in text for text in view.texts.values()):
            message = f"no spec uses the variable `{name}`"
            yield Finding(
                settings, ("spec", "variables", name), message, f"remove it, or write `${{var.{name}}}` where it belongs", key=True
            )
