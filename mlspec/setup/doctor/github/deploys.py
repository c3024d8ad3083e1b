"""Runs of the deploy workflow: what waits for a reviewer, and whether the newest commit was looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from mlspec.adapters.github.api import Refused
from mlspec.adapters.github.problems import refusal
from mlspec.adapters.github.runs import WorkflowRun, read_runs, unfinished_runs, waits_for
from mlspec.adapters.github.settings import ACTIONS, Settings, Unreadable
from mlspec.compiler.project.layout import WORKFLOWS
from mlspec.diagnostics.words import and_more
from mlspec.pipelines.generate.github_actions.deploy import FILE
from mlspec.setup.doctor.examined import Examined
from mlspec.setup.doctor.finding import Skipped, Verdict, bad, ok

T = TypeVar("T")
Check = tuple[str, Callable[[], Verdict]]
_SHOWN = 5


def checks(examined: Examined, settings: Settings) -> Iterator[Check]:
    """Name and check; none where nothing is deployed by GitHub."""
    if f"{WORKFLOWS}/{FILE}" in examined.workspace.generated:
        branch = examined.workspace.settings.ci.branch
        yield "waiting deployments", lambda: waiting(settings, branch)
        yield "newest commit", lambda: newest(settings, branch)


def waiting(settings: Settings, branch: str) -> Verdict:
    """Whether a run waits for its reviewer: it holds its environment's group until somebody answers."""
    runs = _asked(settings, lambda: unfinished_runs(settings.api, settings.slug, FILE, branch))
    found = [(run, names) for run in runs if (names := _waits(settings, run))]
    if not found:
        return ok("none")
    told = [f"run {run.id} ({run.commit[:12]}) for {', '.join(sorted(names))} since {run.since[:10]}" for run, names in found]
    what = "; ".join(told[:_SHOWN]) + and_more(len(told), _SHOWN)
    return bad(f"waits for a reviewer: {what}", f"approve it, or cancel it (do not reject it): {found[0][0].url}")


def newest(settings: Settings, branch: str) -> Verdict:
    """Whether the branch's newest commit has a run of the deploy workflow."""
    if settings.workflows().get(f"{WORKFLOWS}/{FILE}") != "active":
        raise Skipped(f"{FILE} is not active on GitHub")
    tip = settings.branch(branch).get("commit")
    commit = tip.get("sha") if isinstance(tip, dict) else None
    if not isinstance(commit, str):
        raise Skipped(f"GitHub does not say at which commit `{branch}` is")
    runs = _asked(settings, lambda: read_runs(settings.api, settings.slug, FILE, branch, head_sha=commit))
    if runs and any(run.conclusion != "cancelled" for run in runs):
        return ok(f"{commit[:12]} has a run")
    state = f"its run of {FILE} was cancelled" if runs else f"it has no run of {FILE}"
    what = f"{commit[:12]} is the newest commit of `{branch}`, and {state}"
    return bad(what, f"`gh workflow run {FILE} --ref {branch} --repo {settings.slug}`")


def _waits(settings: Settings, run: WorkflowRun) -> frozenset[str]:
    return _asked(settings, lambda: waits_for(settings.api, settings.slug, run.id))


def _asked(settings: Settings, question: Callable[[], T]) -> T:
    try:
        return question()
    except Refused as refused:
        if refused.status in (403, 404) and not refused.rate_limited:
            raise Unreadable(refused, ACTIONS) from None
        raise refusal(refused, settings.slug, settings.page("actions")) from None
