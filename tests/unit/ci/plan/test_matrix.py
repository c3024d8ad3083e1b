"""The plan as step outputs, and the sparse checkout that a job makes of them, with real Git."""

from __future__ import annotations

import json
from pathlib import Path

from support.git_repos import commit_all, sh, start

from mlspec.ci.plan.matrix import MAX_CHARACTERS, checkout_patterns, label, step_outputs
from mlspec.ci.plan_file import CiPlan, Layer, PlannedStage, Shard


def plan(count: int, more: str = "") -> CiPlan:
    refs = [f"model/m{n:05}{more}" for n in range(count)]
    size = max(1, count // 250 + 1)
    groups = [tuple(refs[n : n + size]) for n in range(0, count, size)]
    shards = tuple(
        Shard(
            name=f"models-{n}",
            objects=group,
            needs=("pipelines/data/sales", *(f"pipelines/models/{ref[6:]}" for ref in group)),
            runs_on=("self-hosted", "linux"),
            minutes=90,
        )
        for n, group in enumerate(groups, 1)
    )
    stages = tuple(PlannedStage(object=ref, stage="train", status="run") for ref in refs)
    layers = (Layer(name="models", shards=shards),) if shards else ()
    return CiPlan(commit="a" * 40, base=None, mode="pull-request", stages=stages, seconds={}, layers=layers, current=0)


def test_a_layer_is_a_matrix_and_one_without_work_is_empty() -> None:
    found = step_outputs(plan(2), ("data", "data-2", "models"))
    assert set(found) == {"stale", "layer_data", "layer_data_2", "layer_models"}
    assert (found["stale"], found["layer_data"], found["layer_data_2"]) == ("true", "", "")
    jobs = json.loads(found["layer_models"])["include"]
    assert [job["shard"] for job in jobs] == ["models-1", "models-2"]
    assert jobs[0] == {
        "shard": "models-1",
        "label": "model/m00000",
        "checkout": "/*\n!/pipelines/*\n!/registry/*\n!/promotions/*\n/pipelines/data/sales/\n/pipelines/models/m00000/",
        "runs_on": '["self-hosted", "linux"]',
        "minutes": 90,
    }


def test_nothing_stale_starts_nothing() -> None:
    assert step_outputs(plan(0), ("data", "models")) == {"stale": "false", "layer_data": "", "layer_models": ""}


def test_every_value_is_one_line_and_all_together_fit() -> None:
    found = step_outputs(plan(10_000, "-with-a-name-of-usual-length"), ("data", "models"))
    assert all("\n" not in value for value in found.values())
    assert sum(map(len, found.values())) < MAX_CHARACTERS
    jobs = json.loads(found["layer_models"])["include"]
    assert len(jobs) == 244
    assert {job["checkout"] for job in jobs} == {
        checkout_patterns(["pipelines/data", "pipelines/features", "pipelines/labels", "pipelines/models", "pipelines/steps"])
    }
    assert jobs[0]["label"] == "model/m00000-with-a-name-of-usual-length and 40 more"


def test_a_label_is_short() -> None:
    assert label(["model/a"]) == "model/a"
    assert label(["model/a", "model/b"]) == "model/a and 1 more"


FILES = (
    *("mlspec.yaml", "specs/a.yaml", ".mlspec/ledger.json", ".dvc/config", "src/code.py", "src/pipelines/x.py"),
    *("pipelines/data/sales/dvc.yaml", "pipelines/data/other/dvc.yaml", "pipelines/models/a/dvc.yaml", "pipelines/models/a/plots/x.csv"),
    *("pipelines/models/ab/dvc.yaml", "registry/a/v1.yaml", "promotions/production/a/v1.yaml"),
)


def test_the_patterns_check_out_what_a_job_needs(tmp_path: Path) -> None:
    origin = start(tmp_path / "origin")
    for name in FILES:
        (origin / name).parent.mkdir(parents=True, exist_ok=True)
        (origin / name).write_text("x\n")
    commit_all(origin)
    sh(tmp_path, "git", "clone", "--quiet", "--no-checkout", "origin", "job")
    patterns = checkout_patterns(["pipelines/models/a", "pipelines/data/sales"])
    sh(tmp_path / "job", "git", "sparse-checkout", "set", "--no-cone", *patterns.splitlines())
    sh(tmp_path / "job", "git", "checkout", "--quiet", "main")
    there = {p.relative_to(tmp_path / "job").as_posix() for p in (tmp_path / "job").rglob("*") if p.is_file() and ".git" not in p.parts}
    left_out = {"pipelines/data/other/dvc.yaml", "pipelines/models/ab/dvc.yaml", "registry/a/v1.yaml", "promotions/production/a/v1.yaml"}
    assert there == set(FILES) - left_out
