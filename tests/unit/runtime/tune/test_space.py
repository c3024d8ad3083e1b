"""What a search may try: ranges, scales, steps, choices, conditions; drawn and as a grid."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlspec.runtime.tune.space import drawn, grid, same, space_of

RANGES = st.tuples(st.floats(1e-6, 1e3), st.floats(1.001, 1e4), st.booleans()).map(
    lambda r: {"low": r[0], "high": r[0] * r[1], **({"log": True} if r[2] else {})}
)
WHOLE = st.tuples(st.integers(1, 50), st.integers(1, 500), st.booleans()).map(
    lambda r: {"low": r[0], "high": r[0] + r[1], "type": "integer", **({"log": True} if r[2] else {})}
)
STEPPED = st.tuples(st.integers(-20, 20), st.integers(1, 9), st.sampled_from([0.1, 0.25, 2.0])).map(
    lambda r: {"low": r[0], "high": r[0] + r[1] * r[2], "step": r[2]}
)
CHOICES = st.lists(st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3)), min_size=1, max_size=5, unique_by=repr).map(
    lambda values: {"choices": values}
)


@given(
    st.dictionaries(st.sampled_from("abcde"), RANGES | WHOLE | STEPPED | CHOICES, min_size=1),
    st.integers(0, 2**32 - 1),
    st.integers(0, 500),
)
def test_what_is_drawn_is_in_the_space_and_hangs_on_the_number_alone(declared: Any, seed: int, number: int) -> None:
    space = space_of(declared)
    found = drawn(space, seed, number)
    assert found == drawn(tuple(reversed(space)), seed, number)
    for one in space:
        value = found[one.name]
        if one.choices is not None:
            assert any(same(value, choice) for choice in one.choices)
            continue
        assert one.low <= value <= one.high
        assert not one.whole or isinstance(value, int)
        if one.step and not one.log:
            assert math.isclose((value - one.low) / one.step, round((value - one.low) / one.step), abs_tol=1e-6)


def test_a_scale_is_kept_to() -> None:
    """Half of what is drawn on a logarithmic scale lies below the geometric mean."""
    space = space_of({"a": {"low": 1e-4, "high": 1.0, "log": True}, "n": {"low": 1, "high": 100, "log": True, "type": "integer"}})
    found = [drawn(space, 7, number) for number in range(2000)]
    assert abs(sum(one["a"] < 1e-2 for one in found) / 2000 - 0.5) < 0.04
    assert abs(sum(one["n"] <= 9 for one in found) / 2000 - math.log(9.5 / 0.5) / math.log(100.5 / 0.5)) < 0.04


def test_draws_stand_for_good() -> None:
    """Written down once: no library's generator decides, so that another release of one changes nothing."""
    space = space_of(
        {"a": {"low": 0.01, "high": 100, "log": True}, "k": {"low": 1, "high": 9, "type": "integer"}, "c": {"choices": ["x", None]}}
    )
    assert [drawn(space, 7, number) for number in (0, 1)] == [
        {"a": 20.7978595985, "k": 9, "c": "x"},
        {"a": 32.2938991867, "k": 8, "c": None},
    ]


def test_a_grid_has_every_setting_once() -> None:
    space = space_of(
        {"a": {"low": 0, "high": 1, "step": 0.25}, "n": {"low": 1, "high": 3, "type": "integer"}, "c": {"choices": [1, 1.0, True]}}
    )
    found = list(grid(space))
    assert len(found) == 5 * 3 * 3
    assert found[0] == {"a": 0.0, "n": 1, "c": 1}
    assert found[-1] == {"a": 1.0, "n": 3, "c": True}


def test_conditions_leave_out_what_does_not_count() -> None:
    declared: dict[str, Any] = {
        "ratio": {"low": 0, "high": 1, "step": 0.5, "when": {"penalty": ["mixed"]}},
        "penalty": {"choices": ["l2", "mixed"]},
    }
    found = list(grid(space_of(declared)))
    assert found == [{"penalty": "l2"}, *({"penalty": "mixed", "ratio": ratio} for ratio in (0.0, 0.5, 1.0))]
    for number in range(50):
        one = drawn(space_of(declared), 1, number)
        assert ("ratio" in one) == (one["penalty"] == "mixed")


@pytest.mark.parametrize(("one", "other", "equal"), [(1, 1.0, False), (1, True, False), (None, None, True), ({"a": 1}, {"a": 1}, True)])
def test_values_of_yaml_are_compared_with_their_types(one: Any, other: Any, equal: bool) -> None:
    assert same(one, other) == equal
