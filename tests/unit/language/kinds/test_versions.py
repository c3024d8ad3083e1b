"""The conversion as a function: what is refused, where each part stood, the way between versions."""

from __future__ import annotations

from typing import Any

import pytest

from mlspec.language.kinds.versions.part import At
from mlspec.language.kinds.versions.registry import Change, convert, renamed, versions, way
from mlspec.language.kinds.versions.steps import Move

OLD = "mlspec/v1alpha1"


def old(kind: str, spec: Any, **metadata: Any) -> dict[str, Any]:
    return {"apiVersion": OLD, "kind": kind, "metadata": {"name": "x", **metadata}, "spec": spec}


def up(kind: str, spec: Any) -> Any:
    converted = convert(old(kind, spec))
    assert not converted.misfits
    return converted.value["spec"]


@pytest.mark.parametrize(
    ("kind", "was", "now"),
    [
        ("Project", {"storage": "s3://b", "runner": "gpu"}, {"storage": {"url": "s3://b"}, "ci": {"runsOn": "gpu"}}),
        ("Project", {"variables": [{"name": "r", "value": 1}]}, {"variables": {"r": {"default": 1}}}),
        ("DataSource", {"source": {"type": "csv", "path": "a"}}, {"file": {"path": "a"}, "format": "csv"}),
        ("DataSource", {"source": {"url": "https://a", "checksum": "c"}}, {"http": {"url": "https://a", "sha256": "c"}}),
        ("DataSource", {"source": {"path": "a"}, "schema": {"a": "date"}}, {"file": {"path": "a"}, "columns": [{"name": "a", "type": "date"}]}),
        ("DataSource", {"source": {"path": "a"}, "steps": [{"do": "drop", "columns": ["a"]}]}, {"file": {"path": "a"}, "clean": [{"drop": ["a"]}]}),
        ("ValidationRules", {"checks": [{"type": "between", "column": "a", "min": 1, "max": 2}]}, {"rules": [{"column": "a", "between": [1, 2]}]}),
        ("ValidationRules", {"severity": "warning"}, {"onFailure": "warn"}),
        ("Model", {"estimator": "a.B", "params": {"x": 1}}, {"estimator": {"class": "a.B", "params": {"x": 1}}}),
        ("Model", {"features": {"drop": ["a"]}, "split": {"kind": "time", "testSize": 0.2}}, {"features": {"exclude": ["a"]}, "split": {"strategy": "time", "test": 0.2}}),
        ("KPISet", {"kpis": {"mae": "<= 5", "r2": [{"min": 1}, ">= 0"]}}, {"kpis": ["mae <= 5", {"metric": "r2", "min": 1}, "r2 >= 0"]}),
        ("DeploymentTarget", {"type": "batch", "source": "s", "outputFolder": "o"}, {"batch": {"input": "s", "output": "o"}}),
        ("Policy", {"require": {"gates": {"champion": True}}}, {"require": {"kpis": {"versusChampion": True}}}),
        ("ModelSet", {"generate": {"from": "list", "values": [1]}, "minModels": 2}, {"forEach": {"list": [1]}, "guard": {"min": 2}}),
    ],
)  # fmt: skip
def test_up_and_down(kind: str, was: Any, now: Any) -> None:
    assert up(kind, was) == now
    document = {"apiVersion": "mlspec/v1", "kind": kind, "metadata": {}, "spec": now}
    back = convert(document, OLD)
    assert not back.misfits
    assert back.value["spec"] == was


def test_the_environment_moves_to_the_metadata_and_the_team_is_the_owner() -> None:
    converted = convert(old("Deployment", {"environment": "staging", "servedBy": "rest"}, team="@a"))
    assert converted.value["metadata"] == {"name": "x", "owner": "@a", "environment": "staging"}
    assert converted.value["spec"] == {"target": "rest"}


