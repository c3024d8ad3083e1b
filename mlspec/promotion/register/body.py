"""The pull request's body of a registration."""

from __future__ import annotations

from collections.abc import Sequence

from mlspec.gates.overview import MetricRow
from mlspec.gates.tables import number
from mlspec.promotion.body import digest_table
from mlspec.registry.entries import Entry
from mlspec.reports.document import Block, CodeBlock, Paragraph, Table, columns
from mlspec.reports.markdown import fit
from mlspec.reports.spans import Code, Span
from mlspec.reports.to_markdown import markdown


def record_body(entry: Entry, metrics: Sequence[MetricRow], base: str, tag: str | None) -> str:
    """Return the body, below GitHub's limit. Nothing is deployed by a record, and it says so."""
    record = entry.record
    named: tuple[Span, ...] = (" It has the name of the tag ", Code(tag), ".") if tag else ()
    head = ("📇 registers ", Code(f"model/{record.model}"), " ", Code(record.version), ": one new file, nothing is deployed by it.", *named)
    digests = {"model": record.digest, "training rows": record.artifacts.train.digest, "test rows": record.artifacts.test.digest}
    digests |= {"specs": record.spec, "code": record.code, "environment": record.environment}
    promote = CodeBlock(f"mlspec promote model/{record.model} --to ENVIRONMENT --version {record.version}")
    checked = ("Checked on merge by ", Code(f"mlspec verify --base {base}"), ": bytes, origin of the rows, digests and every metric.")
    trained = Paragraph(("Trained at commit ", Code(record.commit), "."))
    sections = [
        ("", markdown(Paragraph(head))),
        ("### Metrics on the test rows", markdown(_metrics(metrics))),
        ("### Digests", markdown(trained, digest_table(digests))),
        ("### After the merge", markdown(promote, Paragraph("judges it by the KPIs, and proposes it."), Paragraph(checked))),
    ]
    return fit(sections)


def _metrics(metrics: Sequence[MetricRow]) -> Block:
    rows = [(Code(m.metric), _interval(m), number(m.baseline.value)) for m in metrics]
    return Table(columns("metric", "value", "baseline", numbers=(1, 2)), tuple(rows)) if rows else Paragraph("No metric is declared.")


def _interval(row: MetricRow) -> str:
    found = row.challenger
    return f"{number(found.value)} ({number(found.low)} to {number(found.high)})"
