"""mlspec-batch.yml: batches are scored by their schedules, each by the claim that was deployed last to its environment.

A file of its own: GitHub switches off a file with schedules in a repository that nobody touches, its push trigger too. An environment of
its own (`production-batch`), without reviewers: who reviewed the claim need not say so again at every scoring.
"""

from __future__ import annotations

from typing import Any

from mlspec.compiler.project.layout import batch_environment
from mlspec.compiler.project.project import Bound, Project
from mlspec.language.kinds.deployment import Deployment
from mlspec.language.kinds.schedule import Zoned
from mlspec.pipelines.generate.github_actions.deploy import RECONCILE, TO_LOOK, VERIFY, alone, in_matrix, keep
from mlspec.pipelines.generate.github_actions.events import by_schedules
from mlspec.pipelines.generate.github_actions.jobs import Job, expression, job, workflow
from mlspec.pipelines.generate.github_actions.steps import checkout, script, set_up
from mlspec.pipelines.generate.github_actions.writers import READS, TOKEN

FILE = "mlspec-batch.yml"
ENVIRONMENT = expression("matrix.guard")
"""Each of the project's environments that has a batch, with the suffix: `doctor` reads it so."""

_PLAN = """
mlspec ci batches ${SCHEDULE:+--schedule "$SCHEDULE"}
"""
_ROWS = """
read -ra files <<< "$ROWS"
git checkout --quiet "$GITHUB_SHA" -- "${files[@]}"
"""


def render(project: Project) -> dict[str, Any] | None:
    """Return the workflow; None where no batch has a schedule."""
    schedules = [s for d in project.deployments.values() if (s := _timetable(project, d))]
    if not schedules:
        return None
    on = {"schedule": by_schedules(schedules), "workflow_dispatch": {}}
    branch = project.settings.envelope.spec.ci.branch
    return workflow("mlspec batch", on, {}, {"plan": _plan(project, branch), "score": _score(project)})


def environments(project: Project) -> list[str]:
    """The GitHub environments that the jobs use."""
    used = {d.envelope.metadata.environment for d in project.deployments.values() if _timetable(project, d)}
    return sorted(map(batch_environment, used))


def _plan(project: Project, branch: str) -> Job:
    env = {"SCHEDULE": expression("github.event.schedule")} | TOKEN
    steps = [*set_up(project, checkout(), small=True), script("Look what is due, and deployed", _PLAN, env, step_id="plan")]
    outputs = {"matrix": expression("steps.plan.outputs.matrix")}
    own = f"github.ref == 'refs/heads/{branch}'"
    return job(project, "plan", steps, minutes=15, condition=own, permissions=TO_LOOK, outputs=outputs, concurrency=alone("batch-plan"))


def _score(project: Project) -> Job:
    """On the commit that was deployed, with the newest rows. A group for each schedule: a run that waits is lost to the next one."""
    names = {"DEPLOYMENTS": expression("matrix.deployments")}
    steps = [
        *set_up(project, checkout(expression("matrix.commit"))),
        script("Take the newest rows", _ROWS, {"ROWS": expression("matrix.rows")}, when="matrix.rows != ''"),
        script("Verify the approvals, down to the bytes", VERIFY, names | TOKEN),
        script("Reconcile", RECONCILE, {"ENVIRONMENT": expression("matrix.environment")} | names | TOKEN),
        keep(),
    ]
    group = "-" + expression("github.event.schedule || 'by-hand'")
    made = in_matrix("needs.plan.outputs.matrix", group) | {"environment": ENVIRONMENT}
    return job(project, expression("matrix.name"), steps, minutes=60, permissions=READS, storage=True, **made)


def _timetable(project: Project, deployment: Bound[Deployment]) -> str | Zoned | None:
    return project.target_of(deployment).envelope.spec.settings.timetable()
