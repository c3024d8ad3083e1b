"""The commit's status `mlspec/approvals`, which a branch's rules require. The newest counts: a review turns it without a new commit."""

from __future__ import annotations

from mlspec.ci.comment import run_url
from mlspec.ci.record import STATUS
from mlspec.forge.git import Repository
from mlspec.forge.github_api import GitHubApi
from mlspec.forge.github_problems import refusals
from mlspec.forge.github_remote import remote_slug, server_url
from mlspec.forge.github_statuses import State, set_status

CONTEXT = "mlspec/approvals"
"""Not the job's name: where a check and a status have one name, GitHub wants both to pass, and a check stays as its run left it."""


def set_approvals(repository: Repository, remote: str, commit: str, state: State, line: str) -> None:
    """Set the status of a commit. Raises MLS0980 to MLS0989; nothing is set where the remote is no GitHub."""
    slug = remote_slug(repository.require_remote(remote))
    if slug is not None:
        with refusals(slug, f"{server_url()}/{slug}/commit/{commit}", STATUS), GitHubApi.from_environment() as api:
            set_status(api, slug, commit, state, line, run_url(), CONTEXT)
