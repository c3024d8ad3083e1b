"""kind: Deployment, what changed from v1alpha1 to v1.

| v1alpha1 | v1 |
|---|---|
| `spec.environment` | `metadata.environment` |
| `servedBy` | `target` |
| `rollout: replace` | `strategy: replace` |
| | `strategy: shadow` and `canary` are new |

What a promotion writes (`version`, `digest`, `previous`, `claim`, `hold`) is said alike in both.
"""

from __future__ import annotations

from mlspec.language.kinds.versions.steps import Move, Step, Within, Words

STEPS: tuple[Step, ...] = (
    Move("spec.environment", "metadata.environment"),
    Within("spec", (Move("servedBy", "target"), Words("rollout", {"replace": "replace"}), Move("rollout", "strategy"))),
)
