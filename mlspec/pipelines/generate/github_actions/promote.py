"""mlspec-promote.yml: judges a promotion at the push of a button, and opens its pull request."""

from __future__ import annotations

from typing import Any

from mlspec.compiler.project.project import Project
from mlspec.pipelines.generate.github_actions import artifacts, sign, writers
from mlspec.pipelines.generate.github_actions.artifacts import PROPOSALS
from mlspec.pipelines.generate.github_actions.jobs import expression, job, workflow
from mlspec.pipelines.generate.github_actions.steps import checkout, identity, script, set_up

FILE = "mlspec-promote.yml"

_JUDGE = f"""
mlspec promote "model/$MODEL" --to "$ENVIRONMENT" ${{VERSION:+--version "$VERSION"}} --proposal {PROPOSALS}
"""


def render(project: Project) -> dict[str, Any] | None:
    """Return the workflow; None where there is no model. It lists none: `mlspec promote` knows them, and says which was meant."""
    if not project.models:
        return None
    spec = project.settings.envelope.spec
    inputs = {
        "model": {"description": "The model", "type": "string", "required": True},
        "environment": {"description": "Where to", "type": "choice", "required": True, "options": list(spec.environments)},
        "version": {"description": "vX.Y.Z; the next one when left out", "type": "string", "required": False},
    }
    chosen = {name.upper(): expression(f"inputs.{name}") for name in inputs}
    steps = [
        *set_up(project, checkout(spec.ci.branch)),
        identity(),
        script("Judge", _JUDGE, chosen),
        artifacts.keep_proposals(),
    ]
    jobs = {
        "judge": job(project, "judge", steps, minutes=60, outputs={"proposals": artifacts.id_of("proposals")}, storage=True),
        **({"sign": sign.call(project, "judge")} if sign.signs(project) else {}),
        "propose": writers.propose(project, "sign" if sign.signs(project) else "judge"),
    }
    group = {"group": "mlspec-promote-${{ inputs.environment }}-${{ inputs.model }}", "cancel-in-progress": False}
    return workflow("mlspec promote", {"workflow_dispatch": {"inputs": inputs}}, group, jobs)
