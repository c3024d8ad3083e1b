"""The pull request of a proposal on GitHub: one a subject, updated in place; a person's words and a person's "no" are respected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from mlspec.adapters.git.repository import Repository
from mlspec.adapters.github import create_pull as github
from mlspec.adapters.github.dispatch import start_workflow
from mlspec.adapters.github.pulls import Pull, change_pull, pulls_of
from mlspec.ci.propose.proposal import Proposal
from mlspec.ci.propose.pull_text import is_untouched, marked, read_mark, remarked

CHECKS = "mlspec-ci.yml"


@dataclass(frozen=True, slots=True)
class Shown:
    """Where the pull request is (`url`), or where a person opens it (`page`); each None where there is none."""

    url: str | None = None
    page: str | None = None
    opened: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pulls:
    """The pull requests of a proposal's branch. `slug` is None where the remote is not GitHub, or no token is set."""

    proposal: Proposal
    slug: str | None
    page: str | None
    known: tuple[Pull, ...] = ()

    @classmethod
    def of(cls, url: str, proposal: Proposal) -> Self:
        """Ask GitHub, where the remote is GitHub's and there is a token. Raises MLS0981 to MLS0989."""
        slug = github.remote_slug(url)
        page = None if slug is None else github.compare_url(slug, proposal.base, proposal.branch)
        if slug is None or github.github_token() is None:
            return cls(proposal, None, page)
        return cls(proposal, slug, page, tuple(pulls_of(slug, head=proposal.branch, base=proposal.base)))

    def closed_by_hand(self) -> Pull | None:
        """The pull request with this very content that was closed unmerged, where none is open: somebody said no."""
        if any(p.is_open for p in self.known):
            return None
        return next((p for p in self.known if not p.is_merged and self._holds(p)), None)

    def _holds(self, pull: Pull) -> bool:
        mark = read_mark(pull.body)
        return mark is not None and mark.content == self.proposal.content

    def show(self) -> Shown:
        """Open the pull request or bring it up to date. Of a text that a person edited, nothing but the hidden marker changes."""
        if self.slug is None:
            return Shown(page=self.page)
        standing = next((p for p in self.known if p.is_open), None)
        if standing is not None and not is_untouched(standing.title, standing.body):
            return self._leave(standing, self.slug)
        proposal, text = self.proposal, marked(self.proposal.content, self.proposal.title, self.proposal.body)
        url = github.open_pull_request(self.slug, head=proposal.branch, base=proposal.base, title=proposal.title, body=text)
        return Shown(url, opened=standing is None)

    def _leave(self, pull: Pull, slug: str) -> Shown:
        body = remarked(pull.body, self.proposal.content)
        if body != pull.body:
            change_pull(slug, pull.number, {"body": body})
        return Shown(pull.url, notes=("a person edited the pull request's text, which is left alone",))


def start_checks(repository: Repository, url: str, branch: str, commit: str) -> None:
    """Start the checks on a branch: a push with a workflow's own token starts none. Nothing where there is no GitHub, token or workflow."""
    slug = github.remote_slug(url)
    if slug is None or github.github_token() is None or repository.show(commit, f".github/workflows/{CHECKS}") is None:
        return
    start_workflow(slug, CHECKS, branch)
