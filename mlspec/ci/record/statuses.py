"""Repeats how the jobs of a started run ended as statuses of its commit.

GitHub shows the checks of a run that was started by `workflow_dispatch` on the commit, and does not count them for its pull request; a
status counts wherever a check of that name is required. Only what GitHub itself says of the jobs is repeated, never a job's own word.

Several runs may be of one commit. Whichever began later knows a newer main branch: its word stands, whoever comes last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mlspec.adapters.git.repository import Repository
from mlspec.adapters.github.api import GitHubApi
from mlspec.adapters.github.problems import refusals
from mlspec.adapters.github.remote import remote_slug, server_url
from mlspec.adapters.github.statuses import State, Status, read_statuses, set_status
from mlspec.ci.record.comment import run_url
from mlspec.ci.record.record import STATUS
from mlspec.diagnostics import problem

RESULTS = ("success", "failure", "cancelled", "skipped")
MAY_BE_SKIPPED = ("record",)
"""`record` has nothing to write where there is no report; every other job must have run."""
_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
_BEGAN = re.compile(rf"began ({_TIME})$")


@dataclass(frozen=True, slots=True)
class Result:
    """How a job ended, in GitHub's word. `began`: when its run read what it judged, in UTC; "" where that is not known."""

    job: str
    word: str
    began: str = ""

    @property
    def state(self) -> State:
        """Green for what GitHub would take as passed, and nothing else."""
        return "success" if self.word == "success" or (self.word == "skipped" and self.job in MAY_BE_SKIPPED) else "failure"

    @property
    def description(self) -> str:
        """The result, with its time where the next one to come looks for it."""
        return f"{self.word}, of a run that began {self.began}" if self.began else self.word


def read_results(words: Sequence[str]) -> list[Result]:
    """`plan=success`, or `plan=success@2026-11-21T08:00:00Z`, and the like. Raises MLS0592 for any other word."""
    return [_read(word) for word in words]


def _read(word: str) -> Result:
    found = re.fullmatch(rf"([\w-]+)=({'|'.join(RESULTS)})(?:@({_TIME})?)?", word, re.ASCII)
    if not found:
        fix = f"write JOB=RESULT, with one of {', '.join(RESULTS)}; then, if you like, @ and when it began, as 2026-11-21T08:00:00Z"
        raise problem("MLS0592", f"`{word}` is no job's result", help=fix)
    return Result(found[1], found[2], found[3] or "")


def set_statuses(repository: Repository, remote: str, commit: str, results: Sequence[Result]) -> list[str]:
    """Set a status a job on `commit`, and return a line each. Raises MLS0980 to MLS0989; nothing is set where the remote is no GitHub."""
    slug = remote_slug(repository.require_remote(remote))
    if slug is None:
        return [f"`{remote}` is no repository of GitHub's: no status is set"]
    with refusals(slug, f"{server_url()}/{slug}/commit/{commit}", STATUS), GitHubApi.from_environment() as api:
        standing = read_statuses(api, slug, commit)
        told = [_set(api, slug, commit, result, _newer(result, standing)) for result in results]
        return told + _put_back(api, slug, commit, results)


def _set(api: GitHubApi, slug: str, commit: str, result: Result, newer: Status | None) -> str:
    if newer is not None:
        return f"status `{result.job}`: {result.word}, and left as it is, {newer.state}: a run that began later set it ({newer.url})"
    set_status(api, slug, commit, result.state, result.description, run_url(), result.job)
    return f"status `{result.job}`: {result.word}"


def _put_back(api: GitHubApi, slug: str, commit: str, results: Sequence[Result]) -> list[str]:
    """Another run may have set its status between our look and our own: what is newer by its beginning is set again."""
    told, standing = list[str](), read_statuses(api, slug, commit)
    for result in results:
        newer = _newer(result, standing)
        last = next(status for status in standing if status.context == result.job)
        if newer is not None and newer != last:
            state: State = "success" if newer.state == "success" else "failure"
            set_status(api, slug, commit, state, newer.description, newer.url, result.job)
            told.append(f"status `{result.job}`: {newer.state} again: a run that began later had set it meanwhile ({newer.url})")
    return told


def _newer(result: Result, standing: Iterable[Status]) -> Status | None:
    """The status of a run that began after this one, the newest of them; None where this one's word is to stand.

    `pending` is nobody's answer. What has no time of its own (a red job that ended before it told one) is told anyway.
    """
    rivals = [status for status in standing if status.context == result.job and status.state != "pending"]
    last = max(rivals, key=_began, default=None)
    return last if last is not None and result.began and _began(last) > result.began else None


def _began(status: Status) -> str:
    """When the run of a status began, as it says; of another's status, when it was set."""
    found = _BEGAN.search(status.description)
    return found[1] if found else status.at
