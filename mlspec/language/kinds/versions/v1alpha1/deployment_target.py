"""kind: DeploymentTarget, what changed from v1alpha1 to v1.

| v1alpha1 | v1 |
|---|---|
| `type: rest`, and `host`, `port`, `workers` beside it | `rest: {host, port, workers}` |
| `type: batch`, and `source`, `outputFolder`, `schedule` beside it | `batch: {input, output, schedule}` |
| `runner` | `runsOn` |
| | `kserve`, `mlflow`, `image` and `bundle` are new |
"""

from __future__ import annotations

from mlspec.language.kinds.versions.forms import Tagged, Variant
from mlspec.language.kinds.versions.steps import Absent, Move, Step, Within

STEPS: tuple[Step, ...] = (
    *(Absent(f"spec.{key}") for key in ("kserve", "mlflow", "image", "bundle")),
    Tagged("spec", "type", {"rest": Variant("rest"), "batch": Variant("batch")}, stay=("runner",)),
    Within("spec", (Within("batch", (Move("source", "input"), Move("outputFolder", "output"))), Move("runner", "runsOn"))),
)
