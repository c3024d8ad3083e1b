"""Makes an eject's changes, all or none: what goes wrong is taken back, and after a kill the next eject takes it back first.

The tree was clean, so Git has every file as it was. The intent names the commit and the files; it goes last.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from mlspec.adapters.git.repository import Repository
from mlspec.compiler.project.layout import APPLY_LOCK, CACHE, EJECTING, LEDGER, LOCAL, PIPELINES, PULL_REQUESTS, STATE
from mlspec.pipelines.plan.actions import Change
from mlspec.pipelines.plan.apply import execute, write_atomically

OWN = (CACHE, PULL_REQUESTS, STATE)
"""What mlspec keeps on this machine only; Git ignores it."""


def carry_out(repository: Repository, changes: Sequence[Change]) -> None:
    """Make the changes. Whatever is raised on the way, an interrupt too, leaves every file as it was."""
    root = repository.root
    with _taken_back(repository, changes):
        for change in changes:
            execute(root, change)
    for folder in OWN:
        shutil.rmtree(root / folder, ignore_errors=True)
    (root / APPLY_LOCK).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        (root / LOCAL).rmdir()  # schemas for editors may stand there: `mlspec init` writes them, and they stay


@contextlib.contextmanager
def _taken_back(repository: Repository, changes: Sequence[Change]) -> Iterator[None]:
    path = repository.root / EJECTING
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, json.dumps({"version": 1, "commit": repository.require_commits(), "paths": [c.path for c in changes]}) + "\n")
    try:
        yield
    except BaseException:
        recover(repository)
        raise


def recover(repository: Repository) -> bool:
    """Put back the files of an eject that did not end. Return whether there was one."""
    path = repository.root / EJECTING
    intent = _read(path)
    if intent is None:
        return False
    commit, paths = intent
    if repository.find("HEAD") != commit or not all(_is_ejects(repository.root, p) for p in paths):
        return False
    before = repository.show_all(commit, paths)
    for name in paths:
        execute(repository.root, Change(name, "update", text=before[name].decode("utf-8") if name in before else None))
    path.unlink(missing_ok=True)
    return True


def _is_ejects(root: Path, path: str) -> bool:
    """Whether an eject may have written there: a forged intent must lead nowhere else."""
    inside = (
        path in (".dvcignore", "dvc.yaml", LEDGER)
        or path.startswith((".dvc/", ".github/", f"{LOCAL}/", f"{PIPELINES}/"))
        or path.endswith("/.gitignore")
    )
    return inside and ".." not in path.split("/") and (root / path).parent.resolve().is_relative_to(root.resolve())


def _read(path: Path) -> tuple[str, list[str]] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return str(found["commit"]), [str(p) for p in found["paths"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None
