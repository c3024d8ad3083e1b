"""A promotion that waits for approvals, on a stand-in GitHub: real commits, a real Git server, people with rights.

ada opened it and wrote its commit; ben and carl may write, rita may read. main asks for an approval in staging (`policy/staging`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.cli import Result, command, git
from support.git_http import GitServer
from support.github_reviews import BOT, BOT_MAIL, ReviewServer
from support.github_server import TOKEN
from support.promotion_world import BRANCH, World, commit, run

SLUG = "ada/shop"
POLICY = """\
apiVersion: mlspec/v1
kind: Policy
metadata: {name: staging}
spec: {environments: [staging], require: {approvals: {count: %d%s}}}
"""
MAILS = {f"{login}@example.org": login for login in ("ada", "ben", "carl", "dora", "rita", "mallory")} | {
    BOT_MAIL: BOT,
    "noreply@github.com": "web-flow",
}
RIGHTS = {"ada": "admin", "ben": "write", "carl": "write", "dora": "write", "mallory": "write", "rita": "read"}


def as_person(login: str) -> dict[str, str]:
    """The environment in which Git commits as somebody."""
    name, mail = (BOT, BOT_MAIL) if login == BOT else (login.title(), f"{login}@example.org")
    return {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in (("NAME", name), ("EMAIL", mail))}


@dataclass(frozen=True)
class Approvals:
    """`world` with its remote behind `server`, and `github` beside it."""

    world: World
    server: GitServer
    github: ReviewServer

    @property
    def root(self) -> Path:
        return self.world.root

    @property
    def settings(self) -> dict[str, str]:
        return {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": self.github.url, "GITHUB_SERVER_URL": self.server.url}

    def check(self, *words: str, pull: int | None = 1, env: dict[str, str] | None = None) -> Result:
        """`mlspec approvals` in a checkout of main."""
        chosen = ("--pull", str(pull)) if pull else ()
        done = run(self.root, "approvals", "--base", "origin/main", *chosen, *words, env=self.settings | (env or {}))
        assert self.github.violations == []
        assert TOKEN not in done.text
        return done

    def passes(self, *words: str, **options: Any) -> Result:
        done = self.check(*words, **options)
        assert done.code == 0, done.text
        return done

    def refused(self, code: str, *said: str, **options: Any) -> Result:
        done = self.check(**options)
        self.world.refused(done, code, *said)
        return done

    def commit(self, branch: str, files: dict[str, str | None], login: str, message: str = "Change", pusher: str | None = "") -> str:
        """Somebody commits on a branch and pushes it (another `pusher`, or an account that is gone: None). Return the commit."""
        place = self.checkout(branch)
        for path, text in files.items():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).unlink() if text is None else (place / path).write_text(text)
        command(place, "git", "add", "--all", check=0)
        command(place, "git", "commit", "--quiet", "--allow-empty", "--message", message, check=0, extra=as_person(login))
        return self.push(branch, login if pusher == "" else pusher)

    def checkout(self, branch: str) -> Path:
        """A clone beside the project's, with a branch as the server has it."""
        place = self.world.home / "elsewhere"
        if not place.exists():
            git(self.world.home, "clone", "--quiet", str(self.world.remote), "elsewhere")
        git(place, "fetch", "--quiet", "origin")
        git(place, "switch", "--quiet", "--force-create", branch, f"origin/{branch}")
        return place

    def push(self, branch: str, login: str | None, *options: str) -> str:
        """Push what the clone has checked out."""
        before = self.github.tip(branch)
        git(self.world.home / "elsewhere", "push", "--quiet", *options, "origin", f"HEAD:{branch}")
        self.github.pushed(branch, login, before)
        git(self.root, "fetch", "--quiet", str(self.world.remote), "+refs/heads/main:refs/remotes/origin/main")
        return self.github.tip(branch)

    def update(self, branch: str = BRANCH, login: str = "carl") -> str:
        """'Update branch': GitHub merges main into it."""
        place = self.checkout(branch)
        words = ("merge", "--quiet", "--no-ff", "--message", "Merge branch 'main'", "origin/main")
        command(place, "git", *words, check=0, extra=as_person(login) | {"GIT_COMMITTER_EMAIL": "noreply@github.com"})
        return self.push(branch, login)

    def merge(self, number: int = 1) -> str:
        """Merge a pull request on GitHub, and pull main."""
        branch = self.github.pulls[number - 1]["head"]["ref"]
        place = self.checkout("main")
        git(place, "merge", "--quiet", "--no-ff", "--message", f"Merge #{number}", f"origin/{branch}")
        self.github.merged(number, git(place, "rev-parse", "HEAD").strip())
        merged = self.push("main", "ada")
        git(self.root, "merge", "--quiet", "--ff-only", "origin/main")
        return merged


@contextmanager
def approval_world(world: World, policy: str | None = POLICY % (1, "")) -> Iterator[Approvals]:
    """`world` has a promotion on its branch; the Policy is merged after it was made, as `mlspec approvals` does not look at claims."""
    if policy:
        (world.root / "specs/policy.yaml").write_text(policy)
        commit(world.root, "A policy")
    git(world.root, "push", "--quiet", "origin", "main")
    (world.home / SLUG).parent.mkdir()
    (world.home / f"{SLUG}.git").symlink_to(world.remote)
    with GitServer(world.home, TOKEN) as server, ReviewServer(SLUG, world.remote) as github:
        git(world.root, "remote", "set-url", "origin", f"{server.url}/{SLUG}.git")
        github.people.mails, github.people.rights = dict(MAILS), dict(RIGHTS)
        github.open(BRANCH, "ada")
        github.pushed(BRANCH, "ada")
        yield Approvals(world, server, github)
