"""mlspec-promote.yml: opens the pull request of a promotion at the push of a button."""

from __future__ import annotations

from typing import Any

from mlspec.ir.project import Project
from mlspec.targets.github_actions.jobs import job, workflow
from mlspec.targets.github_actions.steps import identity, script, set_up

FILE = "mlspec-promote.yml"

_PROMOTE = """
gh auth setup-git
mlspec promote "model/$MODEL" --to "$ENVIRONMENT" ${VERSION:+--version "$VERSION"}
"""

_START_CHECKS = """
gh workflow run mlspec-ci.yml --ref "$BRANCH"
"""


def render(project: Project) -> dict[str, Any] | None:
    """Return the workflow; None where there is no model."""
    if not project.models:
        return None
    spec = project.settings.envelope.spec
    inputs = {
        "model": {"description": "The model", "type": "choice", "required": True, "options": sorted(project.models)},
        "environment": {"description": "Where to", "type": "choice", "required": True, "options": list(spec.environments)},
        "version": {"description": "vX.Y.Z; the next one when left out", "type": "string", "required": False},
    }
    token = {"GH_TOKEN": "${{ github.token }}", "GITHUB_TOKEN": "${{ github.token }}"}
    chosen = {name.upper(): f"${{{{ inputs.{name} }}}}" for name in inputs}
    steps = [
        *set_up(project, spec.ci.branch),
        identity(),
        script("Judge, and open the pull request", _PROMOTE, chosen | token) | {"id": "promote"},
        script(
            "Start the checks, as a push with this token starts none",
            _START_CHECKS,
            {"BRANCH": "${{ steps.promote.outputs.branch }}", "GH_TOKEN": "${{ github.token }}"},
            when="steps.promote.outputs.branch != ''",
        ),
    ]
    permissions = {
        "contents": ("write", "to push the promotion's branch"),
        "pull-requests": ("write", "to open the pull request"),
        "actions": ("write", "to start the checks on it"),
    }
    group = {"group": "mlspec-promote-${{ inputs.environment }}-${{ inputs.model }}", "cancel-in-progress": False}
    made = job(project, "promote", steps, minutes=60, permissions=permissions, storage=True)
    return workflow("mlspec promote", {"workflow_dispatch": {"inputs": inputs}}, group, {"promote": made})
