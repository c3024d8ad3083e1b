"""mlspec-ci.yml: what every pull request goes through. Plan; train what is stale, a matrix a layer; gather and judge; record; verify."""

from __future__ import annotations

from typing import Any

from mlspec.compiler.project.project import Project
from mlspec.pipelines.generate.github_actions import training, writers
from mlspec.pipelines.generate.github_actions.artifacts import PLAN
from mlspec.pipelines.generate.github_actions.jobs import Job, expression, job, workflow
from mlspec.pipelines.generate.github_actions.steps import checkout, script, set_up
from mlspec.pipelines.generate.github_actions.training import Flow

FILE = "mlspec-ci.yml"

_PLAN = f"""
mlspec ci plan --base "$BASE" ${{FORK:+--fork}} ${{QUEUE:+--queue}} --out {PLAN}
"""
_MERGE = """
git -c user.name="github-actions[bot]" -c user.email="github-actions[bot]@users.noreply.github.com" merge --quiet --no-edit "$BASE"
"""
_VERIFY = """
mlspec verify --base "$BASE" --format github
"""

_COMMIT = expression("github.event.pull_request.head.sha || github.sha")
"""Not the branch: a newer commit has a run of its own."""
_BRANCH = expression("github.event.pull_request.head.ref || github.ref_name")
_PULL = "github.event_name == 'pull_request'"
_FORK = "github.event.pull_request.head.repo.full_name != github.repository"
_DEPENDABOT = "github.event.pull_request.user.login == 'dependabot[bot]'"
"""A fork's pull request, and Dependabot's, gets no secrets and a token that reads: it is planned and judged, and trains nothing."""


def render(project: Project, layers: tuple[str, ...]) -> dict[str, Any]:
    """Return the workflow. A dispatched run has a group of its own: the one that `record` starts must not cancel the one it runs in."""
    branch = project.settings.envelope.spec.ci.branch
    on = {"pull_request": {"branches": [branch]}, "merge_group": {}, "workflow_dispatch": {}}
    group = "mlspec-ci-" + expression("github.event.pull_request.number || format('{0}-{1}', github.ref, github.sha)")
    flow = Flow(project, layers, _COMMIT, expression(f"github.event.merge_group.base_sha || 'origin/{branch}'"))
    jobs = {
        "plan": _plan(flow),
        **training.layers(flow),
        "gather": training.gather(flow, "!cancelled()", training.require_plan()),
        "record": writers.record(project, _COMMIT, _BRANCH, _own(branch)),
        "verify": _verify(project),
        "statuses": writers.statuses(project, _dispatched(branch)),
        "approvals": writers.approvals(project, _dispatched(branch)),
    }
    return workflow("mlspec ci", on, {"group": group, "cancel-in-progress": True}, jobs)


def _own(branch: str) -> str:
    """Whether there is a branch of this repository to write to: not in the merge queue, not for a fork, never the main branch."""
    return f"{_PULL} && !({_FORK} || {_DEPENDABOT}) || {_dispatched(branch)}"


def _dispatched(branch: str) -> str:
    return f"github.event_name == 'workflow_dispatch' && github.ref_type == 'branch' && github.ref != 'refs/heads/{branch}'"


def _plan(flow: Flow) -> Job:
    env = {
        "BASE": flow.base,
        "FORK": expression(f"{_PULL} && ({_FORK} || {_DEPENDABOT}) && 'true' || ''"),
        "QUEUE": expression("github.event_name == 'merge_group' && 'true' || ''"),
    }
    return training.plan(
        flow, [*set_up(flow.project, checkout(flow.commit), small=True), script("Validate and plan", _PLAN, env, step_id="plan")]
    )


def _verify(project: Project) -> Job:
    """Checks the merge result, with the base branch's KPIs and the mlspec that it locks. It runs always, beside the others: to GitHub a job
    that is skipped has passed a required check. A fork's pull request has no secrets: a promotion in it fails here.

    A pull request is checked out as its merge commit, whose first parent is the base branch as it was merged (`base.sha` may lag behind).
    A branch by itself is merged here, as GitHub would.
    """
    branch = project.settings.envelope.spec.ci.branch
    base = expression(f"{_PULL} && 'HEAD^1' || github.event.merge_group.base_sha || 'origin/{branch}'")
    merge = script("Merge the main branch, as GitHub would", _MERGE, {"BASE": base}, when="github.event_name == 'workflow_dispatch'")
    steps = [*set_up(project, checkout(), merge, base=base), script("Verify promotions", _VERIFY, {"BASE": base})]
    return job(project, "verify", steps, minutes=60, storage=True)
