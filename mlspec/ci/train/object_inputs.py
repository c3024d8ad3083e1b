"""What an object reads and nobody has here: a fresh, sparse clone holds no data. Each is brought by content, as a lock records it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mlspec.adapters.dvc import store as dvc_store
from mlspec.compiler.project.graph import Graph, Pipeline
from mlspec.compiler.project.layout import is_made
from mlspec.compiler.project.paths import relative
from mlspec.pipelines.locks import read_locks
from mlspec.pipelines.tracked import bring


def bring_inputs(root: Path, part: Graph, own: Pipeline, say: Callable[[str], None]) -> None:
    """Fetch what `own` reads of the pipelines above it (`part` holds them), and what `.dvc` files record; nothing of it is run.

    What is above replaces whatever stands there; a `.dvc` file's data is only brought where there is none.

    Raises MLS0971 when neither DVC's cache nor its remote has it, MLS0973 when the remote does not answer.
    """
    above = _made_above(root, part, own)
    for dep in dict.fromkeys(dep for stage in own.stages for dep in stage.deps):
        if dep in above:
            say(f"      {dep}: fetched by its content")
            dvc_store.fetch(root, {"path": dep, "md5": above[dep]}, root / dep)
        elif not is_made(dep):
            bring(root, dep, say)


def _made_above(root: Path, part: Graph, own: Pipeline) -> dict[str, str]:
    read = {dep for stage in own.stages for dep in stage.deps}
    found: dict[str, str] = {}
    for pipeline in part.pipelines:
        outs = {out.path for stage in pipeline.stages for out in stage.outs if out.cache} & read
        if pipeline.ref != own.ref and outs:
            recorded = {path: md5 for lock in read_locks(root, pipeline.folder).values() for path, md5 in lock.outs.items()}
            found |= {path: recorded.get(relative(path, pipeline.folder), "") for path in outs}
    return found
