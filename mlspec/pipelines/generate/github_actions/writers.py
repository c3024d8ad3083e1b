"""The jobs that may write to the repository. They run no code of a change: the main branch is checked out, and its lock installed.

A commit pushed with GITHUB_TOKEN starts no workflow, so that required checks would wait for ever: the commands start `mlspec-ci.yml` on
what they push, which that token may do. What an App pushes starts them by itself (`app_token.py`). None ever pushes to the main branch.
"""

from __future__ import annotations

from typing import Any

from mlspec.compiler.project.project import Project
from mlspec.pipelines.generate.github_actions import artifacts
from mlspec.pipelines.generate.github_actions.app_token import OWN_TOKEN, writing
from mlspec.pipelines.generate.github_actions.artifacts import PROPOSALS, REPORT
from mlspec.pipelines.generate.github_actions.jobs import Job, Permissions, job
from mlspec.pipelines.generate.github_actions.steps import Step, checkout, identity, script, set_up

_RECORD = f"""
mlspec ci record{{flag}} --report {REPORT} --commit "$COMMIT" --branch "$BRANCH"
"""
_PROPOSE = f"""
mlspec ci propose{{flag}} --from {PROPOSALS}
"""
_PROPOSE_REPORT = f"""
mlspec ci propose{{flag}} --report {REPORT}
"""
_STATUSES = """
mlspec ci statuses "plan=$PLAN@$PLANNED" "gather=$GATHER@$GATHERED" "record=$RECORD@$GATHERED" "verify=$VERIFY@$VERIFIED" --commit "$COMMIT"
"""
_RETARGET = """
mlspec ci retarget --commit "$COMMIT" --branch "$BRANCH" ${FORK:+--fork}
"""
_APPROVALS = """
mlspec approvals --base "$BASE" --head "$COMMIT" --status --format github
"""
TOKEN = OWN_TOKEN

_TO_RECORD: Permissions = {
    "contents": ("write", "to push the commit of locks and metrics"),
    "pull-requests": ("write", "to comment on the pull request"),
    "statuses": ("write", "to set the commit's status"),
    "actions": ("write", "to start the checks on that commit"),
}
_TO_START: Permissions = {
    "contents": ("read", "to check out"),
    "statuses": ("write", "to take back what was said before"),
    "actions": ("write", "to start the checks"),
}
_TO_PROPOSE: Permissions = {
    "contents": ("write", "to push the branch"),
    "pull-requests": ("write", "to open its pull request"),
}
_TO_START_THEM: Permissions = {"actions": ("write", "to start the checks on it")}

READS: Permissions = {"contents": ("read", "to check out"), "pull-requests": ("read", "to read reviews")}
TO_ASK: Permissions = {**READS, "statuses": ("write", "to set the commit's status")}


def record(project: Project, commit: str, branch: str, condition: str) -> Job:
    """Commits what `gather` found good to keep, comments, sets the status. `commit`, `branch`: where to, as expressions."""
    how = writing(project, _TO_RECORD, of_pulls=True)
    env = {"COMMIT": commit, "BRANCH": branch, **how.env}
    write = script("Record results and verdict", _RECORD.format(flag=how.flag), env, step_id="record")
    own = f"{_if_any('gather', 'report')} && ({condition})"
    outputs = {"statuses": "${{ steps.record.outputs.statuses }}"}
    steps = [artifacts.fetch_report(), *how.before, write]
    return _writer(project, "record", "gather", own, how.permissions, steps, outputs=outputs, **how.where)


def propose(project: Project, needs: str) -> Job:
    """Opens the pull requests that a job left as proposals, or brings the open ones up to date; also where the job failed on others."""
    how = writing(project, _TO_PROPOSE, without=_TO_START_THEM)
    write = script("Push, and open or update pull requests", _PROPOSE.format(flag=how.flag), how.env)
    steps = [artifacts.fetch_proposals(), *how.before, write]
    return _writer(project, "propose", needs, _if_any(needs, "proposals"), how.permissions, steps, **how.where)


def propose_report(project: Project) -> Job:
    """Opens the pull request of a retraining, or brings the open one up to date; also where a gate failed: it is shown there."""
    how = writing(project, _TO_PROPOSE, without=_TO_START_THEM)
    write = script("Push, and open or update the pull request", _PROPOSE_REPORT.format(flag=how.flag), how.env)
    steps = [artifacts.fetch_report(), *how.before, write]
    return _writer(project, "propose", "gather", _if_any("gather", "report"), how.permissions, steps, **how.where)


def statuses(project: Project, commit: str, condition: str) -> Job:
    """Repeats how the jobs of a started run ended as statuses: GitHub doesn't count such a run's checks for its pull request.

    A status stays beside the check of its name, and both must pass: so does a pull request's run whose commit has such statuses.
    """
    jobs = ("plan", "gather", "record", "verify")
    results = {name.upper(): f"${{{{ needs.{name}.result }}}}" for name in jobs}
    times = {"PLANNED": "plan", "GATHERED": "gather", "VERIFIED": "verify"}
    began = {name: f"${{{{ needs.{of}.outputs.began }}}}" for name, of in times.items()}
    steps = [script("Repeat the results as statuses", _STATUSES, results | began | {"COMMIT": commit} | TOKEN)]
    permissions: Permissions = {"contents": ("read", "to check out"), "statuses": ("write", "to set the commit's statuses")}
    return _writer(project, "statuses", jobs, f"!cancelled() && {condition}", permissions, steps)


def approvals(project: Project, condition: str) -> Job:
    """Asks for the approvals of a commit that a workflow's own token pushed: no event tells `mlspec-approvals.yml` of it."""
    branch = project.settings.envelope.spec.ci.branch
    env = {"BASE": f"origin/{branch}", "COMMIT": "${{ github.sha }}"} | TOKEN
    steps = [*set_up(project, checkout(branch)), script("Ask for the approvals that the change needs", _APPROVALS, env)]
    return job(project, "approvals", steps, minutes=15, condition=condition, permissions=TO_ASK)


def retarget(project: Project, condition: str, where: dict[str, str]) -> Job:
    """Starts the checks of a pull request that goes into the main branch now. `where`: COMMIT, BRANCH, and FORK where it can't."""
    branch = project.settings.envelope.spec.ci.branch
    steps = [*set_up(project, checkout(branch)), script("Start the checks", _RETARGET, where | TOKEN)]
    return job(project, "retarget", steps, minutes=15, condition=condition, permissions=_TO_START)


def _if_any(job_id: str, output: str) -> str:
    return f"!cancelled() && needs.{job_id}.result != 'skipped' && needs.{job_id}.outputs.{output} != ''"


def _writer(
    project: Project, name: str, needs: str | tuple[str, ...], condition: str, permissions: Permissions, steps: list[Step], **options: Any
) -> Job:
    branch = project.settings.envelope.spec.ci.branch
    made = [*set_up(project, checkout(branch)), identity(), *steps]
    return job(
        project,
        name,
        made,
        minutes=15,
        needs=[needs] if isinstance(needs, str) else list(needs),
        condition=condition,
        permissions=permissions,
        **options,
    )
