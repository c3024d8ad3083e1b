"""mlspec-deploy.yml: after a merge, verify what each environment declares and reconcile it.

The job `plan` decides by content what is due (`mlspec ci deploys`), and its matrix names deployments, environments and runners: the file
holds none of them, so that it stays as it is when one is added. A batch is scored on the runner, and what it wrote is kept with the run. A
server must outlive the job, so it is reconciled here only where its target names a self-hosted runner; elsewhere the serving host pulls:
`mlspec reconcile --env ENV --watch 60 --pull`.

No group for the whole workflow: a run that waits for a reviewer would hold it, and every later run would be cancelled in silence.
"""

from __future__ import annotations

from typing import Any

from mlspec.compiler.project.project import Project
from mlspec.pipelines.generate.github_actions.app_token import writing
from mlspec.pipelines.generate.github_actions.jobs import Job, Permissions, expression, job, workflow
from mlspec.pipelines.generate.github_actions.pins import UPLOAD_ARTIFACT
from mlspec.pipelines.generate.github_actions.steps import Step, checkout, identity, script, set_up
from mlspec.pipelines.generate.github_actions.writers import READS, TOKEN

FILE = "mlspec-deploy.yml"
ENVIRONMENT = expression("matrix.environment")
"""Each of the project's environments that has a deployment: `doctor` reads it so."""

_PLAN = """
if [ "$GITHUB_EVENT_NAME" = "workflow_dispatch" ]; then set -- --every; fi
mlspec ci deploys "$@"
"""
_SUPERSEDE = """
read -ra names <<< "$ENVIRONMENTS"
mlspec ci supersede --commit "$GITHUB_SHA" "${names[@]}"
"""
_STILL = """
mlspec ci deploys --still "$ENVIRONMENT"
"""
VERIFY = """
read -ra names <<< "$DEPLOYMENTS"
mlspec verify --format github "${names[@]}"
"""
RECONCILE = """
read -ra names <<< "$DEPLOYMENTS"
mlspec reconcile --env "$ENVIRONMENT" "${names[@]}"
"""
_TAG = """
read -ra names <<< "$UNSETTLED"
mlspec tag --push --at "$GITHUB_SHA" "${names[@]/#/--except=}"
"""
_DEPLOYED = "(needs.deploy.result == 'success' || needs.deploy.result == 'skipped')"
_OUTPUTS = ("matrix", "due", "unsettled")

TO_LOOK: Permissions = {
    "contents": ("read", "to check out"),
    "actions": ("read", "to read what earlier runs deployed"),
    "deployments": ("read", "to read where to look"),
}
_TO_DEPLOY: Permissions = {**READS, "actions": ("read", "to read whether a newer run was faster")}
_TO_CANCEL: Permissions = {
    "contents": ("read", "to check out"),
    "actions": ("write", "to cancel older runs that wait for a reviewer"),
}

_TO_TAG: Permissions = {"contents": ("write", "to push the tags of what was promoted")}
_TO_TAG_ANY: Permissions = {"workflows": ("write", "to tag a commit whose workflow files are not the newest")}


def render(project: Project) -> dict[str, Any] | None:
    """Return the workflow; None where nothing is to be deployed. On every push: GitHub looks at 300 files of it for a filter of paths."""
    if not project.deployments:
        return None
    branch = project.settings.envelope.spec.ci.branch
    jobs = {
        "plan": _plan(project, branch),
        "supersede": _supersede(project, branch),
        "deploy": _deploy(project),
        "tag": _tag(project, branch),
    }
    return workflow("mlspec deploy", {"push": {"branches": [branch]}, "workflow_dispatch": {}}, {}, jobs)


def _plan(project: Project, branch: str) -> Job:
    """Only of the main branch: what is not merged is not deployed by hand either."""
    steps = [*set_up(project, checkout(), small=True), script("Decide what is due", _PLAN, TOKEN, step_id="plan")]
    outputs = {name: expression(f"steps.plan.outputs.{name}") for name in _OUTPUTS}
    own = f"github.ref == 'refs/heads/{branch}'"
    return job(project, "plan", steps, minutes=15, condition=own, permissions=TO_LOOK, outputs=outputs, concurrency=alone("deploy-plan"))


