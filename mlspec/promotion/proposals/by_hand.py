"""How a proposal is merged with plain Git, where there is no GitHub."""

from __future__ import annotations


def merge_commands(remote: str, branch: str, base: str) -> list[str]:
    """The commands, checking first what would be merged."""
    return [
        f"git fetch {remote} && git switch {base} && git merge --ff-only {remote}/{base}",
        f"git merge --no-ff {remote}/{branch}",
        f"mlspec verify --base {remote}/{base}",
        f"git push {remote} {base}",
    ]
