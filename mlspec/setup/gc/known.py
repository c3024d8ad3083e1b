"""Whether this clone knows every commit that counts: what it can't know of, it must not take for garbage."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.adapters.git.everything import Ref, every_ref, remote_names, stashed
from mlspec.adapters.git.repository import Repository
from mlspec.adapters.git.token import token_environment
from mlspec.adapters.github.remote import remote_slug
from mlspec.adapters.github.token import github_token
from mlspec.diagnostics import problem
from mlspec.diagnostics.words import some

_PULLS = "refs/pull/"


def known_refs(repository: Repository) -> list[Ref]:
    """Every ref here, and every branch and open pull request of every remote now, by name.

    Raises MLS0953 for a shallow clone, MLS0960 for a remote that does not answer, MLS0975 where a remote has a branch or an open pull
    request whose commit is not here.
    """
    repository.require_full()
    found = [*every_ref(repository), *stashed(repository)]
    for remote in remote_names(repository.root):
        found += _of_remote(repository, remote)
    return sorted(set(found), key=lambda ref: (ref.name, ref.commit))


def _of_remote(repository: Repository, remote: str) -> Iterator[Ref]:
    url = repository.require_remote(remote)
    rows = {name: commit for commit, name in repository.listed(remote, ["--refs"], extra=token_environment(url))}
    there = _there(repository, rows)
    lacking = sorted(name for name in rows if name.startswith("refs/heads/") and name not in there)
    if lacking:
        raise _unknown(remote, [name.removeprefix("refs/heads/") for name in lacking], "branch", f"git fetch --prune {remote}")
    yield from (Ref(f"{name} of {remote}", rows[name]) for name in rows if name.startswith("refs/heads/"))
    pulls = {name: commit for name, commit in rows.items() if name.startswith(_PULLS) and name.endswith("/head")}
    if pulls:
        yield from _of_pulls(repository, remote, url, pulls, there)


def _there(repository: Repository, rows: dict[str, str]) -> set[str]:
    names = list(rows)
    return {name for name, exists in zip(names, repository.exist([f"{rows[n]}^{{commit}}" for n in names]), strict=True) if exists}


def _of_pulls(repository: Repository, remote: str, url: str, pulls: dict[str, str], there: set[str]) -> Iterator[Ref]:
    """A server keeps a ref for every pull request there ever was, and does not say which are open: GitHub's API does."""
    fetch = f"git fetch {remote} '+refs/pull/*/head:refs/remotes/{remote}/pull/*'"
    slug = remote_slug(url)
    if slug is None or github_token() is None:
        lacking = sorted(pulls.keys() - there)
        if lacking:
            raise problem(
                "MLS0975",
                f"`{remote}` has {len(lacking)} pull requests whose commits are not here, and which of them are open is not known",
                help=f"set GITHUB_TOKEN, so that GitHub can be asked; or bring them all: `{fetch}`",
            )
        yield from (Ref(f"{name} of {remote}", commit) for name, commit in pulls.items())
        return
    opened = _open(slug)
    missing = [f"#{n}" for n, commit in sorted(opened.items()) if not repository.exist([f"{commit}^{{commit}}"])[0]]
    if missing:
        raise _unknown(remote, missing, "open pull request", fetch)
    yield from (Ref(f"pull request #{number}", commit) for number, commit in opened.items())


def _open(slug: str) -> dict[int, str]:
    from mlspec.adapters.github.api import GitHubApi, Refused
    from mlspec.adapters.github.every_open_pull import every_open_head

    try:
        with GitHubApi.from_environment() as api:
            return every_open_head(api, slug)
    except Refused as refused:
        raise problem(
            "MLS0975",
            f"GitHub does not say which pull requests of {slug} are open: {refused.message}",
            help="give the token `pull-requests: read`",
        ) from refused


def _unknown(remote: str, names: list[str], what: str, command: str) -> Exception:
    listed = some(f"`{name}`" for name in names)
    return problem("MLS0975", f"`{remote}` has what this clone does not know: {what} {listed}", help=f"`{command}`, then try again")
