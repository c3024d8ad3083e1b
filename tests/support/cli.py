"""Runs the real command line, real Git and real DVC in a folder, as a person would."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from support.projects import write_project
from support.warm import COLD, Warm

BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Result:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


def environment() -> dict[str, str]:
    """A clean, English, identified environment in which `python` and `mlspec` are this virtual environment's."""
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "GITHUB_", "MLSPEC_", "CI"))}
    person = {
        f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in (("NAME", "Ada"), ("EMAIL", "ada@example.org"))
    }
    path = f"{BIN}{os.pathsep}{keep.get('PATH', '')}"
    return keep | person | {"PATH": path, "LC_ALL": "C.UTF-8", "NO_COLOR": "1", "DVC_NO_ANALYTICS": "1", "GIT_CONFIG_GLOBAL": os.devnull}


WARM = Warm(environment())


def command(root: Path, *words: str, check: int | None = None, timeout: float = 180, extra: Mapping[str, str] | None = None) -> Result:
    """Run a command in `root`, with `extra` in its environment; with `check`, its exit code must be that."""
    variables = environment() | dict(extra or {})
    result = (warm if WARM.takes(words, variables) else cold)(root, words, variables, timeout)
    assert "Traceback" not in result.text, result.text
    if check is not None:
        assert result.code == check, f"{' '.join(words)} exited {result.code}\n{result.text}"
    return result


def warm(root: Path, words: Sequence[str], variables: Mapping[str, str], timeout: float) -> Result:
    """Run `mlspec` or `dvc` in a fork of a process that has imported what they need."""
    return Result(*WARM.run(root, words, variables, timeout))


def cold(root: Path, words: Sequence[str], variables: Mapping[str, str], timeout: float) -> Result:
    """Run a command in a process from nothing."""
    with COLD(words, cwd=root, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            out, err = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            raise
    return Result(process.returncode, out, err)


def mlspec(root: Path, *words: str, check: int | None = None, timeout: float = 180, extra: Mapping[str, str] | None = None) -> Result:
    return command(root, str(BIN / "mlspec"), *words, check=check, timeout=timeout, extra=extra)


def git(root: Path, *words: str) -> str:
    return command(root, "git", *words, check=0).out


def repository(folder: Path, specs: dict[str, str] | None = None) -> Path:
    """A small applied project in `folder`/project: committed on main, with a bare remote and a folder for DVC's storage beside it."""
    root = write_project(folder / "project", specs)
    publish(root)
    return root


def publish(root: Path) -> None:
    """Apply the project in `root`, commit it on main, and push it to a new bare repository `remote.git` beside it."""
    git(root.parent, "init", "-q", "--bare", "-b", "main", "remote.git")
    git(root, "init", "-q", "-b", "main")
    git(root, "remote", "add", "origin", "../remote.git")
    mlspec(root, "apply", check=0)
    commit(root, "Start")


def commit(root: Path, message: str) -> None:
    """Commit everything and push main."""
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", message)
    git(root, "push", "-q", "-u", "origin", "main")
