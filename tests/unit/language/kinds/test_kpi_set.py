"""KPIs that would judge nothing, or something else than they say, are refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mlspec.language.kinds.kpi_set import Kpi


@pytest.mark.parametrize("metric", ["latency_p99", "model_size", "reproducible"])
@pytest.mark.parametrize(
    "more",
    [
        {"max": 1, "slice": {"by": "g"}},
        {"versus": "champion", "notWorseBy": 0},
        {"by": "g", "maxDifference": 0.1},
    ],
)
def test_what_is_measured_once_has_no_rows(metric: str, more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        Kpi.model_validate({"metric": metric, **more})
    (error,) = caught.value.errors()
    assert error["type"] == "mls_kpi"
    assert "is measured once" in error["msg"]
    assert error["ctx"]["help"]


@pytest.mark.parametrize(("bound", "told"), [({"min": -5}, "`bias <= 5`"), ({"max": -1}, "`bias <= 1`")])
def test_bias_has_one_bound_of_its_size(bound: dict[str, float], told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Kpi.model_validate({"metric": "bias", **bound})
    assert told in caught.value.errors()[0]["ctx"]["help"]


def test_rows_a_group_go_with_by() -> None:
    kpi = {"metric": "mae", "by": "g", "maxDifference": 1}
    assert Kpi.model_validate(kpi).group_rows == 100
    assert Kpi.model_validate({**kpi, "minRows": 50}).group_rows == 50
    with pytest.raises(ValidationError, match="goes with `by`"):
        Kpi.model_validate({"metric": "mae", "max": 1, "minRows": 50})
