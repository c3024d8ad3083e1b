"""Opens the pull request of a branch, where the remote is GitHub."""

from __future__ import annotations


def open_pull_request(url: str, branch: str, base: str, title: str, body: str) -> str | None:
    """Return the pull request's address, or None where the remote is not GitHub or no token is set: the branch is pushed all the same.

    `url` is the remote's, as Git pushes to it. Raises MLS0981 to MLS0989 where GitHub has a token and refuses.
    """
    from mlspec.adapters.github import create_pull as github

    slug = github.remote_slug(url)
    if slug is None or github.github_token() is None:
        return None
    return github.open_pull_request(slug, head=branch, base=base, title=title, body=body)


def page_to_open(url: str, branch: str, base: str) -> str | None:
    """Return the address where a person opens the pull request by hand, or None where the remote is not GitHub."""
    from mlspec.adapters.github import create_pull as github

    slug = github.remote_slug(url)
    return None if slug is None else github.compare_url(slug, base, branch)
