"""What other seeds gave."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from mlspec.diagnostics import Diagnostic
from mlspec.gates.seed_band import Band, SeedBand
from mlspec.metrics.catalog import METRICS
from mlspec.reports.document import Document
from mlspec.reports.readable import Readable


@dataclass(frozen=True, slots=True)
class Seeds(Readable):
    """The bands of a model's metrics. `searched`: its parameters were searched, and the search was not repeated."""

    band: SeedBand
    searched: bool

    def __repr__(self) -> str:
        return f"<Seeds of model/{self.band.model}: {len(self.band.seeds)} trainings>"

    @property
    def is_unused(self) -> bool:
        """Whether every seed gave the standing model's metrics: the recipe draws nothing."""
        return all(b.width == 0 and b.standing == b.low for b in self.band.bands)

    @property
    def stale(self) -> tuple[Diagnostic, ...]:
        """Nothing: a model that is not up to date has no band."""
        return ()

    def better(self, band: Band) -> int | None:
        """How many of the other seeds are better than the one that stands; None for a metric that has no better."""
        greater = METRICS[band.metric].greater
        return None if greater is None else sum(v > band.standing if greater else v < band.standing for v in band.values)

    def document(self) -> Document:
        from mlspec.studies.seeds.document import seeds_document

        return seeds_document(self)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        band = self.band
        metrics = {
            b.metric: {
                "standing": b.standing,
                "min": b.low,
                "max": b.high,
                "sd": b.sd if math.isfinite(b.sd) else None,
                "values": list(b.values),
            }
            for b in band.bands
        }
        head = {"version": 1, "kind": "seeds", "model": band.model, "digest": band.digest, "own": band.own}
        return head | {"seeds": list(band.seeds), "rows": band.rows, "searched": self.searched, "metrics": metrics}
