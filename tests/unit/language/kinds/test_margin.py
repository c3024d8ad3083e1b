"""Margins: a share of the other's value, or a size in the metric's units."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mlspec.language.kinds.kpi_set import Kpi


def kpi(**margin: Any) -> Kpi:
    return Kpi.model_validate({"metric": "accuracy", "versus": "champion", **margin})


@pytest.mark.parametrize(
    ("margin", "parts", "text"),
    [
        ({"improveBy": "20%"}, (0.2, 0.0), "better by 20%"),
        ({"improveBy": {"points": 0.05}}, (0.0, 0.05), "better by 0.05 points"),
        ({"notWorseBy": "2.5%"}, (-0.025, 0.0), "not worse by 2.500%"),
        ({"notWorseBy": {"points": 12}}, (0.0, -12.0), "not worse by 12 points"),
        ({"notWorseBy": 0}, (0.0, 0.0), "not worse by 0%"),
    ],
)
def test_a_margin_is_a_share_or_a_size(margin: dict[str, Any], parts: tuple[float, float], text: str) -> None:
    found = kpi(**margin)
    assert found.margin == parts
    assert found.text == f"accuracy vs champion, {text}"
    assert Kpi.model_validate(found.canonical()) == found


@pytest.mark.parametrize("wrong", [-1, "x", [1], True, {"points": -1}, {"points": "5%"}, {"pints": 1}, {}])
def test_what_is_neither_is_refused_once(wrong: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        kpi(improveBy=wrong)
    assert {e["loc"][0] for e in caught.value.errors()} == {"improveBy"}
    assert len([e for e in caught.value.errors() if e["type"] != "missing"]) == (0 if wrong == {} else 1)


@pytest.mark.parametrize(
    ("given", "told"), [(10, "10 is 1,000%"), ("2.5", "2.5 is 250%"), (1.5, "1.5 is 150%"), (1, "a margin of 1 is 100%")]
)
def test_a_bare_number_is_no_percent(given: object, told: str) -> None:
    """`notWorseBy: 10` would let a model be eleven times as bad."""
    with pytest.raises(ValidationError, match=told):
        Kpi.model_validate({"metric": "mae", "versus": "champion", "notWorseBy": given})
    with pytest.raises(ValidationError, match="share" if given != 1 else "margin"):
        Kpi.model_validate({"metric": "mae", "versus": "baseline", "improveBy": given})


def test_what_is_meant_can_be_written() -> None:
    for given, share in (("10%", 0.1), ("1000%", 10.0), ("100%", 1.0), (0.1, 0.1), (0, 0.0)):
        assert Kpi.model_validate({"metric": "mae", "versus": "champion", "notWorseBy": given}).margin[0] == -share
