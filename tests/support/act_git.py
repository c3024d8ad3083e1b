"""The Git side of GitHub for a workflow's world: a private repository, rules for main and for workflow files, a log of what was pushed."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from pathlib import Path

from support.cli import git
from support.git_http import GitServer

USER = "x-access-token"
SETTINGS = {
    "uploadpack.allowFilter": "true",
    "uploadpack.allowAnySHA1InWant": "true",
    "http.receivepack": "true",
    "receive.autogc": "false",
}
"""As GitHub: partial clones, any commit by its id, pushes."""

HOOK = r"""#!/bin/sh
# GitHub's rules in short: nobody pushes to main over HTTP, and a workflow's token may not change workflows.
test -n "$REMOTE_USER" || exit 0
status=0
while read -r old new ref; do
  echo "$ref" >> pushes
  if test "$ref" = refs/heads/main; then
    echo "error: GH006: Protected branch update failed for $ref." >&2; status=1
  fi
  case "$new" in *[!0]*) ;; *) continue ;; esac
  if git log --format= --name-only "$new" --not --all | grep -q '^\.github/workflows/'; then
    echo "error: refusing to allow a GitHub App to create or update workflow without \`workflows\` permission" >&2; status=1
  fi
done
exit $status
"""


class ActGit(GitServer):
    """Serves `bare` as SERVER/owner/name. `token` reads and pushes, `readers` only read; nobody else sees that it is there."""

    def __init__(self, bare: Path, slug: str, token: str, readers: Iterable[str] = ()) -> None:
        served = bare.parent / "served" / f"{slug}.git"
        served.parent.mkdir(parents=True)
        served.symlink_to(bare)
        super().__init__(bare.parent / "served", token)
        self.bare, self.readers = bare, {_header(reader) for reader in readers}
        for name, value in SETTINGS.items():
            git(bare, "config", name, value)
        hook = bare / "hooks" / "pre-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(HOOK, encoding="utf-8")
        hook.chmod(0o755)

    def refusal(self, given: list[str], path: str) -> int:
        [header] = given if len(given) == 1 else [""]
        scheme, _, secret = header.partition(" ")
        if f"{scheme.lower()} {secret}" in self.readers:
            return 403 if "git-receive-pack" in path else 0
        return super().refusal([f"{scheme.lower()} {secret}"] if header else given, path)

    def pushes(self) -> list[str]:
        """The branches that were pushed to over HTTP, also in vain, in order, since the last call."""
        path = self.bare / "pushes"
        lines = path.read_text(encoding="utf-8").split() if path.exists() else []
        path.unlink(missing_ok=True)
        return [line.removeprefix("refs/heads/") for line in lines]


def _header(token: str) -> str:
    return f"basic {base64.b64encode(f'{USER}:{token}'.encode()).decode()}"
