"""mlspec-retrain.yml: train what is stale on the main branch (new data, a new lock file) and propose the result as one pull request."""

from __future__ import annotations

from typing import Any

from mlspec.ir.project import Project
from mlspec.targets.github_actions.jobs import Job, job, workflow
from mlspec.targets.github_actions.steps import checkout, download_results, identity, script, set_up, summary, upload_results

FILE = "mlspec-retrain.yml"
WEEKLY = "41 4 * * 1"

_RUN = """
if [ "$FORCE" = "true" ]; then mlspec run --force; else mlspec run --pull; fi
"""

_PROPOSE = """
git add -- pipelines
if git diff --cached --quiet; then echo "Nothing changed."; exit 0; fi
git commit --quiet --message "Retrain"
gh auth setup-git
if git diff --quiet HEAD origin/mlspec/retrain -- 2> /dev/null; then
  echo "Proposed already."
else
  git push --force origin HEAD:refs/heads/mlspec/retrain
fi
if [ -z "$(gh pr list --head mlspec/retrain --state open --json number --jq '.[].number')" ]; then
  gh pr create --base "$BRANCH" --head mlspec/retrain --title "Retrain" --body "New locks and metrics from the run $GITHUB_RUN_ID."
fi
gh workflow run mlspec-ci.yml --ref mlspec/retrain
"""


def render(project: Project) -> dict[str, Any]:
    """Return the workflow."""
    force = {"description": "Run also what is up to date", "type": "boolean", "required": False, "default": False}
    on = {"schedule": [{"cron": WEEKLY}], "workflow_dispatch": {"inputs": {"force": force}}}
    group = {"group": "mlspec-retrain", "cancel-in-progress": False}
    return workflow("mlspec retrain", on, group, {"train": _train(project), "propose": _propose(project)})


def _train(project: Project) -> Job:
    steps = [
        *set_up(project, project.settings.envelope.spec.ci.branch),
        script("Train what is stale", _RUN, {"FORCE": "${{ inputs.force }}"}),
        script("Store models and data by content", "dvc push --quiet --recursive pipelines"),
        upload_results(),
        summary("Status", "mlspec status --format markdown"),
    ]
    return job(project, "train", steps, minutes=360, storage=True)


def _propose(project: Project) -> Job:
    """One pull request, updated, never a new one each week; nothing is pushed to the main branch. What stands there already is not pushed
    again: that would dismiss its approvals.
    """
    branch = project.settings.envelope.spec.ci.branch
    steps = [
        checkout(branch),
        download_results(),
        identity(),
        script("Push the branch, open or update the pull request", _PROPOSE, {"BRANCH": branch, "GH_TOKEN": "${{ github.token }}"}),
    ]
    permissions = {
        "contents": ("write", "to push the branch mlspec/retrain"),
        "pull-requests": ("write", "to open its pull request"),
        "actions": ("write", "to start the checks on it"),
    }
    return job(project, "propose", steps, minutes=15, permissions=permissions, needs="train")
