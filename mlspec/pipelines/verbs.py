"""`mlspec apply` and `mlspec run`, each as a story: what is read, looked at, locked, and then done."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

from mlspec.compiler.project.layout import LEDGER
from mlspec.diagnostics import Diagnostic
from mlspec.pipelines.plan.actions import Plan
from mlspec.pipelines.plan.actions_lock import unlocked
from mlspec.pipelines.plan.apply import apply
from mlspec.pipelines.plan.ledger import ledger_bytes
from mlspec.pipelines.plan.prune import deletions, too_many
from mlspec.pipelines.plan.surroundings import around, require_readable, require_seen
from mlspec.pipelines.run.options import RunOptions, RunResult
from mlspec.pipelines.run.report import RunReport, report_of
from mlspec.pipelines.run.run import run_restored
from mlspec.pipelines.run.turn import turn
from mlspec.pipelines.workspace import Workspace
from mlspec.runtime.context import ENGINE

Agree = Callable[[Sequence[str]], bool]
"""Asked with the paths before more than a handful of files are deleted; whether they may go."""


def nobody_agrees(paths: Sequence[str]) -> bool:
    """Nobody was there to answer."""
    del paths
    return False


def apply_specs(
    root: Path, read: Callable[[], Workspace], again: Callable[[], Workspace], warn: Callable[[list[Diagnostic]], object], agree: Agree
) -> Plan:
    """Write the files that the specs declare; return the plan that was executed.

    `read` compiles the project; `again` too, once more: under the lock, where another apply, maybe of newer specs, ended meanwhile and left
    its mark in the ledger. `warn` is told what stands around the files and hides them. Raises what `Workspace.files` raises, MLS0501 for a
    file in the way, MLS0502 while another mlspec writes, MLS0510 where many would be deleted and nobody agrees, MLS0512.
    """
    seen = ledger_bytes(root)
    workspace = read()

    def make() -> Plan:
        return (workspace if ledger_bytes(root) == seen else again()).anew().files

    def ask(plan: Plan) -> None:
        paths = deletions(plan)
        if paths and not agree(paths):
            raise too_many(paths)

    found = around(root, (*workspace.generated, LEDGER))
    require_seen(found)
    warn([*found, *unlocked(root, workspace.generated)])
    return apply(root, make, ask)


def run_objects(
    workspace: Workspace, objects: Sequence[str], options: RunOptions, say: Callable[[str], None], *, local: bool = False
) -> RunReport:
    """Bring objects (all when none; `modelset/x` stands for its models) up to date. One run at a time: it waits for the one before.

    Where an `engine` is declared, objects run on its cluster; `local`: all run here even so.

    Raises MLS0003 for an unknown object, MLS0503 where `apply` comes first, MLS0504, MLS0505 and the stage's own diagnostics where one
    fails, MLS0511 and MLS0512 for what keeps DVC from reading the pipelines.
    """
    root, chosen = workspace.root, workspace.project.chosen(objects)
    pipelines = [f"{p.folder}/dvc.yaml" for p in workspace.graph.pipelines]
    if all((root / path).is_file() for path in pipelines):  # else `mlspec apply` comes first, which says the same
        require_readable(root, pipelines)
    _ = workspace.generated  # found once: what `anew` gives has it, too
    with turn(root, say) as lock, _asking_nobody() if local else nullcontext():
        how = run_restored if local or not _on_clusters(workspace, chosen) else _dispatched()
        result = how(workspace, lambda: workspace.anew().plan, chosen, replace(options, lock=lock), say)
    return report_of(root, workspace.project.names, chosen, result)


@contextmanager
def _asking_nobody() -> Iterator[None]:
    """Rules are measured here, too: so the stages find it in their environment."""
    before = os.environ.get(ENGINE)
    os.environ[ENGINE] = "local"
    try:
        yield
    finally:
        os.environ.pop(ENGINE)
        os.environ.update({ENGINE: before} if before is not None else {})


def _on_clusters(workspace: Workspace, refs: Sequence[str]) -> bool:
    """Asked of the specs first, so that a project without an `engine` loads nothing of clusters."""
    if workspace.settings.engine is None and all(m.envelope.spec.place is None for m in workspace.project.models.values()):
        return False
    from mlspec.pipelines.engines.dispatch import on_clusters

    return on_clusters(workspace, refs)


def _dispatched() -> Callable[..., RunResult]:
    from mlspec.pipelines.engines.dispatch import run_dispatched

    return run_dispatched
