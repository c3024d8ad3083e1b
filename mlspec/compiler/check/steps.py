"""Steps: what one writes is its own, what one reads can be given, and a KPI names a number that comes out again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlspec.compiler.check.programs import script_problems
from mlspec.compiler.load.ignored import names_it, written_beside
from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.load.user_code import Route, input_paths, input_route, readers
from mlspec.compiler.project.layout import CLAIMS, ENVIRONMENTS, LOCAL, PIPELINES, PROJECT_FILE, REGISTRY, SPECS
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic, did_you_mean
from mlspec.language.kinds.step import inside, overlap

_OWN = (PIPELINES, LOCAL, REGISTRY, CLAIMS, SPECS, ENVIRONMENTS, PROJECT_FILE, ".github", ".forgejo", "dvc.yaml", "dvc.lock")
"""What mlspec or people write, and no program of a step."""


def step_problems(project: Project, inputs: Inputs) -> Iterator[Diagnostic]:
    """MLS0420 for a script, MLS0421 for inputs, MLS0426 for outputs, MLS0437 for KPIs, and MLS0429 as a warning."""
    for bound in project.steps.values():
        yield from _inputs(project, bound, inputs)
        yield from _outputs(project, bound, inputs)
        if spec := bound.envelope.spec.command:
            given = [one.path for one in (bound.envelope.spec.inputs or {}).values() if one.path]
            yield from script_problems(bound, ("spec", "command"), spec.argv, [*bound.envelope.spec.written, *given], inputs)
    for kpis in project.kpi_sets.values():
        for index, kpi in enumerate(kpis.envelope.spec.kpis):
            if kpi.step in project.steps:
                yield from _kpi(project, kpis, index, kpi)


def _inputs(project: Project, bound: Bound[Any], inputs: Inputs) -> Iterator[Diagnostic]:
    for alias, given in (bound.envelope.spec.inputs or {}).items():
        if given.path is not None:
            key, other = ("file", "folder") if given.file else ("folder", "file")
            yield from _path(project, bound, input_route(bound, ("spec",), alias, key), (alias, given.path, other), inputs)
        elif given.step in project.steps:
            yield from _of_step(project, bound, alias, given)


def _path(project: Project, bound: Bound[Any], route: Route, named: tuple[str, str, str], inputs: Inputs) -> Iterator[Diagnostic]:
    alias, path, other = named
    span = bound.document.span(route)
    writer = next((s for s in project.steps.values() if any(overlap(path, o) for o in s.envelope.spec.written)), None)
    if path.split("/")[0] == PIPELINES:
        message = f"`{path}` is in mlspec's own folder, and nobody says which stage must run before"
        yield Diagnostic("MLS0421", message, span, f"name the object: `{alias}: {{source: NAME}}`, or `features`, `model` or `step`")
    elif writer is not None and writer.ref != bound.ref:
        message = f"`{path}` is written by {writer.ref}, and nobody says that it must run before"
        yield Diagnostic("MLS0421", message, span, f"write `{alias}: {{step: {writer.name}}}`")
    elif inputs.kind_of(path) == other:
        yield Diagnostic("MLS0421", f"`{path}` is a {other}", span, f"write `{alias}: {{{other}: {path}}}`")


def _of_step(project: Project, bound: Bound[Any], alias: str, given: Any) -> Iterator[Diagnostic]:
    spec = project.steps[given.step].envelope.spec
    if not spec.outputs:
        message = f"`step/{given.step}` has no outputs that another step could read"
        yield Diagnostic("MLS0421", message, bound.document.span(("spec", "inputs", alias, "step")), "give it `outputs`")
    elif given.output is not None and given.output not in spec.written:
        message = f"`step/{given.step}` has no output `{given.output}`"
        span = bound.document.span(("spec", "inputs", alias, "output"))
        yield Diagnostic("MLS0421", message, span, did_you_mean(given.output, spec.written) or f"one of: {', '.join(spec.written)}")


def _outputs(project: Project, bound: Bound[Any], inputs: Inputs) -> Iterator[Diagnostic]:
    taken = list(_taken(project, bound))
    for route, path in _written(bound):
        span = bound.document.span(route)
        found = next(((where, why) for where, why in taken if overlap(path, where)), None)
        if found is not None:
            where, why = found
            place = "is" if path == where else "lies in" if inside(path, where) else "holds"
            yield Diagnostic("MLS0426", f"`{path}` {place} `{where}`, {why}", span, "let the step write elsewhere, such as `reports/NAME`")
        elif inputs.read_list(f"{path}.dvc") is not None:
            yield Diagnostic(
                "MLS0426", f"`{path}` is tracked by `{path}.dvc`", span, f"`dvc remove {path}.dvc`: the step writes it from now on"
            )
        elif not names_it(inputs, path) and (own := written_beside(inputs, path)):
            message = f"`{path}` is kept by DVC, and {own}, which is yours, does not keep it out of Git"
            advice = f"add the line `/{path.rpartition('/')[2]}` to {own}"
            yield Diagnostic("MLS0429", message, span, advice, severity="warning")


def _written(bound: Bound[Any]) -> Iterator[tuple[Route, str]]:
    spec = bound.envelope.spec
    yield from ((("spec", "outputs", i), path) for i, path in enumerate(spec.outputs))
    known = set(spec.outputs)
    for name, metric in spec.metrics.items():
        if metric.file in spec.written and metric.file not in known:
            known.add(metric.file)
            yield ("spec", "metrics", name, "file"), metric.file


def _taken(project: Project, bound: Bound[Any]) -> Iterator[tuple[str, str]]:
    """(path, whose it is) of what this step may not write."""
    settings = project.settings.envelope.spec
    yield from ((path, "which is not for programs to write") for path in _OWN)
    yield from ((path, "a folder of code") for path in settings.code)
    yield from ((path, "a lock of libraries") for path in settings.locks)
    for other in project.steps.values():
        own = other.ref == bound.ref
        if not own:
            yield from ((path, f"which {other.ref} writes") for path in other.envelope.spec.written)
        for given in (other.envelope.spec.inputs or {}).values():
            if given.path is not None:
                yield given.path, "which it reads itself" if own else f"which {other.ref} reads as a file"
    for source in project.sources.values():
        yield from ((read.depends, f"which {source.ref} reads") for read in source.envelope.spec.location.reads())
    for reader, _, code in readers(project):
        yield from ((path, f"which {reader.ref} reads") for path in input_paths(code).values())


def _kpi(project: Project, kpis: Bound[Any], index: int, kpi: Any) -> Iterator[Diagnostic]:
    spec = project.steps[kpi.step].envelope.spec
    if kpi.metric not in spec.metrics:
        message = f"`step/{kpi.step}` has no metric `{kpi.metric}`"
        span = kpis.document.span(("spec", "kpis", index, "metric"))
        yield Diagnostic(
            "MLS0437", message, span, did_you_mean(kpi.metric, spec.metrics) or f"declare it under `metrics` of step/{kpi.step}"
        )
    if spec.network or spec.secrets:
        what = "the network" if spec.network else "secrets"
        message = f"`step/{kpi.step}` uses {what}: `mlspec verify` could not run it again, and the number would be nobody's"
        span = kpis.document.span(("spec", "kpis", index, "step"))
        yield Diagnostic("MLS0437", message, span, "let a step of its own measure it, from what another one fetched")
