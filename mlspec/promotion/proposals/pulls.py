"""The pull request of a proposal on GitHub: one a branch, updated in place; a person's words and a person's "no" are respected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from mlspec.adapters.git.repository import Repository
from mlspec.adapters.github import create_pull as github
from mlspec.adapters.github.dispatch import start_workflow
from mlspec.adapters.github.pulls import Pull, change_pull, pulls_of
from mlspec.compiler.project.layout import WORKFLOW_PLACES
from mlspec.promotion.proposals.mark import MARK_LENGTH, is_untouched, marked, plain, read_mark, remarked
from mlspec.promotion.proposals.proposal import Proposal

CHECKS = "mlspec-ci.yml"


@dataclass(frozen=True, slots=True)
class Shown:
    """Where the pull request is (`url`), or where a person opens it (`page`); each None where there is none."""

    url: str | None = None
    page: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pulls:
    """The pull requests of a proposal's branch, and the digest of what is proposed.

    `slug` is None where the remote is not GitHub, or no token is set: the branch is pushed all the same.
    """

    content: str
    slug: str | None
    page: str | None
    known: tuple[Pull, ...] = ()

    @classmethod
    def of(cls, url: str, proposal: Proposal, content: str) -> Self:
        """Ask GitHub, where the remote (`url`, as Git pushes to it) is GitHub's and there is a token. Raises MLS0981 to MLS0989."""
        slug = github.remote_slug(url)
        page = None if slug is None else github.compare_url(slug, proposal.base, proposal.branch)
        if slug is None or github.github_token() is None:
            return cls(content, None, page)
        return cls(content, slug, page, tuple(pulls_of(slug, head=proposal.branch, base=proposal.base)))

    @property
    def open(self) -> Pull | None:
        return next((p for p in self.known if p.is_open), None)

    def closed_by_hand(self) -> Pull | None:
        """The pull request with this very content that was closed unmerged, where none is open: somebody said no."""
        if self.open is not None:
            return None
        return next((p for p in self.known if not p.is_merged and self._holds(p)), None)

    def is_told(self) -> bool:
        """Whether the open pull request is about this content; one without a mark is a person's, and tells nothing."""
        return self.open is not None and (read_mark(self.open.body) is None or self._holds(self.open))

    def _holds(self, pull: Pull) -> bool:
        mark = read_mark(pull.body)
        return mark is not None and mark.content == self.content

    def show(self, proposal: Proposal) -> Shown:
        """Open the pull request or bring it up to date. Of a text that a person edited, nothing but the hidden mark changes."""
        if self.slug is None:
            return Shown(page=self.page)
        title = proposal.title[: github.TITLE_LIMIT]
        text = marked(self.content, title, github.fit_body(proposal.body, github.BODY_LIMIT - MARK_LENGTH))
        if self.open is None:
            return Shown(github.open_pull_request(self.slug, head=proposal.branch, base=proposal.base, title=title, body=text))
        return self._update(self.open, self.slug, title, text)

    def _update(self, pull: Pull, slug: str, title: str, text: str) -> Shown:
        notes: tuple[str, ...] = ()
        if not is_untouched(pull.title, pull.body):
            title, text = pull.title, remarked(pull.body, self.content)
            notes = ("a person edited the pull request's text, which is left alone",)
        changed = {key: new for key, new, old in (("title", title, pull.title), ("body", text, pull.body)) if plain(new) != plain(old)}
        if changed:
            change_pull(slug, pull.number, changed)
        return Shown(pull.url, notes=notes)


def start_checks(repository: Repository, url: str, branch: str, commit: str) -> None:
    """Start the checks on a branch: a push with a workflow's own token starts none. Nothing where there is no GitHub, token or workflow."""
    slug = github.remote_slug(url)
    if slug is None or github.github_token() is None or not _has_checks(repository, commit):
        return
    start_workflow(slug, CHECKS, branch)


def _has_checks(repository: Repository, commit: str) -> bool:
    return any(repository.show(commit, f"{place}/{CHECKS}") is not None for place in WORKFLOW_PLACES)
