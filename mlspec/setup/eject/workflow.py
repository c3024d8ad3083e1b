"""The workflow that is left behind: dvc, git and python, and nothing of mlspec's but the library that the stages call."""

from __future__ import annotations

from typing import Any

from mlspec.compiler.project.layout import MODELS, PIPELINES, WORKFLOWS
from mlspec.compiler.project.project import Project
from mlspec.language.yaml.write import Script, dump
from mlspec.pipelines.generate.github_actions.jobs import Job, job, source_secrets, step_secrets
from mlspec.pipelines.generate.github_actions.jobs import workflow as form
from mlspec.pipelines.generate.github_actions.pins import DOWNLOAD_ARTIFACT, UPLOAD_ARTIFACT
from mlspec.pipelines.generate.github_actions.steps import Step, checkout, identity, script, set_up
from mlspec.setup.eject.identity import signed_in

WORKFLOW = f"{WORKFLOWS}/pipelines.yml"
RESULTS = "pipeline-results"

_REPRODUCE = """
for file in pipelines/*/*/dvc.yaml; do
  if [ -e "$file" ]; then (cd "${file%/*}" && dvc repro --pull --allow-missing); fi
done
dvc push --quiet --recursive pipelines
"""
_COMPARE = """
dvc metrics diff --md "$BASE" >> "$GITHUB_STEP_SUMMARY"
"""
_RECORD = """
if [ -n "$(find pipelines -type l -print -quit)" ]; then
  echo "::error::There is a symbolic link below pipelines, by which results could be written elsewhere. Remove it from the branch."
  exit 1
fi
cp -R "$RUNNER_TEMP/results/." pipelines/
git add -- pipelines
if git diff --cached --quiet; then echo "Nothing changed."; exit 0; fi
git commit --quiet --message "Locks and metrics of the run $GITHUB_RUN_ID"
if [ "$BRANCH" = "$MAIN" ]; then BRANCH="pipelines/$GITHUB_RUN_ID"; fi
login="$(printf 'x-access-token:%s' "$GITHUB_TOKEN" | base64 | tr -d '\\n')"
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="http.$GITHUB_SERVER_URL/.extraHeader" GIT_CONFIG_VALUE_0="Authorization: basic $login"
git push --quiet "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY.git" "HEAD:refs/heads/$BRANCH"
echo "branch=$BRANCH" >> "$GITHUB_OUTPUT"
echo "Pushed to $BRANCH: $GITHUB_SERVER_URL/$GITHUB_REPOSITORY/compare/$MAIN...$BRANCH" >> "$GITHUB_STEP_SUMMARY"
"""
_START = """
python3 -c "$DISPATCH"
"""
_DISPATCH = """
import json, os, urllib.request
place = "{GITHUB_API_URL}/repos/{GITHUB_REPOSITORY}/actions/workflows/pipelines.yml/dispatches".format(**os.environ)
headers = {"Authorization": "Bearer " + os.environ["GITHUB_TOKEN"]}
headers |= {"Accept": "application/vnd.github+json", "Content-Type": "application/json"}
headers |= {"X-GitHub-Api-Version": "2022-11-28", "User-Agent": "pipelines"}
body = json.dumps({"ref": os.environ["BRANCH"]}).encode()
urllib.request.urlopen(urllib.request.Request(place, body, headers, method="POST"), timeout=60).close()
"""

_HEAD = "${{ github.event.pull_request.head.ref || github.ref_name }}"
_COMMIT = "${{ github.event.pull_request.head.sha || github.sha }}"
_OWN_BRANCH = "github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository"
_IMAGES = {"ubuntu-latest": "ubuntu-24.04"}
"""Nobody tells an ejected project when GitHub moves `latest` to another image: the label is fixed, and the user's to move."""


def workflow(project: Project) -> str:
    """Return the workflow's text, below its first line. Only the storage, the runner, Python and the lock come from the specs."""
    on: dict[str, Any] = {"pull_request": {"branches": [project.settings.envelope.spec.ci.branch]}, "workflow_dispatch": {}}
    group = {"group": "pipelines-${{ github.event.pull_request.number || github.ref }}", "cancel-in-progress": True}
    jobs = {"reproduce": _reproduce(project), "record": _record(project)}
    for made in jobs.values():
        made["runs-on"] = _fixed(made["runs-on"])
    return dump(form("pipelines", on, group, jobs))


def _fixed(labels: Any) -> Any:
    return (
        [_fixed(label) for label in labels]
        if isinstance(labels, list)
        else _IMAGES.get(labels, labels)
        if isinstance(labels, str)
        else labels
    )


def _reproduce(project: Project) -> Job:
    base = f"${{{{ github.event.pull_request.base.sha || 'origin/{project.settings.envelope.spec.ci.branch}' }}}}"
    steps = [
        *set_up(project, checkout(_COMMIT)),
        script("Run what is stale, and store models and data by content", _REPRODUCE),
        script("Compare the metrics", _COMPARE, {"BASE": base}),
        _upload(),
    ]
    made = job(project, "reproduce", steps, minutes=360, condition=_OWN_BRANCH, storage=True, secrets=_secrets(project))
    return signed_in(project, made, step=3)


def _secrets(project: Project) -> dict[str, str]:
    """What sources and steps read of the environment."""
    return {**source_secrets(project), **step_secrets(project)}


def _record(project: Project) -> Job:
    """The one job that may write; it runs no code of the pull request. A push with this token starts no workflow, so it starts one."""
    token = {"GITHUB_TOKEN": "${{ github.token }}"}
    names = {"BRANCH": _HEAD, "MAIN": project.settings.envelope.spec.ci.branch}
    record = script("Commit and push", _RECORD, names | token, step_id="record")
    start = script(
        "Start this workflow on the new commit",
        _START,
        {"BRANCH": "${{ steps.record.outputs.branch }}", "DISPATCH": Script(_DISPATCH)} | token,
        when="steps.record.outputs.branch != ''",
    )
    fetch: Step = {
        "name": "Fetch locks and metrics",
        "uses": DOWNLOAD_ARTIFACT,
        "with": {"name": RESULTS, "path": "${{ runner.temp }}/results"},
    }
    permissions = {
        "contents": ("write", "to push the commit of locks and metrics"),
        "actions": ("write", "to start this workflow on that commit"),
    }
    steps = [checkout(_COMMIT), fetch, identity(), record, start]
    return job(project, "record", steps, minutes=15, permissions=permissions, needs=["reproduce"])


def _upload() -> Step:
    """What Git keeps of a run. A model's folder holds a few training rows, which whoever may read a run's artifacts need not see."""
    paths = [
        f"{PIPELINES}/**/dvc.lock",
        f"{PIPELINES}/**/*.json",
        f"{PIPELINES}/**/plots/*.csv",
        f"!{MODELS}/*/model/**",
        f"!{MODELS}/*/baseline/**",
    ]
    options = {"name": RESULTS, "path": Script("\n".join(paths)), "if-no-files-found": "error", "overwrite": True, "retention-days": 7}
    return {"name": "Keep locks and metrics for the commit", "uses": UPLOAD_ARTIFACT, "with": options}
