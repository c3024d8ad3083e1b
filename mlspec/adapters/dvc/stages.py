"""DVC's own stages, driven in this process: what `dvc repro --single-item` does with each, in two halves, its command left to the caller.

DVC stays the truth: locks, cache and run-cache are written by its own objects. No index of the repository is made for it. Not for several
threads. What DVC raises comes out as `DvcError`.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from mlspec.adapters.dvc import links, written
from mlspec.adapters.dvc.parsed import parsed_once

Outcome = Literal["current", "restored", "run"]


class DvcError(Exception):
    """What DVC says is wrong."""


class EditedError(Exception):
    """Inputs changed between the beginning of a stage and its end: what it made of which content, nobody can say."""

    def __init__(self, paths: Sequence[str]) -> None:
        super().__init__(", ".join(paths))
        self.paths = tuple(paths)


@dataclass(slots=True)
class Begun:
    """A stage whose command runs: its entry in DVC's list of readers and writers, and its inputs' contents before."""

    stage: Any
    entry: contextlib.ExitStack
    inputs: dict[str, Any]


@contextlib.contextmanager
def opened(root: Path) -> Iterator[Stages]:
    """DVC at `root`, for a run. Raises DvcError when it can't be opened."""
    from dvc.repo import Repo  # it sets the level of its messages as it is imported

    logger = logging.getLogger("dvc")
    level = logger.level
    logger.setLevel(logging.CRITICAL)  # neither its messages nor its bars
    try:
        with _told():
            repo = Repo(str(root), _wait_for_lock=True)
        with contextlib.closing(repo), links.kept_open(repo), parsed_once(), written.plainly():
            yield Stages(repo)
    finally:
        logger.setLevel(level)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    from dvc.exceptions import DvcException

    try:
        yield
    except (DvcException, OSError) as error:
        causes = [error, *_causes(error)]
        raise DvcError(": ".join(dict.fromkeys(str(e) for e in causes if str(e)))) from error


def _causes(error: BaseException) -> Iterator[BaseException]:
    while error.__cause__ is not None:
        error = error.__cause__
        yield error


