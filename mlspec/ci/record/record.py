"""Writes a run's results down: commit, status, comment, and the start of the checks on the new commit, each tried though another failed.

It runs no code of the project: specs are read from Git's objects as data, and the report is checked as data.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mlspec.adapters.github.api import GitHubApi
from mlspec.adapters.github.comments import put_comment
from mlspec.adapters.github.dispatch import start_workflow
from mlspec.adapters.github.open_pulls import open_pulls
from mlspec.adapters.github.problems import Action, refusals
from mlspec.adapters.github.remote import remote_slug, server_url
from mlspec.adapters.github.statuses import State, read_statuses, set_status
from mlspec.ci.gather.loosened import from_git
from mlspec.ci.record.comment import run_url
from mlspec.ci.record.commit import BOT, Branch, Recorded, record_commit, require_same
from mlspec.ci.record.sticky import MARKER, comment_text
from mlspec.ci.report import Report, read_report
from mlspec.diagnostics import Diagnostic, Problems, problem
from mlspec.promotion.approvals.facts import read_event

WORKFLOW = "mlspec-ci.yml"
JOBS = ("plan", "gather", "record", "verify")
"""The jobs of it that a branch's rules require."""
QUEUE = "gh-readonly-queue/"
COMMENT = Action("comment on pull requests", "the comment", "`pull-requests: write`")
STATUS = Action("set a commit's status", "the status", "`statuses: write`")


@dataclass(slots=True)
class Record:
    """What was done, a line each, and what could not be."""

    done: list[str] = field(default_factory=list)
    wrong: list[Diagnostic] = field(default_factory=list)
    has_statuses: bool = False
    """Whether the commit has statuses that repeat jobs, or will: they must pass beside this run's checks, so it has to set them, too."""

    @contextmanager
    def part(self) -> Iterator[None]:
        """A part whose failure is told and does not stop the next; the same failure is told once."""
        try:
            yield
        except Problems as found:
            self.wrong += [d for d in found.diagnostics if d not in self.wrong]


def record(branch: Branch, folder: Path, *, fork: bool) -> Record:
    """Record the report of a folder. Raises MLS0560 for a report that can't be read, MLS0590 for one of another commit."""
    report = read_report(folder)
    require_same(report, branch.commit)
    report = from_git(branch.repository, "HEAD", report)
    made = Record()
    reason = _left_alone(branch, report, fork=fork)
    if reason:
        made.done.append(f"nothing is written: {reason}")
        return made
    recorded: Recorded | None = None
    with made.part():
        recorded = record_commit(branch, report, folder)
        made.done += [_told(recorded, branch), *([recorded.note] if recorded.note else [])]
    if recorded is None or not recorded.moved:
        _tell_github(branch, report, recorded, made)
    return made


def _left_alone(branch: Branch, report: Report, *, fork: bool) -> str:
    """Why nothing is written at all; "" where something is."""
    if fork or report.mode == "fork":
        return "the pull request is a fork's, and its run has no right to"
    if branch.name.startswith(QUEUE) or report.mode == "queue":
        return "a merge queue's branch is GitHub's own"
    if report.mode == "retrain":
        return "a retraining is proposed by `mlspec ci propose --report`"
    return f"`{branch.name}` is the main branch, which only pull requests change" if branch.name == _main(branch) else ""


def _main(branch: Branch) -> str:
    """The branch that the remote's HEAD names: no file of the pull request has a say in it. Raises MLS0960 when it can't be read."""
    return branch.repository.default_branch(branch.remote, extra=branch.access) or ""


def _told(recorded: Recorded, branch: Branch) -> str:
    if recorded.moved:
        return f"nothing is written: {recorded.moved}"
    return f"{recorded.tip[:12]} {'pushed to' if recorded.pushed else 'is the tip of'} `{branch.name}`"


