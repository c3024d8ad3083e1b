"""`mlspec ci refresh`: fetch sources again, and leave a proposal for each whose content changed. Nothing is pushed to Git.

Content decides, never the clock or an event: where the fetched rows are those of the lock, nothing is proposed. Read from the top:
`refresh` is the story of one source. The new data goes through the source's own stages, so that no rule is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from mlspec.adapters.dvc import store as dvc_store
from mlspec.ci.propose import fetched
from mlspec.ci.propose import rules as proposal_rules
from mlspec.ci.propose.fetched import Changed, pipeline_of
from mlspec.ci.propose.folder import write_proposal
from mlspec.ci.propose.put_back import kept, output_md5s
from mlspec.ci.propose.refresh_body import Snapshot, refresh_body
from mlspec.ci.propose.row_diff import RowDiff, row_diff
from mlspec.compiler.project.data_columns import personal_columns
from mlspec.compiler.project.graph import Pipeline
from mlspec.compiler.project.layout import LEDGER, source_folder, source_output
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import did_you_mean, problem
from mlspec.language.kinds.data_source import DataSource
from mlspec.language.kinds.schedule import cron_of
from mlspec.pipelines.plan.refusals import require_current_files
from mlspec.pipelines.results import result_paths
from mlspec.pipelines.run.options import RunOptions
from mlspec.pipelines.run.run import run
from mlspec.pipelines.workspace import Workspace
from mlspec.promotion.proposals.proposal import Proposal

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Ground:
    """The checkout as it was at `commit`, which the proposals build on. `lock`: the handle of the lock on runs."""

    workspace: Workspace
    commit: str
    lock: int | None


def due(project: Project, schedule: str | None, names: Iterable[str] = ()) -> list[Bound[DataSource]]:
    """The sources to refresh: those named, else those of this schedule, else all that have one.

    Raises MLS0003 for an unknown name and MLS0526 for a source without `refresh`.
    """
    chosen = [_named(project, name.removeprefix("source/")) for name in names]
    if chosen:
        return chosen
    found = (source for _, source in sorted(project.sources.items()))
    return [s for s in found if (own := s.envelope.spec.refresh) and schedule in (None, cron_of(own.schedule))]


def _named(project: Project, name: str) -> Bound[DataSource]:
    source = project.sources.get(name)
    if source is None:
        raise problem("MLS0003", f"no spec declares `source/{name}`", help=did_you_mean(name, project.sources))
    if source.envelope.spec.refresh is None:
        message = f"{source.ref} has no `refresh`"
        raise problem("MLS0526", message, help="write `refresh: {schedule: …}` in its spec", span=source.document.span(("spec",), key=True))
    return source


def stand_on(workspace: Workspace, lock: int | None) -> Ground:
    """Raises MLS0951, MLS0952, MLS0954 for uncommitted work, and MLS0503 where generated files are out of date."""
    commit = workspace.repository.require_commits()
    workspace.repository.require_clean()
    require_current_files(workspace.plan)
    return Ground(workspace, commit, lock)


def refresh(ground: Ground, source: Bound[DataSource], folder: Path, say: Say) -> Proposal | None:
    """Fetch a source again; write its proposal to `folder`/NAME and return it, None for the same content. The tree is left as it was.

    Raises MLS0526 and MLS0527, and MLS0613 where a pinned file can't be fetched.
    """
    workspace = ground.workspace
    root, pipeline = workspace.root, pipeline_of(workspace, source)
    _require_upstream(ground, pipeline, say)
    follows = {source.path, f"{source_folder(source.name)}/params.yaml", LEDGER}
    with kept(root, pipeline, follows | result_paths(workspace.graph, [source.ref])):
        before = Snapshot.of(root, pipeline)
        changed = fetched.fetch(workspace, source, RunOptions(pull=True, lock=ground.lock), say)
        if changed is None:
            return None
        proposal = _proposal(ground, source, changed, before)
        if not proposal.files:
            return None
        dvc_store.push(root, output_md5s(root, pipeline).values())
    write_proposal(folder / source.name, proposal)
    return proposal


def _require_upstream(ground: Ground, pipeline: Pipeline, say: Say) -> None:
    """Bring the rows that the source's rules compare with. They must be what the main branch says they are."""
    if not pipeline.upstream:
        return
    stale = next((s for s in ground.workspace.plan.stale if s.ref in pipeline.upstream), None)
    if stale is not None:
        message = f"{pipeline.ref} is checked against {stale.ref}, which is stale: {stale.stage} would run"
        raise problem("MLS0526", message, help=f"`mlspec run {stale.ref}`, and merge the results first")
    run(ground.workspace, ground.workspace.plan, pipeline.upstream, RunOptions(pull=True, lock=ground.lock), say)


def _proposal(ground: Ground, source: Bound[DataSource], changed: Changed, before: Snapshot) -> Proposal:
    """What Git keeps of the new run, where it differs from the commit."""
    workspace = changed.workspace
    root, pipeline = workspace.root, pipeline_of(workspace, source)
    paths = result_paths(workspace.graph, [source.ref])
    if changed.pin is not None:
        paths |= {source.path, f"{source_folder(source.name)}/params.yaml", LEDGER}
    there = workspace.repository.show_all(ground.commit, sorted(paths))
    now = {path: (root / path).read_bytes() for path in sorted(paths) if (root / path).is_file()}
    files = {path: content for path, content in now.items() if there.get(path) != content}
    rows = _rows(workspace, source, before)
    body = refresh_body(source.ref, before, Snapshot.of(root, pipeline), changed.pin, _follow(ground, changed, source.ref), rows)
    base = ground.workspace.settings.ci.branch
    return proposal_rules.make("refresh", source.ref, base, ground.commit, body, files)


def _rows(workspace: Workspace, source: Bound[DataSource], before: Snapshot) -> RowDiff | None:
    """The rows that are accepted now against those of the commit."""
    path = source_output(source.name)
    rules = (rule for bound in workspace.project.rules_of(source.name) for rule in bound.envelope.spec.rules)
    named = {column for rule in rules if rule.drift for column in rule.drift.columns}
    personal = personal_columns(workspace.project, workspace.project.sources[source.name])
    md5 = before.outputs.get(path.rpartition("/")[2])
    return row_diff(workspace.root, md5, workspace.root / path, source.envelope.spec.key, personal, named)


def _follow(ground: Ground, changed: Changed, ref: str) -> list[str]:
    """The objects that the new rows make stale; not those that were so by themselves. (A file that changed made what follows doubtful.)"""
    before = {s.ref for s in ground.workspace.plan.stale if s.status == "run"}
    return sorted({s.ref for s in changed.workspace.stages if s.status != "current"} - before - {ref})
