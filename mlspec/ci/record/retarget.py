"""Starts the checks of a pull request that goes into the main branch from now on: no event of it starts them.

What was said of its commit before is taken back first, so that an old yes does not count until the new answer is there.
"""

from __future__ import annotations

from mlspec.adapters.git.repository import Repository
from mlspec.adapters.github.api import GitHubApi
from mlspec.adapters.github.dispatch import start_workflow
from mlspec.adapters.github.problems import refusals
from mlspec.adapters.github.remote import remote_slug, server_url
from mlspec.adapters.github.statuses import set_status
from mlspec.ci.record.approval_status import CONTEXT
from mlspec.ci.record.comment import run_url
from mlspec.ci.record.record import JOBS, STATUS, WORKFLOW
from mlspec.diagnostics import problem


def retarget(repository: Repository, remote: str, commit: str, branch: str, *, fork: bool) -> list[str]:
    """Take back the statuses of `commit`, start the checks on `branch`, and return a line each.

    Raises MLS0593 for a fork's pull request, whose run may do neither, and MLS0980 to MLS0989. Without GitHub nothing is done.
    """
    slug = remote_slug(repository.require_remote(remote))
    if slug is None:
        return [f"`{remote}` is no repository of GitHub's: nothing is started"]
    if fork:
        message = (
            "this pull request goes into the main branch now, and its run has no right to start the checks: it is a fork's, or Dependabot's"
        )
        raise problem("MLS0593", message, help="somebody with write access closes and reopens it: that starts them")
    with refusals(slug, f"{server_url()}/{slug}/commit/{commit}", STATUS), GitHubApi.from_environment() as api:
        for name in (*JOBS, CONTEXT):
            set_status(api, slug, commit, "pending", "goes into the main branch now: asked again", run_url(), name)
    start_workflow(slug, WORKFLOW, branch)
    return [f"the statuses of {commit[:12]} wait for a new answer", f"{WORKFLOW} started on `{branch}`"]
