"""The judge: every verdict, by every way a KPI can be written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from mlspec.gates.judge import Evidence, judge
from mlspec.gates.result import GateResult
from mlspec.language.kinds.kpi_set import KPISetSpec
from mlspec.metrics.estimate import Resampling
from mlspec.metrics.evaluation import evaluate_all


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


def test_a_margin_in_the_metric_s_units() -> None:
    ahead = float(np.abs(Y - Y.mean()).mean() - np.abs(NOISE).mean())
    assert one({"metric": "mae", "versus": "baseline", "improveBy": {"points": ahead - 15}}).verdict == "pass"
    assert one({"metric": "mae", "versus": "baseline", "improveBy": {"points": ahead - 0.1}}).verdict == "inconclusive"
    found = one({"metric": "mae", "versus": "baseline", "improveBy": {"points": ahead + 1}})
    assert (found.verdict, found.threshold) == ("fail", pytest.approx(-ahead - 1))
    assert f"needed: better by {ahead + 1:.4g}" in found.message


def test_a_share_of_nothing_is_never_passed() -> None:
    """The mean's r2 is 0 to the last bits: a tenth more than that is what any model has."""
    found = one({"metric": "r2", "versus": "baseline", "improveBy": "10%"})
    assert found.verdict == "inconclusive"
    assert "write `improveBy: {points: …}`" in found.message
    assert one({"metric": "r2", "versus": "baseline", "improveBy": {"points": 0.5}}).verdict == "pass"
    perfect = Given(Y.copy())
    assert one({"metric": "mae", "versus": "champion", "improveBy": "10%"}, challenger=perfect, champion=perfect).verdict == "inconclusive"


