"""Plan with a memory, for people to look at: what is as it was is told as it was, and what was touched is planned anew.

The plan is a function of the compiled project, of the files that stand where generated ones do (their marks), of the ledger, and of what
staleness sees. All are compared by content each time; the plan that comes of it has no texts, and can't be applied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mlspec.compiler.load.asked import Asked, holds
from mlspec.compiler.memory.checked import OnDisk, Texts, known_of, read_texts
from mlspec.compiler.memory.known import Known
from mlspec.compiler.project.layout import LEDGER, object_in
from mlspec.compiler.project.names import Names
from mlspec.diagnostics import Diagnostic, Problems
from mlspec.diagnostics.digest import bytes_digest
from mlspec.language.yaml.pause import without_collector
from mlspec.pipelines.plan.actions import Change, Plan
from mlspec.pipelines.plan.marks import DOUBTFUL, marks
from mlspec.pipelines.plan.places import others
from mlspec.pipelines.plan.sight import Note, Noting, Sight, is_as_noted
from mlspec.pipelines.plan.states import StageState

if TYPE_CHECKING:
    from mlspec.compiler.memory.part import Part
    from mlspec.compiler.pipeline import Compiled
    from mlspec.compiler.project.graph import Graph

Tell = Callable[[tuple[Diagnostic, ...]], object]
_RECORD = "plan"


class Looked(NamedTuple):
    """An object: the states of its stages, what was seen of it, and the paths that its stages write."""

    states: tuple[StageState, ...]
    notes: tuple[Note, ...]
    outs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """What is known of a plan. `desired`: generated path -> digest; `seen`: marks of these, and of what else is looked at."""

    desired: Mapping[str, str]
    seen: Mapping[str, str]
    changes: Mapping[str, tuple[str, str]]
    """Path -> action and reason."""
    stages: Mapping[str, Looked]
    """By object, in the graph's order."""
    names: Names

    def plan(self) -> Plan:
        """Without texts."""
        changes = tuple(Change(path, action, reason) for path, (action, reason) in sorted(self.changes.items()))  # type: ignore[arg-type]
        return Plan(changes, tuple(state for looked in self.stages.values() for state in looked.states))

    def as_form(self) -> dict[str, Any]:
        stages = [
            [ref, [[s.stage, s.status, list(s.reasons), s.note] for s in looked.states], [list(n) for n in looked.notes], list(looked.outs)]
            for ref, looked in self.stages.items()
        ]
        changes = {path: list(change) for path, change in self.changes.items()}
        names = [list(self.names.models), {name: list(models) for name, models in self.names.members.items()}]
        return {"desired": dict(self.desired), "seen": dict(self.seen), "changes": changes, "stages": stages, "names": names}


def _from_form(form: Mapping[str, Any]) -> Planned | None:
    try:
        stages = {
            ref: Looked(
                tuple(StageState(ref, stage, status, tuple(why), note) for stage, status, why, note in states), tuple(notes), tuple(outs)
            )
            for ref, states, notes, outs in form["stages"]
        }
        changes = {path: (action, reason) for path, (action, reason) in form["changes"].items()}
        models, members = form["names"]
        names = Names(tuple(models), {name: tuple(of) for name, of in members.items()})
        return Planned(form["desired"], form["seen"], changes, stages, names)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


@without_collector()
def plan(root: Path, tell: Tell) -> Plan:
    """Return the plan of the project as it stands now. `tell` gets the warnings, before anything is planned.

    Raises what `OpenProject.plan` does.
    """
    texts = read_texts(root)
    if found := recalled(texts):
        tell(found[0].diagnostics)
        return found[1].plan()
    asked = Asked()
    compiled = compiled_of(texts, asked)
    tell(compiled.diagnostics)
    return planned_of(texts, compiled, asked)


def recalled(texts: Texts) -> tuple[Known, Planned] | None:
    """What is remembered of these texts, and holds now, or was mended where little was touched; None where all is to be planned anew."""
    memory = OnDisk(texts.root, _RECORD)
    known = next(iter(memory.read()), None) if not texts.found else None
    before = _from_form(known.extra) if known else None
    if known is None or before is None or not holds(known.asked, texts.root):
        return None
    found = _again(texts, known, before)
    if found is not None and found[1] is not before:
        memory.write(replace(found[0], extra=found[1].as_form()))
    return found


def compiled_of(texts: Texts, asked: Asked) -> Compiled:
    """The project, compiled. Raises `Problems` with everything found where there are errors."""
    from mlspec.compiler.pipeline import compile_read

    compiled = compile_read(texts.root, texts.specs, texts.found, asked=asked)
    if compiled.project is None or compiled.graph is None:
        raise Problems(compiled.diagnostics)
    return compiled


