"""The sticky comment, and the step summary: the same Markdown, made from the report's data alone. Text of others stands in code spans."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mlspec.adapters.github.remote import server_url
from mlspec.ci.record.sections import Section, fit
from mlspec.ci.report import JudgedModel, Report, Trained, Trouble
from mlspec.diagnostics.words import counted, rest, some, some_lines, took
from mlspec.gates.result import GateReport, GateResult
from mlspec.gates.tables import Shown
from mlspec.promotion.body import breakdown_tables, kpi_table, verdict, worst_slices
from mlspec.promotion.loosening.markdown import MARK, loosened_lines
from mlspec.registry.holdout import Holdout, is_worn, told
from mlspec.reports.charts.mermaid import blocks, mermaid
from mlspec.reports.markdown import code, table
from mlspec.reports.to_markdown import folded

LIMIT = 65_000
"""Characters of a comment; GitHub takes 65,536."""
SUMMARY_LIMIT = 900_000
"""Of a step summary; GitHub takes 1 MiB, and a character has up to four bytes."""
CHARTS, SUMMARY_CHARTS, MODEL_CHARTS = 4, 40, 2
MUST, MAIN, EXTRA = 0, 1, 2
"""Ranks of sections."""
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
    head = f"## {MARKS[report.verdict]} mlspec: {report.verdict}\n\n**{_sentence(WORDS[report.verdict])}**"
    told = "\n".join(
        [f"{head} {_sentence('; '.join(parts))}" if parts else head, *(f"\n{_sentence(note)}" for note in map(code, report.notes))]
    )
    return told + "\n"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _looser(report: Report) -> Iterable[Section]:
    if report.loosened:
        told = "What decides about promotions gets easier to pass. An owner who is not the author must approve it."
        lines = loosened_lines([(one.object, f"{one.path}:{one.line}", one) for one in report.loosened])
        yield Section(f"### {MARK} Loosened in this change\n\n{told}\n\n{lines}", MUST)


def _behind(report: Report) -> Iterable[Section]:
    if report.behind:
        told = "This stands against merging with the base branch as it is now:"
        yield Section("### Update the branch\n\n" + told + "\n\n" + _listed(report.behind), MUST)


def _listed(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in some_lines([f"- {code(line)}" for line in lines], ROWS, sign="- "))


def _troubles(troubles: Sequence[Trouble]) -> Iterable[Section]:
    if troubles:
        rows = [
            f"- {code(t.object) + ': ' if t.object else ''}{code(t.message)} ({t.code}){'; ' + code(t.help) if t.help else ''}\n"
            for t in troubles
        ]
        more = f"- {rest(len(rows), ROWS)}\n" if len(rows) > ROWS else ""
        yield Section("### Problems\n\n" + "".join(rows[:ROWS]) + more, MUST)


def _failures(failed: Sequence[Trained]) -> Iterable[Section]:
    if failed:
        rows = [f"- {MARKS[o.outcome]} {code(o.object)} {o.outcome}: {code(_first(o.why))}\n" for o in failed[:ROWS]]
        more = f"- {rest(len(failed), ROWS)}\n" if len(failed) > ROWS else ""
        yield Section("### Not trained\n\n" + "".join(rows) + more, MUST)


def _first(why: str) -> str:
    return why.strip().split("\n")[0] or "the job's log says why"


def _model(model: JudgedModel) -> Section:
    shown = model.shown()
    return Section(f"### {code('model/' + model.model)}\n\n{verdict(shown)}\n\n{_kpis(shown)}{_test_set(model)}")


def _test_set(model: JudgedModel) -> str:
    """How often the test rows have decided."""
    found = model.test_set
    if found is None:
        return ""
    holdout = Holdout(found.versions, found.others)
    mark = "⚠️ " if is_worn(holdout, model.confidence, found.warn) else ""
    return f"\n\n{mark}{told(holdout, model.confidence, found.warn)}"


def _kpis(shown: Shown) -> str:
    """The table of gates: what does not pass first in line for the room there is. Slices that pass are in the fold below it."""
    gates = shown.report.gates
    listed = [i for i, gate in enumerate(gates) if not _is_quiet(gate)]
    kept = sorted(sorted(listed, key=lambda i: (_urgency(gates[i]), i))[:ROWS])
    trimmed = replace(shown, report=GateReport(tuple(gates[i] for i in kept), shown.report.confidence))
    quiet = f"{counted(len(gates) - len(listed), 'gate')} on slices passed. " if len(listed) < len(gates) else ""
    more = f"{counted(len(listed) - len(kept), 'gate')} more in the report. " if len(listed) > len(kept) else ""
    return kpi_table(trimmed) + (f"\n\n{quiet}{more}".rstrip(" ") if quiet or more else "")


def _is_quiet(gate: GateResult) -> bool:
    return gate.verdict == "pass" and gate.subject != "overall" and not gate.kpi.startswith("leakage")


def _urgency(gate: GateResult) -> int:
    return {"fail": 0, "inconclusive": 1}.get(gate.verdict, 2)


def _parts(model: JudgedModel) -> Iterable[Section]:
    """By class and group, with the rows behind each number."""
    found = breakdown_tables(model.shown())
    if found:
        yield Section(folded(f"model/{model.model} by class and group", found), EXTRA)


def _slices(model: JudgedModel) -> Iterable[Section]:
    found = worst_slices(model.shown())
    if found:
        yield Section(folded(f"Slices of model/{model.model}, the worst first", found), EXTRA)


def _charts(model: JudgedModel, most: int) -> list[Section]:
    drawn = [(chart, picture) for chart in (one.shown() for one in model.charts) if (picture := mermaid(chart))][: max(most, 0)]
    return [
        Section(f"{picture}\n{folded(f'The chart above, of model/{model.model}, as text', blocks(chart))}", EXTRA)
        for chart, picture in drawn
    ]


def _trained(report: Report) -> Iterable[Section]:
    rows = [_row(o) for o in report.objects]
    if rows:
        parts = table(("object", "", "took", "before", "why it ran"), rows[:ROWS])
        yield Section("### What ran\n\n" + parts, MAIN)
        if len(rows) > ROWS:
            yield Section(
                folded(f"{len(rows) - ROWS:,} more objects that ran", table(("object", "", "took", "before", "why it ran"), rows[ROWS:]))
            )


def _row(o: Trained) -> list[str]:
    return [
        code(o.object),
        f"{MARKS[o.outcome]} {o.outcome}",
        took(o.seconds) if o.stages else "-",
        "-" if o.before is None else took(o.before),
        some(code(reason, 120) for reason in o.reasons) or "-",
    ]


def _unchanged(report: Report) -> Iterable[Section]:
    if report.unchanged:
        names = some((code(f"model/{name}") for name in report.unchanged), 1_000)
        yield Section(folded(f"{counted(len(report.unchanged), 'model')} unchanged: not trained, not judged", names + "\n"))


def _footer(report: Report) -> str:
    url = run_url()
    run = f" in [this run]({url})" if url else ""
    return f"---\n<sub>{COMMIT} {code(report.commit[:12])}{run}.</sub>\n"


COMMIT = "Trained and judged at commit"