@dataclass(slots=True)
class Stages:
    """The stages of a repository. `begin` one, run its command, `finish` it or `give_up`."""

    repo: Any
    _begun: dict[int, Begun] = field(default_factory=dict)
    _unwritten: dict[str, tuple[float, list[Any]]] = field(default_factory=dict)
    """What was recorded and is in no dvc.lock yet: {path of dvc.yaml: (since when, stages)}."""

    def load(self, folder: Path, names: Sequence[str]) -> list[Any]:
        """The stages of these names that the folder's dvc.yaml has. Raises DvcError."""
        with _told():
            found = {stage.name: stage for stage in self.repo.stage.load_all(str(folder / "dvc.yaml"))}
        if missing := [name for name in names if name not in found]:
            raise DvcError(f"there is no stage {missing[0]} in dvc.yaml")
        return [found[name] for name in names]

    def pull_runs(self) -> None:
        """Fetch what the remote has of earlier runs, as `--pull` does first."""
        from dvc.stage.cache import RunCacheNotSupported

        with _told(), contextlib.suppress(RunCacheNotSupported):
            self.repo.stage_cache.pull(None)

    def begin(self, stage: Any, *, force: bool = False, pull: bool = False) -> Outcome:
        """Do what comes before the command: is it `current`, was it `restored` from the cache, or is it to `run`? Raises DvcError."""
        with _told(), contextlib.ExitStack() as undo, self._held():
            entry = contextlib.ExitStack()
            undo.push(entry)
            entry.enter_context(self._entry(stage))
            if not force and not _is_changed(stage, allow_missing=pull):
                entry.close()
                return "current"
            for out in stage.outs:
                if out.persist:
                    out.unprotect()
                else:
                    out.remove(ignore_remove=False)
            if pull and not force:
                self._pull_inputs(stage)
            if not force and self._restored(stage, pull=pull):
                stage.save_deps()
                self._record(stage)
                entry.close()
                return "restored"
            stage.save_deps()
            undo.pop_all()
            self._begun[id(stage)] = Begun(stage, entry, _contents(stage))
        return "run"

    def key(self, stage: Any) -> str:
        """What a begun stage is made of: command, inputs by content, parameters, and what it writes. Equal keys, equal work."""
        outs = sorted((out.def_path, out.use_cache, bool(out.metric)) for out in stage.outs)
        form = [stage.cmd, {path: [str(info.name), info.value] for path, info in self._begun[id(stage)].inputs.items()}, outs]
        return json.dumps(form, sort_keys=True, default=str)

    def finish(self, stage: Any) -> None:
        """Record what a begun stage's command wrote: cache, run-cache and dvc.lock. Raises EditedError, and DvcError."""
        begun = self._begun.pop(id(stage))
        with _told(), self._held(), begun.entry:
            stage.save_deps()
            if edited := [path for path, info in _contents(stage).items() if info != begun.inputs.get(path)]:
                raise EditedError(edited)
            self._record(stage)

    def take(self, stage: Any, other: Any) -> bool:
        """Give a begun stage what an equal one wrote, and record it; False where that is no longer what was recorded of it.

        A stage that could not take it is begun still.
        """
        with _told(), self._held():
            pairs = list(zip(*(sorted(s.outs, key=lambda out: str(out.def_path)) for s in (stage, other)), strict=True))
            wanted = {out.def_path: theirs.hash_info for out, theirs in pairs}
            for out, theirs in pairs:
                if not _copied(out, theirs):
                    return False
            stage.save_outs()
            if any(out.hash_info != wanted[out.def_path] for out in stage.outs):
                return False
        self.finish(stage)
        return True

    def write(self, older_than: float = 0.0) -> None:
        """Write what was recorded so many seconds ago, or earlier, to its dvc.lock. Raises DvcError.

        To read and write it anew costs as much as the rest of a small stage: what ends shortly after each other is written at once.
        """
        now = time.monotonic()
        due = [path for path, (since, _) in self._unwritten.items() if now - since >= older_than]
        for path in due:
            self.write_at(path)

    def write_at(self, path: str) -> None:
        """Write what was recorded of the stages of one dvc.yaml. Raises DvcError."""
        _, stages = self._unwritten.pop(path, (0.0, []))
        if stages:
            with _told(), self._held(), self.repo.scm_context(quiet=True):
                stages[-1].dvcfile.dump_stages(stages, update_pipeline=False)

    @property
    def oldest(self) -> float | None:
        """Since when something waits to be written, by the monotonic clock."""
        return min((since for since, _ in self._unwritten.values()), default=None)

    def give_up(self, stage: Any) -> None:
        """The command of a begun stage failed, or nobody waits for it."""
        with _told(), self._held():
            self._begun.pop(id(stage)).entry.close()

    def close(self) -> None:
        """Write what is not written yet, and take every entry of ours back."""
        with contextlib.suppress(DvcError):
            self.write()
        for begun in list(self._begun.values()):
            with contextlib.suppress(DvcError):
                self.give_up(begun.stage)

    @contextlib.contextmanager
    def _held(self) -> Iterator[None]:
        """DVC's lock of the repository, which it does not hold while a command runs. It takes what stands outside for a mistake:

        its run-cache reads the current folder, and a notebook or a service may stand anywhere.
        """
        with contextlib.chdir(self.repo.root_dir), self.repo.lock:
            yield

    def _entry(self, stage: Any) -> Any:
        """The stage's place in DVC's list of who reads and writes what, for a `dvc` that a person runs meanwhile."""
        import sys

        from dvc.rwlock import rwlock

        hardlink = self.repo.config["core"].get("hardlink_lock", False)
        read, write = ([item.fs_path for item in items] for items in (stage.deps, stage.outs))
        return rwlock(self.repo.tmp_dir, self.repo.fs, " ".join(sys.argv), read, write, hardlink)

    def _pull_inputs(self, stage: Any) -> None:
        missing = [dep.fs_path for dep in stage.deps if not dep.exists]
        if not missing:
            return
        self.repo.lock.unlock()  # `write` and `pull` lock for themselves, and to lock twice is to wait for ever
        try:
            self.write()  # `pull` looks anew at what is there
            for path in missing:
                self.repo.pull(path)
        finally:
            self.repo.lock.lock()

    def _restored(self, stage: Any, *, pull: bool) -> bool:
        from dvc.stage.cache import RunCacheNotFoundError

        try:
            self.repo.stage_cache.restore(stage, pull=pull)
        except RunCacheNotFoundError:
            return False
        return True

    def _record(self, stage: Any) -> None:
        """What DVC does after a command, its inputs being saved. A run-cache only where all outputs are cached, metrics and plots apart.

        Its entry among readers and writers stands, so that outputs can be asked one by one. The lock is written by `write`.
        """
        stage.save_outs()
        stage.md5 = stage.compute_md5()
        if all(out.use_cache for out in stage.outs if not (out.is_metric or out.is_plot)):
            self.repo.stage_cache.save(stage)
        for out in stage.outs:
            out.commit()
        self._unwritten.setdefault(stage.path, (time.monotonic(), []))[1].append(stage)


def _is_changed(stage: Any, *, allow_missing: bool) -> bool:
    """What DVC asks of a stage that is neither frozen nor always to run: its command, its inputs, its outputs. Its entry stands."""
    gone, lost = (("deleted",), ("deleted", "not in cache")) if allow_missing else ((), ())
    return bool(stage.changed_stage() or any(_differs(dep, gone) for dep in stage.deps) or any(_differs(out, lost) for out in stage.outs))


def _differs(item: Any, allowed: tuple[str, ...]) -> bool:
    status = item.status()  # of parameters it says what became of each
    return bool(status) and status[str(item)] not in allowed


def _contents(stage: Any) -> dict[str, Any]:
    return {str(dep.def_path): dep.hash_info for dep in stage.deps}


def _copied(out: Any, theirs: Any) -> bool:
    """Bring an equal stage's output here: from the cache, or, where that does not keep it, from where it stands."""
    if not out.use_cache:
        if not os.path.isfile(theirs.fs_path):  # noqa: PTH113 - DVC's paths are texts
            return False
        os.makedirs(os.path.dirname(out.fs_path), exist_ok=True)  # noqa: PTH103, PTH120
        shutil.copyfile(theirs.fs_path, out.fs_path)
        return True
    if theirs.changed_cache():
        return False
    out.hash_info, out.meta = theirs.hash_info, theirs.meta
    out.checkout(force=True)
    return True
