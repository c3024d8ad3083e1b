"""Loosening, for random projects: nothing of a project against itself, whatever is found of a single weakening, and nothing of its way back."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from support.projects import SPECS, compile_texts

from mlspec.compiler.project.project import Project
from mlspec.promotion.loosening import loosened

Spec = dict[str, Any]
Weakening = tuple[str, Callable[[Spec], None]]
SOURCE = SPECS["specs/sales.yaml"]

numbers = st.sampled_from([1, 2.5, 40, 65, 1000])
shares = st.sampled_from([0.0, 0.02, 0.1, 0.25])
bounds = st.sampled_from([{}, {"bound": "interval"}, {"bound": "point"}])


@st.composite
def kpis(draw: st.DrawFn) -> Spec:
    """One KPI: plain, sliced, fairness, or a comparison."""
    metric = draw(st.sampled_from(["mae", "rmse", "r2"]))
    way = "min" if metric == "r2" else "max"
    rest = draw(
        st.one_of(
            st.builds(lambda v: {way: v}, numbers),
            st.builds(lambda v, by, rows: {way: v, "slice": {"by": by, "minRows": rows}}, numbers, st.sampled_from(["shop", "price"]), st.integers(1, 300)),
            st.builds(lambda v, rows: {"by": "shop", "maxDifference": v, "minRows": rows}, numbers, st.integers(1, 300)),
            st.builds(lambda v, other: {"versus": other, "improveBy": v}, shares, st.sampled_from(["champion", "baseline"])),
            st.builds(lambda v, other: {"versus": other, "notWorseBy": v}, shares, st.sampled_from(["champion", "baseline"])),
            st.builds(lambda v, other: {"versus": other, "improveBy": {"points": v}}, shares, st.just("champion")),
            st.builds(lambda v, other: {"versus": other, "notWorseBy": {"points": v}}, shares, st.just("champion")),
        )
    )  # fmt: skip
    return {"metric": metric, **rest, **draw(bounds)}


@st.composite
def rules(draw: st.DrawFn) -> Spec:
    rule = draw(
        st.one_of(
            st.builds(lambda v: {"rowCount": {"min": v}}, st.integers(1, 99)),
            st.builds(lambda v: {"rowCountChange": {"maxDecrease": v}}, shares),
            st.builds(lambda v: {"column": "price", "between": [-v, v]}, numbers),
            st.builds(lambda v: {"column": "count", "maxMissing": v}, shares),
            st.builds(lambda v: {"column": "price", "mean": {"max": v}}, numbers),
            st.builds(lambda v: {"fresh": {"column": "day", "within": f"{v}h"}}, st.integers(1, 99)),
            st.builds(lambda n: {"column": "shop", "in": ["a", "b", "c"][:n]}, st.integers(1, 3)),
        )
    )
    return {**rule, **draw(st.sampled_from([{}, {"onFailure": "fail"}, {"onFailure": "quarantine"}]))}


SHAPES = st.fixed_dictionaries(
    {
        "kpis": st.lists(kpis(), min_size=1, max_size=4, unique_by=lambda k: (k["metric"], k.get("versus"), k.get("by"), (k.get("slice") or {}).get("by"))),
        "rules": st.lists(rules(), min_size=1, max_size=4, unique_by=lambda r: tuple(sorted(k for k in r if k != "onFailure"))),
        "confidence": st.sampled_from([0.9, 0.95, 0.99]),
        "test": st.sampled_from([0.2, 0.3]),
        "gap": st.sampled_from([3600, 86400]),
        "age": st.sampled_from([3600, 86400]),
        "card": st.lists(st.sampled_from(["intendedUse", "limitations"]), min_size=1, unique=True),
    }
)  # fmt: skip


def document(kind: str, name: str, spec: Spec) -> str:
    return json.dumps({"apiVersion": "mlspec/v1", "kind": kind, "metadata": {"name": name}, "spec": spec})


def project(shape: Spec) -> Project:
    model = {"task": "regression", "data": "sales", "target": "count", "split": {"strategy": "time", "test": shape["test"], "gap": shape["gap"]}, "card": {"intendedUse": "a", "limitations": "b"}, "estimator": {"class": "sklearn.linear_model.Ridge"}, "baseline": {"estimator": {"class": "sklearn.linear_model.Lasso"}}}  # fmt: skip
    require = {"maxEvaluationAge": shape["age"], "card": shape["card"]}
    texts = {
        "specs/demand.yaml": document("Model", "demand", model),
        "specs/demand-kpis.yaml": document(
            "KPISet", "demand", {"model": "demand", "confidence": shape["confidence"], "kpis": shape["kpis"]}
        ),
        "specs/sales-rules.yaml": document("ValidationRules", "sales", {"source": "sales", "rules": shape["rules"]}),
        "specs/policy.yaml": document("Policy", "p", {"environments": ["production"], "require": require}),
    }
    compiled = compile_texts(SPECS | texts)
    assert compiled.project and not [d for d in compiled.diagnostics if d.is_error], compiled.diagnostics
    return compiled.project


def easier_kpi(kpi: Spec) -> None:
    """The threshold, one notch."""
    for key, step in {"max": 7, "min": -7, "maxDifference": 7}.items():
        if key in kpi:
            kpi[key] = kpi[key] + step
    for key, sign in {"improveBy": 1, "notWorseBy": -1}.items():
        if key in kpi:
            was = kpi.pop(key)
            margin = sign * (was["points"] if isinstance(was, dict) else was) - 0.05
            size = {"points": abs(margin)} if isinstance(was, dict) else abs(margin)
            kpi |= {"improveBy": size} if margin >= 0 else {"notWorseBy": size}
            return


def easier_rule(rule: Spec) -> None:
    match rule:
        case {"rowCount": part}:
            part["min"] -= 1
        case {"rowCountChange": part}:
            part["maxDecrease"] += 0.1
        case {"between": [low, high]}:
            rule["between"] = [low, high + 1]
        case {"maxMissing": share}:
            rule["maxMissing"] = share + 0.1
        case {"mean": part}:
            part["max"] += 1
        case {"fresh": part}:
            part["within"] = "2000h"
        case {"in": values}:
            rule["in"] = [*values, "z"]


@st.composite
def weakenings(draw: st.DrawFn, shape: Spec) -> Spec:
    """The shape with one thing that is easier."""
    now = deepcopy(shape)
    kpi, rule = draw(st.sampled_from(now["kpis"])), draw(st.sampled_from(now["rules"]))
    ways: dict[str, Callable[[], Any]] = {
        "a threshold": lambda: easier_kpi(kpi),
        "a rule": lambda: easier_rule(rule),
        "a rule warns": lambda: rule.update(onFailure="warn"),
        "a rule is gone": lambda: now["rules"].remove(rule),
        "confidence": lambda: now.update(confidence=0.8),
        "the test": lambda: now.update(test=0.1),
        "the gap": lambda: now.update(gap=60),
        "the age": lambda: now.update(age=90000),
        "the card": now["card"].pop,
    }
    if len(now["kpis"]) > 1:
        ways["a KPI is gone"] = lambda: now["kpis"].remove(kpi)
    if "minRows" in kpi.get("slice", {}):
        ways["a slice"] = lambda: kpi["slice"].update(minRows=500)
    if kpi.get("bound") != "point":
        ways["the bound"] = lambda: kpi.update(bound="point")
    ways[draw(st.sampled_from(sorted(ways)))]()
    return now


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_weakening_is_found_and_the_way_back_is_not(data: st.DataObject) -> None:
    shape = data.draw(SHAPES)
    weaker = data.draw(weakenings(shape))
    before, after = project(shape), project(weaker)
    found = loosened(before, after)
    assert found
    assert loosened(before, before) == () == loosened(after, after)
    assert loosened(after, before) == ()


@settings(max_examples=30, deadline=None)
@given(SHAPES, st.randoms(use_true_random=False))
def test_an_order_says_nothing(shape: Spec, dice: Any) -> None:
    other = deepcopy(shape)
    for key in ("kpis", "rules", "card"):
        dice.shuffle(other[key])
    assert loosened(project(shape), project(other)) == ()