def test_rows_that_the_champion_was_trained_on_are_left_out() -> None:
    import numpy as np

    from mlspec.metrics.slices import subset as pick

    kpi = {"metric": "mae", "versus": "champion", "notWorseBy": "0%"}
    knows = np.zeros(len(Y), dtype=bool)
    knows[: len(Y) // 2] = True
    champion = pick(MEAN, np.ones(len(Y), dtype=bool))
    champion.predicted[knows] = Y[knows]  # it learned these rows by heart
    spec = KPISetSpec.model_validate({"model": "m", "kpis": [kpi]})
    fooled, fair = (judge(spec, Evidence("regression", Y, GOOD, MEAN, champion, unseen=mask)).gates[0] for mask in (None, ~knows))
    assert fooled.rows == len(Y)
    assert (fair.verdict, fair.rows) == ("pass", int((~knows).sum()))
    assert fair.value < fooled.value
    assert "which are left out here" in fair.message
    nothing = judge(spec, Evidence("regression", Y, GOOD, MEAN, champion, unseen=np.zeros(len(Y), dtype=bool))).gates[0]
    assert nothing.verdict == "inconclusive"


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


def test_when_no_slice_has_enough_rows_nothing_was_judged() -> None:
    *small, last = gates({"metric": "mae", "max": 1, "slice": {"by": "day", "minRows": 1000}})
    assert [g.verdict for g in small] == ["skipped", "skipped"]
    assert (last.subject, last.verdict) == ("every day", "inconclusive")
    assert last.message == (
        "no value of day has 1,000 rows (minRows), so nothing was judged; "
        "about 1,053 test rows are needed (there are 800, the most in workday: 760)"
    )
    spec = KPISetSpec.model_validate({"model": "m", "kpis": [{"metric": "mae", "max": 1, "slice": {"by": "day", "minRows": 1000}}]})
    assert judge(spec, Evidence("regression", Y, GOOD, MEAN, columns={"day": DAY})).verdict == "inconclusive"


def test_fairness_between_groups() -> None:
    bad_on_holidays = Given(np.where(DAY == "holiday", Y + 500, Y + NOISE))
    kpi = {"metric": "mae", "by": "day", "maxDifference": 20, "minRows": 40}
    assert one(kpi).verdict == "pass"
    assert one(kpi, challenger=bad_on_holidays).verdict == "fail"


def test_fairness_needs_two_groups_of_enough_rows() -> None:
    found = one({"metric": "mae", "by": "day", "maxDifference": 20})
    assert (found.verdict, np.isnan(found.value)) == ("inconclusive", True)
    assert "(40 rows, not judged)" in found.message
    assert found.message.endswith("two groups of 100 rows (minRows) are needed to compare, and there is 1")


def test_fairness_of_what_a_group_cannot_show() -> None:
    """No negatives in b: its false positive rate is unknown, not equal to that of a."""
    y = np.array([0] * 200 + [1] * 200, dtype=object)
    groups = np.array(["a"] * 200 + ["b"] * 200, dtype=object)
    always = Given(np.ones(400, dtype=object), None, (0, 1))
    spec = KPISetSpec.model_validate({"model": "m", "kpis": [{"metric": "false_positive_rate", "by": "g", "maxDifference": 0.1}]})
    report = judge(spec, Evidence("binary", y, always, always, columns={"g": groups}))
    assert report.verdict == "inconclusive"
    assert "not defined for b" in report.gates[0].message


def judged(task: str, y: np.ndarray, answers: Given, *kpis: Any, block: int | None = None, **more: Any) -> GateResult:
    spec = KPISetSpec.model_validate({"model": "m", "kpis": list(kpis), "bootstrap": {"resamples": 200, "block": block}})
    (found,) = judge(spec, Evidence(task, y, answers, answers, **more)).gates
    return found


def test_few_rows_prove_nothing_for_or_against() -> None:
    two = np.array([1.0, 2.0])
    found = judged("regression", two, Given(two + 0.5), "mae <= 1")
    assert (found.verdict, found.value, np.isnan(found.high)) == ("inconclusive", 0.5, True)
    assert found.message.endswith("too few rows for an interval: there are 2, and 30 are needed")
    assert judged("regression", two, Given(two + 9), "mae <= 1").verdict == "inconclusive"
    assert judged("regression", two, Given(two + 0.5), {"metric": "mae", "max": 1, "bound": "point"}).verdict == "pass"
    versus = {"metric": "mae", "versus": "champion", "notWorseBy": "0%"}
    assert judged("regression", two, Given(two), versus, champion=Given(two + 1)).verdict == "inconclusive"


def test_thirty_of_thirty_right_is_not_certainty() -> None:
    y = np.array([0, 1, 1] * 10, dtype=object)
    found = judged("binary", y, Given(y, None, (0, 1)), "accuracy >= 0.9")
    assert (found.verdict, found.value) == ("inconclusive", 1.0)
    assert found.low == pytest.approx(0.025 ** (1 / 30))
    assert judged("binary", y, Given(y, None, (0, 1)), "accuracy >= 0.85").verdict == "pass"


@pytest.mark.parametrize("block", [100, 500, 800, 5000])
def test_blocks_as_long_as_the_rows_prove_nothing(block: int) -> None:
    found = judged("regression", Y, GOOD, "mae <= 500", block=block)
    assert found.verdict == "inconclusive"
    assert "too few blocks for an interval" in found.message
    needed = int(found.message.split("about ")[1].split(" rows")[0].replace(",", ""))
    assert needed == pytest.approx(10 * block, rel=0.15)


def test_a_slice_of_a_time_split_takes_its_rows_from_blocks_of_all_rows() -> None:
    half, season = np.where(np.arange(ROWS) % 2, "odd", "even"), np.where(np.arange(ROWS) < 150, "winter", "rest")
    kpi = {"metric": "mae", "max": 500, "slice": {"by": "half"}}
    spec = KPISetSpec.model_validate({"model": "m", "kpis": [kpi], "bootstrap": {"block": 20, "resamples": 200}})
    even = judge(spec, Evidence("regression", Y, GOOD, MEAN, columns={"half": half}, ordered=True))
    assert {g.verdict for g in even.gates} == {"pass"}
    apart = judge(spec, Evidence("regression", Y, GOOD, MEAN, columns={"half": season}, ordered=True))
    assert {g.subject: g.verdict for g in apart.gates} == {"half=rest": "pass", "half=winter": "inconclusive"}


def test_evaluation_and_gate_agree_on_a_slice() -> None:
    gate = gates({"metric": "mae", "max": 500, "slice": {"by": "day"}}, ordered=True, by_time=True, seed=4)[1]
    how = Resampling(0.95, 500, None, 4, ordered=True, by_time=True)
    found = evaluate_all(["mae"], Y, GOOD, MEAN, slice_columns={"day": DAY}, fairness_columns={}, how=how)["slices"]["day"]["workday"][
        "mae"
    ]
    assert (found["value"], found["low"], found["high"]) == pytest.approx((gate.value, gate.low, gate.high))


@pytest.mark.parametrize("shift", [-50, 50])
def test_bias_is_bounded_by_its_size(shift: float) -> None:
    shifted = Given(Y + NOISE + shift)
    assert one("bias <= 40", challenger=shifted).verdict == "fail"
    assert one("bias <= 60", challenger=shifted).verdict == "pass"
    close = one(f"bias <= {abs(float((NOISE + shift).mean())) + 0.1:.6f}", challenger=shifted)
    assert close.verdict == "inconclusive"
    assert "either way" in close.message


def test_what_is_measured_once() -> None:
    size = {"metric": "model_size", "max": "2MB"}
    assert one(size, measured={"model_size": 1_999_999}).verdict == "pass"
    assert one(size, measured={"model_size": 2_000_001}).verdict == "fail"
    assert one(size).verdict == "inconclusive"
    assert one({"metric": "reproducible", "equals": True}, measured={"reproducible": False}).verdict == "fail"
    assert one({"metric": "reproducible", "equals": True}, measured={"reproducible": True}).verdict == "pass"


TWINS = {"known": 100, "byNature": 0, "inTraining": 40, "trainingRows": 3200}
HEART = np.zeros(ROWS, dtype=bool)
HEART[:100] = True
BY_HEART = Given(np.where(HEART, Y, Y + NOISE * 2))


def leakage(limits: dict[str, Any], found: dict[str, Any], *kpis: Any, **more: Any) -> list[GateResult]:
    spec = KPISetSpec.model_validate({"model": "m", "kpis": kpis or ["mae <= 500"], "leakage": limits, "bootstrap": {"resamples": 200}})
    report = judge(spec, Evidence("regression", Y, more.pop("challenger", GOOD), MEAN, leakage=found, **more))
    return [g for g in report.gates if g.kpi.startswith("leakage")]


def test_leakage_is_looked_for_by_default() -> None:
    made = {"explained": 0.99999, "columns": ["a", "b"], "form": "sum"}
    found = {"sharedRows": 2, "singleFeature": {"x": 0.3, "copy": 0.999}, "combination": made}
    assert {g.metric: (g.verdict, g.warning) for g in leakage({}, found)} == {
        "shared_rows": ("pass", True),
        "single_feature": ("fail", False),
        "combination": ("fail", False),
    }


def test_a_written_number_of_shared_rows_is_a_limit() -> None:
    (within,) = leakage({"sharedRows": 2}, {"sharedRows": 2})
    (beyond,) = leakage({"sharedRows": 2}, {"sharedRows": 3}, known=HEART)
    assert (within.verdict, beyond.verdict, beyond.threshold) == ("pass", "fail", 2)
    assert "allowed by `leakage.sharedRows`: 2" in beyond.message


def test_a_verdict_that_hangs_on_known_rows_fails() -> None:
    between = (np.abs(BY_HEART.predicted - Y).mean() + np.abs(NOISE * 2).mean()) / 2
    found = {"sharedRows": 100, "twins": TWINS}
    (caught,) = leakage({}, found, {"metric": "mae", "max": float(between), "bound": "point"}, challenger=BY_HEART, known=HEART)
    assert (caught.verdict, caught.value, caught.warning) == ("fail", 100, False)
    assert "Without the 100 whose features training knows, a verdict changes: mae <= " in caught.message
    assert " with them, " in caught.message and caught.message.count("40 of 3,200 rows (1.2%)") == 1
    (told,) = leakage({}, found, "mae <= 500", challenger=BY_HEART, known=HEART)
    assert (told.verdict, told.warning) == ("pass", True)
    assert told.message.endswith("Without them no verdict gets worse")


def test_known_rows_count_in_comparisons_too() -> None:
    kpi = {"metric": "mae", "versus": "champion", "notWorseBy": "0%", "bound": "point"}
    champion = Given(Y + NOISE * 1.9)
    (found,) = leakage({}, {"sharedRows": 100, "twins": TWINS}, kpi, challenger=BY_HEART, champion=champion, known=HEART)
    assert found.verdict == "fail"


def test_fewer_rows_alone_change_no_verdict() -> None:
    """The bound is held by a hair: without some rows the interval is wider, while the value is no worse."""
    spread = one("mae <= 500").high
    known = np.abs(NOISE) > np.quantile(np.abs(NOISE), 0.9)
    known[np.argsort(np.abs(NOISE))[: known.sum()]] = True
    (found,) = leakage({}, {"sharedRows": 160, "twins": TWINS}, {"metric": "mae", "max": float(spread) + 0.001}, known=known)
    assert found.verdict == "pass"


def test_few_rows_that_are_left_settle_nothing() -> None:
    """Nearly all test rows are known: the rest is too small to judge, however well the model does there."""
    for left in (0, 20):
        known = np.arange(ROWS) >= left
        (found,) = leakage({}, {"sharedRows": ROWS - left, "twins": TWINS}, "mae <= 500", known=known)
        assert found.verdict == "fail"


def test_a_group_that_loses_its_rows_is_no_changed_verdict() -> None:
    kpi = {"metric": "mae", "by": "day", "maxDifference": 50, "minRows": 40}
    known = DAY == "holiday"
    known[np.flatnonzero(known)[3:]] = False
    (found,) = leakage({}, {"sharedRows": 3, "twins": TWINS}, kpi, columns={"day": DAY}, known=known)
    assert (found.verdict, found.warning) == ("pass", True)


def test_a_strong_fit_and_names_of_rows_are_told() -> None:
    strong = {"explained": 0.9995, "columns": ["a", "b"], "form": "sum"}
    found = {"combination": strong, "identifiers": {"ticket": {"distinct": 900, "rows": 900}}}
    fit, name = leakage({"singleFeature": None}, found)
    assert (fit.verdict, fit.warning, name.verdict, name.warning, name.subject) == ("pass", True, "pass", True, "ticket")
    assert leakage({"combination": None}, {"combination": strong}) == []
    (silent,) = leakage({}, {"combination": None})
    assert (silent.verdict, silent.warning) == ("pass", False)


def test_a_warning_reads_back_from_the_claim() -> None:
    (told,) = leakage({}, {"sharedRows": 2})
    assert GateResult.from_form(told.as_form()).warning
    assert "warning" not in one("mae <= 500").as_form()


def test_only_all_good_gates_pass_together() -> None:
    spec = KPISetSpec.model_validate({"model": "m", "kpis": ["mae <= 500", "mae <= 1"], "bootstrap": {"resamples": 200}})
    assert judge(spec, Evidence("regression", Y, GOOD, MEAN)).verdict == "fail"


def test_a_time_split_is_judged_by_blocks() -> None:
    drifting = Given(Y + np.convolve(DICE.normal(0, 20, ROWS + 5), np.ones(6) / 6, "valid"))
    rows, blocks = one("mae <= 500", challenger=drifting), one("mae <= 500", challenger=drifting, ordered=True, by_time=True)
    assert blocks.high - blocks.low > 1.2 * (rows.high - rows.low)


def test_a_result_reads_back_from_the_claim() -> None:
    for found in gates("mae <= 500", {"metric": "mae", "versus": "baseline", "improveBy": "1%"}):
        again = GateResult.from_form(found.as_form())
        assert again.as_form() == found.as_form()


@pytest.mark.parametrize(
    ("score", "expected"), [(0.5, ("pass", False)), (0.9, ("pass", True)), (0.9799, ("pass", True)), (0.981, ("fail", False))]
)
def test_a_single_feature_that_is_close_to_the_target_is_told(score: float, expected: tuple[str, bool]) -> None:
    (gate,) = (g for g in leakage({}, {"singleFeature": {"x": score, "z": 0.1}}) if g.metric == "single_feature")
    assert (gate.verdict, gate.warning) == expected
    assert ("Exclude" in gate.message) == (expected != ("pass", False))
    assert "98% of the target; allowed" not in gate.message


def test_a_bound_beside_its_limit_is_told_apart() -> None:
    gate = one("mae <= 15")
    found = one({"metric": "mae", "max": gate.value - 0.0000004})
    assert found.verdict == "fail"
    said, limit = found.message.split(" is ")[1].split(" (")[0], found.message.split("<= ")[1].split(";")[0]
    assert said != limit


def test_a_failing_leakage_check_says_where_its_limit_stands() -> None:
    from dataclasses import replace

    from mlspec.gates.tables import placed

    (gate,) = (g for g in leakage({}, {"singleFeature": {"x": 0.99}}) if g.metric == "single_feature")
    assert placed(replace(gate, where="`leakage.singleFeature` may be set at k.yaml:3")).endswith(
        "(`leakage.singleFeature` may be set at k.yaml:3)"
    )
    assert placed(replace(gate, where="there", verdict="pass")) == gate.message


def test_numbers_are_written_as_people_write_them() -> None:
    spec = KPISetSpec.model_validate({"model": "m", "kpis": ["mae <= 20000"], "leakage": {"sharedRows": None}})
    large = Evidence("regression", Y * 1000, Given((Y + NOISE) * 1000), MEAN)
    assert "16," in next(iter(judge(spec, large).gates)).message
    assert "needed: <= 20,000" in next(iter(judge(spec, large).gates)).message


def test_kpis_of_one_text_are_told_apart() -> None:
    """A claim knows a gate by text and subject: two alike could not be verified."""
    sliced = {"metric": "mae", "max": 30, "slice": {"by": "day", "minRows": 30}}
    asked = [
        "mae <= 30",
        {"metric": "mae", "max": 30, "bound": "point"},
        "mae <= 30",
        "mae <= 30",
        sliced,
        sliced | {"slice": {"by": "day"}},
    ]
    found = gates(*asked)
    assert len({(g.kpi, g.subject) for g in found}) == len(found)
    assert list(dict.fromkeys(g.kpi for g in found)) == [
        "mae <= 30",
        "mae <= 30, bound: point",
        "mae <= 30 (2)",
        "mae <= 30 (3)",
        "mae <= 30 within day",
        "mae <= 30 within day, minRows 100",
    ]
