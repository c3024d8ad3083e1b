"""MLS1024: every bound is judged by the point estimate."""

from __future__ import annotations

from support.lint import KPIS, edited, told


def test_it_tells() -> None:
    specs = edited(
        (
            KPIS,
            "    - {metric: mae, max: 70, slice: {by: shop, minRows: 50}}\n    - {metric: mae, versus: baseline, improveBy: 10%}\n    - {metric: mae, versus: champion, notWorseBy: 0%}\n",
            "",
        ),
        (KPIS, "mae <= 50", "{metric: mae, max: 50, bound: point}"),
    )
    assert told("MLS1024", specs) == [(KPIS, "point", "every KPI is judged by the point estimate: luck passes the gate")]


def test_it_is_silent_on_the_twin() -> None:
    assert (
        told(
            "MLS1024",
            edited(
                (
                    KPIS,
                    "    - {metric: mae, max: 70, slice: {by: shop, minRows: 50}}\n    - {metric: mae, versus: baseline, improveBy: 10%}\n    - {metric: mae, versus: champion, notWorseBy: 0%}\n",
                    "",
                ),
                (KPIS, "mae <= 50", "mae <= 50\n    - {metric: r2, min: 0.5, bound: point}"),
            ),
        )
        == []
    )
