"""MLS1027: accuracy is the only judge."""

from __future__ import annotations

from support.lint import KPIS, MODEL, edited, told


def test_it_tells() -> None:
    specs = edited(
        (MODEL, "task: regression", "task: multiclass"),
        (
            KPIS,
            "    - {metric: mae, max: 70, slice: {by: shop, minRows: 50}}\n    - {metric: mae, versus: baseline, improveBy: 10%}\n    - {metric: mae, versus: champion, notWorseBy: 0%}\n",
            "",
        ),
        (KPIS, "mae <= 50", "accuracy >= 0.9\n    - {metric: accuracy, versus: baseline, improveBy: 1%}"),
    )
    assert told("MLS1027", specs) == [(KPIS, "kpis", "accuracy is the only metric: a model that never finds the rare class can pass")]


def test_it_is_silent_on_the_twin() -> None:
    assert (
        told(
            "MLS1027",
            edited(
                (MODEL, "task: regression", "task: multiclass"),
                (
                    KPIS,
                    "    - {metric: mae, max: 70, slice: {by: shop, minRows: 50}}\n    - {metric: mae, versus: baseline, improveBy: 10%}\n    - {metric: mae, versus: champion, notWorseBy: 0%}\n",
                    "",
                ),
                (KPIS, "mae <= 50", "accuracy >= 0.9\n    - balanced_accuracy >= 0.6"),
            ),
        )
        == []
    )
