"""Runs generated workflows for real: act on this machine, self-written stand-ins for the marketplace actions and `gh`, a bare repository as GitHub."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.cli import BIN, command, environment, git, repository
from support.projects import PROJECT, SPECS

ACTIONS = Path(__file__).resolve().parents[1] / "workflows" / "actions"
REPOSITORY = "acme/shop"
TOKEN = "ghs_" + "0123456789abcdef" * 2
PULL = 7


@dataclass(frozen=True)
class Run:
    """How a workflow's run ended: its exit code, the jobs that succeeded and failed, and the whole log."""

    code: int
    succeeded: list[str]
    failed: list[str]
    log: str

    @property
    def told(self) -> str:
        """The log without act's own lines: what the steps printed, and how each ended."""
        return "\n".join(line for line in self.log.splitlines() if re.search(r"\]\s+(\||❌|⚙)|Job (succeeded|failed)|^Error", line))


class World:
    """A project on GitHub, as far as its workflows can tell: `root` is a person's clone, `remote` the server's repository."""

    def __init__(self, folder: Path, specs: dict[str, str] | None = None) -> None:
        self.folder = folder
        self.remote = folder / "remote.git"
        storage = PROJECT.replace("../storage", str(folder / "storage"))
        self.root = repository(folder, {**(specs or SPECS), "mlspec.yaml": storage})
        self.runner = folder / "runner"
        for name in ("gh", "home", "tools"):
            (folder / name).mkdir()
        (folder / "tools" / "gh").symlink_to(ACTIONS / "gh")
        git(folder, "clone", "-q", str(self.remote), str(self.runner))
        git(self.runner, "remote", "set-url", "origin", f"https://github.com/{REPOSITORY}.git")

    def commit_of(self, branch: str) -> str:
        """The commit that a branch of the server's is at; "" where there is no such branch."""
        return command(self.remote, "git", "rev-parse", "--quiet", "--verify", f"refs/heads/{branch}").out.strip()

    def branches(self) -> list[str]:
        """The server's branches, sorted."""
        return git(self.remote, "for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads").split()

    def spoil_storage(self) -> None:
        """Change the bytes of every file in the DVC remote, as a broken disk or an intruder would."""
        for path in [p for p in (self.folder / "storage").rglob("*") if p.is_file()]:
            path.chmod(0o644)
            path.write_bytes(path.read_bytes()[::-1] + b" ")

    def files_of(self, branch: str, since: str = "main") -> list[str]:
        """The files that a branch changes against another."""
        return git(self.remote, "diff", "--name-only", f"{since}...{branch}").split()

    def push(self, branch: str, message: str = "Change") -> str:
        """Commit everything in `root` and push it as a branch; returns the commit."""
        git(self.root, "add", "-A")
        git(self.root, "commit", "-q", "--allow-empty", "-m", message)
        git(self.root, "push", "-q", "origin", f"HEAD:refs/heads/{branch}")
        return self.commit_of(branch)

    def calls(self) -> list[list[str]]:
        """What `gh` was asked since the last time."""
        path = self.folder / "gh" / "calls"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return [json.loads(line) for line in lines]

    def artifacts(self) -> list[str]:
        """The files that the last run kept, as `artifact/path`."""
        kept = self.folder / "artifacts"
        return sorted(str(path.relative_to(kept)) for path in kept.rglob("*") if path.is_file())

    def pull_request(self, branch: str, head_repository: str = REPOSITORY, head: str = "") -> Run:
        """Run the checks of a pull request from `branch` (its tip, or the commit `head`) into main, as GitHub does: on the merge of both."""
        base, head = self.commit_of("main"), head or self.commit_of(branch)
        tree = git(self.remote, "merge-tree", "--write-tree", base, head).split()[0]
        merge = git(self.remote, "commit-tree", tree, "-p", base, "-p", head, "-m", "Merge").strip()
        git(self.remote, "update-ref", f"refs/pull/{PULL}/merge", merge)
        pull = {
            "number": PULL,
            "head": {"ref": branch, "sha": head, "repo": {"full_name": head_repository}},
            "base": {"ref": "main", "sha": base, "repo": {"full_name": REPOSITORY}},
        }
        return self.run("ci", "pull_request", merge, {"number": PULL, "pull_request": pull}, ref=f"refs/pull/{PULL}/merge")

    def run(self, workflow: str, event: str, at: str = "main", payload: dict[str, Any] | None = None, ref: str = "refs/heads/main") -> Run:
        """Run `mlspec-<workflow>.yml` as it is at a branch or commit of the server's."""
        git(self.runner, "fetch", "-q", str(self.remote), at)
        git(self.runner, "checkout", "-q", "--detach", "FETCH_HEAD")
        file = self.folder / "event.json"
        repository = {"full_name": REPOSITORY, "default_branch": "main", "name": "shop", "owner": {"login": "acme"}}
        file.write_text(json.dumps({"repository": repository, "ref": ref, **(payload or {})}), encoding="utf-8")
        subprocess.run(["rm", "-rf", str(self.folder / "artifacts")], check=True)
        words = [str(BIN / "act"), event, "-W", f".github/workflows/mlspec-{workflow}.yml", "-e", str(file), *self._options(ref)]
        done = subprocess.run(words, cwd=self.runner, env=self._environment(), capture_output=True, text=True, timeout=300, check=False)
        log = done.stdout + done.stderr
        assert TOKEN not in log
        return Run(done.returncode, _jobs(log, "succeeded"), _jobs(log, "failed"), log)

    def _options(self, ref: str) -> list[str]:
        pins = re.findall(r"actions/([a-z-]+)@([0-9a-f]{40})", "".join(p.read_text() for p in self.runner.glob(".github/workflows/*.yml")))
        stand_ins = [f"--local-repository=actions/{name}@{sha}={ACTIONS / name}" for name, sha in sorted(set(pins))]
        variables = {
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_REF": ref,
            "STAND_IN_ACTIONS": ACTIONS,
            "STAND_IN_REMOTE": self.remote,
            "STAND_IN_ARTIFACTS": self.folder / "artifacts",
            "STAND_IN_GH": self.folder / "gh",
            "DVC_SITE_CACHE_DIR": self.folder / "dvc",
            "DVC_NO_ANALYTICS": 1,
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        }
        quiet = [
            "--pull=false",
            "--action-offline-mode",
            "--no-skip-checkout",
            "-P",
            "ubuntu-latest=-self-hosted",
            "-s",
            f"GITHUB_TOKEN={TOKEN}",
        ]
        local = ["--artifact-server-addr", "127.0.0.1", "--cache-server-addr", "127.0.0.1", "--no-cache-server"]
        return [*quiet, *local, *stand_ins, *(f"--env={name}={value}" for name, value in variables.items())]

    def _environment(self) -> dict[str, str]:
        plain = {k: v for k, v in environment().items() if not k.startswith("GIT_")}
        home = str(self.folder / "home")
        mine = {"HOME": home, "XDG_CACHE_HOME": f"{home}/cache", "XDG_CONFIG_HOME": f"{home}/config", "GIT_CONFIG_NOSYSTEM": "1"}
        return plain | mine | {"PATH": f"{self.folder / 'tools'}{os.pathsep}{plain['PATH']}"}


def _jobs(log: str, how: str) -> list[str]:
    return sorted(set(re.findall(rf"^\[[^/\]]+/([^\]]+?)\s*\].*Job {how}", log, re.MULTILINE)))
