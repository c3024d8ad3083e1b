"""When two numbers, or two sentences with numbers, count as the same."""

from __future__ import annotations

import pytest

from mlspec.promotion.verify.numbers import _differences, same_number, same_text

SAID = "mae is 41.2 (95% interval 39.9 to 42.6); needed: <= 50"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1.0, 1.0, True), (1.0, 1.0 + 1e-9, True), (1.0, 1.00001, False), (0.0, 1e-12, True), (0.0, 1e-6, False), (None, None, True), (None, 0.0, False),
        (1e9, 1e9 + 1, True), (float("nan"), float("nan"), False), (-1.0, 1.0, False),
    ],
)  # fmt: skip
def test_numbers(one: float | None, other: float | None, same: bool) -> None:
    assert same_number(one, other) is same


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (SAID, True),
        (SAID.replace("41.2", "41.21"), True),
        (SAID.replace("41.2", "41.9"), False),
        (SAID.replace("41.2", "4.12"), False),
        (SAID.replace("<=", ">="), False),
        (SAID.replace("39.9", "39,900"), False),
        (SAID + " ", False),
        (SAID + " 1", False),
        ("", False),
        (SAID.replace("41.2", "4.12e1"), True),
    ],
)
def test_sentences(other: str, same: bool) -> None:
    assert same_text(SAID, other) is same
    assert same_text(other, SAID) is same


def test_the_last_digit_shown_may_differ() -> None:
    assert same_text("mae is 1.234e-05 and 1,234,567 rows", "mae is 1.235e-05 and 1,234,568 rows")
    assert not same_text("mae is 1.234e-05", "mae is 1.234e-06")


MEASURED = {
    "metric": "latency_p99",
    "verdict": "pass",
    "value": 0.01,
    "threshold": 0.05,
    "rows": 100,
    "message": "it is 0.01; needed: <= 0.05",
}


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ({"value": 0.02, "message": "it is 0.02; needed: <= 0.05"}, []),
        ({"threshold": 5.0}, ["threshold"]),
        ({"message": "it is 0.01; carl approved it"}, ["message"]),
        ({"verdict": "fail"}, ["verdict"]),
    ],
)
def test_a_duration_may_differ_and_what_it_is_held_to_may_not(edit: dict[str, object], told: list[str]) -> None:
    assert [what for what, _, _ in _differences(MEASURED | edit, MEASURED)] == told
    other = MEASURED | {"reference": 0.01}
    assert [what for what, _, _ in _differences(other | {"threshold": 0.06}, other)] == []
