"""The pull request's body: what a person needs in order to say yes or no, as blocks of a document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mlspec.compiler.project.project import Bound
from mlspec.gates.blocks import breakdown_blocks, kpi_blocks, metric_table, verdict_block, worst_slices
from mlspec.gates.evidence import Judgement
from mlspec.language.kinds.policy import Policy
from mlspec.promotion.drafts import Draft
from mlspec.promotion.loosening import Loosened
from mlspec.promotion.loosening.markdown import MARK, loosened_lines
from mlspec.registry.entries import Entry
from mlspec.registry.holdout import WORN
from mlspec.reports.document import Block, Bullets, CodeBlock, Paragraph, Table, columns
from mlspec.reports.markdown import fit, fits
from mlspec.reports.spans import Code, Inline, Strong
from mlspec.reports.to_markdown import drawn, markdown

CHARTS = "### How it errs"


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
    judgement = story.judgement
    sections: list[tuple[str, str]] = [
        ("", markdown(verdict_block(judgement))),
        (f"### {MARK} Gates loosened since the champion", markdown(*_loosened(story))),
        ("### KPIs", markdown(*kpi_blocks(judgement))),
        ("### Metrics on the same rows", markdown(metric_table(judgement))),
        ("### By class and group", markdown(*breakdown_blocks(judgement))),
        (CHARTS, "\n".join(filter(None, (drawn(chart, f"{chart.title}, as text") for chart in judgement.charts)))),
        ("### Test set", markdown(*_test_set(story))),
        ("### Worst slices", markdown(worst_slices(judgement))),
        ("### Changed since the champion", markdown(_changes(story))),
        ("### On merge", markdown(_on_merge(story.draft))),
        ("### Rollback", markdown(*_rollback(story))),
        ("### Digests", markdown(*_digests(story.draft))),
        ("### Before you approve", markdown(*_checklist(story))),
    ]
    told = [s for s in sections if s[1]]
    return fit(told if fits(told) else [s for s in told if s[0] != CHARTS])  # half a chart would be none


def _test_set(story: Story) -> Iterator[Block]:
    if story.uses:
        yield Paragraph(f"⚠️ {story.uses}" if WORN in story.uses else story.uses)


def _changes(story: Story) -> Block:
    if story.champion is None:
        return Paragraph("There is no champion yet: this is the first version here.")
    if not story.changes:
        version = Code(story.champion.record.version)
        return Paragraph(("Nothing that the digests cover: ", version, " and this version share data, code, specs and environment."))
    return Bullets(tuple(map(Code, story.changes)))


def _loosened(story: Story) -> Iterator[Block]:
    """What got easier for this model since the champion was judged; each was a pull request of its own, which somebody approved."""
    if story.loosened:
        yield Paragraph("The champion was judged by stricter rules than this version. Nothing of it is part of this change.")
        yield loosened_lines([(one.ref, str(one.span), one) for one in story.loosened])


def _on_merge(draft: Draft) -> Block:
    subject = draft.claim.subject
    place, command = Code(f"deployment/{subject.environment}/{subject.deployment}"), Code(f"mlspec reconcile --env {subject.environment}")
    told = (
        " verifies this claim again, fetches the model by digest, starts it beside the old one, and switches when it answers its golden "
        "rows. If any step fails, the old version goes on serving."
    )
    return Paragraph((place, " becomes ", Code(subject.version), ": the next ", command, told))


def _rollback(story: Story) -> Iterator[Block]:
    subject = story.draft.claim.subject
    if story.champion is None:
        yield Paragraph("There is no earlier version to go back to.")
        return
    version = Code(story.champion.record.version)
    yield CodeBlock(f"mlspec rollback deployment/{subject.environment}/{subject.deployment} --reason WHY")
    yield Paragraph(("brings back ", version, "."))
    rows = f" was fetched, verified and loaded, answered its golden rows, and all {story.judgement.rows:,} of today's test rows."
    yield Paragraph(("Rollback: rehearsed. ", version, rows))


def _digests(draft: Draft) -> Iterator[Block]:
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
    yield Paragraph(("Trained at commit ", Code(record.commit), ". The evidence is valid until ", Code(str(claim.valid_until)), "."))
    yield digest_table(rows)


def digest_table(rows: Mapping[str, object]) -> Table:
    """What is bound, and the digest that binds it."""
    return Table(columns("what", "digest"), tuple((name, Code(str(value))) for name, value in rows.items()))


def _checklist(story: Story) -> Iterator[Block]:
    items: list[Inline] = ["The KPIs above are the ones that matter for this use, and the slices are the right ones."]
    if story.champion:
        items.append("What changed since the champion explains the difference.")
        items.append(("Replacing ", Code(story.champion.record.version), " now suits the people who use it."))
    else:
        items.append("Serving a first version here now suits the people who will use it.")
    yield Bullets(tuple(items), boxes=True)
    yield Paragraph(("Checked on merge by ", Code(f"mlspec verify --base {story.base}"), ": every digest and every gate."))
    for policy in story.policies:
        require, name = policy.envelope.spec.require, Code(policy.ref)
        if require.signed:
            yield Paragraph((name, " asks for signatures of model, record and claim: the same check."))
        if require.approvals:
            command = Code(f"mlspec approvals --base {story.base}")
            yield Paragraph((name, f" asks for {require.approvals.count} approvals: ", command, "."))


def rollback_body(draft: Draft, current: Entry, base: str, until: date) -> str:
    """Return the body of a rollback's pull request. `until`: the day its hold ends."""
    subject, reason = draft.claim.subject, draft.claim.reason or ""
    rows: tuple[tuple[Inline, ...], ...] = (
        ("goes", Code(current.record.version), Code(current.record.digest)),
        ("comes back", Code(subject.version), Code(subject.digest)),
    )
    place = Code(f"deployment/{subject.environment}/{subject.deployment}")
    checked = (
        "The version that comes back was deployed here before; its bytes were fetched, verified and loaded, and it answers its golden "
        "rows. Checked again on merge by "
    )
    head = ("↩️ ", Strong("rollback"), " of ", place, " to ", Code(subject.version), ": ", Code(reason))
    sections = [
        ("", markdown(Paragraph(head))),
        ("### Versions", markdown(Table(columns("", "version", "digest"), rows))),
        ("### Hold", markdown(Paragraph(("No promotion replaces this version before ", Code(until.isoformat()), ".")))),
        ("### Checked", markdown(Paragraph((checked, Code(f"mlspec verify --base {base}"), ".")))),
    ]
    return fit(sections)
