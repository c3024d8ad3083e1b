"""The forge that can be asked for approvals: GitHub, with a token. Without it, what asks for approvals is refused, never passed over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from mlspec.adapters.git.repository import Repository
from mlspec.adapters.git.token import token_environment
from mlspec.adapters.github.access import is_member, may_write
from mlspec.adapters.github.api import GitHubApi
from mlspec.adapters.github.problems import refusals
from mlspec.adapters.github.remote import remote_slug, server_url
from mlspec.adapters.github.token import github_token
from mlspec.diagnostics import problem
from mlspec.promotion.approvals.facts import READ
from mlspec.promotion.approvals.owners import Ask
from mlspec.promotion.approvals.standing import Access


@dataclass(frozen=True, slots=True)
class Forge:
    """GitHub, connected. `slug`: `owner/name`. People and teams are asked for once."""

    api: GitHubApi
    slug: str
    repository: Repository
    remote: str
    git_environment: Mapping[str, str]
    access: Access
    member: Ask

    def bring(self, commit: str, number: int | None = None) -> bool:
        """Whether this clone has a commit, or gets it from the remote; `number`: of the pull request that it belongs to."""
        ref = None if number is None else f"refs/pull/{number}/head"
        return self.repository.bring(self.remote, commit, ref, self.git_environment)


@contextmanager
def connected(repository: Repository, remote: str, asked: str) -> Iterator[Forge]:
    """Connect to the GitHub repository of a remote. `asked`: what needs approvals, for the message.

    Raises MLS0756 where the remote is not GitHub's or no token is set, and MLS0980 to MLS0989 for what GitHub refuses inside the block.
    """
    url = repository.require_remote(remote)
    slug = remote_slug(url)
    if slug is None:
        fix = "use a remote on GitHub, whose reviews are read; a Policy asks for approvals by `approvals`, loosening does always"
        raise problem("MLS0756", f"{asked}, and `{remote}` is no repository of GitHub's: nobody can tell who approved", help=fix)
    if github_token() is None:
        fix = "set GH_TOKEN or GITHUB_TOKEN to one that may read pull requests and contents"
        raise problem("MLS0756", f"{asked}, and no token for GitHub's API is set: nobody can tell who approved", help=fix)
    with refusals(slug, f"{server_url()}/{slug}/pulls", READ), GitHubApi.from_environment() as api:
        access = cache(lambda login: may_write(api, slug, login))
        member = cache(lambda team, login: is_member(api, team, login))
        yield Forge(api, slug, repository, remote, token_environment(url), access, member)
