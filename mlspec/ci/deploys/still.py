"""Whether a run that was decided long ago may still deploy: somebody approved it late, or had its failed jobs run again.

GitHub keeps the plan of such a run, so that nothing is decided anew, and what it deploys may have been replaced, or taken back, since.
"""

from __future__ import annotations

from mlspec.adapters.github.api import GitHubApi, Refused
from mlspec.adapters.github.problems import refusal
from mlspec.adapters.github.remote import server_url
from mlspec.ci.deploys.here import RUNS, Here
from mlspec.ci.deploys.history import Deployments
from mlspec.diagnostics import problem


def require_newest(here: Here, slug: str, branch: str, environment: str, *, again: bool) -> None:
    """Raise MLS0595 where a run of a newer commit, of other content for the environment, has decided what is deployed there.

    `again`: this is not the run's first attempt; then a newer run that has not ended counts, too: it did not see this one. Raises what
    GitHub refuses: where it does not tell, nothing is deployed late.
    """
    try:
        with GitHubApi.from_environment() as api:
            newer = here.overtaken(Deployments(api, slug, branch), environment, again=again)
    except Refused as refused:
        raise refusal(refused, slug, f"{server_url()}/{slug}/actions", RUNS) from None
    if newer is not None:
        message = (
            f"run {newer.id} is of a newer commit, {newer.commit[:12]}, and decided what stands in {environment} now: this one is too late"
        )
        raise problem("MLS0595", message, help="let it be; to deploy what stands on the main branch now, start `mlspec deploy` by hand")
