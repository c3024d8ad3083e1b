"""What an event of GitHub's says of who started a run: conditions that several workflows share."""

from __future__ import annotations

from collections.abc import Iterable

from mlspec.language.kinds.schedule import Zoned, cron_of, zone_of

PULL = "github.event_name == 'pull_request'"
BOT = "github.event.sender.login == 'github-actions[bot]'"
"""What a workflow's own token did. GitHub keeps such a run of a pull request until somebody approves it:
https://docs.github.com/en/actions/concepts/security/github_token
"""
_FORK = "github.event.pull_request.head.repo.full_name != github.repository"
_DEPENDABOT = "github.event.pull_request.user.login == 'dependabot[bot]'"


def sender(app: str) -> str:
    """Whether a GitHub App did it. GitHub keeps nothing of that waiting."""
    return f"github.event.sender.login == '{app}[bot]'"


def stranger() -> str:
    """Whether a pull request is a fork's, or Dependabot's: it gets no secrets and a token that reads. It is judged, and trains nothing."""
    return f"{_FORK} || {_DEPENDABOT}"


def own_pull() -> str:
    """Whether the event is of a pull request from a branch of this repository, which may be written to."""
    return f"{PULL} && !({stranger()})"


def may_ask(branch: str) -> str:
    """Whether a run may set a pull request's status: into `branch`, and no fork's. A review of Dependabot's is a person's."""
    return f"!({_FORK} || {PULL} && {_DEPENDABOT}) && github.event.pull_request.base.ref == '{branch}'"


def by_schedules(schedules: Iterable[str | Zoned]) -> list[dict[str, str]]:
    """`on.schedule`, each schedule once; a zone stands where it is not UTC.

    GitHub runs what falls into the hour that summer time leaves out at the next that there is:
    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#onschedule
    """
    pairs = sorted({(cron_of(schedule), zone_of(schedule)) for schedule in schedules})
    return [{"cron": cron} | ({} if zone == "UTC" else {"timezone": zone}) for cron, zone in pairs]