def _tell_github(branch: Branch, report: Report, recorded: Recorded | None, made: Record) -> None:
    """Status, comment and dispatch. Where the commit failed, the run is red whatever the report says."""
    tip = recorded.tip if recorded else branch.commit
    slug = None
    with made.part():
        slug = repository_slug(branch)
    if slug is None:
        return
    with made.part():
        _status(slug, tip, report, committed=recorded is not None)
        made.done.append(f"status of {tip[:12]} set")
    with made.part():
        made.done += _comment(slug, branch, report, tip)
    # Also where the commit stood there already: an earlier try may have ended between its push and the start of the checks.
    if recorded is not None and tip != branch.commit:
        with made.part():
            made.done.append(_start(slug, branch))
    if tip == branch.commit:
        with made.part():
            made.has_statuses = read_event().sender == BOT[0] or _has_statuses(slug, tip)  # what the bot pushes, it starts checks on


def _start(slug: str, branch: Branch) -> str:
    """Start the checks on the new commit, once: an App's push to an open pull request into the main branch has started them."""
    if branch.by_app and _has_pull(slug, branch):
        return f"{WORKFLOW} starts by itself on `{branch.name}`, which an App pushed to"
    start_workflow(slug, WORKFLOW, branch.name)
    return f"{WORKFLOW} started on `{branch.name}`"


def _has_pull(slug: str, branch: Branch) -> bool:
    with refusals(slug, f"{server_url()}/{slug}/pulls", COMMENT), GitHubApi.from_environment() as api:
        return any(pull.base == _main(branch) for pull in open_pulls(api, slug, branch.name))


def repository_slug(branch: Branch) -> str:
    """`owner/name`, from GITHUB_REPOSITORY or the remote's URL. Raises MLS0591."""
    named = os.environ.get("GITHUB_REPOSITORY", "")
    if re.fullmatch(r"[A-Za-z0-9_-]+/[A-Za-z0-9._-]+", named):
        return named
    found = remote_slug(branch.repository.require_remote(branch.remote))
    if found is None:
        message = f"which repository of GitHub `{branch.remote}` is can't be told from its URL"
        raise problem("MLS0591", message, help="set GITHUB_REPOSITORY to owner/name; GitHub Actions does")
    return found


def _status(slug: str, tip: str, report: Report, *, committed: bool) -> None:
    is_good = committed and report.verdict in ("pass", "nothing")
    state: State = "success" if is_good else "failure"
    page = f"{server_url()}/{slug}/commit/{tip}"
    with refusals(slug, page, STATUS), GitHubApi.from_environment() as api:
        set_status(api, slug, tip, state, describe(report) if committed else "the results could not be recorded", run_url())


def _has_statuses(slug: str, tip: str) -> bool:
    page = f"{server_url()}/{slug}/commit/{tip}"
    with refusals(slug, page, STATUS), GitHubApi.from_environment() as api:
        return any(status.context in JOBS for status in read_statuses(api, slug, tip))


def describe(report: Report) -> str:
    """The verdict in a line, for the status."""
    verdicts = [m.verdict for m in report.models]
    parts = [f"{verdicts.count(v)} {v}" for v in ("pass", "fail", "inconclusive") if v in verdicts]
    parts += [f"{len(report.failed)} not trained"] if report.failed else []
    parts += [f"{len(report.troubles)} problems"] if report.troubles else []
    parts += ["update the branch"] if report.behind else []
    return f"{report.verdict}: {', '.join(parts) or 'no model changed'}"


def _comment(slug: str, branch: Branch, report: Report, tip: str) -> list[str]:
    """Bring the comment of each open pull request of the branch up to date, unless it has a newer commit by now."""
    page = f"{server_url()}/{slug}/pulls"
    done = []
    with refusals(slug, page, COMMENT), GitHubApi.from_environment() as api:
        for pull in open_pulls(api, slug, branch.name):
            if pull.head not in (branch.commit, tip):
                done.append(f"#{pull.number} has a newer commit: its comment is left alone")
                continue
            put_comment(api, slug, pull.number, MARKER, _text(report))
            done.append(f"comment of #{pull.number} is up to date")
    return done or ["no open pull request to comment on"]


def _text(report: Report) -> Callable[[str | None], str | None]:
    return lambda standing: comment_text(report, standing)
