"""Puts what the jobs brought into the tree, holds it against plan, locks and storage, judges what changed, and makes the report."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlspec.adapters.git.repository import Repository
from mlspec.ci.gather import checks
from mlspec.ci.gather.checks import Brought, read_brought
from mlspec.ci.gather.judging import base_project, changed_locks, changed_models, judge_models
from mlspec.ci.gather.loosened import by_base, loosened_since
from mlspec.ci.gather.merged import behind
from mlspec.ci.gather.uses import with_uses
from mlspec.ci.plan_file import CiPlan
from mlspec.ci.report import FILES, JudgedModel, Looser, Report, Trained, Trouble, verdict_of, write_report
from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Problems
from mlspec.pipelines.results import put_results, result_paths
from mlspec.pipelines.workspace import Workspace

NO_STORAGE = "a fork's run can't read the storage: that outputs are there, and the KPIs, were not checked"
UNREACHABLE = ("MLS0970", "MLS0973")


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the workflow, at its end: the project at hand, the plan, and `base`, the commit to compare with (None: nothing)."""

    workspace: Workspace
    plan: CiPlan
    base: str | None

    @property
    def root(self) -> Path:
        return self.workspace.root

    @property
    def project(self) -> Project:
        return self.workspace.project

    @property
    def graph(self) -> Graph:
        return self.workspace.graph

    @property
    def repository(self) -> Repository:
        return self.workspace.repository


@dataclass(frozen=True, slots=True)
class Gathered:
    """The report, and the files to commit: those of the objects that every check held for."""

    report: Report
    files: Mapping[str, bytes]


def gather(run: Run, results: Path) -> Gathered:
    """Gather the folder of results. The tree has them afterwards; nothing else is written. Raises MLS0003 for a plan of another project."""
    brought = _put(run.root, read_brought(run.plan, run.graph, results))
    stale = checks.stale_objects(run.root, run.graph)
    locks, before = changed_locks(run.workspace, run.base), base_project(run.repository, run.base)
    changed = changed_models(run.project, before, locks)
    troubles = [*brought.troubles, *_checked(run, brought.failed, stale, locks | brought.ok)]
    troubles += checks.check_fork(run.plan, stale, locks | {f"model/{name}" for name in changed})
    unsound = brought.failed | stale.keys() | {t.object for t in troubles if t.object}
    judged = by_base(_judge(run, changed, unsound) if _has_storage(run.plan, troubles) else [], before or run.project)
    judged = with_uses(run.workspace, judged)
    troubles += [j for j in judged if isinstance(j, Trouble)]
    kept = result_paths(run.graph, brought.ok - unsound)
    files = {path: content for path, content in brought.files.items() if path in kept}
    lines, more = _behind(run, files, unsound)
    models = [j for j in judged if isinstance(j, JudgedModel)]
    unchanged = sorted(run.project.models.keys() - set(changed))
    looser = loosened_since(_fork_project(run, before), run.project)
    return Gathered(_report(run, brought.objects, [*troubles, *more], lines, models, unchanged, looser), files)


def _fork_project(run: Run, before: Project | None) -> Project | None:
    """The project where the change began: what the base branch did since is not of its making."""
    fork = run.repository.merge_base(run.base, run.plan.commit) if run.base else None
    return before if fork in (None, run.base) else base_project(run.repository, fork)


def _put(root: Path, brought: Brought) -> Brought:
    try:
        put_results(root, brought.files)
    except Problems as found:
        return Brought(brought.objects, {}, (*brought.troubles, *_troubles(found)))
    return brought


def _troubles(found: Problems) -> Iterator[Trouble]:
    return (Trouble(code=d.code, message=d.message[:10_000], help=d.help or "") for d in found.diagnostics)


def _checked(run: Run, failed: Collection[str], stale: Mapping[str, str], touched: Collection[str]) -> Iterator[Trouble]:
    """Trouble with locks, with outputs that Git keeps, and with those that the storage keeps; of what this change touched."""
    yield from checks.check_current(run.plan, stale, failed)
    pipelines = [p for p in run.graph.pipelines if p.ref in touched and p.ref not in failed and p.ref not in stale]
    yield from checks.check_outputs(run.root, pipelines)
    if run.plan.mode != "fork" and pipelines:
        try:
            yield from checks.check_storage(run.root, pipelines)
        except Problems as found:
            yield from _troubles(found)


def _has_storage(plan: CiPlan, troubles: Collection[Trouble]) -> bool:
    return plan.mode != "fork" and not any(t.code in UNREACHABLE for t in troubles)


def _judge(run: Run, changed: Collection[str], unsound: Collection[str]) -> list[JudgedModel | Trouble]:
    """Judge what changed and is sound: a model that is in doubt, or made from what is, has its trouble already."""
    names = [name for name in changed if not _upstream(run.graph, name) & set(unsound)]
    return judge_models(run.workspace, names)


def _upstream(graph: Graph, model: str) -> set[str]:
    """A model and all that it is made from."""
    found, new = set[str](), {f"model/{model}"}
    while new:
        found |= new
        new = {ref for p in graph.pipelines if p.ref in new for ref in p.upstream} - found
    return found


def _behind(run: Run, files: Mapping[str, bytes], unsound: Collection[str]) -> tuple[tuple[str, ...], list[Trouble]]:
    """What the merge with the base would leave stale, and why that could not be tried."""
    if run.base is None:
        return (), []
    try:
        return behind(run.repository, run.base, files, frozenset(unsound)), []
    except Problems as found:
        return (), list(_troubles(found))


def _report(
    run: Run,
    objects: tuple[Trained, ...],
    troubles: Sequence[Trouble],
    lines: tuple[str, ...],
    models: Sequence[JudgedModel],
    unchanged: Sequence[str],
    looser: tuple[Looser, ...],
) -> Report:
    return Report(
        commit=run.plan.commit,
        base=run.base,
        mode=run.plan.mode,
        verdict=verdict_of(objects, troubles, lines, models),
        objects=objects,
        troubles=tuple(troubles),
        behind=lines,
        models=tuple(sorted(models, key=lambda m: m.model)),
        unchanged=tuple(unchanged),
        notes=(NO_STORAGE,) if run.plan.mode == "fork" else (),
        held=run.plan.held,
        loosened=looser,
    )


def write_gathered(folder: Path, gathered: Gathered, comment: str) -> None:
    """Write report, files and comment into a folder; the files of an earlier report go."""
    from mlspec.diagnostics.atomic import new_file, write_text

    shutil.rmtree(folder / FILES, ignore_errors=True)
    for path, content in gathered.files.items():
        with new_file(folder / FILES / path) as temporary:
            temporary.write_bytes(content)
    write_report(folder, gathered.report)
    write_text(folder / "comment.md", comment)
