"""When two numbers, or two sentences with numbers, count as the same."""

from __future__ import annotations

from typing import Any

import pytest
from support.changes import CLAIM, change, staging
from support.records import claim, claim_file, entry, estimate, record

from mlspec.gates.candidate import from_record
from mlspec.gates.evidence import Judgement
from mlspec.gates.overview import MetricRow
from mlspec.gates.result import GateReport, GateResult, Waived
from mlspec.promotion.verify.numbers import _differences, compare_gates, compare_metrics, same_number, same_text
from mlspec.registry.chain import Chain
from mlspec.registry.records import Estimate

SAID = "mae is 41.2 (95% interval 39.9 to 42.6); needed: <= 50"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1.0, 1.0, True), (1.0, 1.0 + 1e-9, True), (1.0, 1.00001, False), (0.0, 1e-12, True), (0.0, 1e-6, False), (None, None, True), (None, 0.0, False),
        (1e9, 1e9 + 1, True), (float("nan"), float("nan"), False), (-1.0, 1.0, False),
    ],
)  # fmt: skip
def test_numbers(one: float | None, other: float | None, same: bool) -> None:
    assert same_number(one, other) is same


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (SAID, True),
        (SAID.replace("41.2", "41.21"), True),
        (SAID.replace("41.2", "41.9"), False),
        (SAID.replace("41.2", "4.12"), False),
        (SAID.replace("<=", ">="), False),
        (SAID.replace("39.9", "39,900"), False),
        (SAID + " ", False),
        (SAID + " 1", False),
        ("", False),
        (SAID.replace("41.2", "4.12e1"), True),
    ],
)
def test_sentences(other: str, same: bool) -> None:
    assert same_text(SAID, other) is same
    assert same_text(other, SAID) is same


def test_the_last_digit_shown_may_differ() -> None:
    assert same_text("mae is 1.234e-05 and 1,234,567 rows", "mae is 1.235e-05 and 1,234,568 rows")
    assert not same_text("mae is 1.234e-05", "mae is 1.234e-06")


MEASURED = {
    "metric": "latency_p99",
    "verdict": "pass",
    "value": 0.01,
    "threshold": 0.05,
    "rows": 100,
    "message": "it is 0.01; needed: <= 0.05",
}


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ({"value": 0.02, "message": "it is 0.02; needed: <= 0.05"}, []),
        ({"threshold": 5.0}, ["threshold"]),
        ({"message": "it is 0.01; carl approved it"}, ["message"]),
        ({"verdict": "fail"}, ["verdict"]),
    ],
)
def test_a_duration_may_differ_and_what_it_is_held_to_may_not(edit: dict[str, object], told: list[str]) -> None:
    assert [what for what, _, _ in _differences(MEASURED | edit, MEASURED)] == told
    other = MEASURED | {"reference": 0.01}
    assert [what for what, _, _ in _differences(other | {"threshold": 0.06}, other)] == []


# ---------------------------------------------------------------------------------------------- whole claims and records


def judged(**more: Any) -> GateResult:
    known: dict[str, Any] = {"value": 3.0, "low": 2.0, "high": 4.0, "threshold": 50.0, "rows": 150, "verdict": "pass", "message": SAID}
    return GateResult(**{"kpi": "mae <= 50", "metric": "mae", "subject": "overall", **known, **more})


def refused(claimed: list[dict[str, Any]], *found: GateResult) -> list[str]:
    change_ = change({CLAIM: None})
    text = claim("staging", "v1.1.0", record("v1.1.0"), gates=claimed)
    chain = Chain(staging(change_), claim_file(text), None)
    judgement = Judgement(from_record(entry(record()).record), None, GateReport(found, 0.95), 150, ())
    told = list(compare_gates(chain, claim_file(text), judgement))
    assert {d.code for d in told} <= {"MLS0739"}
    return [d.message.split(": ", 2)[-1] for d in told]


def form(**more: Any) -> dict[str, Any]:
    return {k: v for k, v in judged().as_form().items() if v is not None} | more


