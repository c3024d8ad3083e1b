"""mlspec-ci.yml: what every pull request goes through. Plan; train what is stale, a matrix a layer; gather and judge; record; verify."""

from __future__ import annotations

from typing import Any

from mlspec.compiler.project.project import Project
from mlspec.pipelines.generate.github_actions import training, writers
from mlspec.pipelines.generate.github_actions.artifacts import PLAN
from mlspec.pipelines.generate.github_actions.events import BOT, PULL, own_pull, sender, stranger
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
_BEGAN = """
echo "began=$(date -u +%Y-%m-%dT%H:%M:%SZ)" >> "$GITHUB_OUTPUT"
"""
"""Which of two runs of one commit read the main branch later; a job that is not run again keeps its time."""


def render(project: Project, layers: tuple[str, ...]) -> dict[str, Any]:
    """Return the workflow. No `edited` among its events: a job that is skipped at a new title would count as passed (`retarget.py`).

    A dispatched run has a group of its own: the one that `record` starts must not cancel the one it runs in. So has a run of the bot's
    push, which waits until somebody approves it, and of an App's: it would cancel the one that pushed. Opened again is the same commit:
    what runs goes on, since a check that was cancelled may be told after the new one, and count.
    """
    branch = project.settings.envelope.spec.ci.branch
    on = {"pull_request": {"branches": [branch]}, "merge_group": {}, "workflow_dispatch": {}}
    group = "mlspec-ci-" + expression(
        f"!({_pushed_by_us(project)}) && github.event.pull_request.number || format('{{0}}-{{1}}', github.ref, github.sha)"
    )
    flow = Flow(project, layers, _COMMIT, expression(f"github.event.merge_group.base_sha || 'origin/{branch}'"))
    repeated = f"{own_pull()} && needs.record.outputs.statuses == 'true'"
    jobs = {
        "plan": _plan(flow),
        **training.layers(flow),
        "gather": training.gather(flow, "!cancelled()", _began(), training.require_plan(), began=_BEGAN_AT),
        "record": writers.record(project, _COMMIT, _BRANCH, f"{own_pull()} || {_dispatched(branch)}"),
        "verify": _verify(flow),
        "statuses": writers.statuses(project, _COMMIT, f"({_dispatched(branch)} || {repeated})"),
        "approvals": writers.approvals(project, _dispatched(branch)),
    }
    concurrency = {"group": group, "cancel-in-progress": expression("github.event.action != 'reopened'")}
    return workflow("mlspec ci", on, concurrency, jobs)


def _pushed_by_us(project: Project) -> str:
    app = project.settings.envelope.spec.ci.app
    return f"{BOT} || {sender(app.slug)}" if app and app.pull_requests else BOT


_BEGAN_AT = expression("steps.began.outputs.began")


def _began() -> dict[str, Any]:
    return script("Tell when it began", _BEGAN, step_id="began")


def _dispatched(branch: str) -> str:
    return f"github.event_name == 'workflow_dispatch' && github.ref_type == 'branch' && github.ref != 'refs/heads/{branch}'"


def _plan(flow: Flow) -> Job:
    env = {
        "BASE": flow.base,
        "FORK": expression(f"{PULL} && ({stranger()}) && 'true' || ''"),
        "QUEUE": expression("github.event_name == 'merge_group' && 'true' || ''"),
    }
    steps = [_began(), *set_up(flow.project, checkout(flow.commit), small=True), script("Validate and plan", _PLAN, env, step_id="plan")]
    return training.plan(flow, steps, began=_BEGAN_AT)


def _verify(flow: Flow) -> Job:
    """Checks the merge result, with the main branch's KPIs and the mlspec that it locks. It runs always, beside the others: to GitHub a job
    that is skipped has passed a required check. A fork's pull request has no secrets: a promotion in it fails here.

    The merge is made here, of the main branch as it is now. GitHub's own (`refs/pull/N/merge`) may be with another branch: after a pull
    request went into that one, or when a run of then is run again. Only the merge queue's commit is what is merged.
    """
    merge = script("Merge the main branch, as GitHub would", _MERGE, {"BASE": flow.base}, when="github.event_name != 'merge_group'")
    install = set_up(flow.project, checkout(flow.commit), merge, base=flow.base)
    steps = [_began(), *install, script("Verify promotions", _VERIFY, {"BASE": flow.base})]
    return job(flow.project, "verify", steps, minutes=60, storage=True, outputs={"began": _BEGAN_AT})
