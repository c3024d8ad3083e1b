"""MLS1011: the estimator's name does not fit the task."""

from __future__ import annotations

from support.lint import MODEL, edited, told


def test_it_tells() -> None:
    specs = edited((MODEL, "sklearn.linear_model.Ridge", "sklearn.ensemble.RandomForestClassifier"))
    assert told("MLS1011", specs) == [
        (MODEL, "sklearn.ensemble.RandomForestClassifier", "the task is regression, and `RandomForestClassifier` is a classifier")
    ]


def test_it_is_silent_on_the_twin() -> None:
    assert told("MLS1011", edited((MODEL, "sklearn.linear_model.Ridge", "sklearn.ensemble.RandomForestRegressor"))) == []
