"""`mlspec ci train` as the workflows run it: a sparse clone a job, results handed on as files, data through the DVC remote."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest
from support.ci_jobs import clone, jobs, report, train, words
from support.cli import BIN, command, commit, environment, git, mlspec, repository
from support.projects import KPIS, MODEL, PROJECT, RULES, SOURCE, SPECS

FAST = KPIS.replace(
    '"mae <= 50", {metric: mae, versus: baseline, improveBy: 10%}, {metric: mae, versus: champion, notWorseBy: 0%}', '"mae <= 50"'
)
CODE = """
import os
import signal
import time
from pathlib import Path
from sklearn.linear_model import Ridge

def broken(features, target, seed):
    raise ValueError("no luck ::error::x")

def dead(features, target, seed):
    os.kill(os.getpid(), signal.SIGKILL)

def slow(features, target, seed):
    Path("started").write_text("x")
    time.sleep(600)

def once(features, target, seed):
    return Ridge().fit(features, target)
"""


def model(name: str, trainer: str = "") -> str:
    text = MODEL.replace("name: demand", f"name: {name}")
    old = "estimator: {class: sklearn.linear_model.Ridge, params: {alpha: 1.0}}"
    return text.replace(old, f"trainer: {{callable: src.code:{trainer}}}") if trainer else text


def one_shard(root: Path) -> None:
    """Put all models of the plan into one shard, as with many more of them."""
    path = root.parent / "plan.json"
    form = json.loads(path.read_text())
    shards = next(layer["shards"] for layer in form["layers"] if layer["name"] == "models")
    shards[0]["objects"] = sorted(o for s in shards for o in s["objects"])
    shards[0]["needs"] = sorted({n for s in shards for n in s["needs"]})
    del shards[1:]
    path.write_text(json.dumps(form))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Two models on one source, and a source that checks against it; nothing was trained yet."""
    checked = RULES.replace("name: sales", "name: checked").replace("source: sales", "source: checked")
    specs = {
        **SPECS,
        "specs/demand-kpis.yaml": FAST,
        "specs/other.yaml": model("other"),
        "specs/checked.yaml": SOURCE.replace("name: sales", "name: checked"),
        "specs/checked-rules.yaml": checked + "    - {references: {column: shop, source: sales, key: shop}}\n",
    }
    return repository(tmp_path, specs)


def test_from_the_plan_to_results_that_make_the_branch_current(project: Path, tmp_path: Path) -> None:
    matrix = jobs(project)
    assert set(matrix) == {"data-1", "data-2-1", "models-1", "models-2"}
    results = tmp_path / "results"
    for shard in ("data-1", "data-2-1", "models-1"):
        place = clone(project, matrix[shard])
        there = sorted(p.name for p in place.glob("pipelines/*/*"))
        told = train(project, place, shard, tmp_path / shard, results if shard != "data-1" else None)
        assert sorted(p.name for p in place.glob("pipelines/*/*")) == there
        command(tmp_path, "cp", "-r", f"{shard}/.", "results", check=0)
        assert told.out.splitlines()[0].startswith("ok ")
    assert not (place / "pipelines/models/other").exists()
    assert not (place / "pipelines/data/sales/raw.parquet").exists(), "a model's job needs the valid rows alone"
    made = report(results, "models-1")["model/demand"]
    assert [stage["name"] for stage in made["stages"]] == ["split", "train", "evaluate"]
    assert all(stage["seconds"] > 0 for stage in made["stages"])
    command(tmp_path, "cp", "-r", "results/pipelines", "project/", check=0)
    stale = {s["object"] for s in json.loads(mlspec(project, "plan", "--format", "json").out)["stages"] if s["status"] != "current"}
    assert stale == {"model/other"}
    changed = set(git(project, "status", "--porcelain", "--untracked-files=all").split()[1::2])
    assert changed == {p.relative_to(results).as_posix() for p in (results / "pipelines").rglob("*") if p.is_file()}
    commit(project, "Results")
    fresh = tmp_path / "fresh"
    command(tmp_path, "git", "clone", "-q", "remote.git", "fresh", check=0)
    command(fresh, "dvc", "pull", "-q", "pipelines/models/demand/dvc.yaml", check=0)
    assert (fresh / "pipelines/models/demand/model/model.joblib").is_file()
    only_evaluate(project, tmp_path)


def only_evaluate(project: Path, tmp_path: Path) -> None:
    """Measuring anew neither trains nor splits anew, though the job has no data; and again, it does nothing at all."""
    (project / "specs/demand-kpis.yaml").write_text(FAST.replace("  bootstrap", "  confidence: 0.9\n  bootstrap"))
    mlspec(project, "apply", check=0)
    commit(project, "Measure anew")
    place = clone(project, jobs(project)["models-1"])
    train(project, place, "models-1", tmp_path / "again")
    assert [s["name"] for s in report(tmp_path / "again", "models-1")["model/demand"]["stages"]] == ["evaluate"]
    told = train(project, place, "models-1", tmp_path / "again")
    assert "up to date" in told.err
    assert report(tmp_path / "again", "models-1")["model/demand"] == {"object": "model/demand", "status": "ok", "stages": [], "why": ""}
    assert (tmp_path / "again/pipelines/models/demand/dvc.lock").is_file()
    by_force(project, tmp_path)


