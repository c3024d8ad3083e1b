"""DVC's list of links, kept open: what it says is written at once, and the database is closed in the end."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from dvc.repo import Repo

from mlspec.adapters.dvc import links


def _listed(root: Path) -> list[str]:
    with sqlite3.connect(root / "links" / "cache.db") as database:
        return [key for (key,) in database.execute("SELECT key FROM Cache ORDER BY key")]


def test_each_link_is_listed_at_once_by_one_connection(tmp_path: Path) -> None:
    repo = Repo.init(str(tmp_path), no_scm=True)
    state = repo.state
    with links.kept_open(repo):
        state.set_link(str(tmp_path / "a"), 1, "1")
        first = state.links._con
        state.set_link(str(tmp_path / "b"), 2, "2")
        assert state.links._con is first
        assert _listed(Path(state.tmp_dir)) == ["a", "b"]
    assert getattr(state.links._local, "con", None) is None
    state.set_link(str(tmp_path / "c"), 3, "3")
    assert getattr(state.links._local, "con", None) is None
    assert _listed(Path(state.tmp_dir)) == ["a", "b", "c"]
    repo.close()


def test_a_repository_without_a_memory_is_left_alone(tmp_path: Path) -> None:
    repo = Repo(str(tmp_path), uninitialized=True)
    with links.kept_open(repo):
        assert not hasattr(repo.state, "links")
    repo.close()
