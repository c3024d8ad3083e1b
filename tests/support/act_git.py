"""The Git side of GitHub for a workflow's world: a private repository, rules for main and for workflow files, a log of what was pushed."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from pathlib import Path

from support import token_rules
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


class ActGit(GitServer):
    """Serves `bare` as SERVER/owner/name. `token` reads and pushes, `readers` only read; nobody else sees that it is there.

    `apps`: tokens of an App, which may push workflow files. What is refused, `token_rules` says.
    """

    def __init__(self, bare: Path, slug: str, token: str, readers: Iterable[str] = (), apps: Iterable[str] = ()) -> None:
        served = bare.parent / "served" / f"{slug}.git"
        served.parent.mkdir(parents=True)
        served.symlink_to(bare)
        super().__init__(bare.parent / "served", token)
        self.bare, self.readers, self.apps = bare, {_header(reader) for reader in readers}, {_header(app) for app in apps}
        for name, value in SETTINGS.items():
            git(bare, "config", name, value)
        token_rules.install(bare)

    def refusal(self, given: list[str], path: str) -> int:
        [header] = given if len(given) == 1 else [""]
        scheme, _, secret = header.partition(" ")
        if f"{scheme.lower()} {secret}" in self.readers:
            return 403 if "git-receive-pack" in path else 0
        if f"{scheme.lower()} {secret}" in self.apps:
            return 0
        return super().refusal([f"{scheme.lower()} {secret}"] if header else given, path)

    def user(self, given: list[str]) -> str:
        is_app = any(f"{scheme.lower()} {secret}" in self.apps for scheme, _, secret in (header.partition(" ") for header in given))
        return token_rules.APP if is_app else token_rules.TOKEN

    def pushes(self) -> list[str]:
        """The branches that were pushed to over HTTP, also in vain, in order, since the last call."""
        path = self.bare / "pushes"
        lines = path.read_text(encoding="utf-8").split() if path.exists() else []
        path.unlink(missing_ok=True)
        return [line.removeprefix("refs/heads/") for line in lines]


def _header(token: str) -> str:
    return f"basic {base64.b64encode(f'{USER}:{token}'.encode()).decode()}"
