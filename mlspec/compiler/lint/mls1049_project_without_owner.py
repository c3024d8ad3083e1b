"""Nobody need approve what is deployed.

The project has Deployments, no CODEOWNERS, and no owner in `mlspec.yaml` that GitHub knows: whoever may push can approve what goes into
production, and a change of the rules. With an owner, `mlspec apply` writes `.github/CODEOWNERS` from the specs.

Good:

    metadata: {name: bike-demand, owner: "@acme/platform"}

An owner is `@user`, `@org/team` or an e-mail address; several stand with a space between. A CODEOWNERS of your own will do too.
"""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.compiler.project.ownership import hand_written, owners_named
from mlspec.diagnostics import Severity

SEVERITY: Severity = "note"
ON = True


def check(view: View) -> Iterator[Finding]:
    settings = view.settings
    if not view.deployments or hand_written(view.project) or owners_named(settings):
        return
    advice = 'add `owner`, such as "@acme/platform", or write a CODEOWNERS'
    if settings.envelope.metadata.owner:
        yield Finding(settings, ("metadata", "owner"), "GitHub knows no such owner, so no CODEOWNERS is written", advice)
    else:
        yield Finding(settings, ("metadata", "name"), "the Project names no owner, so no CODEOWNERS is written", advice)
