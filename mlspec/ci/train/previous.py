"""What the jobs of earlier layers left: their results, and what became of each object. Checked: those jobs ran the pull request's code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mlspec.ci.plan_file import CiPlan
from mlspec.ci.results import read_results
from mlspec.ci.shard_report import SHARDS, ObjectReport, ShardReport, shard_reports
from mlspec.compiler.project.graph import Graph
from mlspec.diagnostics import Span, problem


@dataclass(frozen=True, slots=True)
class Previous:
    """Result files, {path: bytes}, and the report of each object that had its turn."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    reports: Mapping[str, ObjectReport] = field(default_factory=dict)

    def is_ok(self, ref: str) -> bool:
        return ref in self.reports and self.reports[ref].status == "ok"

    def why(self, ref: str) -> str:
        """Why an object is not up to date, by its own job's report; "" when that says nothing of it."""
        found = self.reports.get(ref)
        if found is None or found.status == "ok":
            return ""
        return f"{ref} {found.status}" + (f": {found.why}" if found.why else "")


def read_previous(folder: Path, graph: Graph, plan: CiPlan) -> Previous:
    """Read and check a folder of results against the plan. Raises MLS0560 and MLS0561 where a job left what it may not."""
    files = read_results(folder, graph, list(plan.objects()))
    reports = [_checked(report, plan) for report in shard_reports(folder)]
    return Previous(files, {made.object: made for report in reports for made in report.objects})


def _checked(report: ShardReport, plan: CiPlan) -> ShardReport:
    """A shard speaks for its own objects alone, and for this plan's commit."""
    own = next((set(shard.objects) for shard in plan.shards() if shard.name == report.shard), set[str]())
    foreign = [made.object for made in report.objects if made.object not in own]
    if foreign or report.commit != plan.commit:
        why = f"it speaks of {foreign[0]}, which is not its own" if foreign else f"it is of the commit {report.commit[:12]}"
        label = f"{SHARDS}/{report.shard}.json"
        raise problem("MLS0560", f"{label} can't be used: {why}", help="run the train jobs of this plan again", span=Span(label))
    return report
