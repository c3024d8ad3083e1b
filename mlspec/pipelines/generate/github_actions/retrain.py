"""mlspec-retrain.yml: train what is due on the main branch (new data, a new lock file) and propose the result as one pull request."""

from __future__ import annotations

from typing import Any

from mlspec.compiler.project.project import Project
from mlspec.pipelines.generate.github_actions import training, writers
from mlspec.pipelines.generate.github_actions.artifacts import PLAN
from mlspec.pipelines.generate.github_actions.events import by_schedules
from mlspec.pipelines.generate.github_actions.jobs import Job, expression, workflow
from mlspec.pipelines.generate.github_actions.steps import checkout, script, set_up
from mlspec.pipelines.generate.github_actions.training import Flow

FILE = "mlspec-retrain.yml"

_PLAN = f"""
if [ "$FORCE" = "true" ]; then set -- --force; fi
mlspec ci plan --base "$BASE" --only due "$@" --out {PLAN}
"""
_COMMIT = """
echo "commit=$(git rev-parse HEAD)" >> "$GITHUB_OUTPUT"
"""


def render(project: Project, layers: tuple[str, ...]) -> dict[str, Any] | None:
    """Return the workflow; None where there is nothing to train."""
    if not layers:
        return None
    spec = project.settings.envelope.spec.ci
    force = {"description": "Also models that are current, whatever their cooldown", "type": "boolean", "required": False, "default": False}
    on = {"schedule": by_schedules([spec.retrain.schedule]), "workflow_dispatch": {"inputs": {"force": force}}}
    flow = Flow(project, layers, expression("needs.plan.outputs.commit"), f"origin/{spec.branch}")
    jobs = {
        "plan": _plan(flow),
        **training.layers(flow),
        "gather": training.gather(flow, "!cancelled() && needs.plan.outputs.stale == 'true'"),
        "propose": writers.propose_report(project),
    }
    return workflow("mlspec retrain", on, {"group": "mlspec-retrain", "cancel-in-progress": False}, jobs)


def _plan(flow: Flow) -> Job:
    """All jobs work on the commit that was planned, whatever is merged meanwhile."""
    branch = flow.project.settings.envelope.spec.ci.branch
    steps = [
        *set_up(flow.project, checkout(branch), small=True),
        script("Note the commit", _COMMIT, step_id="commit"),
        script("Plan what is due", _PLAN, {"BASE": flow.base, "FORCE": expression("inputs.force")}, step_id="plan"),
    ]
    outputs = {"commit": expression("steps.commit.outputs.commit"), "stale": expression("steps.plan.outputs.stale")}
    return training.plan(flow, steps, **outputs)
