"""What mlspec asks of Git: a thin typed layer on the `git` program. Each kind of question has a file of its own beside this one.

Why no library: docs/decisions/0002-git-subprocess.md and 0016-gitpython-measured.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mlspec.adapters.git.ancestry import Ancestry
from mlspec.adapters.git.remotes import Remotes
from mlspec.adapters.git.run import git, run_git
from mlspec.adapters.git.trees import Trees
from mlspec.adapters.git.worktree import WorkTree
from mlspec.diagnostics import problem


@dataclass(frozen=True, slots=True)
class Repository(Trees, Ancestry, WorkTree, Remotes):
    """A Git repository whose top level is the project's root."""

    def identity(self) -> str:
        """Who commits, as `Name <mail>`. Raises MLS0956 when Git does not know."""
        result = run_git(self.root, ["var", "GIT_COMMITTER_IDENT"])
        if result.code != 0 or "<>" in result.text:
            raise problem(
                "MLS0956",
                "Git does not know who you are",
                help='`git config user.name "Your Name"` and `git config user.email you@example.org`',
            )
        return result.text.rsplit(" ", 2)[0]

    def setting(self, key: str) -> str:
        """A setting of Git's, as it was written; empty where there is none."""
        return run_git(self.root, ["config", "--get", key]).text


def open_repository(root: Path) -> Repository:
    """Return the repository whose top level is `root`. Raises MLS0951 when `root` is in none, or below the top level of one."""
    result = run_git(root, ["rev-parse", "--show-toplevel"])
    if result.code != 0:
        if "dubious ownership" in result.err:
            raise problem(
                "MLS0951", "Git refuses this repository: another user owns it", help=f"`git config --global --add safe.directory {root}`"
            )
        raise problem("MLS0951", "the project is not in a Git repository", help="`git init --initial-branch main`, then commit")
    top = Path(result.text).resolve()
    if top != root.resolve():
        below = root.resolve().relative_to(top).as_posix()
        raise problem(
            "MLS0951",
            f"mlspec.yaml stands in `{below}/`, and the Git repository starts above it",
            help="put the project at the top level of its own repository: promotions and workflows name files from there",
        )
    return Repository(root)


def git_version(root: Path) -> str:
    """The version of the program, as it says it: `2.43.0`. Raises MLS0950 where it is not installed."""
    return git(root, "--version").text.removeprefix("git version ")
