"""mlspec-approvals.yml: do the people agree who must? Asked again at every review; no code of the change runs, and no model is loaded.

The verdict is the commit's status `mlspec/approvals`: the newest status counts, where a check of one name stays as its run left it, and
a run of `pull_request_review` makes another one beside it. A fork's token can't set it: then a person starts the workflow by hand.
"""

from __future__ import annotations

from typing import Any

from mlspec.compiler.project.project import Project
from mlspec.pipelines.generate.github_actions.events import BOT, may_ask
from mlspec.pipelines.generate.github_actions.jobs import Job, expression, job, workflow
from mlspec.pipelines.generate.github_actions.steps import checkout, script, set_up
from mlspec.pipelines.generate.github_actions.writers import TO_ASK, TOKEN

FILE = "mlspec-approvals.yml"

_APPROVALS = """
mlspec approvals --base "$BASE" ${PULL:+--pull "$PULL"} --status --format github
"""


def render(project: Project) -> dict[str, Any]:
    """Return the workflow. Every project has it: its status can be required before the first Policy asks for something.

    Nothing is cancelled that runs: of those that wait GitHub keeps the newest, which sees every review until then. What would set nothing,
    or waits for somebody to approve it, is in no group with others: it must not take the place of one that sets the status.
    """
    branch = project.settings.envelope.spec.ci.branch
    pull = {"description": "The number of the pull request", "type": "string", "required": True}
    on = {
        "pull_request": {"branches": [branch]},
        "pull_request_review": {"types": ["submitted", "edited", "dismissed"]},
        "merge_group": {},
        "workflow_dispatch": {"inputs": {"pull": pull}},
    }
    group = "mlspec-approvals-" + expression(
        f"{may_ask(branch)} && !({BOT}) && github.event.pull_request.number || inputs.pull || github.run_id"
    )
    return workflow("mlspec approvals", on, {"group": group, "cancel-in-progress": False}, {"approvals": _job(project, branch)})


def _job(project: Project, branch: str) -> Job:
    env = {"BASE": expression(f"github.event.merge_group.base_sha || 'origin/{branch}'"), "PULL": expression("inputs.pull")}
    step = script("Ask for the approvals that the change needs", _APPROVALS, env | TOKEN)
    own = f"github.event.pull_request == null || {may_ask(branch)}"
    return job(project, "approvals", [*set_up(project, checkout(branch)), step], minutes=15, condition=own, permissions=TO_ASK)
