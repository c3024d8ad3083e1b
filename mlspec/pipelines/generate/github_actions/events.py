"""What an event of GitHub's says of who started a run: conditions that several workflows share."""

from __future__ import annotations

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
