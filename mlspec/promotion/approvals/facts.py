"""All that GitHub says of a pull request, read at once; and which pull request that is."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.adapters.github.access import Push, read_pushes, read_retargeted
from mlspec.adapters.github.api import GitHubApi
from mlspec.adapters.github.problems import Action
from mlspec.adapters.github.reviews import MOST_COMMITS, PullCommit, PullRequest, Review, pulls_with, read_commits, read_pull, read_reviews
from mlspec.diagnostics import Problems, problem

READ = Action("read pull requests", "the question", "`contents: read` and `pull-requests: read`", by_hand="see")
_QUEUE = re.compile(r"(?:refs/heads/)?gh-readonly-queue/.+/pr-(\d+)-[0-9a-f]{40,64}")


@dataclass(frozen=True, slots=True)
class Facts:
    """A pull request with its reviews and commits. `pushes`: to its branch; None where GitHub does not tell."""

    pull: PullRequest
    reviews: tuple[Review, ...]
    commits: tuple[PullCommit, ...]
    pushes: tuple[Push, ...] | None
    retargeted: str | None = ""
    """When it last went into another branch: what was approved before was another change. "" for never; None where GitHub does not tell."""

    def says_as(self, other: Facts) -> bool:
        """Whether nothing happened in between that an approval depends on. GitHub's trial merge, and the main branch, may have moved."""
        return self._deciding() == other._deciding()

    def _deciding(self) -> tuple[object, ...]:
        pull = self.pull
        return pull.head, pull.base, pull.state, self.reviews, self.commits, self.pushes, self.retargeted


@dataclass(frozen=True, slots=True)
class Event:
    """What started the job: the number of its pull request, and the commit that would be merged; None where it says neither.

    `sender`: the account that did it, "" where none is named.
    """

    number: int | None = None
    head: str | None = None
    sender: str = ""


def read_event() -> Event:
    """The event of the job of GitHub Actions that this is; an empty one elsewhere. The runner writes the file, nobody else."""
    path = os.environ.get("GITHUB_EVENT_PATH", "")
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
    except (OSError, ValueError):
        return Event()
    form = found if isinstance(found, dict) else {}
    pull, queue = _mapping(form.get("pull_request")), _mapping(form.get("merge_group"))
    sender = str(_mapping(form.get("sender")).get("login") or "")
    if queue:
        match = _QUEUE.fullmatch(str(queue.get("head_ref")))
        return Event(int(match[1]) if match else None, _commit(queue.get("head_sha")), sender)
    number = pull.get("number")
    return Event(number if isinstance(number, int) else None, _commit(_mapping(pull.get("head")).get("sha")), sender)


def find_number(api: GitHubApi, slug: str, commit: str, branch: str) -> int:
    """The open pull request into `branch` whose head is a commit. Raises MLS0755 unless there is just one."""
    found = sorted(p.number for p in pulls_with(api, slug, commit) if p.state == "open" and (p.head, p.base) == (commit, branch))
    if len(found) == 1:
        return found[0]
    message = (
        f"{commit[:12]} is the head of {len(found)} pull requests: {', '.join(f'#{n}' for n in found)}"
        if found
        else f"no open pull request into `{branch}` has {commit[:12]} as its head"
    )
    raise problem("MLS0755", message, help="name it: --pull NUMBER; without one, open it first")


def read_facts(api: GitHubApi, slug: str, number: int) -> Facts:
    """Read a pull request whole. Raises `Refused`, MLS0986, MLS0987; MLS0757 where it moved meanwhile, or is too long."""
    pull = read_pull(api, slug, number)
    commits = tuple(read_commits(api, slug, number))
    if pull.commits > MOST_COMMITS:
        message = f"#{number} has {pull.commits} commits, and GitHub tells who wrote the first {MOST_COMMITS} only"
        raise problem("MLS0757", message, help="squash the branch")
    if len(commits) != pull.commits or pull.head not in {c.commit for c in commits}:
        raise moved(number)
    pushes = None if pull.source is None else read_pushes(api, pull.source, pull.branch, pull.head)
    retargeted = read_retargeted(api, slug, number)
    return Facts(pull, tuple(read_reviews(api, slug, number)), commits, None if pushes is None else tuple(pushes), retargeted)


def moved(number: int) -> Problems:
    """The pull request is not what it was a moment ago."""
    return problem("MLS0757", f"#{number} changed while it was read", help="run the command again")


def _mapping(found: Any) -> Mapping[str, Any]:
    return found if isinstance(found, dict) else {}


def _commit(found: Any) -> str | None:
    return found if isinstance(found, str) and re.fullmatch(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", found) else None
