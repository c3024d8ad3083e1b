"""Stage labels: what annotators said of a source's rows -> labels.parquet, labels.json, conflicts.csv.

labels.parquet holds a key and its settled label, sorted by key: its bytes depend on nothing else, so that a new export with other ids,
dates and order trains nothing again. labels.json and conflicts.csv are written in any case, labels.parquet only where nothing failed.
"""

from __future__ import annotations

from mlspec.diagnostics import Problems
from mlspec.diagnostics.atomic import write_json, write_text
from mlspec.runtime import report
from mlspec.runtime.context import Context
from mlspec.runtime.labels.join import join
from mlspec.runtime.labels.read import read_all
from mlspec.runtime.labels.settle import settle
from mlspec.runtime.labels.summary import conflicts_csv, summary
from mlspec.runtime.labels.verdict import agreement_of, agreement_problems


def run(context: Context) -> None:
    """Read, settle, judge. Raises MLS0690 to MLS0697."""
    found = read_all(context)
    settled = settle(found, context.params)
    joined = join(context, settled.labels, found)
    agreed = agreement_of(found, context.params)
    write_json(context.out("labels.json"), summary(found, settled, joined, agreed, context.params))
    write_text(context.out("conflicts.csv"), conflicts_csv(found, settled, context.params))
    told = [*joined.notes, *settled.notes, *agreement_problems(agreed, context.params)]
    if any(d.is_error for d in told):
        raise Problems(told)
    if told:
        report.show(told)
    rows = joined.write(context.out("labels.parquet"))
    report.say(f"labels: {len(found.votes):,} annotations of {len(found.by_key):,} keys, {rows:,} labels")
