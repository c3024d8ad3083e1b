"""What one object has and lacks before it runs somewhere else than here: a train job's sparse clone, or a worker of a cluster.

Both bring what it reads by content, run what is stale, and push what DVC keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from mlspec.adapters.dvc import store as dvc_store
from mlspec.compiler.project.graph import Graph, Pipeline
from mlspec.compiler.project.layout import is_made
from mlspec.compiler.project.paths import relative
from mlspec.compiler.project.project import Project
from mlspec.pipelines.locks import read_locks
from mlspec.pipelines.plan.actions import Plan
from mlspec.pipelines.tracked import bring


def time_limit_of(project: Project, ref: str) -> float | None:
    """How many seconds an object may take (`resources.timeout`); None for any."""
    kind, _, name = ref.partition("/")
    return project.models[name].envelope.spec.resources.timeout if kind == "model" else None


def reads(own: Pipeline) -> list[str]:
    """What its stages depend on, each once."""
    return list(dict.fromkeys(dep for stage in own.stages for dep in stage.deps))


def stale_stages(own: Pipeline, plan: Plan) -> list[str]:
    """Its stages that are not current, with the reasons."""
    return [f"{s.stage}: {', '.join(s.reasons)}" for s in plan.stages if s.ref == own.ref and s.status != "current"]


def kept_by_dvc(root: Path, own: Pipeline, stages: Iterable[str] | None = None) -> dict[str, str]:
    """{path: md5} of the outputs that DVC keeps, of these stages or all, as their lock has them."""
    locks = read_locks(root, own.folder)
    wanted = {stage.name for stage in own.stages} if stages is None else set(stages)
    found: dict[str, str] = {}
    for stage in own.stages:
        if stage.name in wanted and stage.name in locks:
            recorded = locks[stage.name].outs
            names = {out.path: relative(out.path, own.folder) for out in stage.outs if out.cache}
            found |= {path: recorded[name] for path, name in names.items() if name in recorded}
    return found


def kept_of_standing(root: Path, own: Pipeline, plan: Plan) -> dict[str, str]:
    """{path: md5} of what DVC keeps of the stages that need not run: what comes after them reads it."""
    running = {s.stage for s in plan.stages if s.ref == own.ref and s.status == "run"}
    return kept_by_dvc(root, own, [stage.name for stage in own.stages if stage.name not in running])


def gone(root: Path, own: Pipeline, plan: Plan) -> list[str]:
    """Outputs of the stages that need not run which are nowhere: what comes after them could not read them."""
    kept = kept_of_standing(root, own, plan)
    if not kept:
        return []
    lost = dvc_store.lost(root, kept.values())
    return [path for path, md5 in kept.items() if md5 in lost]


def made_above(root: Path, part: Graph, own: Pipeline) -> dict[str, str]:
    """{path: md5} of what `own` reads of the pipelines above it (`part` holds them), by their locks; "" where a lock does not say."""
    read = set(reads(own))
    found: dict[str, str] = {}
    for pipeline in part.pipelines:
        outs = {out.path for stage in pipeline.stages for out in stage.outs if out.cache} & read
        if pipeline.ref != own.ref and outs:
            recorded = {path: md5 for lock in read_locks(root, pipeline.folder).values() for path, md5 in lock.outs.items()}
            found |= {path: recorded.get(relative(path, pipeline.folder), "") for path in outs}
    return found


def bring_inputs(root: Path, part: Graph, own: Pipeline, say: Callable[[str], None]) -> None:
    """Fetch what `own` reads of the pipelines above it (`part` holds them), and what `.dvc` files record; nothing of it is run.

    What is above replaces whatever stands there; a `.dvc` file's data is only brought where there is none.

    Raises MLS0971 when neither DVC's cache nor its remote has it, MLS0973 when the remote does not answer.
    """
    above = made_above(root, part, own)
    for dep in reads(own):
        if dep in above:
            say(f"      {dep}: fetched by its content")
            dvc_store.fetch(root, {"path": dep, "md5": above[dep]}, root / dep)
        elif not is_made(dep):
            bring(root, dep, say)
