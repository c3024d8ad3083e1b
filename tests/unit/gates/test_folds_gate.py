"""Verdicts on means over folds."""

from __future__ import annotations

import math

import pytest

from mlspec.gates.folds_gate import folds_gate
from mlspec.language.kinds.kpi_set import Kpi
from mlspec.metrics.folded import Folded

NAN = float("nan")


@pytest.mark.parametrize(
    ("kpi", "found", "verdict", "said"),
    [
        ({"metric": "mae", "max": 5}, Folded((3.0, 4.0), 2.0, 4.9), "pass", "mae is 3.5 in validation (2 folds, 95% interval 2 to 4.9"),
        ({"metric": "mae", "max": 5}, Folded((3.0, 4.0), 2.0, 5.1), "inconclusive", "more rows a lot"),
        ({"metric": "mae", "max": 3}, Folded((3.0, 4.0), 2.0, 5.1), "fail", "needed: <= 3"),
        ({"metric": "r2", "min": 0.5}, Folded((0.6, 0.8), 0.55, 0.9), "pass", "needed: >= 0.5"),
        ({"metric": "r2", "min": 0.6}, Folded((0.6, 0.8), 0.55, 0.9), "inconclusive", ""),
        ({"metric": "bias", "max": 1}, Folded((-0.6, 0.2), -1.2, 0.8), "inconclusive", ""),
        ({"metric": "mae", "max": 5}, Folded((3.0, 4.0), NAN, NAN), "inconclusive", "not drawn alike"),
        ({"metric": "mae", "max": 5, "bound": "point"}, Folded((3.0, 4.0), NAN, NAN), "pass", "2 folds, no interval"),
        ({"metric": "mae", "max": 5}, Folded((3.0, NAN), NAN, NAN), "inconclusive", "not defined on fold 2"),
        ({"metric": "accuracy", "min": 0.9}, Folded((1.0, 1.0), NAN, NAN), "inconclusive", "all folds say the same"),
        ({"metric": "mae", "max": 5}, None, "inconclusive", "was not measured in validation"),
    ],
)
def test_the_worse_end_decides(kpi: dict[str, object], found: Folded | None, verdict: str, said: str) -> None:
    gate = folds_gate(Kpi.model_validate(kpi | {"rows": "validation"}), found, 0.95)
    assert gate.verdict == verdict and said in gate.message, gate.message
    assert gate.subject == "validation" and gate.is_whole and gate.kpi.endswith(" in validation")
    assert found is None or math.isnan(gate.value) == bool(found.undefined)
