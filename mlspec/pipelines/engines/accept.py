"""Looks at what came back of a task before anything of it is written: which files, what their lock says, and that its outputs are there.

A worker ran code of the project, and maybe of others. Its lock is taken only where it says what was sent: the same command, parameters and
inputs; what Git keeps must be what the lock says, and what DVC keeps must be in the remote.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from mlspec.adapters.dvc import store as dvc_store
from mlspec.compiler.project.graph import Graph, Pipeline, Stage
from mlspec.compiler.project.layout import lock_of
from mlspec.compiler.project.paths import relative
from mlspec.diagnostics import Diagnostic, Problems
from mlspec.pipelines.engines.bundle import Bundle
from mlspec.pipelines.engines.forms import Answer, from_bytes
from mlspec.pipelines.engines.pack import NoPackError
from mlspec.pipelines.locks import StageLock, fault_of, parse_lock
from mlspec.pipelines.plan.staleness import parameter_changes
from mlspec.pipelines.results import MAX_BYTES, put_results, result_paths, shown


def read_answer(bundle: Bundle, content: bytes) -> tuple[Answer, dict[str, bytes]]:
    """The answer to a task. Raises MLS0534 where it is none, or another one's."""
    try:
        answer, files = from_bytes(Answer, content)
    except NoPackError as error:
        raise _refused(bundle.ref, str(error)) from None
    if answer.ref not in (bundle.ref, ""):
        raise _refused(bundle.ref, "it is another object's")
    return answer, files


def take(root: Path, bundle: Bundle, files: Mapping[str, bytes]) -> None:
    """Check results, bring the outputs that DVC keeps, and write what Git keeps, the lock last.

    Raises MLS0534 before anything is written where a file or the lock is not what it may be, or an output is not in the remote.
    """
    own = bundle.pipeline
    why = next(_faults(bundle, files), None)
    if why is None:
        outs = _kept_by_dvc(own, parse_lock(files[lock_of(own.folder)]))
        there = dvc_store.remote_has(root, outs.values())
        missing = next((path for path, md5 in outs.items() if not there[md5]), None)
        why = missing and f"{missing} is not in the DVC remote: does the worker push to the same one?"
    if why is not None:
        raise _refused(own.ref, why)
    dvc_store.fetch_all(root, outs, keep=True)
    put_results(root, files)


def _refused(ref: str, why: str) -> Problems:
    help_text = "nothing was written; run it again, or here: `mlspec run --local`"
    return Problems(Diagnostic("MLS0534", f"what a worker returned of {ref} can't be used: {why}", None, help_text))


def _faults(bundle: Bundle, files: Mapping[str, bytes]) -> Iterator[str]:
    """What is wrong with the files, the first thing first."""
    own = bundle.pipeline
    allowed = result_paths(Graph((own,)), [own.ref])
    yield from (f"{shown(path)} is no result of its" for path in files if path not in allowed)
    yield from (f"{shown(path)} is missing" for path in sorted(allowed - files.keys()))
    yield from (f"{shown(path)} has more than {MAX_BYTES:,} bytes" for path, content in files.items() if len(content) > MAX_BYTES)
    yield from (f"{shown(path)} is no UTF-8" for path, content in files.items() if not _is_text(content))
    lock = files[lock_of(own.folder)]
    if fault_of(lock) is not None:
        yield "its dvc.lock can't be read"
        return
    locks, before = parse_lock(lock), parse_lock(bundle.carried.files.get(lock_of(own.folder)))
    names = {stage.name for stage in own.stages}
    yield from (f"its dvc.lock has a stage {shown(name)}" for name in locks if name not in names and locks[name] != before.get(name))
    digests = dict(bundle.carried.digests)
    for stage in own.stages:
        yield from (f"its dvc.lock, stage {stage.name}: {why}" for why in _lock_faults(own, stage, locks.get(stage.name), digests, files))


def _is_text(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _lock_faults(own: Pipeline, stage: Stage, lock: StageLock | None, digests: dict[str, str], files: Mapping[str, bytes]) -> Iterator[str]:
    """`digests`: {path: md5} of what the stage may have read; its outputs are added."""
    if lock is None:
        yield "it is missing"
        return
    if lock.command != stage.command:
        yield "another command"
    yield from parameter_changes(stage, lock)
    if set(lock.deps) != {relative(dep, own.folder) for dep in stage.deps}:
        yield "other dependencies"
    yield from (f"{dep} is not what was sent" for dep in stage.deps if lock.deps.get(relative(dep, own.folder)) != digests.get(dep))
    if set(lock.outs) != {relative(out.path, own.folder) for out in stage.outs}:
        yield "other outputs"
    for out in stage.outs:
        md5 = digests[out.path] = lock.outs.get(relative(out.path, own.folder), "")
        if not out.cache and md5 != hashlib.md5(files.get(out.path, b""), usedforsecurity=False).hexdigest():
            yield f"{out.path} is not what came back"


def _kept_by_dvc(own: Pipeline, locks: Mapping[str, StageLock]) -> dict[str, str]:
    outs = {out.path: relative(out.path, own.folder) for stage in own.stages for out in stage.outs if out.cache}
    recorded = {name: md5 for lock in locks.values() for name, md5 in lock.outs.items()}
    return {path: recorded[name] for path, name in outs.items()}
