"""Runs of a workflow, their jobs, and what they wait for, as GitHub has them. A run is cancelled here too, and nothing else is changed.

https://docs.github.com/en/rest/actions/workflow-runs and https://docs.github.com/en/rest/actions/workflow-jobs
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from mlspec.adapters.github.api import GitHubApi, Refused
from mlspec.adapters.github.create_pull import unexpected
from mlspec.adapters.github.read import PAGE, Row, as_row, as_rows

UNFINISHED = ("requested", "queued", "pending", "waiting", "in_progress")
"""Every status of a run that has not ended; the list of runs is asked by each, since a run may wait for 30 days."""
_STARTED = ("push", "workflow_dispatch", "schedule")
_MOST_PAGES = 10
"""GitHub lists 1,000 runs of a search, and no more."""


@dataclass(frozen=True, slots=True)
class WorkflowRun:
    """A run. `number` counts the runs of its workflow; a run that is started again keeps it. `since`: when it last changed."""

    id: int
    number: int
    commit: str
    event: str
    status: str
    conclusion: str
    since: str
    url: str

    @property
    def is_done(self) -> bool:
        return self.status == "completed"


@dataclass(frozen=True, slots=True)
class RunJob:
    """A job of a run, as its newest attempt left it. `created`, `ended`: in ISO 8601, "" where GitHub does not tell."""

    name: str
    status: str
    conclusion: str
    attempt: int
    created: str = ""
    ended: str = ""

    @property
    def is_done(self) -> bool:
        return self.status == "completed"

    @property
    def runs(self) -> bool:
        return self.status == "in_progress"

    @property
    def began(self) -> bool:
        """Whether it runs, or ran to an end of its own: one that was cancelled may have waited only."""
        return self.runs or (self.is_done and self.conclusion not in ("cancelled", "skipped"))


def read_runs(api: GitHubApi, slug: str, file: str, branch: str, most: int = _MOST_PAGES * PAGE, **query: str) -> list[WorkflowRun]:
    """The runs of a workflow's file for a branch of the repository itself, newest first. `query`: `status`, `head_sha`.

    Raises `Refused`, MLS0986, MLS0987.
    """
    path = f"/repos/{slug}/actions/workflows/{quote(file, safe='')}/runs"
    found: list[WorkflowRun] = []
    for row in _listed(api, path, "workflow_runs", {"branch": branch, **query}):
        if row.text("head_branch") == branch and row.text("event") in _STARTED:
            found.append(_run(row))
        if len(found) == most:
            break
    return sorted(found, key=lambda run: run.number, reverse=True)


def unfinished_runs(api: GitHubApi, slug: str, file: str, branch: str) -> list[WorkflowRun]:
    """Every run that has not ended, newest first. Raises as `read_runs`."""
    found = {run.id: run for status in UNFINISHED for run in read_runs(api, slug, file, branch, status=status)}
    return sorted(found.values(), key=lambda run: run.number, reverse=True)


def read_run(api: GitHubApi, slug: str, number: int) -> WorkflowRun:
    """A run by its id, as it is now. Raises as `read_runs`."""
    return _run(as_row(api.request("GET", f"/repos/{slug}/actions/runs/{number}"), "a run"))


def read_jobs(api: GitHubApi, slug: str, run: int) -> list[RunJob]:
    """The jobs of a run, each by its newest attempt: by "Re-run failed jobs" the others have none.

    Raises as `read_runs`.
    """
    newest: dict[str, RunJob] = {}
    for row in _listed(api, f"/repos/{slug}/actions/runs/{run}/jobs", "jobs", {"filter": "all"}):
        times = [row.maybe_text(key) or "" for key in ("created_at", "completed_at")]
        job = RunJob(row.text("name"), row.text("status"), row.maybe_text("conclusion") or "", row.number("run_attempt"), *times)
        if job.name not in newest or newest[job.name].attempt <= job.attempt:
            newest[job.name] = job
    return list(newest.values())


def waits_for(api: GitHubApi, slug: str, run: int) -> frozenset[str]:
    """The environments whose reviewers a run waits for. Raises as `read_runs`."""
    found = as_rows(api.request("GET", f"/repos/{slug}/actions/runs/{run}/pending_deployments"), "a deployment that waits")
    return frozenset(row.row("environment").text("name") for row in found)


def cancel_run(api: GitHubApi, slug: str, run: int) -> bool:
    """Ask GitHub to cancel a run; False where it can't any more (409: it ended, or is just ending). Raises as `read_runs`."""
    try:
        api.request("POST", f"/repos/{slug}/actions/runs/{run}/cancel")
    except Refused as refused:
        if refused.status == 409:
            return False
        raise
    return True


def deployed_commits(api: GitHubApi, slug: str, environment: str, most: int) -> dict[str, str]:
    """The commits of the newest deployments to an environment, by whatever workflow, newest first, with the time of each one's newest.

    They say where to look. Raises as `read_runs`.
    """
    query = {"environment": environment, "per_page": str(PAGE)}
    rows = as_rows(api.request("GET", f"/repos/{slug}/deployments", query=query), "a deployment")
    newest = sorted(rows, key=lambda row: row.number("id"), reverse=True)
    found: dict[str, str] = {}
    for row in newest:
        found.setdefault(row.commit("sha"), row.maybe_text("created_at") or "")
    return dict(list(found.items())[:most])


def _run(row: Row) -> WorkflowRun:
    return WorkflowRun(
        row.number("id"),
        row.number("run_number"),
        row.commit("head_sha"),
        row.text("event"),
        row.text("status"),
        row.maybe_text("conclusion") or "",
        row.maybe_text("updated_at") or "",
        row.maybe_text("html_url") or "",
    )


def _listed(api: GitHubApi, path: str, key: str, query: Mapping[str, str]) -> Iterator[Row]:
    """Every row of a list that stands in its answer under `key`."""
    for page in range(1, _MOST_PAGES + 1):
        rows = as_row(api.request("GET", path, query={**query, "per_page": str(PAGE), "page": str(page)}), key).rows(key)
        yield from rows
        if len(rows) < PAGE:
            return
    if key == "jobs":
        raise unexpected(f"a list ({key}) of more than {_MOST_PAGES * PAGE} rows")
