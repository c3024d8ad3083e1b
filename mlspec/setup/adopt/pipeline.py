"""A pipeline: its scripts are followed in their order; what was understood whole becomes a model, the rest Steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from mlspec.diagnostics import Problems
from mlspec.setup.adopt.code.follow import Follower
from mlspec.setup.adopt.code.values import Const, Findings, Fit, Measured
from mlspec.setup.adopt.facts import Fact, Gap, Part, Place
from mlspec.setup.adopt.found.stages import Stage, Wiring
from mlspec.setup.adopt.numbers import numbers_of
from mlspec.setup.adopt.observe.merge import merge
from mlspec.setup.adopt.observe.record import Observed
from mlspec.setup.adopt.propose import model_set, step
from mlspec.setup.adopt.propose.model import Proposed, Wish, propose
from mlspec.setup.adopt.propose.names import wanted
from mlspec.setup.adopt.work import Proposal, Script, Work

Covered: TypeAlias = dict[str, tuple[str, str, str]]
"""{stage: (kind, object, note)}; of a model of a set the note is its name."""


def of_stages(root: Path, path: str, stages: Sequence[Stage], observed: Sequence[Observed], facts: Sequence[Fact] = ()) -> Proposal:
    work = Work(root)
    work.facts += facts
    follower = Follower(root)
    traces = _followed(follower, stages)
    wiring = Wiring(stages)
    covered = _models(work, follower.found, wiring, traces, observed)
    step_names = {s.name: work.names.of("Step", s.name, s.place) for s in stages if s.name not in covered}
    around = step.Around(root, wiring.writers, step_names, _objects(covered))
    told: set[str] = set()
    for stage in stages:
        if stage.name in covered:
            kind, ref, note = covered[stage.name]
            if kind == "ModelSet" and ref in told:
                continue
            told.add(ref)
            work.parts.append(
                Part(stage.group if kind == "ModelSet" else stage.name, stage.place, kind, ref, "" if kind == "ModelSet" else note)
            )
        else:
            _carry(work, stage, around)
    _told_of_code(work, stages, covered)
    return work.proposal(path)


def _objects(covered: Covered) -> dict[str, tuple[str, str]]:
    """What a step reads in the place of a file of a stage that is no step any more."""
    found = {}
    for name, (kind, ref, note) in covered.items():
        if kind == "ModelSet":
            found[name] = ("model", note)
        elif kind != "KPISet":
            found[name] = (ref.partition("/")[0], ref.partition("/")[2])
    return found


@dataclass(slots=True)
class _Trace:
    """What following one stage brought: which fits and metrics are its own, and the keys of numbers."""

    fits: list[Fit]
    measured: list[Measured]
    gaps: list[Gap]
    reads: int


def _followed(follower: Follower, stages: Sequence[Stage]) -> dict[str, _Trace]:
    traces: dict[str, _Trace] = {}
    for stage in stages:
        found = follower.found
        before = (len(found.fits), len(found.measured), len(found.gaps), len(found.reads))
        if stage.script and (follower.root / stage.script).is_file():
            try:
                follower.script(stage.script, [Const(w, stage.place, "likely") for w in stage.arguments])
            except Problems as problems:
                found.gaps += [
                    Gap(Place(stage.script, d.span.line if d.span else 1), d.message, d.help or "") for d in problems.diagnostics
                ]
            except RecursionError:
                found.gaps.append(Gap(Place(stage.script), "code that is nested too deep to follow"))
        traces[stage.name] = _Trace(
            found.fits[before[0] :], found.measured[before[1] :], found.gaps[before[2] :], len(found.reads) - before[3]
        )
    return traces


def _models(
    work: Work,
    found: Findings,
    wiring: Wiring,
    traces: Mapping[str, _Trace],
    observed: Sequence[Observed],
) -> Covered:
    """The models that were understood whole, and by them the stages that need no Step any more: {stage: (kind, object, note)}."""
    covered: Covered = {}
    ready: list[tuple[Stage, Proposed]] = []
    for stage in wiring.stages:
        trace = traces[stage.name]
        fits, told = merge(trace.fits, observed)
        work.facts += told
        if len(fits) != 1:
            work.gaps += [
                Gap(stage.place, f"{len(fits)} calls of `fit` in one stage", "import the script, and choose") for _ in [0] if fits
            ]
            continue
        after = wiring.after(stage)
        measured = [m for s in (stage, *after) for m in traces[s.name].measured]
        called = f"{wanted(stage.group, fits[0])}-{stage.name.rpartition('@')[2]}" if stage.group else wanted(stage.name, fits[0])
        name = work.names.of("Model", called, stage.place)
        wish = Wish(name, measured, numbers_of(work.root, found, name, [stage, *after]), _entry_values(stage.entry), found.cuts)
        proposed = propose(work.root, fits[0], wish, work.names, work.seen)
        if proposed is None or proposed.gaps:
            gaps = proposed.gaps if proposed else (Gap(fits[0].place, f"what `fit` in {stage.name} takes in"), *trace.gaps)
            work.gaps += [
                replace(g, advice=g.advice or "with it, a Model would be proposed: until then the command is kept as a Step") for g in gaps
            ]
            continue
        ready.append((stage, proposed))
    for group in _groups(ready):
        _take(work, group, covered, wiring, traces)
    return covered


def _entry_values(entry: Any) -> list[Any]:
    values = entry.values() if isinstance(entry, Mapping) else [entry]
    return [v for v in values if isinstance(v, str | int | float) and not isinstance(v, bool)]


def _groups(ready: Sequence[tuple[Stage, Proposed]]) -> list[list[tuple[Stage, Proposed]]]:
    found: dict[str, list[tuple[Stage, Proposed]]] = {}
    for stage, proposed in ready:
        found.setdefault(stage.group or f"\0{stage.name}", []).append((stage, proposed))
    return list(found.values())


def _take(
    work: Work,
    group: list[tuple[Stage, Proposed]],
    covered: Covered,
    wiring: Wiring,
    traces: Mapping[str, _Trace],
) -> None:
    first_stage, _ = group[0]
    made = _as_set(work, group) if first_stage.group else None
    for stage, proposed in group:
        if not made:
            work.take(proposed)
        ref = f"modelset/{made}" if made else f"model/{proposed.name}"
        covered[stage.name] = ("ModelSet" if made else "Model", ref, proposed.name if made else "")
        source = next(d for d in proposed.drafts if d.kind == "DataSource")
        for before in wiring.before(stage):
            covered.setdefault(before.name, ("DataSource", f"source/{source.name}", "its rows, and what the model does to them"))
        for after in wiring.after(stage):
            if traces[after.name].measured and not traces[after.name].fits and set(after.outs) <= {*after.metrics} | _plots(after):
                covered.setdefault(after.name, ("KPISet", f"kpis/{proposed.name}", ""))


def _plots(stage: Stage) -> set[str]:
    return {o for o in stage.outs if any(word in o.casefold() for word in ("plot", "eval", "metric", "report", "dvclive", "predictions"))}


def _as_set(work: Work, group: list[tuple[Stage, Proposed]]) -> str | None:
    """One ModelSet for the models of a group; None where they differ by more than their entries."""
    if len(group) < 2:
        return None
    models = [next(d for d in p.drafts if d.kind == "Model") for _, p in group]
    entries = [s.entry for s, _ in group]
    form = model_set.template([m.spec for m in models], entries, [m.name for m in models])
    if form is None:
        return None
    stage, first = group[0]
    name = work.names.of("ModelSet", stage.group, stage.place)
    kpis: list[Any] = next((d.spec["kpis"] for d in first.drafts if d.kind == "KPISet"), [])
    for _, proposed in group:
        for draft in proposed.drafts:
            if draft.kind in ("DataSource", "ValidationRules"):
                work.drafts.setdefault((draft.kind, draft.name), draft)
        work.numbers += proposed.numbers
    work.drafts["ModelSet", name] = model_set.draft(name, entries, form, kpis, models[0].head)
    work.facts += [f for n in first.notes for f in n.facts]
    work.facts.append(
        Fact(f"modelset/{name}", "forEach.list", f"{len(entries)} entries", stage.place, "certain", "each gives its model again")
    )
    return name


def _carry(work: Work, stage: Stage, around: step.Around) -> None:
    carried = step.carry(stage, around)
    work.facts += carried.notes.facts
    work.gaps += carried.notes.gaps
    if carried.draft is None:
        work.parts.append(Part(stage.name, stage.place, "none", "", carried.note))
        if carried.script:
            work.scripts.append(Script(f"scripts/{around.names[stage.name]}.sh", carried.script))
        return
    work.drafts["Step", carried.draft.name] = carried.draft
    work.parts.append(
        Part(
            stage.name,
            stage.place,
            "Step",
            f"step/{carried.draft.name}",
            "the command as it is; the stage must go from dvc.yaml before it runs"
            if stage.place.path.endswith("dvc.yaml")
            else "the command as it is",
        )
    )


_SCRIPTS = (".py", ".R", ".r", ".sh", ".jl")


def _told_of_code(work: Work, stages: Sequence[Stage], covered: Covered) -> None:
    """Scripts in a folder may import each other: the folder is code of the project."""
    data = {p.partition("/")[0] for s in stages for p in (*s.deps, *s.written) if not p.endswith(_SCRIPTS)}
    for stage in stages:
        words = () if stage.name in covered else (stage.script or "", *(stage.words or ()))
        named = [w.partition("/")[0] for w in words if w.endswith(_SCRIPTS) and "/" in w and not w.startswith((".", "/"))]
        for folder in named:
            if folder not in data and folder not in work.code and (work.root / folder).is_dir():
                work.code.add(folder)
                how = "its scripts may read each other: a mlspec.yaml that is there already must name it too"
                work.facts.append(Fact("project", "code", folder, stage.place, "likely", how))


def of_kedro(root: Path, path: str, project: Any, observed: Sequence[Observed]) -> Proposal:
    work = Work(root)
    follower = Follower(root)
    gaps, fits_of, measured_of = project.follow(follower)
    work.gaps += gaps
    wiring = Wiring(project.stages)
    covered: Covered = {}
    for stage in project.stages:
        fits, told = merge(fits_of.get(stage.name, []), observed)
        work.facts += told
        if len(fits) != 1:
            continue
        after = wiring.after(stage)
        name = work.names.of("Model", wanted(stage.name.removesuffix("_node"), fits[0]), stage.place)
        measured = [m for s in (stage, *after) for m in measured_of.get(s.name, [])]
        proposed = propose(root, fits[0], Wish(name, measured, cuts=follower.found.cuts), work.names, work.seen)
        if proposed is None or proposed.gaps:
            work.gaps += proposed.gaps if proposed else [Gap(fits[0].place, f"what `fit` in {stage.name} takes in")]
            continue
        work.take(proposed)
        covered[stage.name] = ("Model", f"model/{name}", "")
        for before in wiring.before(stage):
            covered.setdefault(before.name, ("DataSource", next(f"source/{d.name}" for d in proposed.drafts if d.kind == "DataSource"), ""))
        for later in after:
            if measured_of.get(later.name) and not fits_of.get(later.name):
                covered.setdefault(later.name, ("KPISet", f"kpis/{name}", ""))
    step_names = {s.name: work.names.of("Step", s.name, s.place) for s in project.stages if s.name not in covered}
    around = step.Around(root, wiring.writers, step_names, _objects(covered))
    for stage in project.stages:
        if stage.name in covered:
            work.parts.append(Part(stage.name, stage.place, *covered[stage.name]))
        elif why := project.in_memory(stage):
            work.parts.append(Part(stage.name, stage.place, "none", "", why))
            work.gaps.append(Gap(stage.place, why, "name it in the catalog, as a file"))
        else:
            _carry(work, stage, around)
    return work.proposal(path)
