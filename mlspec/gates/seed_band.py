"""How far a metric moves when a model is trained with other seeds: measured by `mlspec seeds`, told beside a verdict.

A gate judges the artifact: these bytes, on these rows. The band is of the recipe: what another seed would have made of it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.compiler.project.layout import SEEDS
from mlspec.diagnostics.atomic import replace_file
from mlspec.diagnostics.digest import canonical_digest
from mlspec.diagnostics.numbers import shown
from mlspec.gates.result import GateResult
from mlspec.registry.records import Artifacts

VERSION = 1
"""Of the files in the cache: another way to train or to measure is another number."""


@dataclass(frozen=True, slots=True)
class Band:
    """A metric of the model that stands, and of the same recipe with other seeds, in the order of the seeds."""

    metric: str
    standing: float
    values: tuple[float, ...]

    @property
    def low(self) -> float:
        return min(self.values)

    @property
    def high(self) -> float:
        return max(self.values)

    @property
    def width(self) -> float:
        """From the least to the greatest."""
        return self.high - self.low

    @property
    def sd(self) -> float:
        """The standard deviation, of a sample (n - 1); NaN of one value."""
        count = len(self.values)
        mean = math.fsum(self.values) / count
        return math.sqrt(math.fsum((v - mean) ** 2 for v in self.values) / (count - 1)) if count > 1 else math.nan


@dataclass(frozen=True, slots=True)
class SeedBand:
    """The bands of a model (`digest`) over `seeds`, none of them its own. `rows`: of the test set."""

    model: str
    digest: str
    own: int
    seeds: tuple[int, ...]
    rows: int
    bands: tuple[Band, ...]

    def of(self, metric: str) -> Band | None:
        """The band of a metric; None where it is not defined for every seed."""
        return next((b for b in self.bands if b.metric == metric), None)


def key_of(model: str, digest: str, artifacts: Artifacts) -> str:
    """What a band is of: the model's bytes (which hang on code, parameters and training rows) and the rows that it is measured on."""
    rows = {"train": artifacts.train.digest, "test": artifacts.test.digest}
    return canonical_digest({"version": VERSION, "model": model, "digest": digest, **rows}).removeprefix("sha256:")


def _place(root: Path, key: str) -> Path:
    return root / SEEDS / f"{key}.json"


def keep_band(root: Path, key: str, band: SeedBand) -> None:
    """Write a band into this machine's cache."""
    form = {
        "model": band.model,
        "digest": band.digest,
        "own": band.own,
        "seeds": list(band.seeds),
        "rows": band.rows,
        "bands": [{"metric": b.metric, "standing": b.standing, "values": list(b.values)} for b in band.bands],
    }
    place = _place(root, key)
    place.parent.mkdir(parents=True, exist_ok=True)
    replace_file(place, (json.dumps(form, sort_keys=True) + "\n").encode(), durable=False)


def kept_band(root: Path, key: str) -> SeedBand | None:
    """The band that was measured here; None where none was, or its file can't be read."""
    try:
        form: Any = json.loads(_place(root, key).read_bytes())
        bands = tuple(Band(b["metric"], float(b["standing"]), tuple(map(float, b["values"]))) for b in form["bands"])
        return SeedBand(form["model"], form["digest"], int(form["own"]), tuple(map(int, form["seeds"])), int(form["rows"]), bands)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def within(band: SeedBand | None, gates: Iterable[GateResult]) -> Iterator[str]:
    """A line for each gate that passes by a difference which other seeds alone make: no larger than their band is wide."""
    for gate in gates if band else ():
        found = band.of(gate.metric) if band else None
        compares = gate.reference is not None and gate.subject == "overall" and gate.verdict == "pass"
        if found and compares and found.width > 0 and abs(gate.value) <= found.width:
            yield (
                f"{gate.kpi}: the difference of {shown(abs(gate.value))} is no larger than what the seed alone makes: {gate.metric} of "
                f"{len(found.values)} other seeds lies between {shown(found.low)} and {shown(found.high)}. "
                "The gate judges the artifact, the band the recipe"
            )
