"""What leaks past an origin fails the gate, by name and with a way out."""

from __future__ import annotations

from mlspec.gates.leakage import leakage_gates
from mlspec.language.kinds.kpi_set import Leakage
from mlspec.runtime.evaluate.hints import hints

SHORT = {"lag": 1, "needed": 25, "what": "the target 1 step before its row"}


def test_a_feature_that_looks_past_the_origin_fails() -> None:
    (gate,) = leakage_gates(Leakage(), {"afterOrigin": {"before": SHORT}})
    assert (gate.kpi, gate.verdict, gate.value) == ("leakage: after origin", "fail", 1.0)
    assert "`before` is the target 1 step before its row" in gate.message and "`lags: [1]`" in gate.message
    (told,) = hints({"afterOrigin": {"before": SHORT}}, {})
    assert told.code == "MLS0656" and told.message == gate.message


def test_none_passes_and_of_other_tasks_nothing_is_said() -> None:
    (gate,) = leakage_gates(Leakage(), {"afterOrigin": {}})
    assert gate.verdict == "pass"
    assert list(leakage_gates(Leakage(), {})) == []
