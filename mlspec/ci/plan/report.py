"""A CI plan for people: Markdown for the step summary, text for a terminal. Bounded, and inert whatever specs hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from mlspec.ci.plan.estimate import estimate
from mlspec.ci.plan.make import Planned
from mlspec.ci.plan_file import CiPlan, PlannedStage
from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.layout import LEDGER
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Diagnostic
from mlspec.diagnostics.render.excerpt import visible
from mlspec.diagnostics.words import about, counted, rest
from mlspec.pipelines.plan import report
from mlspec.pipelines.plan.states import StageState
from mlspec.reports.document import Block, Bullets, Paragraph, Section, Table, columns
from mlspec.reports.spans import Break, Code, Inline, Span, Strong, lines_of, some_spans
from mlspec.reports.to_markdown import section_texts

MAX_OBJECTS = 50
MAX_ROWS = 20
MAX_REASONS = 3
MAX_CHARACTERS = 60_000
"""GitHub cuts a step summary above a megabyte."""


def verdict(planned: Planned, graph: Graph) -> str:
    """One line that says what will happen, without its full stop."""
    plan, problems = planned.plan, len(planned.problems)
    if problems:
        return f"{problems} problem{'s' if problems > 1 else ''}: nothing will train"
    if not plan.stages:
        held = f"; {len(plan.held)} held back" if plan.held else ""
        return f"Nothing to train: {'all ' if not plan.held else ''}{plan.current:,} objects are up to date{held}"
    counted = [_count(plan, graph, kind, verb) for kind, verb in (("model", "train"), ("source", "run"))]
    text = ", ".join(part for part in counted if part)
    return f"{text}; a fork's pull request trains nothing" if plan.mode == "fork" else text


def _count(plan: CiPlan, graph: Graph, kind: str, verb: str) -> str:
    """`3 of 1,000 models will train, and 2 may`; "" for none."""
    total = sum(p.ref.startswith(f"{kind}/") for p in graph.pipelines)
    will = {s.object for s in plan.stages if s.status == "run" and s.object.startswith(f"{kind}/")}
    may = {s.object for s in plan.stages if s.object.startswith(f"{kind}/")} - will
    head = f"{len(will or may):,} of {counted(total, kind)}"
    does = "would" if plan.mode == "fork" else "will"
    if not will:
        return f"{head} may {verb}" if may else ""
    return f"{head} {does} {verb}" + (f", and {len(may):,} may" if may else "")


def expected(plan: CiPlan, max_parallel: int) -> str:
    """What the jobs will take, as a sentence; "" where there are none."""
    found = estimate(plan, max_parallel)
    if not found.jobs:
        return ""
    jobs = f"{counted(found.jobs, 'job')}, at most {max_parallel} at once"
    if not found.work:
        return f"{jobs}; no run of these objects is recorded yet."
    unknown = f" ({found.unknown} of the objects have no recorded run)" if found.unknown else ""
    return f"{jobs}: about {about(found.wall)}, {about(found.work)} of work, by what the last runs took{unknown}."


def as_markdown(planned: Planned, project: Project, graph: Graph) -> str:
    """The step summary: the verdict first, problems, why each object runs, what is held back, the state of generated files."""
    plan = planned.plan
    told = expected(plan, project.settings.envelope.spec.ci.max_parallel)
    blocks: list[Block] = [
        *([problem_list(planned.problems)] if planned.problems else []),
        *([Paragraph(told)] if told else []),
        *([_objects(plan)] if plan.stages else []),
        *_held(plan),
        *_files(planned),
    ]
    return _fit(section_texts(Section(verdict(planned, graph), tuple(blocks)), 2))


def problems_markdown(problems: Sequence[Diagnostic]) -> str:
    """The step summary where nothing can be planned."""
    return _fit(section_texts(Section(f"{counted(len(problems), 'problem')}: nothing will train", (problem_list(problems),)), 2))


def problem_list(problems: Sequence[Diagnostic]) -> Bullets:
    """Problems as a list, the first so many."""
    return Bullets((*map(_problem, problems[:MAX_ROWS]), *_more(len(problems), MAX_ROWS, "problem")))


def _problem(found: Diagnostic) -> Inline:
    place: tuple[Span, ...] = (Code(str(found.span)), " ") if found.span else ()
    fix: tuple[Span, ...] = (Break(), "help: ", Code(found.help)) if found.help else ()
    return (Strong(found.code), " ", *place, Code(found.message), *fix)


def _more(count: int, shown: int, noun: str) -> list[str]:
    return [rest(count, shown, noun)] if count > shown else []


def _objects(plan: CiPlan) -> Table:
    objects = [(ref, list(stages)) for ref, stages in groupby(plan.stages, key=lambda stage: stage.object)]
    rows: list[tuple[Inline, ...]] = [(Code(ref), lines_of(_why(stages)), _last(plan, ref)) for ref, stages in objects[:MAX_OBJECTS]]
    rows += [(text, "", "") for text in _more(len(objects), MAX_OBJECTS, "object")]
    return Table(columns("object", "why", "took last", numbers=(2,)), tuple(rows))


def _last(plan: CiPlan, ref: str) -> str:
    return about(plan.seconds[ref]) if ref in plan.seconds else ""


def _why(stages: Sequence[PlannedStage]) -> Iterator[Inline]:
    """A line for the stages that run for the same reasons; those that may run after one of the same object are only named."""
    running = [stage for stage in stages if stage.status == "run"]
    for reasons, group in groupby(running or stages[:1], key=lambda stage: stage.reasons):
        names = ", ".join(stage.stage for stage in group)
        shown: list[Span] = [*(Code(reason, 120) for reason in reasons[:MAX_REASONS]), *_more(len(reasons), MAX_REASONS, "reason")]
        yield (f"{names}{'' if running else ' may run'}: ", *some_spans(shown, len(shown)))
    later = [stage.stage for stage in (stages if running else stages[1:]) if stage not in running]
    if later:
        yield f"then {', '.join(later)} may run"


def _held(plan: CiPlan) -> Iterator[Block]:
    if plan.held:
        rows: list[tuple[Inline, ...]] = [(Code(held.object), Code(held.why)) for held in plan.held[:MAX_ROWS]]
        rows += [(text, "") for text in _more(len(plan.held), MAX_ROWS, "object")]
        yield Paragraph("Held back:")
        yield Table(columns("object", "why"), tuple(rows))


def _files(planned: Planned) -> Iterator[Block]:
    shown = [c for c in (*planned.files.conflicts, *planned.files.pending) if c.path != LEDGER]
    if not shown:
        yield Paragraph("Generated files are up to date.")
        return
    lines: list[Inline] = [(f"{c.action} ", Code(c.path), *((" ", Code(c.reason)) if c.reason else ())) for c in shown[:MAX_ROWS]]
    yield Paragraph(f"Generated files: {report.summary(planned.files)}.")
    yield Bullets((*lines, *_more(len(shown), MAX_ROWS, "file")))


def _fit(parts: Iterable[str]) -> str:
    text = "\n\n".join(parts) + "\n"
    return text if len(text) <= MAX_CHARACTERS else text[:MAX_CHARACTERS].rsplit("\n", 1)[0] + "\n\n… cut: too long.\n"


def as_text(planned: Planned, project: Project, graph: Graph) -> str:
    """The plan for a terminal: the words of `mlspec plan`, and the jobs."""
    plan = planned.plan
    states = [StageState(s.object, s.stage, s.status, s.reasons) for s in plan.stages]
    running = {(s.object, s.stage) for s in plan.stages}
    states += [s for s in planned.files.stages if s.status == "current" and (s.ref, s.stage) not in running]
    told = expected(plan, project.settings.envelope.spec.ci.max_parallel)
    lines = [verdict(planned, graph), *([told] if told else []), *_bounded(report.file_lines(planned.files))]
    lines += [*report.stage_lines(states, MAX_OBJECTS), *_jobs(plan), *_held_lines(plan)]
    return "\n".join("".join(map(visible, line)) for line in lines)


def _bounded(lines: Iterable[str]) -> list[str]:
    found = list(lines)
    return [*found[: MAX_ROWS + 1], *(f"  {text}" for text in _more(len(found) - 1, MAX_ROWS, "file"))]


def _jobs(plan: CiPlan) -> Iterator[str]:
    shards = list(plan.shards())
    if shards:
        yield f"Jobs: {', '.join(f'{len(layer.shards)} {layer.name}' for layer in plan.layers)}"
        for shard in shards[:MAX_OBJECTS]:
            names = [*shard.objects[:MAX_REASONS], *_more(len(shard.objects), MAX_REASONS, "object")]
            yield f"  {shard.name:<10} {', '.join(names)}"
        yield from (f"  {text}" for text in _more(len(shards), MAX_OBJECTS, "job"))


def _held_lines(plan: CiPlan) -> Iterator[str]:
    if plan.held:
        yield f"Held back: {len(plan.held)}"
        yield from (f"  {held.object}  {held.why}" for held in plan.held[:MAX_ROWS])
        yield from (f"  {text}" for text in _more(len(plan.held), MAX_ROWS, "object"))