def test_the_same_gates_pass_in_any_order() -> None:
    second = {"kpi": "mae <= 60 within shop", "subject": "shop=a"}
    assert refused([form(), form(**second)], judged(**second), judged()) == []
    assert refused([form(value=3.0 + 1e-9)], judged()) == []


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ({"value": 2.9}, "the claim says value 2.9, recomputed it is 3"),
        ({"high": 3.9}, "the claim says high 3.9, recomputed it is 4"),
        ({"rows": 151}, "the claim says rows 151, recomputed it is 150"),
        ({"threshold": 500.0}, "the claim says threshold 500.0, recomputed it is 50"),
        ({"reference": 1.0}, "the claim says reference 1.0, recomputed it is nothing"),
        ({"verdict": "inconclusive"}, "the claim says verdict inconclusive, recomputed it is pass"),
        ({"metric": "rmse"}, "the claim says metric rmse, recomputed it is mae"),
        ({"warning": True}, "the claim says warning True, recomputed it is nothing"),
        ({"message": SAID.replace("needed", "agreed")}, "the claim says message"),
    ],
)
def test_each_typed_value_of_a_gate_is_named(edit: dict[str, Any], told: str) -> None:
    (message,) = refused([form(**edit)], judged())
    assert message.startswith(told)


def test_a_gate_that_is_left_out_or_added_or_there_twice_is_named() -> None:
    assert refused([], judged()) == ["the claim says gate nothing, recomputed it is pass"]
    assert refused([form()]) == ["the claim says gate pass, recomputed it is not asked for"]
    assert refused([form(), form()], judged()) == ["the claim has the gate mae <= 50 (overall) twice"]
    assert len(refused([form(), form(value=0.1)], judged())) == 2  # the second does not hide behind the first


def test_an_interval_that_is_not_defined_is_absent_in_both() -> None:
    undefined = judged(low=float("nan"), high=float("nan"))
    assert refused([{k: v for k, v in form().items() if k not in ("low", "high")}], undefined) == []
    assert len(refused([form()], undefined)) == 2


def test_a_waiver_that_is_typed_is_named() -> None:
    waiver = {"name": "w", "owner": "@ada", "until": "2026-12-01", "reason": "known"}
    typed = form(verdict="waived", waiver=waiver)
    assert [m.split()[3] for m in refused([typed], judged())] == ["verdict", "waiver"]
    waived = judged(verdict="waived", waiver=Waived(**waiver))
    assert refused([typed], waived) == []
    (message,) = refused([typed | {"waiver": waiver | {"until": "2036-12-01"}}], waived)
    assert "waiver" in message


def measured(*rows: tuple[str, float]) -> list[MetricRow]:
    made = [(name, Estimate(value=value, low=value - 1, high=value + 1)) for name, value in rows]
    return [MetricRow(name, estimate, estimate) for name, estimate in made]


@pytest.mark.parametrize(
    ("recorded", "again", "told"),
    [
        ({"mae": 3.0}, [("mae", 3.0)], []),
        ({"mae": 3.0}, [("mae", 3.0 * (1 + 1e-9))], []),
        ({"mae": 2.9}, [("mae", 3.0)], ["mae value 2.9"]),
        ({"mae": 3.0, "auc": 1.0}, [("mae", 3.0)], ["auc value 1.0"]),
        ({}, [("mae", 3.0)], ["mae value nothing"]),
        ({"mae": 3.0, "r2": 0.5}, [("mae", 3.1), ("r2", 0.6)], ["mae value 3.0", "r2 value 0.5"]),
    ],
)
def test_metrics_of_a_record_come_out_again(recorded: dict[str, float], again: list[tuple[str, float]], told: list[str]) -> None:
    made = entry(record(metrics={name: estimate(value) for name, value in recorded.items()}))
    found = list(compare_metrics("model/demand@v1.0.0", made, measured(*again)))
    assert [d.message.split("the record says ")[1].split(", recomputed")[0] for d in found] == told
    assert {(d.code, d.span.path if d.span else "") for d in found} <= {("MLS0739", made.path)}


def test_an_interval_of_a_record_counts_too() -> None:
    made = entry(record(metrics={"mae": {"value": 3.0}}))
    (found,) = compare_metrics("", made, measured(("mae", 3.0)))
    assert "mae low nothing, recomputed it is 2.0" in found.message
