"""What an object reads and nobody has here: a fresh, sparse clone holds no data. Each is brought by content, as a lock records it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from mlspec.forge import dvc_store
from mlspec.ir.graph import Graph, Pipeline
from mlspec.ir.paths import relative
from mlspec.plan.locks import read_locks, read_yaml


def bring_inputs(root: Path, part: Graph, own: Pipeline, say: Callable[[str], None]) -> None:
    """Fetch what `own` reads of the pipelines above it (`part` holds them), and what `.dvc` files record; nothing of it is run.

    Raises MLS0971 when neither DVC's cache nor its remote has it, MLS0973 when the remote does not answer.
    """
    for path, md5 in dict(_wanted(root, part, own)).items():
        say(f"      {path}: fetched by its content")
        dvc_store.fetch(root, {"path": path, "md5": md5}, root / path)


def _wanted(root: Path, part: Graph, own: Pipeline) -> Iterator[tuple[str, str]]:
    """Path and md5. What is above replaces whatever stands there; a `.dvc` file's data is only brought where there is none."""
    above = _made_above(root, part, own)
    for stage in own.stages:
        for dep in stage.deps:
            if dep in above:
                yield dep, above[dep]
            elif not (root / dep).exists() and not dep.startswith("pipelines/"):
                yield from ((dep, md5) for md5 in _recorded(root / f"{dep}.dvc"))


def _made_above(root: Path, part: Graph, own: Pipeline) -> dict[str, str]:
    read = {dep for stage in own.stages for dep in stage.deps}
    found: dict[str, str] = {}
    for pipeline in part.pipelines:
        outs = {out.path for stage in pipeline.stages for out in stage.outs if out.cache} & read
        if pipeline.ref != own.ref and outs:
            recorded = {path: md5 for lock in read_locks(root, pipeline.folder).values() for path, md5 in lock.outs.items()}
            found |= {path: recorded.get(relative(path, pipeline.folder), "") for path in outs}
    return found


def _recorded(path: Path) -> list[str]:
    outs = read_yaml(path).get("outs")
    return [str(out["md5"]) for out in outs[:1] if isinstance(out, dict) and "md5" in out] if isinstance(outs, list) else []
