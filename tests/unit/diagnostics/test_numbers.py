"""Numbers as people write them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlspec.diagnostics.numbers import enough_digits, interval, shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (14_400, "14,400"),
        (14_400.4, "14,400"),
        (1_234_567.8, "1,234,568"),
        (143.26, "143.3"),
        (0.95, "0.95"),
        (1.0, "1"),
        (0, "0"),
        (-0.0, "0"),
        (-2.5, "-2.5"),
        (0.000123456, "0.0001235"),
        (1.2e-9, "1.2e-09"),
        (999.96, "1,000"),
        (1e21, "1,000,000,000,000,000,000,000"),
        (None, "-"),
        (math.nan, "-"),
        (math.inf, "-"),
    ],
)
def test_a_number_is_written_out(value: float | None, text: str) -> None:
    assert shown(value) == text


def test_sign_and_digits() -> None:
    assert (shown(3.0, sign=True), shown(-3.0, sign=True), shown(0.0, sign=True)) == ("+3", "-3", "0")
    assert shown(3.14159, 3) == "3.14"
    assert shown(None, none="undefined") == "undefined"


@given(st.floats(min_value=1e-5, max_value=1e12), st.integers(2, 9))
def test_what_is_shown_is_near_the_value(value: float, digits: int) -> None:
    found = shown(value, digits)
    assert "e" not in found
    assert float(found.replace(",", "")) == pytest.approx(value, rel=0.51 * 10 ** (1 - digits))


def test_an_interval_needs_both_ends() -> None:
    assert interval((41.2, 39.87, 42.61)) == "41.2 (39.87 to 42.61)"
    assert interval((41.2, None, 42.6)) == interval((41.2, math.nan, 42.6)) == "41.2"


def test_a_bound_is_told_from_its_limit() -> None:
    digits = enough_digits(50.0004, [50.0])
    assert (shown(50.0004, digits), shown(50.0, digits)) == ("50.0004", "50")
    assert enough_digits(50.0, [50.0]) == 4