def by_force(project: Path, tmp_path: Path) -> None:
    """With force a model that is current trains; one whose outputs are nowhere does so by itself."""
    command(tmp_path, "cp", "-r", "again/pipelines", "project/", check=0)
    commit(project, "Results")
    matrix = jobs(project, "--only", "due", "--force")
    shard = next(s for s, job in matrix.items() if job["label"] == "model/demand")
    train(project, clone(project, matrix[shard]), shard, tmp_path / "forced")
    assert len(report(tmp_path / "forced", shard)["model/demand"]["stages"]) == 3
    lock = (project / "pipelines/models/demand/dvc.lock").read_text()
    md5 = next(line.split()[1] for line in lock[lock.index("- path: train.parquet") :].splitlines() if "md5:" in line)
    assert list((tmp_path / "storage").rglob(md5[2:]))
    for path in (tmp_path / "storage").rglob(md5[2:]):
        path.unlink()
    (project / "specs/demand-kpis.yaml").write_text(FAST)
    mlspec(project, "apply", check=0)
    commit(project, "Measure as before")
    told = train(project, clone(project, jobs(project)["models-1"]), "models-1", tmp_path / "healed")
    assert "train.parquet is neither in DVC's cache nor in its remote" in told.err
    assert len(report(tmp_path / "healed", "models-1")["model/demand"]["stages"]) == 3


def with_code(tmp_path: Path, trainer: str, more: str = "") -> Path:
    """A project of two models, of which `awry` is trained by a function of its own; the source is trained and pushed."""
    spec = model("awry", trainer).replace("spec:", f"spec:{more}", 1)
    specs = {
        "mlspec.yaml": PROJECT.replace("spec:\n", "spec:\n  code: [src]\n"),
        "specs/sales.yaml": SOURCE,
        "specs/other.yaml": model("other"),
    }
    root = repository(tmp_path, {**specs, "specs/awry.yaml": spec, "src/code.py": CODE})
    mlspec(root, "run", "source/sales", check=0)
    command(root, "dvc", "push", "-q", check=0)
    commit(root, "The source")
    return root


@pytest.mark.slow
@pytest.mark.parametrize(
    ("trainer", "why"),
    [("broken", "no luck"), ("dead", "MLS0514: model/awry: the stage train was killed (signal 9), most likely for memory")],
)
def test_one_that_fails_does_not_stop_the_other_of_its_shard(tmp_path: Path, trainer: str, why: str) -> None:
    root = with_code(tmp_path, trainer)
    job = jobs(root)["models-1"] | {"checkout": "/*"}
    one_shard(root)
    results = tmp_path / "results"
    told = train(root, clone(root, job), "models-1", results, check=1)
    found = report(results, "models-1")
    assert {ref: made["status"] for ref, made in found.items()} == {"model/awry": "failed", "model/other": "ok"}
    assert why in found["model/awry"]["why"]
    assert "\n" not in found["model/awry"]["why"]
    assert (results / "pipelines/models/other/dvc.lock").is_file()
    assert not (results / "pipelines/models/awry").exists()
    assert "ok       model/other" in told.out


def test_a_failed_source_skips_what_stands_below_it(tmp_path: Path) -> None:
    strict = RULES.replace("rowCount: {min: 20}", "rowCount: {min: 100000}")
    root = repository(tmp_path, {**SPECS, "specs/demand-kpis.yaml": FAST, "specs/sales-rules.yaml": strict})
    matrix, results = jobs(root), tmp_path / "results"
    train(root, clone(root, matrix["data-1"]), "data-1", results, check=1)
    why = report(results, "data-1")["source/sales"]["why"]
    assert why.startswith("MLS06")
    place = clone(root, matrix["models-1"])
    train(root, place, "models-1", results, results, check=1)
    made = report(results, "models-1")["model/demand"]
    assert (made["status"], made["why"]) == ("skipped", f"source/sales failed: {why}")
    train(root, place, "models-1", tmp_path / "alone", check=1)
    assert report(tmp_path / "alone", "models-1")["model/demand"]["why"].startswith("source/sales is not up to date")
    assert git(place, "status", "--porcelain") == ""


@pytest.mark.slow
def test_a_killed_job_leaves_a_report_and_the_next_try_heals(tmp_path: Path) -> None:
    root = with_code(tmp_path, "slow")
    place = clone(root, jobs(root)["models-1"])
    process = subprocess.Popen([str(BIN / "mlspec"), *words(root, "models-1", tmp_path / "results")], cwd=place, env=environment())
    started = place / "started"
    try:
        end = time.monotonic() + 120
        while not started.exists():
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) != 0
    finally:
        process.kill()
        process.wait()
    assert report(tmp_path / "results", "models-1")["model/awry"] == {
        "object": "model/awry",
        "status": "failed",
        "stages": [],
        "why": "interrupted",
    }
    (root / "src/code.py").write_text(CODE.replace("time.sleep(600)", "return once(features, target, seed)"))
    commit(root, "Mend it")
    train(root, clone(root, jobs(root)["models-1"]), "models-1", tmp_path / "results")
    assert report(tmp_path / "results", "models-1")["model/awry"]["status"] == "ok"


@pytest.mark.slow
def test_a_model_is_ended_at_its_own_time_limit(tmp_path: Path) -> None:
    root = with_code(tmp_path, "slow", "\n  resources: {timeout: 15s}")
    place = clone(root, jobs(root)["models-1"])
    told = train(root, place, "models-1", tmp_path / "results", check=1)
    assert report(tmp_path / "results", "models-1")["model/awry"]["why"] == "MLS0568: model/awry took longer than 15 s, and was ended"
    assert "resources.timeout" in told.err


def test_a_plan_of_another_commit_and_a_shard_that_is_not_there(project: Path, tmp_path: Path) -> None:
    jobs(project)
    assert "MLS0565" in train(project, project, "data-9", tmp_path / "results", check=1).err
    (project / "README.md").write_text("x\n")
    commit(project, "More")
    assert "MLS0566" in train(project, project, "data-1", tmp_path / "results", check=1).err
    assert not (tmp_path / "results").exists()
