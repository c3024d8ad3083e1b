"""Repeats how the jobs of a started run ended as statuses of its commit.

GitHub shows the checks of a run that was started by `workflow_dispatch` on the commit, and does not count them for its pull request; a
status counts wherever a check of that name is required. Only what GitHub itself says of the jobs is repeated, never a job's own word.
"""

from __future__ import annotations

from collections.abc import Mapping

from mlspec.adapters.git.repository import Repository
from mlspec.adapters.github.api import GitHubApi
from mlspec.adapters.github.problems import refusals
from mlspec.adapters.github.remote import remote_slug, server_url
from mlspec.adapters.github.statuses import set_status
from mlspec.ci.record.comment import run_url
from mlspec.ci.record.record import STATUS
from mlspec.diagnostics import problem

RESULTS = ("success", "failure", "cancelled", "skipped")
MAY_BE_SKIPPED = ("record",)
"""`record` has nothing to write where there is no report; every other job must have run."""


def read_results(words: tuple[str, ...]) -> dict[str, str]:
    """`plan=success` and the like as {job: result}. Raises MLS0592 for any other word."""
    found = dict(word.partition("=")[::2] for word in words)
    for job, result in found.items():
        if not job or result not in RESULTS:
            raise problem("MLS0592", f"`{job}={result}` is no job's result", help=f"write JOB=RESULT, with one of {', '.join(RESULTS)}")
    return found


def set_statuses(repository: Repository, remote: str, commit: str, results: Mapping[str, str]) -> list[str]:
    """Set a status a job on `commit`, and return a line each. Raises MLS0980 to MLS0989; nothing is set where the remote is no GitHub."""
    slug = remote_slug(repository.require_remote(remote))
    if slug is None:
        return [f"`{remote}` is no repository of GitHub's: no status is set"]
    with refusals(slug, f"{server_url()}/{slug}/commit/{commit}", STATUS), GitHubApi.from_environment() as api:
        for job, result in results.items():
            passed = result == "success" or (result == "skipped" and job in MAY_BE_SKIPPED)
            set_status(api, slug, commit, "success" if passed else "failure", result, run_url(), job)
    return [f"status `{job}`: {result}" for job, result in results.items()]
