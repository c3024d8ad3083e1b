"""Where proposals go: a remote, and the branch there that they are to be merged into."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mlspec.adapters.git.repository import Repository
from mlspec.adapters.git.token import token_environment
from mlspec.diagnostics import problem


@dataclass(frozen=True, slots=True)
class Upstream:
    """`main` is the newest commit of the branch `base` of `remote`, whose address is `url`.

    `by_token`: the environment's token pushes, not the user's own access. Such a push runs no hooks, and GitHub starts no checks for it,
    unless it is an App's (`by_app`).
    """

    repository: Repository
    remote: str
    url: str
    base: str
    main: str
    by_token: bool = False
    by_app: bool = False

    @property
    def root(self) -> Path:
        return self.repository.root

    @property
    def access(self) -> dict[str, str]:
        """More environment for Git, so that it signs in with the token."""
        return token_environment(self.url) if self.by_token else {}


def fetch_upstream(repository: Repository, remote: str, base: str, *, by_app: bool = False) -> Upstream:
    """Fetch the main branch, by the token. Raises MLS0953 for a shallow clone, MLS0956 without an identity, MLS0957, MLS0958, MLS0960."""
    repository.require_full()
    repository.identity()
    url = repository.require_remote(remote)
    repository.fetch(remote, base, extra=token_environment(url))
    main = repository.find(f"refs/remotes/{remote}/{base}")
    if main is None:
        raise problem("MLS0958", f"{remote} has no branch `{base}`", help="push the main branch first, or name it by --base")
    return Upstream(repository, remote, url, base, main, by_token=True, by_app=by_app)
