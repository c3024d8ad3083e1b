"""Which stages would run and why, from dvc.lock files alone."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from support.projects import MODEL, SPECS, compile_texts

from mlspec.compiler.project.graph import Graph, Pipeline
from mlspec.compiler.project.paths import relative
from mlspec.language.yaml.write import dump
from mlspec.pipelines.plan.staleness import flatten, stage_states

DEMAND = "specs/demand.yaml"


def graph_of(specs: dict[str, str]) -> Graph:
    compiled = compile_texts(specs)
    assert compiled.graph
    return compiled.graph


def lock_text(root: Path, pipeline: Pipeline, contents: dict[str, str]) -> str:
    """A dvc.lock as DVC writes it after every stage of the pipeline ran."""

    def entry(path: str) -> dict[str, str]:
        file = root / path
        md5 = hashlib.md5(file.read_bytes()).hexdigest() if file.is_file() else contents.get(path, "0" * 32)
        return {"path": relative(path, pipeline.folder), "hash": "md5", "md5": md5}

    stages: dict[str, Any] = {
        s.name: {
            "cmd": s.command,
            "deps": [entry(d) for d in s.deps],
            "params": {"params.yaml": {s.name: s.params}},
            "outs": [entry(o.path) for o in s.outs],
        }
        for s in pipeline.stages
    }
    return dump({"schema": "2.0", "stages": stages})


@pytest.fixture
def ran(tmp_path: Path) -> Path:
    """A project of which every stage ran, whose data is not here."""
    (tmp_path / "requirements.lock").write_text("# locked\n")
    for pipeline in graph_of(SPECS).pipelines:
        (tmp_path / pipeline.folder).mkdir(parents=True)
        (tmp_path / pipeline.folder / "dvc.lock").write_text(lock_text(tmp_path, pipeline, {}))
    return tmp_path


def stale(root: Path, specs: dict[str, str]) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {f"{s.ref}:{s.stage}": (s.status, s.reasons) for s in stage_states(root, graph_of(specs)) if s.status != "current"}


def test_nothing_is_stale_after_a_run_and_no_data_is_needed(ran: Path) -> None:
    assert stale(ran, SPECS) == {}


def test_what_never_ran_runs(tmp_path: Path) -> None:
    assert set(stale(tmp_path, SPECS).values()) == {("run", ("it never ran",))}


def test_a_parameter_runs_its_stage_and_what_follows_may_run(ran: Path) -> None:
    found = stale(ran, SPECS | {DEMAND: MODEL.replace("alpha: 1.0", "alpha: 2.5")})
    assert found == {
        "model/demand:train": ("run", ("estimator.params.alpha: 1.0 -> 2.5",)),
        "model/demand:evaluate": ("may run", ("after model/demand:train",)),
    }


def test_changes_go_on_from_the_source_through_every_stage(ran: Path) -> None:
    found = stale(ran, SPECS | {"specs/sales.yaml": SPECS["specs/sales.yaml"] + '  clean: [{filter: "count >= 0"}]\n'})
    assert {k: v[0] for k, v in found.items()} == {
        "source/sales:clean": "run",
        "source/sales:validate": "may run",
        "model/demand:split": "may run",
        "model/demand:train": "may run",
        "model/demand:evaluate": "may run",
    }
    assert found["source/sales:clean"][1] == ("steps: added {'filter': 'count >= 0'}",)


def test_the_requirements_lock_runs_everything(ran: Path) -> None:
    (ran / "requirements.lock").write_text("scikit-learn==9\n")
    found = stale(ran, SPECS)
    assert len(found) == 6
    assert all("requirements.lock changed" in reasons for _, reasons in found.values())


def test_new_data_runs_ingest(ran: Path) -> None:
    (ran / "data").mkdir()
    (ran / "data/sales.csv").write_text("new")
    assert stale(ran, SPECS)["source/sales:ingest"] == ("run", ("data/sales.csv changed",))


def test_data_tracked_by_dvc_is_told_by_its_dvc_file(ran: Path) -> None:
    (ran / "data").mkdir()
    (ran / "data/sales.csv.dvc").write_text("outs:\n- md5: 11111111111111111111111111111111\n  path: sales.csv\n")
    assert stale(ran, SPECS)["source/sales:ingest"] == ("run", ("data/sales.csv changed",))


def test_metrics_edited_by_hand_are_found(ran: Path) -> None:
    (ran / "pipelines/models/demand/metrics.json").write_text("{}")
    assert stale(ran, SPECS) == {"model/demand:evaluate": ("run", ("pipelines/models/demand/metrics.json is not what the stage wrote",))}


def test_cached_outputs_of_another_size_are_found_and_what_follows_may_run(ran: Path) -> None:
    folder = ran / "pipelines/models/demand"
    lock = folder / "dvc.lock"
    lock.write_text(re.sub(r"(?m)^( *)- path: train.parquet\n", r"\g<0>\1  size: 5\n", lock.read_text()))
    (folder / "train.parquet").write_bytes(b"other rows")
    assert stale(ran, SPECS) == {
        "model/demand:split": ("run", ("pipelines/models/demand/train.parquet is not what the stage wrote",)),
        "model/demand:train": ("may run", ("after model/demand:split",)),
        "model/demand:evaluate": ("may run", ("after model/demand:split", "after model/demand:train")),
    }


def test_an_upstream_that_ran_again_elsewhere_is_found(ran: Path) -> None:
    lock = ran / "pipelines/data/sales/dvc.lock"
    pipeline = graph_of(SPECS).pipelines[0]
    lock.write_text(lock_text(ran, pipeline, {"pipelines/data/sales/valid.parquet": "2" * 32}))
    assert stale(ran, SPECS)["model/demand:split"] == ("run", ("pipelines/data/sales/valid.parquet changed",))


def test_a_lock_with_a_merge_conflict_is_told(ran: Path) -> None:
    lock = ran / "pipelines/models/demand/dvc.lock"
    lock.write_text("<<<<<<< HEAD\n" + lock.read_text() + "=======\n>>>>>>> other\n")
    told = {k: v for k, v in stale(ran, SPECS).items() if k.startswith("model/")}
    assert set(told) == {"model/demand:split", "model/demand:train", "model/demand:evaluate"}
    assert set(told.values()) == {("run", ("its dvc.lock can't be read (a merge left in it, or a killed run?)",))}


def test_a_description_runs_nothing(ran: Path) -> None:
    assert stale(ran, SPECS | {DEMAND: MODEL.replace("{name: demand}", "{name: demand, description: new}")}) == {}


def test_flatten() -> None:
    assert flatten({"a": {"b": [1, {"c": 2}]}, "d": [], "e": {}}) == {"a.b[0]": 1, "a.b[1].c": 2, "d": [], "e": {}}
