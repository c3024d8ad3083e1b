"""The pull request's body of a registration."""

from __future__ import annotations

from collections.abc import Sequence

from mlspec.gates.overview import MetricRow
from mlspec.gates.tables import number
from mlspec.registry.entries import Entry
from mlspec.reports.markdown import code, fit, table


def record_body(entry: Entry, metrics: Sequence[MetricRow], base: str, tag: str | None) -> str:
    """Return the body, below GitHub's limit. Nothing is deployed by a record, and it says so."""
    record = entry.record
    named = f" It has the name of the tag {code(tag)}." if tag else ""
    head = f"📇 registers {code(f'model/{record.model}')} {code(record.version)}: one new file, nothing is deployed by it.{named}"
    digests = {"model": record.digest, "training rows": record.artifacts.train.digest, "test rows": record.artifacts.test.digest}
    digests |= {"specs": record.spec, "code": record.code, "environment": record.environment}
    rows = [[code(m.metric), _interval(m), number(m.baseline.value)] for m in metrics]
    checked = f"Checked on merge by {code('mlspec verify --base ' + base)}: bytes, origin of the rows, digests and every metric."
    promote = f"mlspec promote model/{record.model} --to ENVIRONMENT --version {record.version}"
    sections = [
        ("", head),
        ("### Metrics on the test rows", table(("metric", "value", "baseline"), rows) if rows else "No metric is declared."),
        (
            "### Digests",
            f"Trained at commit {code(record.commit)}.\n\n" + table(("what", "digest"), [[k, code(v)] for k, v in digests.items()]),
        ),
        ("### After the merge", f"```\n{promote}\n```\njudges it by the KPIs, and proposes it.\n\n{checked}"),
    ]
    return fit(sections)


def _interval(row: MetricRow) -> str:
    found = row.challenger
    return f"{number(found.value)} ({number(found.low)} to {number(found.high)})"
