"""Whether a proposal's commit must be signed to be merged, whether it is, and what a person does about it."""

from __future__ import annotations

from mlspec.adapters.git.signed import is_signed
from mlspec.adapters.github.api import GitHubApi
from mlspec.adapters.github.commits import signing_slug
from mlspec.adapters.github.remote import remote_slug
from mlspec.adapters.github.settings import Settings
from mlspec.adapters.github.token import github_token
from mlspec.diagnostics import Problems
from mlspec.promotion.proposals.by_github import Place, Signed, signed_by_github
from mlspec.promotion.proposals.upstream import Upstream


def sign(upstream: Upstream, commit: str, remote: str | None) -> Signed:
    """The commit as it is pushed: signed by GitHub where a workflow's token pushes it. `remote`: what the branch is there now."""
    if not upstream.by_token:
        return Signed(commit)
    # Made anew in the second in which it was pushed unsigned, it has the id that it had, and is no more signed for being known.
    known = [upstream.main, *([remote] if remote and remote != commit else [])]
    return signed_by_github(Place(upstream.repository, upstream.remote, upstream.url, upstream.access), commit, known)


def lacks_signature(upstream: Upstream, commit: str) -> bool:
    """Whether a commit that was pushed earlier can't be merged for want of a signature, which it would get now."""
    return _can_sign(upstream) and not is_signed(upstream.repository, commit) and _are_required(upstream)


def unsigned_note(upstream: Upstream, commit: str) -> list[str]:
    """What is told of a commit that was pushed without a signature, where the base branch takes signed ones only."""
    if is_signed(upstream.repository, commit) or not _are_required(upstream):
        return []
    why = f"`{upstream.base}` takes signed commits only, and {commit[:12]} is not signed: GitHub will not merge it"
    return [f"{why}. `git config commit.gpgsign true`, with a key that GitHub knows as yours, and run the command again"]


def _can_sign(upstream: Upstream) -> bool:
    by_github = upstream.by_token and signing_slug(upstream.url) is not None
    return by_github or upstream.repository.setting("commit.gpgsign").lower() in ("true", "yes", "on", "1")


def _are_required(upstream: Upstream) -> bool:
    """What GitHub does not tell is no reason to warn, and a warning is no reason to fail."""
    slug = remote_slug(upstream.url)
    if slug is None or github_token() is None:
        return False
    try:
        with GitHubApi.from_environment() as api:
            return Settings(api, slug).requires_signatures(upstream.base) is True
    except Problems:
        return False
