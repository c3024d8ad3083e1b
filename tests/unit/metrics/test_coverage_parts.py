"""Comparisons, slices and differences between groups hold the truth as often as they say, or are not given."""

from __future__ import annotations

import pytest
from support.coverage_parts import Part, pairs, parts, spreads

RUNS = 300
HOLDS, PASSES = 0.93 - 2 * 0.0147, 0.04 + 2 * 0.0113
"""The limits of the table, and two standard errors of so many runs."""


def wrong(found: list[Part]) -> list[Part]:
    return [part for part in found if part.covered < HOLDS or part.passed > PASSES]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("task", "errors", "rows"),
    [
        ("regression", "normal", 100),
        ("regression", "log-normal", 300),
        ("regression", "AR 0.5", 300),
        ("regression", "clustered", 300),
        ("binary", "normal", 300),
        ("binary", "AR 0.5", 300),
        ("binary", "clustered", 500),
    ],
)
def test_two_models_of_which_neither_is_better(task: str, errors: str, rows: int) -> None:
    found = pairs(task, errors, rows, RUNS)
    assert not wrong(found)
    assert all(part.given > 0.2 for part in found)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("world", "rows"), [("normal", 500), ("clustered", 1000), ("AR 0.5", 1000), ("balanced", 500), ("classes in groups", 1000)]
)
def test_a_slice_of_a_fifth_of_the_rows(world: str, rows: int) -> None:
    assert not wrong(parts(world, rows, RUNS))


@pytest.mark.slow
@pytest.mark.parametrize(("rows", "share"), [(300, 1 / 3), (600, 0.2), (1500, 0.1)])
def test_groups_that_differ_by_what_is_allowed(rows: int, share: float) -> None:
    """The upper end is what is judged; a largest difference is never below 0, and its estimate is too large."""
    found = spreads(rows, RUNS, share)
    assert not wrong(found)
    assert all(part.given > 0.9 for part in found)


def test_neither_of_two_models_passes_often_at_a_glance() -> None:
    """60 runs: no more than 6 of them, 2.5% each."""
    assert all(part.passed <= 0.1 for part in pairs("regression", "clustered", 300, 60))
