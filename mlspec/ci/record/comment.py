"""The sticky comment, and the step summary: the same Markdown, made from the report's data alone. Text of others stands in code spans."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mlspec.adapters.github.remote import server_url
from mlspec.ci.record.sections import Section, fit
from mlspec.ci.report import JudgedModel, Report, Trained, Trouble
from mlspec.diagnostics.words import counted, rest, took
from mlspec.gates.blocks import MESSAGE, breakdown_blocks, kpi_blocks, verdict_block, worst_slices
from mlspec.gates.overfit import training_line
from mlspec.gates.result import GateReport, GateResult
from mlspec.gates.tables import Shown
from mlspec.promotion.loosening.markdown import MARK, loosened_lines
from mlspec.registry.holdout import Holdout, is_worn, told
from mlspec.reports.document import EXTRA, MAIN, MUST, Block, Bullets, Fold, Paragraph, Small, Table, columns
from mlspec.reports.spans import Code, Inline, Link, Span, Strong, some_spans
from mlspec.reports.to_markdown import drawn, inline, markdown

LIMIT = 65_000
"""Characters of a comment; GitHub takes 65,536."""
SUMMARY_LIMIT = 900_000
"""Of a step summary; GitHub takes 1 MiB, and a character has up to four bytes."""
CHARTS, SUMMARY_CHARTS, MODEL_CHARTS = 4, 40, 2
ROWS = 30
MARKS = {
    "pass": "✅",
    "fail": "❌",
    "inconclusive": "⚠️",
    "behind": "⚠️",
    "nothing": "✅",
    "failed": "❌",
    "missing": "❌",
    "skipped": "⏭️",
    "ok": "✅",
}
WORDS = {
    "pass": "every check holds, every KPI passes",
    "fail": "this can't be merged as it is",
    "inconclusive": "no KPI fails, and not every one is settled",
    "behind": "update the branch: the base branch moved on",
    "nothing": "nothing to train, and nothing changed that is judged",
}


@dataclass(frozen=True, slots=True)
class Style:
    """What a place takes: characters, and charts in all."""

    limit: int
    charts: int


COMMENT, SUMMARY = Style(LIMIT, CHARTS), Style(SUMMARY_LIMIT, SUMMARY_CHARTS)


def render(report: Report, style: Style = COMMENT) -> str:
    """Return the report as Markdown, shorter than the style's limit, cut between sections where it must be; failures stand first."""
    sections = [
        Section(_headline(report), MUST),
        *_looser(report),
        *_behind(report),
        *_troubles(report.troubles),
        *_failures(report.failed),
    ]
    models = sorted(report.models, key=lambda m: ({"fail": 0, "inconclusive": 1}.get(m.verdict, 2), m.model))
    left = style.charts
    for model in models:
        charts = _charts(model, min(left, MODEL_CHARTS))
        left -= len(charts)
        sections += [_model(model), *_parts(model), *_slices(model), *charts]
    sections += [*_trained(report), *_unchanged(report)]
    return fit(sections, _footer(report), style.limit, run_url())


