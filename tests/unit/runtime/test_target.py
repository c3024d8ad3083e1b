"""How a target is read: sets of labels from lists and from text, and what is no set."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlspec.diagnostics import Problems
from mlspec.runtime.target import label_sets, truth_of

LISTS: dict[str, Any] = {"task": "multilabel", "target": "tags"}
TEXT = LISTS | {"labelSeparator": ";"}


def test_lists_keep_each_label_once_in_order() -> None:
    assert label_sets([np.array(["b", "a", "b"]), [], [2, 1]], LISTS).tolist() == [("a", "b"), (), (1, 2)]


def test_a_list_may_be_spelled_as_json_spells_it() -> None:
    assert label_sets(['["b", "a"]', "[]", "[2, 1]"], LISTS).tolist() == [("a", "b"), (), (1, 2)]


def test_text_is_cut_and_spaces_are_no_part_of_a_label() -> None:
    assert label_sets(["b; a;;b", "", "one two"], TEXT).tolist() == [("a", "b"), (), ("one two",)]


def test_sets_of_one_size_stay_a_column() -> None:
    assert label_sets(["a;b", "c;d"], TEXT).shape == (2,)


@pytest.mark.parametrize(
    ("value", "section"), [("a;b", LISTS), (["a"], TEXT), ([1.5], LISTS), ([None], LISTS), (None, TEXT), ("{}", LISTS), ("[true]", LISTS)]
)
def test_what_is_no_set_is_refused(value: Any, section: dict[str, Any]) -> None:
    with pytest.raises(Problems) as caught:
        label_sets([value], section)
    assert [(d.code, "labelSeparator" in (d.help or "")) for d in caught.value.diagnostics] == [("MLS0645", True)]


def test_each_task_has_its_truth() -> None:
    rows = pd.DataFrame({"y": [1, 2], "q": ["b", "a"]})
    assert truth_of(rows, {"task": "regression", "target": "y"}).dtype == np.float64
    assert truth_of(rows, {"task": "multiclass", "target": "y"}).tolist() == [1, 2]
    assert truth_of(pd.DataFrame({TEXT["target"]: ["a;b"]}), TEXT).tolist() == [("a", "b")]
    assert truth_of(rows, {"task": "ranking", "target": "y", "query": "q"}).tolist() == [[1, 0], [2, 1]]
