"""MLS1020: a model has no KPISet, or none on its test rows."""

from __future__ import annotations

from support.lint import CLEAN, KPIS, MODEL, told, without


def test_it_tells() -> None:
    specs = without(CLEAN, KPIS)
    assert told("MLS1020", specs) == [(MODEL, "demand", "no KPISet says what `model/demand` must reach")]


def test_it_is_silent_on_the_twin() -> None:
    assert told("MLS1020", CLEAN) == []


def test_it_tells_where_validation_alone_is_asked() -> None:
    folds = "    - {metric: mae, max: 50, rows: validation}\n"
    head = CLEAN[KPIS].split("  kpis:\n")[0]
    model = CLEAN[MODEL].rstrip() + "\n  validation: {folds: 3}\n"
    alone = CLEAN | {MODEL: model, KPIS: f"{head}  kpis:\n{folds}"}
    said = "every KPI of quality is judged in validation, and none on the test rows of `model/demand`"
    assert told("MLS1020", alone) == [(KPIS, "kpis", said)]
    assert told("MLS1020", alone | {KPIS: f"{head}  kpis:\n{folds}    - mae <= 50\n"}) == []
