"""A clean clone of a commit in a temporary folder, with a DVC cache of its own: nothing is restored that was computed before."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mlspec.adapters.git.checkout import clone_at
from mlspec.adapters.git.repository import Repository
from mlspec.diagnostics import problem
from mlspec.pipelines.run.turn import orderly_end

PREFIX = "mlspec-study-"
_CONFIG = "[core]\n    analytics = false\n[cache]\n    dir = ../../cache\n    type = copy\n"
"""Relative to `.dvc/`. It is stronger than the user's and the system's settings, which may name a shared cache."""


@dataclass(frozen=True, slots=True)
class Clone:
    """`home`: the temporary folder; `tree`: the commit's files in it."""

    home: Path

    @property
    def tree(self) -> Path:
        return self.home / "project"


@contextmanager
def cloned(repository: Repository, commit: str, keep: Path | None = None) -> Iterator[Clone]:
    """Yield a clone; its folder is gone afterwards, also when this process is told to stop. `keep`: an empty or new folder that stays.

    Objects of Git are borrowed from the repository, not copied; nothing is written there. Raises MLS0793 for a folder with something in
    it, MLS0959 where Git fails.
    """
    with orderly_end():
        home = _made(keep)
        try:
            clone = Clone(home)
            clone_at(repository, commit, clone.tree)
            (clone.tree / ".dvc").mkdir(exist_ok=True)
            (clone.tree / ".dvc/config.local").write_text(_CONFIG, encoding="utf-8")
            yield clone
        finally:
            if keep is None:
                shutil.rmtree(home, ignore_errors=True)


def _made(keep: Path | None) -> Path:
    if keep is None:
        return Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
    try:
        keep.mkdir(parents=True, exist_ok=True)
        is_free = not any(keep.iterdir())
    except OSError as error:
        raise problem("MLS0793", f"{keep} can't be used: {error.strerror}", help="name another folder by --keep") from error
    if not is_free:
        raise problem("MLS0793", f"{keep} has something in it", help="name a new folder, or an empty one, by --keep")
    return keep.resolve()
