"""The plan file as another job reads it, and the layers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.projects import PROJECT, RULES, SOURCE, SPECS, compile_texts

from mlspec.ci.plan.layers import layer_names, layers_of
from mlspec.ci.plan_file import CiPlan, Layer, PlannedStage, Shard, read_plan, write_plan
from mlspec.diagnostics import Problems

COMMIT = "b" * 40


def shard(name: str = "models-1", *objects: str) -> Shard:
    needs = ("pipelines/data/sales", "pipelines/models/demand")
    return Shard(name=name, objects=objects or ("model/demand",), needs=needs, runs_on=("ubuntu-latest",), minutes=360)


def plan(*shards: Shard) -> CiPlan:
    stage = PlannedStage(object="model/demand", stage="train", status="run", reasons=("it never ran",))
    layers = (Layer(name="models", shards=shards or (shard(),)),)
    return CiPlan(commit=COMMIT, base=None, mode="pull-request", stages=(stage,), seconds={"model/demand": 2.5}, layers=layers, current=3)


def test_a_plan_comes_back_as_it_was_written_in_the_form_of_the_contract(tmp_path: Path) -> None:
    path = tmp_path / "ci/plan.json"
    write_plan(path, plan())
    assert read_plan(path) == plan()
    form = json.loads(path.read_text())
    assert form["layers"][0]["shards"][0]["runsOn"] == ["ubuntu-latest"]
    assert list(form) == sorted(["version", "commit", "base", "mode", "stages", "seconds", "layers", "current", "held", "forced"])
    assert plan().stale == ("model/demand",)
    assert list(plan().objects()) == ["model/demand"]


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"commit": "main"},
        {"mode": "push"},
        {"extra": 1},
        {"current": -1},
        {"current": "3"},
        {"seconds": {"model/demand": -1.0}},
        {"seconds": {"../x": 1.0}},
        {"stages": [{"object": "model/x", "stage": "train; rm", "status": "run", "reasons": []}]},
        {"layers": [{"name": "models", "shards": []}, {"name": "models", "shards": []}]},
        {"layers": [{"name": "evil layer", "shards": []}]},
    ],
)
def test_a_plan_that_is_not_one_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "plan.json"
    write_plan(path, plan())
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(Problems, match="MLS0560"):
        read_plan(path)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "../x"},
        {"objects": []},
        {"needs": ["pipelines/models/../../x"]},
        {"needs": ["/etc"]},
        {"runsOn": []},
        {"minutes": 0},
        {"objects": ["model/demand", "model/demand"]},
    ],
)
def test_a_shard_that_is_none_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "plan.json"
    write_plan(path, plan())
    form = json.loads(path.read_text())
    form["layers"][0]["shards"][0] |= change
    path.write_text(json.dumps(form))
    with pytest.raises(Problems, match="MLS0560"):
        read_plan(path)


def test_there_is_no_plan(tmp_path: Path) -> None:
    with pytest.raises(Problems, match="no such file"):
        read_plan(tmp_path / "none.json")


def source(name: str, *above: str) -> dict[str, str]:
    """The specs of a source whose rules check against others."""
    rows = "".join(f"    - {{references: {{column: shop, source: {a}, key: shop}}}}\n" for a in above)
    text = SOURCE.replace("name: sales", f"name: {name}")
    rules = RULES.replace("name: sales", f"name: {name}").replace("source: sales", f"source: {name}") + rows
    return {f"specs/{name}.yaml": text, f"specs/{name}-rules.yaml": rules}


def test_sources_stand_by_the_longest_chain_above_them_and_models_last() -> None:
    specs = {**SPECS, **source("alpha", "sales", "beta"), **source("beta", "gamma"), **source("gamma")}
    graph = compile_texts(specs).graph
    assert graph is not None, compile_texts(specs).diagnostics
    assert layer_names(graph) == ("data", "data-2", "data-3", "models")
    found = layers_of(graph)
    assert {ref: found[f"source/{ref}"] for ref in ("sales", "gamma", "beta", "alpha")} == {
        "sales": "data",
        "gamma": "data",
        "beta": "data-2",
        "alpha": "data-3",
    }
    assert found["model/demand"] == "models"


def test_what_no_object_reaches_is_no_layer() -> None:
    graph = compile_texts({"mlspec.yaml": PROJECT, "specs/sales.yaml": SOURCE}).graph
    assert graph is not None
    assert layer_names(graph) == ("data",)
    empty = compile_texts({"mlspec.yaml": PROJECT}).graph
    assert empty is not None
    assert layer_names(empty) == ()
