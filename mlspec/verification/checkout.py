"""A commit's files in a scratch folder: for checks that need a tree, where the working tree must play no part."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlspec.forge.git import Repository
from mlspec.forge.git_run import git

FOLDER = ".mlspec/cache"
"""Ignored by Git, and inside the repository, so that what runs there stays inside it, too."""


@contextmanager
def checked_out(repository: Repository, commit: str) -> Iterator[Path]:
    """Yield a folder with every file of a commit; it is gone afterwards. The repository's index and working tree are not touched."""
    parent = repository.root / FOLDER
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="checkout-", dir=parent, ignore_cleanup_errors=True) as name:
        scratch = Path(name).resolve()
        tree = scratch / "tree"
        tree.mkdir()
        index = {"GIT_INDEX_FILE": str(scratch / "index")}
        git(repository.root, "read-tree", repository.resolve(commit), extra=index)
        git(repository.root, "checkout-index", "--all", "--force", "--quiet", f"--prefix={tree}/", extra=index)
        yield tree
