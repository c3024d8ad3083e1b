"""Upwards: which bytes each file was made from, by the dvc.lock files of one commit, down to what no stage makes: the source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from mlspec.compiler.project.layout import STEPS, is_made, object_folder, rows_of
from mlspec.registry.branch import Line, mapping, pick
from mlspec.registry.history.locks import LockedStage, read_lock
from mlspec.registry.history.tree import Node


@dataclass(slots=True)
class Locks:
    """The locks of a commit, each folder read once."""

    line: Line
    commit: str
    _folders: dict[str, dict[str, LockedStage]] = field(default_factory=dict)
    _written: dict[str, LockedStage] | None = None

    def folder(self, folder: str) -> dict[str, LockedStage]:
        if folder not in self._folders:
            self._folders[folder] = read_lock(self.line.repository, self.commit, folder) if folder else {}
        return self._folders[folder]

    def maker(self, path: str) -> LockedStage | None:
        """The stage that wrote a file: one of its own folder, or a Step, which writes elsewhere."""
        own = next((s for s in self.folder(path.rpartition("/")[0]).values() if path in s.outs), None)
        return own if own or is_made(path) else self._steps().get(path)

    def _steps(self) -> dict[str, LockedStage]:
        """{path: the stage} of all that Steps write."""
        if self._written is None:
            folders = self.line.repository.folders(self.commit, [STEPS])
            self._written = {path: s for folder in folders for s in self.folder(folder).values() for path in s.outs}
        return self._written


DEEPEST = 100
"""Files one below the other that are told: a lock file that somebody wrote may chain thousands."""


def file_tree(locks: Locks, path: str, md5: str, seen: set[str] | None = None, depth: int = 1) -> Node:
    """A file and everything that it was made from. What was shown already is not shown again."""
    seen = set() if seen is None else seen
    stage = locks.maker(path)
    if stage is None:
        return Node("file", path, {"md5": md5, **_origin(locks, path)} if md5 else _origin(locks, path))
    facts = {"md5": md5, "stage": stage.name}
    if stage.outs[path] != md5:
        facts["but"] = f"dvc.lock at {locks.commit[:12]} names md5 {stage.outs[path]}"
    if path in seen:
        return Node("file", path, {**facts, "from": "as above"})
    if depth == DEEPEST:
        return Node("file", path, {**facts, "from": "more files than are told"})
    seen.add(path)
    return Node("file", path, facts, tuple(file_tree(locks, dep, was, seen, depth + 1) for dep, was in _data_first(stage)))


def _data_first(stage: LockedStage) -> Iterable[tuple[str, str]]:
    """Generated files before code and libraries, as people look for them."""
    return sorted(stage.deps.items(), key=lambda item: (not is_made(item[0]), item[0]))


def _origin(locks: Locks, path: str) -> dict[str, str]:
    """How a file that no stage makes is kept: in Git, by a `.dvc` file, or on the web."""
    if path.startswith("../"):
        return {"kept": "outside of the repository"}
    repository = locks.line.repository
    kept = repository.tree_hashes(locks.commit, [path, f"{path}.dvc"])
    if found := kept[path]:
        return {"git": found[:12], "commit": locks.commit[:12]}
    if kept[f"{path}.dvc"]:
        outs = pick(mapping(path, repository.show(locks.commit, f"{path}.dvc") or b""), "outs")
        rows = outs if isinstance(outs, list) else []
        return {"dvc": next((str(r["md5"]) for r in rows if isinstance(r, dict) and r.get("md5")), "?"), "commit": locks.commit[:12]}
    return {"kept": f"not in Git at {locks.commit[:12]}"}


def rows_tree(line: Line, ref: str, commit: str) -> Node | None:
    """The rows of `source/NAME` or `features/NAME`, and what they were made from; None when it has no dvc.lock at the commit."""
    locks, folder = Locks(line, commit), object_folder(ref)
    outs = {path: md5 for stage in locks.folder(folder).values() for path, md5 in stage.outs.items()}
    last = next((p for p in (rows_of(ref), *outs) if p in outs), None)
    return None if last is None else file_tree(locks, last, outs[last])
