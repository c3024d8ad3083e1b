"""A pull request with its reviews and commits, as GitHub has them: who opened it, who reviewed which commit, who wrote what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from mlspec.adapters.github.api import GitHubApi
from mlspec.adapters.github.read import Row, as_row, pages

MOST_COMMITS = 250
"""GitHub lists no more commits of a pull request."""
DECIDING = ("APPROVED", "CHANGES_REQUESTED", "DISMISSED")
"""Reviews that decide something: a comment takes nothing back."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account: a person's, a bot's, or an organization's."""

    login: str
    kind: str

    @property
    def is_person(self) -> bool:
        return self.kind == "User"


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request. `author`: None for an account that is gone; `source`: the head's repository, None where that is gone."""

    number: int
    author: Account | None
    head: str
    branch: str
    source: str | None
    base: str
    base_commit: str
    commits: int
    state: Literal["open", "closed"]
    merged_at: str | None
    merge_commit: str | None


@dataclass(frozen=True, slots=True)
class Review:
    """One review. `commit`: what was looked at; None where GitHub no longer knows."""

    number: int
    account: Account | None
    state: str
    commit: str | None
    at: str
    association: str


@dataclass(frozen=True, slots=True)
class PullCommit:
    """A commit of a pull request. `author`, `committer`: accounts, None where GitHub knows none by that address."""

    commit: str
    author: Account | None
    committer: Account | None
    author_mail: str
    message: str


def read_pull(api: GitHubApi, slug: str, number: int) -> PullRequest:
    """A pull request of `owner/name`. Raises `Refused`, MLS0986, MLS0987."""
    row = as_row(api.request("GET", f"/repos/{slug}/pulls/{number}"), f"pull request #{number}")
    return _pull(row, row.number("commits"))


def pulls_with(api: GitHubApi, slug: str, commit: str) -> list[PullRequest]:
    """The pull requests that have a commit, or that brought it: open and merged ones. Raises `Refused`, MLS0986, MLS0987."""
    return [_pull(row, 0) for row in pages(api, f"/repos/{slug}/commits/{commit}/pulls", "a pull request of the commit")]


def read_reviews(api: GitHubApi, slug: str, number: int) -> list[Review]:
    """All reviews, oldest first. Raises `Refused`, MLS0986, MLS0987."""
    found = [_review(row) for row in pages(api, f"/repos/{slug}/pulls/{number}/reviews", f"a review of #{number}") if not _is_draft(row)]
    return sorted(found, key=lambda review: (review.at, review.number))


def read_commits(api: GitHubApi, slug: str, number: int) -> list[PullCommit]:
    """The commits, oldest first; 250 at most. Raises `Refused`, MLS0986, MLS0987."""
    return [_commit(row) for row in pages(api, f"/repos/{slug}/pulls/{number}/commits", f"a commit of #{number}")]


def _pull(row: Row, commits: int) -> PullRequest:
    head, base = row.row("head"), row.row("base")
    source = head.maybe_row("repo")
    return PullRequest(
        number=row.number("number"),
        author=_account(row.maybe_row("user")),
        head=head.commit("sha"),
        branch=head.text("ref"),
        source=_slug(source.text("full_name")) if source else None,
        base=base.text("ref"),
        base_commit=base.commit("sha"),
        commits=commits,
        state="open" if row.text("state") == "open" else "closed",
        merged_at=row.maybe_text("merged_at"),
        merge_commit=row.commit("merge_commit_sha") if row.maybe_text("merge_commit_sha") else None,
    )


def _slug(name: str) -> str | None:
    """It becomes part of an address."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]{1,100}/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}", name) else None


def _is_draft(row: Row) -> bool:
    """A review that its writer has not sent yet: only that person sees it."""
    return row.text("state") == "PENDING"


def _review(row: Row) -> Review:
    association = row.maybe_text("author_association") or "NONE"
    account = _account(row.maybe_row("user"))
    commit = row.commit("commit_id") if row.maybe_text("commit_id") else None
    return Review(row.number("id"), account, row.text("state"), commit, row.text("submitted_at"), association)


def _commit(row: Row) -> PullCommit:
    inner = row.row("commit")
    author = inner.maybe_row("author")
    return PullCommit(
        row.commit("sha"),
        _account(row.maybe_row("author")),
        _account(row.maybe_row("committer")),
        (author.maybe_text("email") if author else None) or "",
        inner.maybe_text("message") or "",
    )


def _account(row: Row | None) -> Account | None:
    """GitHub writes `{}` for an author without an account."""
    return None if row is None or not row.form else Account(row.text("login"), row.text("type"))