def _supersede(project: Project, branch: str) -> Job:
    """Beside the deploy jobs, which may wait in their groups for just those runs."""
    env = {"ENVIRONMENTS": expression("needs.plan.outputs.due")} | TOKEN
    steps = [*set_up(project, checkout(branch)), script("Cancel older runs that wait", _SUPERSEDE, env)]
    condition = "needs.plan.outputs.due != ''"
    return job(
        project, "supersede", steps, minutes=20, needs=["plan"], condition=condition, permissions=_TO_CANCEL, concurrency=alone("supersede")
    )


def _deploy(project: Project) -> Job:
    """One for each environment and runner, so that GitHub's protection of the environment holds for each, and its group too.

    It may be approved late, or be run again without its plan: whether it is the newest yet is asked here.
    """
    chosen = {name: expression(f"matrix.{name}") for name in ("deployments", "reconcile", "environment")}
    env = {"ENVIRONMENT": chosen["environment"], "DEPLOYMENTS": chosen["reconcile"], "RUNNER_TRACKING_ID": ""} | TOKEN
    steps = [
        *set_up(project, checkout()),
        script("Look whether a newer run was faster", _STILL, {"ENVIRONMENT": chosen["environment"]} | TOKEN),
        script("Verify the approvals, down to the bytes", VERIFY, {"DEPLOYMENTS": chosen["deployments"]} | TOKEN),
        script("Reconcile", RECONCILE, env, when="matrix.reconcile != ''"),
        keep(),
    ]
    made = in_matrix("needs.plan.outputs.matrix") | {"environment": ENVIRONMENT}
    return job(project, expression("matrix.name"), steps, minutes=60, permissions=_TO_DEPLOY, storage=True, **made)


def alone(name: str) -> dict[str, Any]:
    """A group of this run alone: the job changes nothing that another could disturb, and waits for none."""
    return {"group": f"mlspec-{name}-{expression('github.run_id')}", "cancel-in-progress": False}


def in_matrix(output: str, group: str = "") -> dict[str, Any]:
    """Options of a job for each row of a plan's output. All at once: a job that waits for its reviewer keeps no other from its turn."""
    return {
        "needs": ["plan"],
        "condition": f"!cancelled() && needs.plan.result == 'success' && {output} != ''",
        "strategy": {"fail-fast": False, "max-parallel": 256, "matrix": expression(f"fromJSON({output})")},
        "runs_on": expression("fromJSON(matrix.runs_on)"),
        "concurrency": {"group": f"mlspec-{expression('matrix.name')}{group}", "cancel-in-progress": False},
    }


def keep() -> Step:
    """Keep what batches wrote, in an artifact for each job."""
    options = {
        "name": f"predictions-{expression('matrix.label')}",
        "path": expression("matrix.predictions"),
        "if-no-files-found": "ignore",
        "overwrite": True,
        "retention-days": 30,
    }
    return {"name": "Keep the predictions", "if": expression("matrix.predictions != ''"), "uses": UPLOAD_ARTIFACT, "with": options}


def _tag(project: Project, branch: str) -> Job:
    """Marks what is deployed, and nothing that was merged since, by the main branch's code; not what waits in another run.

    Two runs never push at once; one that GitHub left out of the queue is made up for by the next, and a re-run finds its tags.
    """
    how = writing(project, _TO_TAG, more=_TO_TAG_ANY)
    env = {"UNSETTLED": expression("needs.plan.outputs.unsettled"), **how.env}
    steps = [*set_up(project, checkout(branch)), identity(), *how.before, script("Write the tags that are missing", _TAG, env)]
    return job(
        project,
        "tag",
        steps,
        minutes=15,
        needs=["plan", "deploy"],
        condition=f"!cancelled() && needs.plan.result == 'success' && {_DEPLOYED}",
        permissions=how.permissions,
        **how.where,
        concurrency={"group": "mlspec-tag", "cancel-in-progress": False},
    )
