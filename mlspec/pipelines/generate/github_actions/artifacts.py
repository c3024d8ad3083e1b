"""What one job hands to the next: workflow artifacts, kept outside the working folder, where no link of a change leads them elsewhere.

The files are those of docs/reference/ci-files.md. A job that runs again replaces what it handed on the first time.
"""

from __future__ import annotations

from typing import Any

from mlspec.pipelines.generate.github_actions.jobs import expression
from mlspec.pipelines.generate.github_actions.pins import DOWNLOAD_ARTIFACT, UPLOAD_ARTIFACT

PLAN, RESULTS, PREVIOUS, REPORT, PROPOSALS = (
    f'"$RUNNER_TEMP/mlspec/{name}"' for name in ("plan.json", "results", "previous", "report", "proposals")
)
"""The places as a script names them."""

_DAYS = 7
_ANY = "mlspec-results-*"
_OF_DATA = "mlspec-results-data-*"


def keep_plan() -> dict[str, Any]:
    return _upload("Hand on the plan", "mlspec-plan", "plan.json", missing="error")


def keep_results(shard: str) -> dict[str, Any]:
    """Also of a job that failed: what it trained before is not lost."""
    return _upload("Hand on locks and metrics", f"mlspec-results-{shard}", "results", when="!cancelled()")


def keep_report() -> dict[str, Any]:
    """Also of gates that failed: they are recorded as well. Its id is the job's output `report`."""
    return _upload("Hand on the report", "mlspec-report", "report", when="!cancelled()", step_id="report")


def keep_proposals() -> dict[str, Any]:
    """Also where one of several failed. Its id is the job's output `proposals`; nothing may be proposed at all."""
    return _upload("Hand on what is proposed", "mlspec-proposals", "proposals", when="!cancelled()", step_id="proposals")


def keep_signed() -> dict[str, Any]:
    """In place of the unsigned ones; not where signing failed: nothing is proposed then."""
    return _upload("Hand on what is signed", "mlspec-proposals", "proposals", step_id="proposals")


def id_of(step: str) -> str:
    """The job output that says whether the step uploaded anything."""
    return expression(f"steps.{step}.outputs.artifact-id")


def fetch_plan() -> dict[str, Any]:
    return _download("Fetch the plan", "", name="mlspec-plan")


def fetch_results() -> dict[str, Any]:
    return _download("Fetch locks and metrics", "results", pattern=_ANY)


def fetch_previous() -> dict[str, Any]:
    """What the layers before trained: sources, for all layers come before the models'."""
    return _download("Fetch what the layers before trained", "previous", pattern=_OF_DATA)


def fetch_report() -> dict[str, Any]:
    return _download("Fetch the report", "report", name="mlspec-report")


def fetch_proposals() -> dict[str, Any]:
    return _download("Fetch what is proposed", "proposals", name="mlspec-proposals")


def _place(path: str) -> str:
    return f"{expression('runner.temp')}/mlspec{'/' if path else ''}{path}"


def _upload(
    title: str, name: str, path: str, *, missing: str = "ignore", when: str | None = None, step_id: str | None = None
) -> dict[str, Any]:
    options = {"name": name, "path": _place(path), "if-no-files-found": missing, "overwrite": True, "retention-days": _DAYS}
    head = {"name": title} | ({"id": step_id} if step_id else {}) | ({"if": expression(when)} if when else {})
    return {**head, "uses": UPLOAD_ARTIFACT, "with": options}


def _download(title: str, path: str, *, name: str | None = None, pattern: str | None = None) -> dict[str, Any]:
    """By pattern, where there may be none: that is no failure."""
    chosen: dict[str, Any] = {"name": name} if name else {"pattern": pattern, "merge-multiple": True}
    return {"name": title, "uses": DOWNLOAD_ARTIFACT, "with": chosen | {"path": _place(path)}}
