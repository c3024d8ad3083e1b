"""What people write to try, read: paths, values, grids; and what of two specs differs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlspec.diagnostics import Problems
from mlspec.studies.experiment.wanted import ABSENT, at, combinations, leaves, names_of, told


def test_values_are_typed_as_yaml_types_them() -> None:
    words = ["a.b=0.5", "spec.c=1", "d=true", "e=[x, y]", "f=30%", "g={k: null}", 'h="1"', "i=x=y"]
    assert combinations(words, []) == [{"a.b": 0.5, "c": 1, "d": True, "e": ["x", "y"], "f": "30%", "g": {"k": None}, "h": "1", "i": "x=y"}]


def test_a_grid_is_every_combination_in_order() -> None:
    found = combinations(["c=7"], ["a=1,2", "b=[x, y],[z]"])
    assert found == [{"a": a, "b": b, "c": 7} for a in (1, 2) for b in (["x", "y"], ["z"])]


@pytest.mark.parametrize(("sets", "grids"), [
    ([], []), (["a"], []), (["=1"], []), (["a="], []), (["a..b=1"], []), (["a=[1"], []), (["a=1\n2"], []), (["a=1", "a=2"], []),
    (["a=1", "a.b=2"], []), (["a=1"], ["a=2,3"]), ([], ["a="]), ([], ["a=1,,2"]), ([], ["a=1,1"]), ([], [f"a={','.join(map(str, range(101)))}"]),
    (["../a=1"], []), (["-a=1"], []),
])  # fmt: skip
def test_what_is_no_value_to_try_is_refused(sets: list[str], grids: list[str]) -> None:
    with pytest.raises(Problems, match="MLS0840"):
        combinations(sets, grids)


@pytest.mark.parametrize("name", ["A", "a/b", "-a", "a..b", "a@{1}", "a b", "", "a.lock", "refs/heads/main", "x" * 64, "con"])
def test_names_that_are_no_names(name: str) -> None:
    with pytest.raises(Problems, match="MLS0842"):
        names_of("demand", "0" * 40, [{"a": 1}], name)


def test_names_are_of_the_model_and_what_is_tried() -> None:
    one, other = names_of("demand", "0" * 40, [{"a": 1}, {"a": 1.0}], None)
    assert one != other and one.startswith("demand-")
    assert names_of("demand", "0" * 40, [{"a": 1}, {"a": 2}], "n") == ["n-1", "n-2"]
    assert names_of("demand", "1" * 40, [{"a": 1}], None) != [one]


def test_what_differs_is_told_by_leaf_and_a_mapping_that_lost_a_key_as_a_whole() -> None:
    then = {"a": {"x": 1, "y": 2}, "b": 1, "e": {"class": "A", "params": {"p": 1}}}
    now = {"a": {"x": 1, "y": 3, "z": {"k": 1}}, "b": True, "e": {"class": "B"}}
    found = list(leaves(then, now))
    assert [path for path, _, _ in found] == ["a.y", "a.z.k", "b", "e"]
    assert found[1][1] is ABSENT and found[3][2] == {"class": "B"}


TREES = st.recursive(
    st.integers() | st.booleans() | st.text("ab", max_size=2),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, min_size=1, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from("abc"), TREES, max_size=3), st.dictionaries(st.sampled_from("abc"), TREES, max_size=3))
def test_the_leaves_of_a_difference_make_one_spec_of_the_other(then: dict[str, Any], now: dict[str, Any]) -> None:
    for path, before, after in leaves(then, now):
        assert at(then, path) is ABSENT if before is ABSENT else at(then, path) == before
        assert at(now, path) is ABSENT if after is ABSENT else at(now, path) == after
    assert list(leaves(then, then)) == []


def test_what_is_told_can_be_typed_again() -> None:
    settings = {"a": [1, "x, y"], "b": {"k": None}, "c": 1e-05}
    words = [f"{path}={told({'': value})[1:]}" for path, value in settings.items()]
    assert combinations(words, []) == [settings]
