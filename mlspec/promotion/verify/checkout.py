"""A commit's files in a scratch folder: for checks that need a tree, where the working tree must play no part."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlspec.adapters.git.checkout import write_files
from mlspec.adapters.git.repository import Repository
from mlspec.compiler.project.layout import CACHE

"""Ignored by Git, and inside the repository, so that what runs there stays inside it, too."""


_PREFIX = "checkout-"
_OLD = 24 * 3600
"""Seconds after which a folder is a killed run's: no check takes that long, and another one may be at work now."""


@contextmanager
def checked_out(repository: Repository, commit: str) -> Iterator[Path]:
    """Yield a folder with every file of a commit; it is gone afterwards. The repository's index and working tree are not touched."""
    parent = repository.root / CACHE
    parent.mkdir(parents=True, exist_ok=True)
    _sweep(parent)
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=parent, ignore_cleanup_errors=True) as name:
        scratch = Path(name).resolve()
        tree = scratch / "tree"
        tree.mkdir()
        write_files(repository, commit, tree, scratch / "index")
        yield tree


def _sweep(parent: Path) -> None:
    """Remove what killed runs left behind."""
    for folder in parent.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - folder.lstat().st_mtime > _OLD:
                shutil.rmtree(folder, ignore_errors=True)
