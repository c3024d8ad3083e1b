"""Runs the Steps that a model's KPIs name again, in the checkout in which its rows were made again, and compares their numbers."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mlspec.compiler.project.graph import Graph, Pipeline, Stage
from mlspec.compiler.project.layout import step_metrics
from mlspec.compiler.project.paths import relative
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Diagnostic, Problems, Span
from mlspec.pipelines.locks import read_locks
from mlspec.pipelines.tracked import bring
from mlspec.promotion.verify.numbers import same_number
from mlspec.registry.entries import Entry
from mlspec.registry.records import is_of_step


@dataclass(frozen=True, slots=True)
class Named:
    """The record, and {`STEP.METRIC`} of all that its KPIs name."""

    entry: Entry
    metrics: frozenset[str]


def named_by(project: Project, entry: Entry) -> Named:
    """What the KPIs of a record's model name, in any environment."""
    return Named(entry, frozenset(f"{step}.{metric}" for step, metric in project.kpi_numbers(entry.record.model)))


def check_steps(root: Path, tree: Path, graph: Graph, named: Named, where: str) -> Iterator[Diagnostic]:
    """MLS0766 for each number of a record that does not come out again, or that no KPI names. `tree`: the checkout, with its rows."""
    recorded = {name: e.value for name, e in named.entry.record.metrics.items() if is_of_step(name)}
    try:
        for pipeline in (p for p in graph.pipelines if p.ref.startswith("step/")):
            _again(root, tree, pipeline)
    except Problems as problems:
        for found in problems.diagnostics:
            message = f"{where}: {found.code}: {found.message}"
            yield Diagnostic("MLS0766", message, Span(named.entry.path), found.help)
        return
    for name in sorted(recorded.keys() | named.metrics):
        said, is_now = recorded.get(name), _number(tree, name) if name in named.metrics else None
        if not same_number(said, is_now):
            shown = ["nothing" if value is None else f"{value:.12g}" for value in (said, is_now)]
            message = f"{where}: the record says {name} {shown[0]}, and the step, run again, {shown[1]}"
            advice = (
                f"`mlspec run step/{name.partition('.')[0]} --force`: does it write the same number twice? Then commit, and promote again"
            )
            yield Diagnostic("MLS0766", message, Span(named.entry.path), advice)


def _again(root: Path, tree: Path, pipeline: Pipeline) -> None:
    """Run a step, or bring what it wrote, where it needs the network or secrets, which there are none of here."""
    (stage,) = pipeline.stages
    if stage.params.get("network") or stage.params.get("secrets"):
        _bring_outputs(root, tree, pipeline, stage)
        return
    for path in stage.deps:
        bring(root, path, tree=tree)
    _run(root, tree, pipeline, stage)


def _run(root: Path, tree: Path, pipeline: Pipeline, stage: Stage) -> None:
    from mlspec.runtime.context import Context, inside
    from mlspec.runtime.step import HOUR, run_behind

    folder = inside(tree, tree / pipeline.folder)
    folder.mkdir(parents=True, exist_ok=True)
    context = Context(stage.name, tree.resolve(), folder, stage.params)
    with contextlib.redirect_stderr(io.StringIO()):
        run_behind(context, [root.resolve(), Path.home().resolve()], float(stage.limits.get("seconds", HOUR)))


def _bring_outputs(root: Path, tree: Path, pipeline: Pipeline, stage: Stage) -> None:
    from mlspec.adapters.dvc import store as dvc_store
    from mlspec.runtime.context import inside

    lock = read_locks(tree, pipeline.folder).get(stage.name)
    for out in stage.outs:
        md5 = lock.outs.get(relative(out.path, pipeline.folder)) if lock and out.cache else None
        if md5:
            dvc_store.fetch(root, {"path": out.path, "md5": md5}, inside(tree, tree / out.path))


def _number(tree: Path, name: str) -> float | None:
    step, _, metric = name.partition(".")
    path = tree / step_metrics(step)
    found = json.loads(path.read_bytes()) if path.is_file() and not path.is_symlink() else {}
    return found.get(metric)


__all__ = ["Named", "check_steps", "named_by"]
