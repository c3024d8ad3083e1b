"""Real Git repositories for tests: a work clone and a bare remote."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def sh(cwd: Path, *command: str, code: int = 0) -> str:
    """Run a command, assert its exit code, return its standard output."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")} | {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, env=env)
    assert done.returncode == code, f"{command} gave {done.returncode}: {done.stdout}\n{done.stderr}"
    return done.stdout.rstrip("\n")


def identify(root: Path, name: str = "Ada") -> None:
    """Let commits in this clone carry a name."""
    sh(root, "git", "config", "user.name", name)
    sh(root, "git", "config", "user.email", f"{name.lower()}@example.org")


def start(root: Path) -> Path:
    """An empty repository on branch main."""
    root.mkdir(parents=True, exist_ok=True)
    sh(root, "git", "init", "--quiet", "--initial-branch", "main")
    identify(root)
    return root


def commit_all(root: Path, message: str = "work") -> str:
    """Commit everything; return the id."""
    sh(root, "git", "add", "--all")
    sh(root, "git", "commit", "--quiet", "--message", message)
    return sh(root, "git", "rev-parse", "HEAD")


def add_remote(root: Path, remote: Path) -> Path:
    """A bare repository as `origin`, with main pushed if there is one."""
    remote.mkdir(parents=True)
    sh(remote, "git", "init", "--quiet", "--bare", "--initial-branch", "main")
    sh(root, "git", "remote", "add", "origin", str(remote))
    sh(root, "git", "push", "--quiet", "--set-upstream", "origin", "main")
    return remote


def clone(remote: Path, into: Path, name: str = "Bob") -> Path:
    """A second person's clone."""
    sh(remote.parent, "git", "clone", "--quiet", str(remote), str(into))
    identify(into, name)
    return into