@pytest.mark.parametrize(
    ("kind", "spec", "route"),
    [
        ("Project", {"lint": {"select": ["all"]}}, ("spec", "lint")),
        ("DataSource", {"sql": {"connection": "A", "query": "q"}}, ("spec", "sql")),
        ("ValidationRules", {"contract": "a.yaml"}, ("spec", "contract")),
        ("Model", {"card": {"ethicalConsiderations": "none"}}, ("spec", "card", "ethicalConsiderations")),
        ("KPISet", {"kpis": ["mae <= 5", "r2 >= 1", "mae <= 6"]}, ("spec", "kpis", 2)),
        ("KPISet", {"kpis": [{"metric": "${var.m}", "max": 5}]}, ("spec", "kpis", 0)),
        ("DeploymentTarget", {"kserve": {}}, ("spec", "kserve")),
        ("Deployment", {"strategy": {"canary": {"steps": [1]}}}, ("spec", "strategy")),
        ("Policy", {"require": {"signed": False}}, ("spec", "require", "signed")),
        ("Monitor", {}, ("kind",)),
    ],
)
def test_what_the_older_version_can_not_say_is_refused_with_its_place(kind: str, spec: Any, route: tuple[Any, ...]) -> None:
    converted = convert({"apiVersion": "mlspec/v1", "kind": kind, "metadata": {"name": "x"}, "spec": spec}, OLD)
    assert route in [m.at.route for m in converted.misfits]
    assert all(m.help for m in converted.misfits)


@pytest.mark.parametrize(
    ("kind", "spec", "message"),
    [
        ("Model", {"features": {"exclude": []}}, "`exclude` is not a key of mlspec/v1alpha1"),
        ("Model", {"estimator": {"class": "a.B"}}, "`estimator` is no mapping in mlspec/v1alpha1"),
        ("DataSource", {"file": {"path": "a"}}, "`file` is not a key of mlspec/v1alpha1"),
        ("KPISet", {"kpis": ["mae <= 5"]}, "`kpis` is a mapping in mlspec/v1alpha1"),
        ("KPISet", {"kpis": {"mae": {"metric": "mae", "max": 1}}}, "`metric` is not a key of mlspec/v1alpha1"),
        ("ValidationRules", {"checks": [{"type": "unknown"}]}, "`unknown` is not allowed here in mlspec/v1alpha1"),
        ("ValidationRules", {"severity": "fail"}, "`fail` is not allowed here in mlspec/v1alpha1"),
        ("Project", {"storage": {"url": "x"}}, "`storage` is no mapping in mlspec/v1alpha1"),
        ("LabelSet", {}, "the kind LabelSet came with mlspec/v1"),
    ],
)
def test_words_of_the_newer_version_are_told(kind: str, spec: Any, message: str) -> None:
    assert message in [m.message for m in convert(old(kind, spec)).misfits]


def test_every_part_says_where_it_stood() -> None:
    places = convert(old("DataSource", {"schema": {"hour": "integer"}, "csv": {"separator": ";"}})).places()
    assert places["spec", "columns", 0, "name"] == At(("spec", "schema", "hour"), key=True)
    assert places["spec", "columns", 0, "type"] == At(("spec", "schema", "hour"))
    assert places["spec", "read", "delimiter"] == At(("spec", "csv", "separator"))


THIRD = (
    Change("v1", "v2", {"Model": (Move("spec.a", "spec.b"),)}),
    Change("v2", "v3", {"Model": (Move("spec.b", "spec.c.d"),)}),
    Change("w", "v3", {}),
)


def test_a_third_version_is_one_more_line() -> None:
    document = {"apiVersion": "v1", "kind": "Model", "spec": {"a": 1}}
    converted = convert(document, "v3", THIRD)
    assert converted.value == {"apiVersion": "v3", "kind": "Model", "spec": {"c": {"d": 1}}}
    assert converted.places()["spec", "c", "d"] == At(("spec", "a"))
    assert convert(converted.value, "v1", THIRD).value == document
    assert versions(THIRD) == ("v1", "v2", "v3", "w")
    assert [hop.ends for hop in way("v1", "w", THIRD) or ()] == [("v1", "v2"), ("v2", "v3"), ("v3", "w")]


def test_without_a_way() -> None:
    assert way("v1", "elsewhere", THIRD) is None
    assert way("v1", "v1", THIRD) == ()
    with pytest.raises(ValueError, match="no way leads from"):
        convert({"apiVersion": "mlspec/v9", "kind": "Model"})


def test_words_for_messages() -> None:
    assert renamed(OLD, "Model")["exclude"] == "drop"
    assert renamed(OLD, "Model")["strategy"] == "kind"