def run_url() -> str:
    """The page of this run of the workflow, from the environment of GitHub Actions; "" elsewhere."""
    repository, run = os.environ.get("GITHUB_REPOSITORY", ""), os.environ.get("GITHUB_RUN_ID", "")
    is_known = re.fullmatch(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+", repository) and run.isdecimal() and run.isascii()
    return f"{server_url()}/{repository}/actions/runs/{run}" if is_known else ""


def _headline(report: Report) -> str:
    verdicts = [m.verdict for m in report.models]
    judged = ", ".join(f"{verdicts.count(v)} {v}" for v in ("pass", "fail", "inconclusive") if v in verdicts)
    ran = [o for o in report.objects if o.outcome == "ok"]
    parts = [f"{counted(len(verdicts), 'model')} judged: {judged}"] if verdicts else []
    parts += [f"{counted(len(ran), 'object')} trained in {took(sum(o.seconds for o in ran))}"] if ran else []
    parts += [f"{counted(len(report.failed), 'object')} not trained"] if report.failed else []
    parts += [f"{counted(len(report.unchanged), 'model')} unchanged"] if report.unchanged else []
    told: tuple[Span, ...] = (f" {_sentence('; '.join(parts))}",) if parts else ()
    notes = [Paragraph((Code(note), ".")) for note in report.notes]
    return _part(
        f"{MARKS[report.verdict]} mlspec: {report.verdict}", Paragraph((Strong(_sentence(WORDS[report.verdict])), *told)), *notes, level=2
    )


def _part(heading: Inline, *blocks: Block | None, level: int = 3) -> str:
    """A heading and what stands under it."""
    return f"{'#' * level} {inline(heading)}\n\n{markdown(*blocks)}\n"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _looser(report: Report) -> Iterable[Section]:
    if report.loosened:
        told = "What decides about promotions gets easier to pass. An owner who is not the author must approve it."
        lines = loosened_lines([(one.object, f"{one.path}:{one.line}", one) for one in report.loosened])
        yield Section(_part(f"{MARK} Loosened in this change", Paragraph(told), lines), MUST)


def _behind(report: Report) -> Iterable[Section]:
    if report.behind:
        told = "This stands against merging with the base branch as it is now:"
        yield Section(_part("Update the branch", Paragraph(told), _listed([Code(line) for line in report.behind])), MUST)


def _listed(lines: Sequence[Inline]) -> Bullets:
    more = [rest(len(lines), ROWS)] if len(lines) > ROWS else []
    return Bullets((*lines[:ROWS], *more))


def _troubles(troubles: Sequence[Trouble]) -> Iterable[Section]:
    if troubles:
        yield Section(_part("Problems", _listed([_trouble(t) for t in troubles])), MUST)


def _trouble(told: Trouble) -> Inline:
    about: tuple[Span, ...] = (Code(told.object), ": ") if told.object else ()
    fix: tuple[Span, ...] = ("; ", Code(told.help)) if told.help else ()
    return (*about, Code(told.message), f" ({told.code})", *fix)


def _failures(failed: Sequence[Trained]) -> Iterable[Section]:
    if failed:
        lines: list[Inline] = [(f"{MARKS[o.outcome]} ", Code(o.object), f" {o.outcome}: ", Code(_first(o.why))) for o in failed]
        yield Section(_part("Not trained", _listed(lines)), MUST)


def _first(why: str) -> str:
    return why.strip().split("\n")[0] or "the job's log says why"


def _model(model: JudgedModel) -> Section:
    shown = model.shown()
    return Section(
        _part(Code(f"model/{model.model}"), verdict_block(shown), *_kpis(shown), *_overfit(shown), *_search(model), *_test_set(model))
    )


def _overfit(shown: Shown) -> Iterable[Block]:
    """How the training rows are answered: a model that knows these by heart is told from one that has learned."""
    if told := training_line(shown.metrics, tuple(gate.metric for gate in shown.report.gates)):
        yield Paragraph((Code(told, MESSAGE), "."))


def _search(model: JudgedModel) -> Iterable[Block]:
    """How the params were found, and how far the best is to be believed."""
    if model.search:
        yield Paragraph(("Search: ", Code(model.search), "."))
    if model.alike:
        yield Paragraph(("Clusters: ", Code(model.alike), "."))
    if model.decision:
        yield Paragraph(("Decided: ", Code(model.decision), "."))


def _test_set(model: JudgedModel) -> Iterable[Block]:
    """How often the test rows have decided."""
    found = model.test_set
    if found is not None:
        holdout = Holdout(found.versions, found.others)
        mark = "⚠️ " if is_worn(holdout, model.confidence, found.warn) else ""
        yield Paragraph(f"{mark}{told(holdout, model.confidence, found.warn)}")


def _kpis(shown: Shown) -> Iterable[Block]:
    """The table of gates: what does not pass first in line for the room there is. Slices that pass are in the fold below it."""
    gates = shown.report.gates
    listed = [i for i, gate in enumerate(gates) if not _is_quiet(gate)]
    kept = sorted(sorted(listed, key=lambda i: (_urgency(gates[i]), i))[:ROWS])
    yield from kpi_blocks(replace(shown, report=GateReport(tuple(gates[i] for i in kept), shown.report.confidence)))
    quiet = [f"{counted(len(gates) - len(listed), 'gate')} on slices passed."] if len(listed) < len(gates) else []
    more = [f"{counted(len(listed) - len(kept), 'gate')} more in the report."] if len(listed) > len(kept) else []
    if quiet or more:
        yield Paragraph(" ".join([*quiet, *more]))


def _is_quiet(gate: GateResult) -> bool:
    return gate.verdict == "pass" and not gate.is_whole and not gate.is_leakage


def _urgency(gate: GateResult) -> int:
    return {"fail": 0, "inconclusive": 1}.get(gate.verdict, 2)


def _parts(model: JudgedModel) -> Iterable[Section]:
    """By class and group, with the rows behind each number."""
    found = tuple(breakdown_blocks(model.shown()))
    if found:
        yield Section(markdown(Fold(f"model/{model.model} by class and group", found)), EXTRA)


def _slices(model: JudgedModel) -> Iterable[Section]:
    found = worst_slices(model.shown())
    if found:
        yield Section(markdown(Fold(f"Slices of model/{model.model}, the worst first", (found,))), EXTRA)


def _charts(model: JudgedModel, most: int) -> list[Section]:
    pictures = [picture for one in model.charts if (picture := drawn(one.shown(), f"The chart above, of model/{model.model}, as text"))]
    return [Section(picture, EXTRA) for picture in pictures[: max(most, 0)]]


def _trained(report: Report) -> Iterable[Section]:
    rows = tuple(_row(o) for o in report.objects)
    if rows:
        yield Section(_part("What ran", Table(_RAN, rows[:ROWS])), MAIN)
        if len(rows) > ROWS:
            yield Section(markdown(Fold(f"{len(rows) - ROWS:,} more objects that ran", (Table(_RAN, rows[ROWS:]),))))


_RAN = columns("object", "", "took", "before", "why it ran", numbers=(2, 3))


def _row(o: Trained) -> tuple[Inline, ...]:
    why = some_spans([Code(reason, 120) for reason in o.reasons])
    times = took(o.seconds) if o.stages else "-", "-" if o.before is None else took(o.before)
    return (Code(o.object), f"{MARKS[o.outcome]} {o.outcome}", *times, why or "-")


def _unchanged(report: Report) -> Iterable[Section]:
    if report.unchanged:
        names = some_spans([Code(f"model/{name}") for name in report.unchanged], 1_000)
        summary = f"{counted(len(report.unchanged), 'model')} unchanged: not trained, not judged"
        yield Section(markdown(Fold(summary, (Paragraph(names),))))


def _footer(report: Report) -> str:
    url = run_url()
    run: tuple[Span, ...] = (" in ", Link("this run", url)) if url else ()
    return f"---\n{markdown(Small((f'{COMMIT} ', Code(report.commit[:12]), *run, '.')))}\n"


COMMIT = "Trained and judged at commit"
