"""What parameters may be is read from scikit-learn's text, and the reading refuses nothing that scikit-learn itself takes."""

from __future__ import annotations

import importlib
import math
from pathlib import Path
from typing import Any

import pytest

from mlspec.compiler.load.class_source import constructor_of
from mlspec.lsp.estimators import class_paths

WORDS = ("", "a", "balanced", "auto", "sqrt", "l2", "warn", "deprecated", "lbfgs", "passthrough", "gini", "squared_error")
NUMBERS = (-1, 0, 1, 2, 3, 10**12, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, math.inf, -math.inf, math.nan)
VALUES: tuple[Any, ...] = (None, True, False, *NUMBERS, *WORDS, [], [1], [0.5], ["a"], {}, {"a": 1})


def constraints(path: str) -> dict[str, Any]:
    module, _, name = path.rpartition(".")
    found: dict[str, Any] = getattr(getattr(importlib.import_module(module), name), "_parameter_constraints", {})
    return found


def takes(constraint: Any) -> list[bool]:
    from sklearn.utils._param_validation import make_constraint

    made = [make_constraint(one) for one in constraint] if constraint != "no_validation" else None
    return [made is None or any(one.is_satisfied_by(value) for one in made) for value in VALUES]


@pytest.mark.parametrize("step", [9, pytest.param(1, marks=pytest.mark.slow)])
def test_scikit_learn_itself_agrees(tmp_path: Path, step: int) -> None:
    """Its own verdict is the oracle: nothing is refused that it takes; what it refuses and we don't are words that it computes."""
    read, all_there, missed, looked = 0, 0, 0, 0
    for path in class_paths(None)[::step]:
        theirs, ours = constraints(path), constructor_of(tmp_path, path).allowed
        assert set(ours) <= set(theirs), path
        read, all_there = read + len(ours), all_there + len(theirs)
        for name, allowed in ours.items():
            for value, taken in zip(VALUES, takes(theirs[name]), strict=True):
                permitted = allowed.permits(value)
                assert permitted or not taken, (path, name, value)
                assert permitted == taken or isinstance(value, str), (path, name, value)
                missed, looked = missed + (permitted != taken), looked + 1
    assert read > 0.9 * all_there > 450 / step
    assert missed < 0.02 * looked


@pytest.mark.parametrize(
    ("path", "name", "words"),
    [
        ("sklearn.linear_model.Ridge", "alpha", "a number of at least 0 or a list"),
        ("sklearn.linear_model.Ridge", "max_iter", "an integer of at least 1 or null"),
        ("sklearn.linear_model.ElasticNet", "l1_ratio", "a number of at least 0 and at most 1"),
        ("sklearn.linear_model.SGDClassifier", "shuffle", "true or false"),
        ("sklearn.neighbors.KNeighborsClassifier", "n_neighbors", "an integer of at least 1 or null"),
    ],
)
def test_what_is_allowed_in_words(tmp_path: Path, path: str, name: str, words: str) -> None:
    assert constructor_of(tmp_path, path).allowed[name].words == words


def test_hidden_options_are_allowed_and_not_told(tmp_path: Path) -> None:
    allowed = constructor_of(tmp_path, "sklearn.linear_model.LogisticRegression").allowed["penalty"]
    assert allowed.permits("deprecated")
    assert "deprecated" not in allowed.words
    assert "deprecated" not in allowed.options


def test_what_is_built_or_comes_from_a_variable_is_not_judged(tmp_path: Path) -> None:
    allowed = constructor_of(tmp_path, "sklearn.linear_model.Ridge").allowed["alpha"]
    assert allowed.permits({"class": "numpy.float64", "params": {}})
    assert allowed.permits({"callable": "numpy:log"})
    assert allowed.permits("${alpha}")
    assert not allowed.permits("1.0")


def test_of_classes_that_are_not_scikit_learns_nothing_is_claimed(tmp_path: Path) -> None:
    """A class of somebody's own may well take what its base refuses."""
    (tmp_path / "own.py").write_text("from sklearn.linear_model import Ridge\nclass Mine(Ridge):\n    pass\n")
    assert not constructor_of(tmp_path, "own.Mine").allowed
    assert constructor_of(tmp_path, "own.Mine").parameters
