"""What differs between two values of parameters, one line a difference."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlspec.pipelines.plan.changes import changes


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ({"a": 1}, {"a": 2}, ["a: 1 -> 2"]),
        ({"a": {"b": "x"}}, {"a": {"b": "y", "c": None}}, ["a.b: 'x' -> 'y'", "a.c: added (None)"]),
        ({"m": ["mae", "r2", "rmse"]}, {"m": ["mae", "bias", "r2", "rmse"]}, ["m: added 'bias'"]),
        ({"m": ["mae", "r2", "rmse"]}, {"m": ["r2", "rmse"]}, ["m: removed 'mae'"]),
        ({"m": ["mae", "r2"]}, {"m": ["r2", "mae"]}, ["m: in another order (['r2', 'mae'])"]),
        ({"s": [{"a": 1}, {"b": 2}]}, {"s": [{"a": 1}, {"b": 3}]}, ["s[1].b: 2 -> 3"]),
        ({"s": [{"b": 2}]}, {"s": [{"a": 1}, {"b": 2}]}, ["s: added {'a': 1}"]),
        ({"s": []}, {"s": {}}, ["s: [] -> {}"]),
        ({"s": (1, 2)}, {"s": [1, 2]}, []),
        ({"s": [1.0]}, {"s": [1]}, []),
        ({"a": "x" * 80}, {}, [f"a: removed (was '{'x' * 58}…)"]),
    ],
)
def test_a_line_a_difference(old: Any, new: Any, lines: list[str]) -> None:
    assert list(changes(old, new)) == lines


values = st.recursive(
    st.none() | st.integers(-3, 3) | st.sampled_from("abc"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
    max_leaves=12,
)
forms = st.dictionaries(st.sampled_from("pqr"), values, max_size=3)


@given(forms, forms)
def test_nothing_is_said_exactly_when_nothing_differs(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert (list(changes(old, new)) == []) == (old == new)
