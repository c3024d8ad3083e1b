"""By class and by group, with the rows behind each number, wherever a judgement is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mlspec.gates.blocks import breakdown_blocks, verdict_block
from mlspec.gates.breakdown import MOST, breakdowns
from mlspec.gates.judge import Evidence
from mlspec.gates.result import GateReport, GateResult
from mlspec.gates.tables import Shown, breakdown_rows, reasons
from mlspec.language.kinds.kpi_set import KPISetSpec
from mlspec.reports.to_markdown import markdown


@dataclass(frozen=True)
class Given:
    predicted: np.ndarray
    proba: np.ndarray | None = None
    classes: tuple[Any, ...] | None = None


def made(task: str, actual: Any, predicted: Any, kpis: list[Any], **columns: Any) -> Any:
    classes = None if task == "regression" else tuple(sorted(set(actual)))
    ours = Given(np.asarray(predicted, dtype=object if classes else float), classes=classes)
    spec = KPISetSpec.model_validate({"model": "m", "kpis": kpis})
    held = {k: np.asarray(v, dtype=object) for k, v in columns.items()}
    return breakdowns(spec.kpis, Evidence(task, np.asarray(actual, dtype=object if classes else float), ours, ours, columns=held))


def test_by_class() -> None:
    (found,) = made("multiclass", ["a", "a", "b", "c"], ["a", "b", "b", "b"], ["accuracy >= 0.5"])
    assert found.headings == ("class", "rows", "precision", "recall", "f1")
    parts = {p.name: (p.rows, *p.values) for p in found.parts}
    assert parts["a"] == (2, 1.0, 0.5, 0.666666666667)
    assert parts["b"] == (1, 0.333333333333, 1.0, 0.5)
    assert parts["c"] == (1, None, 0.0, 0.0)
    assert breakdown_rows(found)[2] == ("c", "1", "-", "0", "0")


def test_by_group_with_the_metrics_that_ask_for_it() -> None:
    kpis = ["mae <= 5", {"metric": "mae", "max": 5, "slice": {"by": "day"}}, {"metric": "rmse", "by": "day", "maxDifference": 3}]
    (found,) = made("regression", [1, 2, 3], [2, 4, 3], kpis, day=["mon", "mon", "tue"])
    assert (found.by, found.metrics) == ("day", ("mae", "rmse"))
    assert [(p.name, p.rows, p.values[0]) for p in found.parts] == [("mon", 2, 1.5), ("tue", 1, 0.0)]


def test_of_many_groups_the_largest_are_shown() -> None:
    names = ["big"] * 3 + [f"g{i}" for i in range(60)]
    (found,) = made("regression", range(63), range(63), [{"metric": "mae", "max": 5, "slice": {"by": "g"}}], g=names)
    assert (len(found.parts), found.parts[0].name, found.left_out) == (MOST, "big", 21)
    assert breakdown_rows(found)[-1] == ("and 21 more", "", "")
    shown = Shown("m", None, GateReport((), 0.95), 63, breakdowns=(found,))
    assert "| `big` | 3 | 0 |" in markdown(*breakdown_blocks(shown))


def test_a_reason_is_given_once_and_says_where_and_for_what() -> None:
    twice = GateResult("mae <= 1", "mae", "overall", 2, 2, 2, 1, 9, "fail", "mae is 2")
    slice_ = GateResult("mae <= 1 within day", "mae", "day=mon", 2, 2, 2, 1, 9, "fail", "mae is 2")
    leak = GateResult(
        "leakage: combination", "combination", "overall", 1, 1, 1, 0.9, 0, "fail", "`a` + `b`", where="`x` is set at k.yaml:3"
    )
    told = GateResult("leakage: shared rows", "shared_rows", "overall", 2, 2, 2, 0, 0, "pass", "2 rows", warning=True)
    shown = Shown("m", None, GateReport((twice, twice, slice_, leak, told), 0.95), 9)
    assert reasons(shown) == ["fail: mae is 2", "fail: day=mon: mae is 2", "fail: `a` + `b` (`x` is set at k.yaml:3)", "warning: 2 rows"]
    text = markdown(verdict_block(shown))
    assert text.count("`mae is 2`") == 2 and "k.yaml:3" in text and "- ⚠️ warning: `leakage: shared rows` (`overall`): `2 rows`" in text
