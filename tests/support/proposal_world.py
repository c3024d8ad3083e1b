"""A project on a stand-in GitHub (a real Git server and a stateful API), and proposals for it, without any training."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from support.cli import Result, git
from support.git_http import GitServer
from support.github_commits import CommitServer
from support.github_server import TOKEN
from support.projects import SOURCE, SPECS, write_project
from support.promotion_world import run

from mlspec.ci.propose.folder import write_proposal
from mlspec.ci.propose.rules import make
from mlspec.promotion.proposals.proposal import Proposal

SLUG = "ada/bikes"
PIN, NEW_PIN = "0" * 64, "a" * 64
FOLDER = "pipelines/data/sales"
LOCK, VALIDATION, PARAMS = f"{FOLDER}/dvc.lock", f"{FOLDER}/validation.json", f"{FOLDER}/params.yaml"
BRANCH = "mlspec/refresh/sales"
HTTP = "  http: {url: 'https://example.org/sales.csv', sha256: '%s'}  # of the vendor\n  refresh: {schedule: '0 5 * * *'}\n"
PINNED = SOURCE.replace("  file: {path: data/sales.csv}\n", HTTP % PIN)


@dataclass(frozen=True)
class World:
    """`home`/project, whose origin is `home`/ada/bikes.git over HTTP, with the API that keeps its pull requests."""

    home: Path
    git: GitServer
    github: CommitServer
    job: dict[str, str] = field(default_factory=dict)
    """More environment of the runs: that of a job of GitHub Actions, say."""

    @property
    def root(self) -> Path:
        return self.home / "project"

    @property
    def remote(self) -> Path:
        return self.home / f"{SLUG}.git"

    @property
    def settings(self) -> dict[str, str]:
        return {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": self.github.url, "GITHUB_SERVER_URL": self.git.url} | self.job

    def propose(self, *words: str, check: int | None = 0) -> Result:
        words = words or ("--from", str(self.home / "proposals"))
        done = run(self.root, "ci", "propose", *words, env=self.settings, check=check)
        assert self.github.violations == []
        assert TOKEN not in done.text
        return done

    def become_a_job(self) -> None:
        """From now on runs are those of a job of GitHub Actions, with the workflow's own token."""
        self.job["GITHUB_ACTIONS"], self.github.bot = "true", True

    def write(self, files: dict[str, str], body: str = "New rows", name: str = "sales") -> Proposal:
        """Leave a refresh of source/sales."""
        content = {path: text.encode() for path, text in files.items()}
        made = make("refresh", "source/sales", "main", self.head(), body, content)
        write_proposal(self.home / "proposals" / name, made)
        return made

    def head(self) -> str:
        return git(self.root, "rev-parse", "HEAD").strip()

    def tip(self, branch: str = BRANCH) -> str:
        """The branch's commit on the remote; empty where there is none."""
        return git(self.remote, "for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}").strip()

    def show(self, path: str, branch: str = BRANCH) -> str:
        return git(self.remote, "show", f"{branch}:{path}")

    def push(self, branch: str, path: str, text: str, message: str) -> None:
        """A commit on top of a branch, by somebody else."""
        git(self.home, "clone", "--quiet", "--branch", branch, str(self.remote), "other")
        other = self.home / "other"
        (other / path).parent.mkdir(parents=True, exist_ok=True)
        (other / path).write_text(text)
        git(other, "add", "--all")
        git(other, "commit", "--quiet", "--message", message)
        git(other, "push", "--quiet", "origin", branch)


@contextmanager
def proposal_world(home: Path, specs: dict[str, str] | None = None) -> Iterator[World]:
    """A committed project with made-up locks, pushed."""
    root = write_project(home / "project", specs or SPECS | {"specs/sales.yaml": PINNED})
    run(root, "apply", check=0)
    for path, text in ((LOCK, "schema: '2.0'\n"), (VALIDATION, "{}\n")):
        (root / path).write_text(text)
    git(root, "init", "--quiet", "--initial-branch", "main")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Start")
    (home / "ada").mkdir()
    git(home, "clone", "--quiet", "--bare", "project", f"{SLUG}.git")
    git(home / f"{SLUG}.git", "config", "http.receivepack", "true")
    with GitServer(home, TOKEN) as server, CommitServer(SLUG, home / f"{SLUG}.git") as github:
        git(root, "remote", "add", "origin", f"{server.url}/{SLUG}.git")
        yield World(home, server, github)
