"""MLS1012: classes are split at random."""

from __future__ import annotations

import pytest
from support.lint import KPIS, MODEL, SOURCE, edited, told


def test_it_tells() -> None:
    specs = edited(
        (MODEL, "task: regression", "task: multiclass"),
        (MODEL, "time, test", "random, test"),
        (SOURCE, "  timeColumn: day\n", ""),
        (KPIS, "mae <= 50", "f1_macro >= 0.5"),
        (KPIS, "{metric: mae, max: 70", "{metric: f1_macro, min: 0.4"),
        (KPIS, "{metric: mae, versus: baseline", "{metric: f1_macro, versus: baseline"),
        (KPIS, "{metric: mae, versus: champion", "{metric: f1_macro, versus: champion"),
    )
    assert told("MLS1012", specs) == [(MODEL, "random", "classes are split at random: a rare one may miss in the test")]


TWINS = [
    edited(
        (MODEL, "task: regression", "task: multiclass"),
        (MODEL, "time, test", "stratified, test"),
        (SOURCE, "  timeColumn: day\n", ""),
        (KPIS, "mae <= 50", "f1_macro >= 0.5"),
        (KPIS, "{metric: mae, max: 70", "{metric: f1_macro, min: 0.4"),
        (KPIS, "{metric: mae, versus: baseline", "{metric: f1_macro, versus: baseline"),
        (KPIS, "{metric: mae, versus: champion", "{metric: f1_macro, versus: champion"),
    ),
    edited((MODEL, "time, test", "random, test"), (SOURCE, "  timeColumn: day\n", "")),
]


@pytest.mark.parametrize("specs", TWINS)
def test_it_is_silent_on_the_twins(specs: dict[str, str]) -> None:
    assert told("MLS1012", specs) == []
