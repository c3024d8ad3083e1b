"""What params build, and what stays the value it is."""

from __future__ import annotations

import pytest

from mlspec.runtime.nested import all_nested, named_code, nested_of

RIDGE = {"class": "sklearn.linear_model.Ridge", "params": {"alpha": 1.0}}


@pytest.mark.parametrize(
    "value", [{"class": 2.0, "other": 1.0}, {"class": "Ridge"}, {"callable": "numpy.log"}, {"a": 1}, "a.b", None, [RIDGE]]
)
def test_a_value_that_stands_for_itself(value) -> None:
    assert nested_of(value) is None


def test_each_has_its_place() -> None:
    found = list(all_nested({"estimators": [["one", RIDGE]], "final_estimator": {"class": "a.B", "params": {"inner": RIDGE}}}, ("params",)))
    assert [(one.route, one.class_path) for one in found] == [
        (("params", "estimators", 0, 1), "sklearn.linear_model.Ridge"),
        (("params", "final_estimator"), "a.B"),
        (("params", "final_estimator", "params", "inner"), "sklearn.linear_model.Ridge"),
    ]


def test_a_key_that_is_not_known_is_named() -> None:
    (found,) = all_nested({"class": "a.B", "param": {}})
    assert found.unknown == ("param",)


def test_all_code_that_is_named() -> None:
    assert named_code("src.a.Outer", {"f": {"callable": "src.maths:log"}, "g": [RIDGE]}) == [
        "src.a.Outer",
        "src.maths:log",
        "sklearn.linear_model.Ridge",
    ]
