"""kind: Policy, what changed from v1alpha1 to v1.

| v1alpha1 | v1 |
|---|---|
| `appliesTo: [production]` | `environments: [production]` |
| `require: {gates: {champion, baseline, slices}}` | `require: {kpis: {versusChampion, versusBaseline, slices}}` |
| `require: {documentation: […]}` | `require: {card: […]}` |
| `require: {freshness: 14d}` | `require: {maxEvaluationAge: 14d}` |
| `forbidPersonalData: features` | `forbid: {pii: features}` |
| | `require.approvals`, `require.signed` and `require.pseudonymised` are new |
"""

from __future__ import annotations

from mlspec.language.kinds.versions.steps import Absent, Move, Step, Within

_REQUIRE: tuple[Step, ...] = (
    Absent("approvals"),
    Absent("signed"),
    Absent("pseudonymised"),
    Move("gates.champion", "kpis.versusChampion"),
    Move("gates.baseline", "kpis.versusBaseline"),
    Move("gates.slices", "kpis.slices"),
    Move("documentation", "card"),
    Move("freshness", "maxEvaluationAge"),
)
STEPS: tuple[Step, ...] = (
    Within("spec", (Move("appliesTo", "environments"), Within("require", _REQUIRE), Move("forbidPersonalData", "forbid.pii"))),
)
