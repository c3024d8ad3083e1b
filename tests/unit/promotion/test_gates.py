"""The judge: every verdict, by every way a KPI can be written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from mlspec.promotion.gate_result import GateResult
from mlspec.promotion.gates import Evidence, judge
from mlspec.spec.kpi_set import KPISetSpec


@dataclass(frozen=True)
class Given:
    predicted: np.ndarray
    proba: np.ndarray | None = None
    classes: tuple[Any, ...] | None = None


DICE = np.random.default_rng(11)
ROWS = 800
Y = DICE.gamma(3.0, 50.0, ROWS)
NOISE = DICE.normal(0, 20, ROWS)
GOOD, WORSE, MEAN = Given(Y + NOISE), Given(Y + NOISE * 1.3), Given(np.full(ROWS, Y.mean()))
DAY = np.where(np.arange(ROWS) % 20 == 0, "holiday", "workday").astype(object)
OFF = {"sharedRows": None, "singleFeature": None}


def gates(*kpis: Any, challenger: Given = GOOD, champion: Given | None = None, **more: Any) -> list[GateResult]:
    spec = KPISetSpec.model_validate({"model": "m", "kpis": list(kpis), "bootstrap": {"resamples": 500}})
    return list(judge(spec, Evidence("regression", Y, challenger, MEAN, champion, columns={"day": DAY}, **more)).gates)


def one(*kpis: Any, **more: Any) -> GateResult:
    (found,) = gates(*kpis, **more)
    return found


def test_the_interval_s_worse_end_must_hold_not_the_value() -> None:
    value = float(np.abs(NOISE).mean())
    assert one(f"mae <= {value + 3}").verdict == "pass"
    close = one(f"mae <= {value + 0.3:.4f}")
    assert close.verdict == "inconclusive"
    assert "rows would settle it" in close.message
    assert one(f"mae <= {value - 1}").verdict == "fail"
    assert one({"metric": "mae", "max": value + 0.3, "bound": "point"}).verdict == "pass"


def test_the_rows_said_to_be_needed_do_settle_it() -> None:
    value = float(np.abs(NOISE).mean())
    found = one(f"mae <= {value + 0.6:.6f}")
    half = found.high - found.value
    needed = int(found.message.split("about ")[1].split(" rows")[0].replace(",", ""))
    assert needed == pytest.approx(ROWS * (half / 0.6) ** 2, rel=0.01)


def test_min_looks_at_the_lower_end() -> None:
    found = one({"metric": "r2", "min": 0.5})
    assert (found.verdict, found.threshold) == ("pass", 0.5)
    assert one({"metric": "r2", "min": 0.999}).verdict == "fail"


def test_versus_baseline() -> None:
    assert one({"metric": "mae", "versus": "baseline", "improveBy": "20%"}).verdict == "pass"
    assert one({"metric": "mae", "versus": "baseline", "improveBy": "99%"}).verdict == "fail"


def test_without_a_champion_the_comparison_is_skipped() -> None:
    assert one({"metric": "mae", "versus": "champion", "notWorseBy": "0%"}).verdict == "skipped"


def test_an_equal_champion_is_not_worse() -> None:
    assert one({"metric": "mae", "versus": "champion", "notWorseBy": "0%"}, champion=GOOD).verdict == "pass"


def test_a_worse_challenger_is_refused_with_its_interval() -> None:
    found = one({"metric": "mae", "versus": "champion", "notWorseBy": "0%"}, challenger=WORSE, champion=GOOD)
    assert found.verdict == "fail"
    assert found.low > 0
    assert found.message.startswith("mae is ")
    assert f"worse than the champion's {np.abs(NOISE).mean():.4g} (95% interval of the difference: +" in found.message


def test_a_better_challenger_passes_and_may_be_asked_to_be_much_better() -> None:
    kpi = {"metric": "mae", "versus": "champion", "notWorseBy": "0%"}
    assert one(kpi, challenger=GOOD, champion=WORSE).verdict == "pass"
    assert one({"metric": "mae", "versus": "champion", "improveBy": "50%"}, challenger=GOOD, champion=WORSE).verdict == "fail"


def test_a_little_worse_is_allowed_by_the_margin() -> None:
    a_little = Given(Y + NOISE * 1.02)
    assert one({"metric": "mae", "versus": "champion", "notWorseBy": "0%"}, challenger=a_little, champion=GOOD).verdict == "fail"
    assert one({"metric": "mae", "versus": "champion", "notWorseBy": "5%"}, challenger=a_little, champion=GOOD).verdict == "pass"


def test_greater_is_better_is_compared_the_other_way() -> None:
    assert one({"metric": "r2", "versus": "champion", "notWorseBy": "0%"}, challenger=WORSE, champion=GOOD).verdict == "fail"
    assert one({"metric": "r2", "versus": "champion", "notWorseBy": "0%"}, challenger=GOOD, champion=WORSE).verdict == "pass"


def test_a_slice_hides_nothing_and_a_small_one_is_shown_not_judged() -> None:
    bad_on_holidays = Given(np.where(DAY == "holiday", Y + 500, Y + NOISE))
    found = {
        g.subject: g.verdict for g in gates({"metric": "mae", "max": 60, "slice": {"by": "day", "minRows": 30}}, challenger=bad_on_holidays)
    }
    assert found == {"day=holiday": "fail", "day=workday": "pass"}
    small = {
        g.subject: g.verdict
        for g in gates({"metric": "mae", "max": 60, "slice": {"by": "day", "minRows": 100}}, challenger=bad_on_holidays)
    }
    assert small == {"day=holiday": "skipped", "day=workday": "pass"}


def test_fairness_between_groups() -> None:
    bad_on_holidays = Given(np.where(DAY == "holiday", Y + 500, Y + NOISE))
    assert one({"metric": "mae", "by": "day", "maxDifference": 20}).verdict == "pass"
    assert one({"metric": "mae", "by": "day", "maxDifference": 20}, challenger=bad_on_holidays).verdict == "fail"


def test_what_is_measured_once() -> None:
    size = {"metric": "model_size", "max": "2MB"}
    assert one(size, measured={"model_size": 1_999_999}).verdict == "pass"
    assert one(size, measured={"model_size": 2_000_001}).verdict == "fail"
    assert one(size).verdict == "inconclusive"
    assert one({"metric": "reproducible", "equals": True}, measured={"reproducible": False}).verdict == "fail"
    assert one({"metric": "reproducible", "equals": True}, measured={"reproducible": True}).verdict == "pass"


def test_leakage_is_looked_for_by_default() -> None:
    found = {g.metric: g.verdict for g in gates("mae <= 500", leakage={"sharedRows": 2, "singleFeature": {"x": 0.3, "copy": 0.999}})}
    assert found == {"mae": "pass", "shared_rows": "fail", "single_feature": "fail"}


def test_only_all_good_gates_pass_together() -> None:
    spec = KPISetSpec.model_validate({"model": "m", "kpis": ["mae <= 500", "mae <= 1"], "bootstrap": {"resamples": 200}})
    assert judge(spec, Evidence("regression", Y, GOOD, MEAN)).verdict == "fail"


def test_a_time_split_is_judged_by_blocks() -> None:
    drifting = Given(Y + 20 * np.sin(np.arange(ROWS) / 60))
    rows, blocks = one("mae <= 500", challenger=drifting), one("mae <= 500", challenger=drifting, strategy="time")
    assert blocks.high - blocks.low > 1.5 * (rows.high - rows.low)


def test_a_result_reads_back_from_the_claim() -> None:
    for found in gates("mae <= 500", {"metric": "mae", "versus": "baseline", "improveBy": "1%"}):
        again = GateResult.from_form(found.as_form())
        assert again.as_form() == found.as_form()
