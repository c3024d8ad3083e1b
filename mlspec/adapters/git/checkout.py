"""A commit's files, written to a folder, or a clone of it: neither the index nor the working tree is touched."""

from __future__ import annotations

import os
from pathlib import Path

from mlspec.adapters.git.repository import Repository
from mlspec.adapters.git.run import git

_AS_COMMITTED = ("-c", "core.autocrlf=false", "-c", "core.eol=lf", "-c", f"core.attributesFile={os.devnull}")
"""Whoever checks may have Git convert line ends: not here. Attributes that the commit has (Git LFS) count."""


def write_files(repository: Repository, commit: str, folder: Path, index: Path) -> None:
    """Write every file of a commit into an empty folder. `index`: a path for a scratch index, which the caller removes. Raises MLS0958."""
    extra = {"GIT_INDEX_FILE": str(index)}
    git(repository.root, "read-tree", repository.resolve(commit), extra=extra)
    git(repository.root, *_AS_COMMITTED, "checkout-index", "--all", "--force", "--quiet", f"--prefix={folder}/", extra=extra)


def clone_at(repository: Repository, commit: str, folder: Path) -> None:
    """A repository of its own with a commit checked out, in a new folder. Git's objects are borrowed, also of a commit that no branch
    has any more; neither hooks nor templates of the user run. Raises MLS0959.
    """
    quiet = (*_AS_COMMITTED, "-c", f"core.hooksPath={os.devnull}")
    own = str(repository.root)
    git(repository.root, *quiet, "clone", "--quiet", "--shared", "--no-checkout", "--template=", own, str(folder))
    git(folder, *quiet, "checkout", "--quiet", "--detach", commit)


def on_its_own(tree: Path, who: str) -> None:
    """Settle a clone in which is committed: `who` (`Name <mail>`) commits, nothing is signed, and there is no remote to push to."""
    name, _, mail = who.rpartition(" <")
    for key, value in (("user.name", name), ("user.email", mail.rstrip(">")), ("commit.gpgSign", "false")):
        git(tree, "config", "--local", key, value)
    git(tree, "remote", "remove", "origin")
