"""A project as it is after every stage ran and its data went to the remote: dvc.lock files as DVC writes them, and what Git keeps."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mlspec.compiler.project.graph import Graph, Out, Pipeline, Stage
from mlspec.compiler.project.paths import relative
from mlspec.language.yaml.write import dump


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def write_locks(root: Path, graph: Graph, refs: Iterable[str] = ()) -> None:
    """Write the dvc.lock and the outputs that Git keeps of these objects (all when none), without running anything."""
    chosen, made = set(refs), dict[str, str]()
    for pipeline in graph.pipelines:
        stages = {stage.name: _stage(root, pipeline, stage, made) for stage in pipeline.stages}
        if not chosen or pipeline.ref in chosen:
            for stage in pipeline.stages:
                for out in stage.outs:
                    if not out.cache:
                        _write(root / out.path, _content(out))
            _write(root / pipeline.folder / "dvc.lock", dump({"schema": "2.0", "stages": stages}).encode())


def _stage(root: Path, pipeline: Pipeline, stage: Stage, made: dict[str, str]) -> dict[str, Any]:
    def entry(path: str) -> dict[str, Any]:
        if path not in made:
            made[path] = md5((root / path).read_bytes())
        return {"path": relative(path, pipeline.folder), "hash": "md5", "md5": made[path], "size": 1000}

    for out in stage.outs:
        made[out.path] = md5(_content(out)) + (".dir" if out.path.endswith(("/model", "/baseline")) else "")
    return {
        "cmd": stage.command,
        "deps": [entry(dep) for dep in sorted(stage.deps)],
        "params": {"params.yaml": {stage.name: dict(stage.params)}},
        "outs": [entry(out.path) for out in stage.outs],
    }


def _content(out: Out) -> bytes:
    return f'{{"made for": "{out.path}"}}\n'.encode()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
