"""What a report shows beside the gates: made from the very evidence that was judged, in the same run, and from no file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlspec.gates.bench import Bench
from mlspec.gates.closer.dependence import Dependence, dependences
from mlspec.gates.closer.importance import Importances, importances
from mlspec.gates.closer.pictures import pictures
from mlspec.gates.closer.weak import WeakSpots, weak_spots
from mlspec.language.kinds.kpi_set import KPISetSpec
from mlspec.reports.charts.model import Chart

if TYPE_CHECKING:
    from mlspec.gates.judge import Evidence


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart of the answers, and how to read it."""

    chart: Chart
    caption: str


@dataclass(frozen=True, slots=True)
class Closer:
    """`pictures`: of the answers. `importances`: of the features; None where there is nothing to shuffle or to measure by.

    `dependences`: how the answers move with the features that matter most. `weak`: where the model errs more; None where rows have no loss.
    """

    pictures: Sequence[Picture] = field(default=())
    importances: Importances | None = None
    dependences: Sequence[Dependence] = field(default=())
    weak: WeakSpots | None = None


def look_closer(bench: Bench, evidence: Evidence, spec: KPISetSpec) -> Closer:
    """Return the pictures of the challenger's answers; ask it again with one column shuffled at a time, or set; look where it is weak."""
    shown = tuple(Picture(chart, caption) for chart, caption in pictures(evidence, spec.confidence))
    found = importances(bench, evidence, spec)
    if "personal" not in bench.params:  # values of features may be a person's, and nobody has said which
        return Closer(shown, found)
    personal = frozenset(bench.params["personal"])
    return Closer(shown, found, dependences(bench, evidence, found, personal), weak_spots(bench, evidence, spec, personal))
