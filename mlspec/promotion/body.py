"""The pull request's body: what a person needs in order to say yes or no. All text that is not ours stands in code spans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from mlspec.compiler.project.project import Bound
from mlspec.diagnostics.words import rest
from mlspec.gates.evidence import Judgement
from mlspec.gates.result import GateResult
from mlspec.gates.tables import HEADINGS, Judged, breakdown_rows, failing, gate_rows, number, verdict_line, waived, warnings
from mlspec.language.kinds.policy import Policy
from mlspec.promotion.drafts import Draft
from mlspec.promotion.loosening import Loosened
from mlspec.promotion.loosening.markdown import MARK, loosened_lines
from mlspec.registry.entries import Entry
from mlspec.registry.holdout import WORN
from mlspec.reports.charts.mermaid import blocks, mermaid
from mlspec.reports.markdown import code, fit, fits, table
from mlspec.reports.to_markdown import folded

CHARTS = "### How it errs"
WORST = 12
NAMED = 20
WAIVED = "🔶"


@dataclass(frozen=True, slots=True)
class Story:
    """What the body tells. `base`: the branch it is merged into. `loosened`: what got easier since the champion.

    `uses`: what is told of the test set's uses. `policies`: those that hold there.
    """

    draft: Draft
    judgement: Judgement
    champion: Entry | None
    changes: Sequence[str]
    base: str
    loosened: Sequence[Loosened] = ()
    uses: str = ""
    policies: Sequence[Bound[Policy]] = ()


def promotion_body(story: Story) -> str:
    """Return the body of a promotion's pull request, below GitHub's limit."""
    sections = [
        ("", verdict(story.judgement)),
        (f"### {MARK} Gates loosened since the champion", _loosened(story)),
        ("### KPIs", kpi_table(story.judgement)),
        ("### Metrics on the same rows", metric_table(story.judgement)),
        ("### By class and group", breakdown_tables(story.judgement)),
        (CHARTS, charts(story.judgement)),
        ("### Test set", f"⚠️ {story.uses}" if WORN in story.uses else story.uses),
        ("### Worst slices", worst_slices(story.judgement)),
        ("### Changed since the champion", _changes(story)),
        ("### On merge", _on_merge(story.draft)),
        ("### Rollback", _rollback(story)),
        ("### Digests", _digests(story.draft)),
        ("### Before you approve", _checklist(story)),
    ]
    told = [s for s in sections if s[1]]
    return fit(told if fits(told) else [s for s in told if s[0] != CHARTS])  # half a chart would be none


def charts(judgement: Judgement) -> str:
    """How the answers err, drawn, and as a line of blocks for where that stays text."""
    drawn = [(chart, picture) for chart in judgement.charts if (picture := mermaid(chart))]
    return "\n".join(f"{picture}\n{folded(f'{chart.title}, as text', blocks(chart))}" for chart, picture in drawn)


def verdict(judgement: Judged) -> str:
    """The verdict line, with a line a gate that stands in the way."""
    mark = {"pass": "✅", "fail": "❌"}.get(judgement.report.verdict, "⚠️")
    lines = [f"{mark} **{judgement.report.verdict}** for {code('model/' + judgement.model)}: {_after(verdict_line(judgement))}"]
    found = failing(judgement)
    lines += dict.fromkeys(f"- {g.verdict}: {code(g.kpi)} ({code(g.subject)}): {_reason(g)}" for g in found[:NAMED])
    lines += [f"- {rest(len(found), NAMED)}, in the table below"] if len(found) > NAMED else []
    lines += [f"- ⚠️ warning: {code(g.kpi)} ({code(g.subject)}): {code(g.message)}" for g in warnings(judgement)[:NAMED]]
    return "\n".join([*lines, *_waived(judgement)])


def _reason(gate: GateResult) -> str:
    return code(gate.message) + (f" ({code(gate.where)})" if gate.where else "")


def _waived(judgement: Judged) -> list[str]:
    """A line a gate that misses and that a waiver lets pass: by whom, why and until when."""
    return [
        f"- {WAIVED} waived: {code(g.kpi)} ({code(g.subject)}): {code(g.message)}; by {code('waiver/' + w.name)} of {code(w.owner)}, "
        f"until {code(w.until)}: {code(w.reason)}"
        for g, w in waived(judgement)[:NAMED]
    ]


def _after(line: str) -> str:
    return line.partition(": ")[2]


def kpi_table(judgement: Judged) -> str:
    """The table of gates."""
    rows = [[code(row[0]), code(row[1]), *row[2:7], _mark(row[7])] for row in gate_rows(judgement)]
    share = f"{judgement.report.confidence:.0%}"
    note = f"Intervals hold with {share} confidence; where a gate compares, the interval is of the paired difference."
    return table(HEADINGS, rows) + f"\n{note}"


def _mark(word: str) -> str:
    marks = {"pass": "✅ pass", "fail": "❌ fail", "inconclusive": "⚠️ inconclusive", "waived": f"{WAIVED} waived"}
    return marks.get(word, word)


def metric_table(judgement: Judged) -> str:
    """Each metric of challenger, champion and baseline with the paired difference."""
    rows = []
    for row in judgement.metrics:
        theirs, difference = row.champion, row.difference
        rows.append(
            [
                code(row.metric),
                f"{number(row.challenger.value)} ({number(row.challenger.low)} to {number(row.challenger.high)})",
                number(theirs.value) if theirs else "-",
                f"{number(difference.value, sign=True)} ({number(difference.low, sign=True)} to {number(difference.high, sign=True)})"
                if difference
                else "-",
                number(row.baseline.value),
            ]
        )
    return table(("metric", "challenger", "champion", "difference", "baseline"), rows) if rows else ""


def breakdown_tables(judgement: Judged) -> str:
    """How the model does by class and by group, with the rows behind each number."""
    shown = [
        f"By {code(b.by)}:\n\n" + table((code(b.by), *b.headings[1:]), [[code(row[0]), *row[1:]] for row in breakdown_rows(b)])
        for b in judgement.breakdowns
    ]
    return "\n".join(shown)


def worst_slices(judgement: Judged) -> str:
    """Slice and fairness gates with the least room, worst first."""
    sliced = [g for g in judgement.report.gates if g.subject != "overall" and not g.kpi.startswith("leakage")]
    worst = sorted(sliced, key=_room)[:WORST]
    rows = [[code(g.kpi), code(g.subject), number(g.value), f"{g.rows:,}", number(g.threshold), _mark(g.verdict)] for g in worst]
    return table(("gate", "slice", "value", "rows", "needed", "verdict"), rows) if rows else ""


def _room(gate: GateResult) -> tuple[int, float]:
    order = {"fail": 0, "inconclusive": 1, "waived": 1, "pass": 2}.get(gate.verdict, 3)
    room = abs(gate.threshold - gate.value) / (abs(gate.threshold) or 1.0)
    return (order, room if room == room else 0.0)  # noqa: PLR0124 - NaN differs from itself


def _changes(story: Story) -> str:
    if story.champion is None:
        return "There is no champion yet: this is the first version here."
    if not story.changes:
        version = code(story.champion.record.version)
        return f"Nothing that the digests cover: {version} and this version share data, code, specs and environment."
    return "\n".join(f"- {code(line)}" for line in story.changes)


def _loosened(story: Story) -> str:
    """What got easier for this model since the champion was judged; each was a pull request of its own, which somebody approved."""
    if not story.loosened:
        return ""
    told = "The champion was judged by stricter rules than this version. Nothing of it is part of this change."
    return f"{told}\n\n{loosened_lines([(one.ref, str(one.span), one) for one in story.loosened])}"


def _on_merge(draft: Draft) -> str:
    subject = draft.claim.subject
    place, command = code(f"deployment/{subject.environment}/{subject.deployment}"), code(f"mlspec reconcile --env {subject.environment}")
    return (
        f"{place} becomes {code(subject.version)}: the next {command} verifies this claim again, fetches the model by digest, starts it "
        "beside the old one, and switches when it answers its golden rows. If any step fails, the old version goes on serving."
    )


def _rollback(story: Story) -> str:
    subject = story.draft.claim.subject
    if story.champion is None:
        return "There is no earlier version to go back to."
    command = f"mlspec rollback deployment/{subject.environment}/{subject.deployment} --reason WHY"
    rehearsed = (
        f"Rollback: rehearsed. {code(story.champion.record.version)} was fetched, verified and loaded, answered its golden rows, and all "
        f"{story.judgement.rows:,} of today's test rows."
    )
    return f"```\n{command}\n```\nbrings back {code(story.champion.record.version)}.\n\n{rehearsed}"


def _digests(draft: Draft) -> str:
    claim, record = draft.claim, draft.record
    rows = {
        "model": record.digest,
        "replaces": claim.subject.previous,
        "training rows": record.artifacts.train.digest,
        "test rows": record.artifacts.test.digest,
        "specs": record.spec,
        "code": record.code,
        "environment": record.environment,
        "KPIs": claim.kpis or "none",
        "deployment target": claim.target,
    }
    body = table(("what", "digest"), [[name, code(value)] for name, value in rows.items()])
    return f"Trained at commit {code(record.commit)}. The evidence is valid until {code(claim.valid_until)}.\n\n{body}"


def _checklist(story: Story) -> str:
    items = [
        "The KPIs above are the ones that matter for this use, and the slices are the right ones.",
    ]
    if story.champion:
        items.append("What changed since the champion explains the difference.")
        items.append(f"Replacing {code(story.champion.record.version)} now suits the people who use it.")
    else:
        items.append("Serving a first version here now suits the people who will use it.")
    return (
        "\n".join(f"- [ ] {item}" for item in items)
        + f"\n\nChecked on merge by {code('mlspec verify --base ' + story.base)}: every digest and every gate."
        + "".join(f"\n{line}" for line in _asked(story))
    )


def _asked(story: Story) -> Iterator[str]:
    """What people or keys must add, a line each."""
    for policy in story.policies:
        require, name = policy.envelope.spec.require, code(policy.ref)
        if require.signed:
            yield f"{name} asks for signatures of model, record and claim: the same check."
        if require.approvals:
            yield f"{name} asks for {require.approvals.count} approvals: {code('mlspec approvals --base ' + story.base)}."


def rollback_body(draft: Draft, current: Entry, base: str, until: date) -> str:
    """Return the body of a rollback's pull request. `until`: the day its hold ends."""
    subject, reason = draft.claim.subject, draft.claim.reason or ""
    rows = [
        ["goes", code(current.record.version), code(current.record.digest)],
        ["comes back", code(subject.version), code(subject.digest)],
    ]
    place = f"deployment/{subject.environment}/{subject.deployment}"
    checked = (
        "The version that comes back was deployed here before; its bytes were fetched, verified and loaded, and it answers its golden "
        f"rows. Checked again on merge by {code('mlspec verify --base ' + base)}."
    )
    sections = [
        ("", f"↩️ **rollback** of {code(place)} to {code(subject.version)}: {code(reason)}"),
        ("### Versions", table(("", "version", "digest"), rows)),
        ("### Hold", f"No promotion replaces this version before {code(until.isoformat())}."),
        ("### Checked", checked),
    ]
    return fit(sections)
