"""kind: Project, what changed from v1alpha1 to v1.

| v1alpha1 | v1 |
|---|---|
| `pythonVersion`, `lockFile`, `codeFolders` | `python`, `requirements`, `code` |
| `storage: s3://bucket` | `storage: {url: s3://bucket}` |
| `variables: [{name: region, value: us-east-1}]` | `variables: {region: {default: us-east-1}}` |
| `runner`, `maxParallel` | `ci.runsOn`, `ci.maxParallel` |
| | `lint`, `teams` and `ci.retrain` are new |
"""

from __future__ import annotations

from mlspec.language.kinds.versions.forms import MappingByName
from mlspec.language.kinds.versions.steps import Absent, Move, Step, Within, Wrap

_VARIABLE: tuple[Step, ...] = (Move("value", "default"),)
STEPS: tuple[Step, ...] = (
    Within(
        "spec",
        (
            Absent("lint"),
            Absent("teams"),
            Move("pythonVersion", "python"),
            Move("lockFile", "requirements"),
            Move("codeFolders", "code"),
            Wrap("storage", "url"),
            Within("variables", _VARIABLE),
            MappingByName("variables", "name"),
            Within("ci", (Absent("retrain"),)),
            Move("runner", "ci.runsOn"),
            Move("maxParallel", "ci.maxParallel"),
        ),
    ),
)