def planned_of(texts: Texts, compiled: Compiled, asked: Asked, generated: Mapping[str, str] | None = None) -> Plan:
    """Plan what was compiled of these texts, and remember it. `generated`: the files, where somebody has them already."""
    from mlspec.pipelines.generate.render import render
    from mlspec.pipelines.plan.make import plan_files

    project, graph = compiled.project, compiled.graph
    assert project is not None and graph is not None  # noqa: S101, PT018 - `compiled_of`
    generated = render(project, graph) if generated is None else generated
    seen = _seen(texts.root, generated)
    files = plan_files(texts.root, project, generated)
    stages = _stages(texts.root, graph)
    if not texts.found and not asked.unsure and seen == _seen(texts.root, generated) and _is_plain(files, seen):
        changes = {c.path: (c.action, c.reason) for c in files.changes}
        desired = {path: bytes_digest(text.encode()) for path, text in generated.items()}
        planned = Planned(desired, seen, changes, stages, project.names)
        OnDisk(texts.root, _RECORD).write(known_of(compiled, texts, asked, planned.as_form()))
    return replace(files, stages=tuple(state for looked in stages.values() for state in looked.states))


def _is_plain(files: Plan, seen: Mapping[str, str]) -> bool:
    """Whether each change is told by its mark, and by the ledger: what nothing declares any more has more behind it."""
    return DOUBTFUL not in seen.values() and all(c.action != "delete" and c.path in seen for c in files.changes)


def _seen(root: Path, desired: Iterable[str]) -> dict[str, str]:
    return marks(root, sorted({*desired, *others(root, desired), LEDGER}))


def _stages(root: Path, graph: Graph) -> dict[str, Looked]:
    from mlspec.pipelines.plan.staleness import Walk

    sight = Noting(root)
    walk, found = Walk(sight), {}
    for pipeline in graph.pipelines:
        sight.notes = []
        states = tuple(walk.visit(pipeline))
        found[pipeline.ref] = Looked(states, tuple(sight.notes), tuple(out.path for stage in pipeline.stages for out in stage.outs))
    return found


def _again(texts: Texts, known: Known, before: Planned) -> tuple[Known, Planned] | None:
    """What is known now, of what was; None where all is to be planned anew."""
    seen, sight = _seen(texts.root, before.desired), Sight(texts.root)
    moved = {path for path in before.seen.keys() | seen.keys() if before.seen.get(path) != seen.get(path)}
    stale = {ref for ref, looked in before.stages.items() if not is_as_noted(sight, looked.notes)}
    edited = known.changed(texts.digests)
    if not moved and not stale and not edited:
        return known, before
    if seen.keys() != before.seen.keys() or DOUBTFUL in seen.values():
        return None
    return _part(texts, known, replace(before, seen=seen), edited, moved, stale)


def _part(texts: Texts, known: Known, before: Planned, edited: set[str], moved: set[str], stale: set[str]) -> tuple[Known, Planned] | None:
    """Plan what was touched, and what that reaches."""
    from mlspec.compiler.memory.part import compile_part

    touched = {*stale, *(_owner(path) for path in moved - {LEDGER})}
    places = {o.ref: path for path, file in (known.files or {}).items() for o in file.objects}
    if not touched <= places.keys():
        return None
    part = compile_part(texts.root, known, texts.specs, {*edited, *(places[ref] for ref in touched)}, None)
    if part is None or part.known.asked.unsure or not _has_the_same_face(known, part):
        return None
    planned = _joined(texts.root, before, part, ledger_moved=LEDGER in moved)
    return None if planned is None else (replace(part.known, specs=texts.digests), planned)


def _owner(path: str) -> str:
    """The object whose generated folder a path lies in: `source/x`, `model/y`; empty for what belongs to no one object."""
    return object_in(path.rpartition("/")[0])


def _has_the_same_face(known: Known, part: Part) -> bool:
    """Whether what files of no one object say of the part's objects (owners, labels, schedules, what comes after what) is as it was."""
    before, after = known.files or {}, part.known.files or {}
    return all([o.face for o in before[path].objects] == [o.face for o in after[path].objects] for path in part.paths)


def _joined(root: Path, before: Planned, part: Part, *, ledger_moved: bool) -> Planned | None:
    from mlspec.pipelines.generate import dvc
    from mlspec.pipelines.plan.diff import file_changes, ledger_change
    from mlspec.pipelines.plan.ledger import ledger_of

    graph, project = part.compiled.graph, part.compiled.project
    assert graph is not None and project is not None  # noqa: S101, PT018 - a part is sound
    folders = tuple(f"{pipeline.folder}/" for pipeline in graph.pipelines)
    texts = {path: text for path, text in dvc.render(project, graph).items() if path.startswith(folders)} if folders else {}
    stages = _stages(root, graph)
    if not texts.keys() <= before.desired.keys() or not stages.keys() <= before.stages.keys():
        return None
    kept = {path: change for path, change in before.changes.items() if path not in texts and path != LEDGER}
    if ledger_moved and any(action != "no-op" for action, _ in kept.values()):
        return None  # whether a file was edited by hand is told by the ledger
    desired = {**before.desired, **{path: bytes_digest(text.encode()) for path, text in texts.items()}}
    made = [*file_changes(root, texts), ledger_change(root, ledger_of(desired, {}))]
    if marks(root, [*texts, LEDGER]) != {path: before.seen[path] for path in (*texts, LEDGER)}:
        return None
    changes = kept | {c.path: (c.action, c.reason) for c in made}
    return replace(before, desired=desired, changes=changes, stages={ref: stages.get(ref, known) for ref, known in before.stages.items()})
