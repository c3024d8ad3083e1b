"""What a run did and what was measured, as its caller gets it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mlspec.compiler.project.names import Names
from mlspec.pipelines.run.options import RunResult
from mlspec.pipelines.run.rankings import ranking_lines
from mlspec.pipelines.run.summary import Ranking, model_lines, rankings


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did, and what was measured: a line a model, and for each ModelSet of many models its ranking.

    As text (`str`) it is what `mlspec run` prints.
    """

    result: RunResult
    metrics: tuple[str, ...]
    rankings: tuple[Ranking, ...]

    def __str__(self) -> str:
        ran = f"{len(self.result.ran)} stages ran in {self.result.seconds:.1f} s" if self.result.ran else "Everything is up to date."
        return "\n".join([ran, *self.metrics, *(line for ranking in self.rankings for line in ranking_lines(ranking))])

    def __repr__(self) -> str:
        return f"<RunReport: {len(self.result.ran)} stages ran in {self.result.seconds:.1f} s>"


def report_of(root: Path, names: Names, refs: Sequence[str], result: RunResult) -> RunReport:
    """The report of a run of `refs` (all when none), with what stands in the evaluations now."""
    return RunReport(result, tuple(model_lines(root, names, refs)), tuple(rankings(root, names, refs)))
