"""Leaves the tree as it was: a refresh tries new data in the workspace, and whatever comes of it, nothing of it stays there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mlspec.adapters.dvc import store as dvc_store
from mlspec.compiler.project.graph import Pipeline
from mlspec.compiler.project.paths import relative
from mlspec.diagnostics.atomic import new_file
from mlspec.pipelines.locks import read_locks


@contextmanager
def kept(root: Path, pipeline: Pipeline, paths: Iterable[str]) -> Iterator[None]:
    """Put back the files at `paths` and the outputs of a pipeline when the block ends, however it ends.

    `paths` are files that Git keeps. Outputs that were not there go; those that were come back from DVC's cache, or go where it lacks them.
    """
    before = {path: _read(root / path) for path in sorted(set(paths))}
    present = {out.path for stage in pipeline.stages for out in stage.outs if out.cache and (root / out.path).exists()}
    try:
        yield
    finally:
        for path, content in before.items():
            _write(root / path, content)
        _outputs(root, pipeline, present)


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _write(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
    elif _read(path) != content:
        with new_file(path) as temporary:
            temporary.write_bytes(content)


def _outputs(root: Path, pipeline: Pipeline, present: set[str]) -> None:
    """A source's outputs are files, so that none needs more than an unlink."""
    locks = read_locks(root, pipeline.folder)
    known = {f"{pipeline.folder}/{name}": md5 for lock in locks.values() for name, md5 in lock.outs.items()}
    wanted = [({"md5": known[path], "path": path}, root / path) for path in sorted(present & known.keys())]
    right = set(dvc_store.restore(root, wanted)) if wanted else set()
    for stage in pipeline.stages:
        for out in stage.outs:
            if out.cache and root / out.path not in right:
                (root / out.path).unlink(missing_ok=True)


def output_md5s(root: Path, pipeline: Pipeline) -> dict[str, str]:
    """{path: DVC's md5} of the outputs that DVC keeps, as the lock says now."""
    locks = read_locks(root, pipeline.folder)
    found: dict[str, str] = {}
    for stage in pipeline.stages:
        outs = locks[stage.name].outs if stage.name in locks else {}
        found |= {out.path: outs[name] for out in stage.outs if out.cache and (name := relative(out.path, pipeline.folder)) in outs}
    return found
