"""kind: ModelSet, what changed from v1alpha1 to v1.

| v1alpha1 | v1 |
|---|---|
| `generate: {from: list, values: […]}` | `forEach: {list: […]}` |
| `generate: {from: csv, path: …}` | `forEach: {csv: {path: …}}` |
| `generate: {from: matrix, axes: {…}}` | `forEach: {matrix: {…}}` |
| `minModels`, `maxRemoved` | `guard: {min, maxRemoved}` |
| `exceptions: [{when: {…}, spec, kpis}]` | `overrides: [{match: {…}, spec, kpis}]` |
| `template` and `exceptions` with `spec` and `kpis` as in v1alpha1 | as in v1: see `model.py`, `kpi_set.py` |
"""

from __future__ import annotations

from mlspec.language.kinds.versions.forms import Tagged, Variant
from mlspec.language.kinds.versions.steps import Move, Step, Within
from mlspec.language.kinds.versions.v1alpha1.kpi_set import Kpis
from mlspec.language.kinds.versions.v1alpha1.metadata import METADATA
from mlspec.language.kinds.versions.v1alpha1.model import SPEC

_ENTRIES = {"list": Variant("list", "values"), "csv": Variant("csv"), "matrix": Variant("matrix", "axes")}
_MODEL: tuple[Step, ...] = (Within("spec", SPEC), Kpis())
STEPS: tuple[Step, ...] = (
    Within(
        "spec",
        (
            Move("generate", "forEach"),
            Tagged("forEach", "from", _ENTRIES),
            Move("minModels", "guard.min"),
            Move("maxRemoved", "guard.maxRemoved"),
            Within("template", (*METADATA, *_MODEL)),
            Move("exceptions", "overrides"),
            Within("overrides", (Move("when", "match"), *_MODEL)),
        ),
    ),
)
