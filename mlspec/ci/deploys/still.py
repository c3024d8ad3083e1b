"""Whether a run that was decided long ago may still deploy: somebody approved it late, or had its failed jobs run again.

GitHub keeps the plan of such a run, so that nothing is decided anew, and what it deploys may have been replaced, or taken back, since.
"""

from __future__ import annotations

from mlspec.adapters.github.api import GitHubApi, Refused
from mlspec.adapters.github.problems import refusal
from mlspec.adapters.github.remote import server_url
from mlspec.adapters.github.runs import WorkflowRun
from mlspec.ci.deploys.here import RUNS, Here
from mlspec.ci.deploys.history import Deployments
from mlspec.ci.deploys.patience import looks
from mlspec.diagnostics import problem

PATIENCE = 1_800.0
"""Seconds to wait for an older run's job."""


def require_newest(here: Here, slug: str, branch: str, environment: str, *, again: bool, patience: float = PATIENCE) -> None:
    """Raise MLS0595 where a run of a newer commit, of other content for the environment, has decided what is deployed there.

    `again`: this is not the run's first attempt; then a newer run that has not ended counts, too: it did not see this one. A job of an
    older run that is at work there by another group is waited for: it may have the same deployment, which had another runner then. Raises
    MLS0596 where it does not end, and what GitHub refuses: where it does not tell, nothing is deployed late.
    """
    try:
        with GitHubApi.from_environment() as api:
            deployments = Deployments(api, slug, branch)
            newer = here.overtaken(deployments, environment, again=again)
            older = None if newer else _left_at_work(here, deployments, environment, patience)
    except Refused as refused:
        raise refusal(refused, slug, f"{server_url()}/{slug}/actions", RUNS) from None
    if newer is not None:
        message = (
            f"run {newer.id} is of a newer commit, {newer.commit[:12]}, and decided what stands in {environment} now: this one is too late"
        )
        raise problem("MLS0595", message, help="let it be; to deploy what stands on the main branch now, start `mlspec deploy` by hand")
    if older is not None:
        message = f"run {older.id} of an older commit, {older.commit[:12]}, deploys to {environment}, and does not end"
        raise problem("MLS0596", message, help="wait for it, or cancel it, and run this job again")


def _left_at_work(here: Here, deployments: Deployments, environment: str, patience: float) -> WorkflowRun | None:
    """Wait for what is in the way; return what is there still when patience ends."""
    found = None
    for _ in looks(patience):
        found = here.in_the_way(deployments, environment)
        if found is None:
            break
    return found
