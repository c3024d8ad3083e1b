"""mlspec-ci.yml: what every pull request goes through. Validate and plan; train what is stale; commit locks and metrics; verify."""

from __future__ import annotations

from typing import Any

from mlspec.ir.project import Project
from mlspec.targets.github_actions.jobs import READ, Job, job, workflow
from mlspec.targets.github_actions.steps import checkout, download_results, identity, script, set_up, summary, upload_results

FILE = "mlspec-ci.yml"

_STALE = """
if mlspec plan --exit-code > /dev/null; then echo "stale=false" >> "$GITHUB_OUTPUT"; else echo "stale=true" >> "$GITHUB_OUTPUT"; fi
"""

_COMMIT = """
git add -- pipelines
if git diff --cached --quiet; then echo "Nothing changed."; exit 0; fi
git commit --quiet --message "Locks and metrics of the run $GITHUB_RUN_ID"
gh auth setup-git
git push origin "HEAD:refs/heads/$BRANCH"
gh workflow run mlspec-ci.yml --ref "$BRANCH"
"""

_COMMIT_TRAINED = "${{ github.event.pull_request.head.sha || github.sha }}"
"""Not the branch: what is pushed on top of it is refused where somebody else pushed in the meantime."""
_HEAD = "${{ github.event.pull_request.head.ref || github.ref_name }}"
_OWN_BRANCH = "github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository"
"""A fork's pull request gets no secrets and a read-only token: it is validated and planned, and trains nothing."""


def render(project: Project) -> dict[str, Any]:
    """Return the workflow."""
    on = {"pull_request": {"branches": [project.settings.envelope.spec.ci.branch]}, "merge_group": {}, "workflow_dispatch": {}}
    group = "mlspec-ci-${{ github.event.pull_request.number || github.ref }}"
    jobs = {"check": _check(project), "train": _train(project), "record": _record(project), "verify": _verify(project)}
    return workflow("mlspec ci", on, {"group": group, "cancel-in-progress": True}, jobs)


def _check(project: Project) -> Job:
    steps = [
        *set_up(project),
        script("Validate the specs", "mlspec validate --format github"),
        script("Generated files are up to date", "mlspec apply --check"),
        summary("Plan", "mlspec plan --format markdown"),
        script("Is anything stale?", _STALE) | {"id": "plan"},
    ]
    return job(project, "check", steps, minutes=15, outputs={"stale": "${{ steps.plan.outputs.stale }}"})


def _train(project: Project) -> Job:
    steps = [
        *set_up(project, _COMMIT_TRAINED),
        script("Run what is stale", "mlspec run --pull"),
        script("Store models and data by content", "dvc push --quiet pipelines --recursive"),
        upload_results(),
        summary("Judge the KPIs", "mlspec gate --all --format markdown"),
    ]
    condition = f"needs.check.outputs.stale == 'true' && ({_OWN_BRANCH})"
    return job(project, "train", steps, minutes=360, needs="check", condition=condition, storage=True)


def _record(project: Project) -> Job:
    """The one job that may write, and it runs no code of the pull request. A commit pushed with GITHUB_TOKEN starts no workflow,
    so that required checks would wait for ever: the job starts this workflow on the new commit itself. It never pushes to the main branch.
    """
    steps = [
        checkout(_COMMIT_TRAINED),
        download_results(),
        identity(),
        script("Commit and push", _COMMIT, {"BRANCH": _HEAD, "GH_TOKEN": "${{ github.token }}"}),
    ]
    permissions = {
        "contents": ("write", "to push the commit of locks and metrics"),
        "actions": ("write", "to start this workflow on that commit"),
    }
    condition = f"github.event_name != 'merge_group' && github.ref != 'refs/heads/{project.settings.envelope.spec.ci.branch}'"
    return job(project, "record", steps, minutes=15, permissions=permissions, needs="train", condition=condition)


def _verify(project: Project) -> Job:
    """Checks the merge result, with the base branch's KPIs. It runs always: to GitHub a job that is skipped has passed a required check, so
    that a fork's pull request, or one whose specs don't compile, would go by. A fork's has no secrets: a promotion in it fails here.

    A pull request is checked out as its merge commit, whose first parent is the base branch as it was merged (`base.sha` may lag behind).
    """
    branch = project.settings.envelope.spec.ci.branch
    base = f"${{{{ github.event_name == 'pull_request' && 'HEAD^1' || github.event.merge_group.base_sha || 'origin/{branch}' }}}}"
    steps = [*set_up(project, base=base), script("Verify promotions", 'mlspec verify --base "$BASE" --format github', {"BASE": base})]
    return job(project, "verify", steps, minutes=60, permissions=READ, needs="check", condition="!cancelled()", storage=True)
