"""The batch target: scores when model or rows are new, else does nothing."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from support.serving import BATCH, World, rows

from mlspec.deploy import scoring
from mlspec.diagnostics import Problems
from mlspec.runtime.artifact import digest_file


@pytest.fixture
def batch(world: World) -> World:
    world.target = BATCH
    world.add_version("v1.0.0")
    world.declared["demand"] = "v1.0.0"
    return world


def config_of(model: Path, source: Path, target: Path) -> scoring.ScoringConfig:
    """What scores the rows of a file by a trained model's folder."""
    from mlspec.runtime.artifact import digest_folder

    whom = {"root": str(target.parent), "folder": str(model), "digest": digest_folder(model), "model": "demand", "version": "v1.0.0"}
    md5 = hashlib.md5(source.read_bytes()).hexdigest()
    where = {"predictions": str(target), "manifest_file": str(target.with_suffix(".json"))}
    return scoring.ScoringConfig(**whom, **where, rows=str(source), rows_md5=md5, keep=[], manifest={})


def predictions(world: World) -> Path:
    return world.root / "predictions/demand.parquet"


def test_scores_once_and_again_only_for_other_rows_another_model_or_altered_predictions(batch: World) -> None:
    batch.add_rows()
    assert batch.one(dry_run=True).action.kind == "score" and not predictions(batch).exists()
    first = batch.one()
    assert (first.action.kind, first.diagnostics, first.where) == ("score", (), "predictions/demand.parquet")
    table = pd.read_parquet(predictions(batch))
    assert list(table.columns) == ["id", "day", "predicted"]
    assert len(table) == 200 and (table["predicted"] - rows()["count"]).abs().median() < 20
    manifest = json.loads((batch.root / "predictions/demand.json").read_text())
    assert manifest["version"] == "v1.0.0" and manifest["output"]["rows"] == 200 and "day" not in manifest
    assert manifest["output"]["digest"] == digest_file(predictions(batch))
    assert str(batch.root) not in json.dumps(manifest)

    when = predictions(batch).stat().st_mtime_ns
    again = batch.one()
    assert again.action.kind == "noop" and "in sync" in again.action.reason
    assert predictions(batch).stat().st_mtime_ns == when

    batch.add_rows(120, seed=1)
    assert batch.one().action.reason == "there are new rows"
    assert len(pd.read_parquet(predictions(batch))) == 120
    batch.add_version("v1.1.0", shift=1000)
    batch.declared["demand"] = "v1.1.0"
    assert batch.one().action.reason == "v1.0.0 -> v1.1.0"
    assert pd.read_parquet(predictions(batch))["predicted"].mean() > 1000
    predictions(batch).write_bytes(b"altered")
    assert batch.one().action.kind == "score"
    assert batch.one().action.kind == "noop"


def test_rows_come_from_the_remote_where_the_working_copy_has_none(batch: World) -> None:
    batch.add_rows()
    batch.lock_rows()
    assert batch.one().diagnostics == ()
    assert len(pd.read_parquet(predictions(batch))) == 200
    fetched = batch.fetched
    assert batch.one().action.kind == "noop" and batch.fetched == fetched


def test_classes_come_with_their_probabilities(world: World) -> None:
    world.target = BATCH
    world.add_version("v1.0.0", classes=True)
    world.declared["demand"] = "v1.0.0"
    world.add_rows(30)
    assert world.one().diagnostics == ()
    table = pd.read_parquet(predictions(world))
    assert set(table["predicted"]) <= {"busy", "calm"}
    assert all(abs(sum(p) - 1) < 1e-9 and len(p) == 2 for p in table["proba"])


def test_no_rows_and_rows_that_do_not_fit_are_explained_and_the_old_predictions_stay(batch: World) -> None:
    missing = batch.one()
    assert [d.code for d in missing.diagnostics] == ["MLS0810"] and "mlspec run source/visits" in str(missing.diagnostics[0].help)
    batch.add_rows()
    batch.one()
    before = predictions(batch).read_bytes()
    path = batch.root / "pipelines/data/visits/valid.parquet"
    rows().rename(columns={"weather": "wether"}).to_parquet(path)
    lacking = batch.one()
    assert [d.code for d in lacking.diagnostics] == ["MLS0811"]
    assert "`weather`" in lacking.diagnostics[0].message and lacking.diagnostics[0].help == "did you mean `wether`?"
    assert predictions(batch).read_bytes() == before
    assert [p.name for p in predictions(batch).parent.iterdir() if p.name.startswith(".")] == []


def test_an_empty_source_gives_an_empty_table_with_the_same_columns(batch: World) -> None:
    path = batch.root / "pipelines/data/visits/valid.parquet"
    path.parent.mkdir(parents=True)
    batch.add_rows(10)
    table = pq.read_table(path)
    pq.write_table(table.slice(0, 0), path)
    assert batch.one().diagnostics == ()
    assert pq.read_schema(predictions(batch)).names == ["id", "day", "predicted"]


def test_many_rows_are_scored_in_parts_that_add_up(tmp_path: Path, regression_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows(95).to_parquet(tmp_path / "rows.parquet")
    made = []
    for size in (1000, 10):
        monkeypatch.setattr(scoring, "ROWS_AT_ONCE", size)
        target = tmp_path / f"{size}.parquet"
        assert scoring.score(config_of(regression_folder, tmp_path / "rows.parquet", target)) == 95
        made.append(pd.read_parquet(target))
    pd.testing.assert_frame_equal(made[0], made[1])
    assert list(made[0]["row"]) == list(range(95))


def test_rows_that_went_by_scikit_learn_are_told_in_the_log(
    tmp_path: Path, regression_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from mlspec.deploy.server.model import open_model

    rows(10).to_parquet(tmp_path / "rows.parquet")
    config = config_of(regression_folder, tmp_path / "rows.parquet", tmp_path / "out.parquet")
    model = open_model(regression_folder, config.digest, "demand", "v1.0.0")
    caplog.clear()
    scoring._tell(config, model, 10)
    assert caplog.text == ""
    model.engine.fallbacks.add(("fallback", "predict", "not-finite"), 3)
    scoring._tell(config, model, 10)
    assert "demand v1.0.0: 3 of 10 rows went by scikit-learn or pandas (predict): missing values" in caplog.text


@pytest.mark.parametrize("folder", ["regression_folder", "classes_folder"])
def test_chunks_that_are_scored_side_by_side_give_the_same_bytes(
    tmp_path: Path, folder: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    model: Path = request.getfixturevalue(folder)
    rows(95).to_parquet(tmp_path / "rows.parquet")
    monkeypatch.setattr(scoring, "ROWS_AT_ONCE", 10)
    made = []
    for threads in (1, 3):
        monkeypatch.setattr(scoring, "cores", lambda threads=threads: threads)
        target = tmp_path / f"{threads}.parquet"
        assert scoring.score(config_of(model, tmp_path / "rows.parquet", target)) == 95
        made.append(target.read_bytes())
    assert made[0] == made[1]


@pytest.mark.parametrize("threads", [1, 3])
def test_a_value_that_does_not_fit_is_told_by_its_row_in_the_file(
    tmp_path: Path, regression_folder: Path, monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    wrong = rows(95)
    wrong["temperature"] = [None if v != v else str(v) for v in wrong["temperature"]]
    wrong.loc[57, "temperature"] = "warm"
    wrong.to_parquet(tmp_path / "rows.parquet")
    monkeypatch.setattr(scoring, "ROWS_AT_ONCE", 10)
    monkeypatch.setattr(scoring, "cores", lambda: threads)
    with pytest.raises(Problems) as found:
        scoring.score(config_of(regression_folder, tmp_path / "rows.parquet", tmp_path / "out.parquet"))
    assert "'warm' in row 58" in found.value.diagnostics[0].message
    assert not (tmp_path / "out.parquet").exists()


def test_a_server_is_stopped_when_its_target_becomes_a_batch(world: World) -> None:
    world.add_version("v1.0.0")
    world.declared["demand"] = "v1.0.0"
    world.add_rows(20)
    world.one()
    assert len(world.server_pids()) == 1
    world.target = BATCH
    assert world.one().action.kind == "score"
    assert world.server_pids() == []


def test_rows_that_are_swapped_after_they_were_checked_are_not_scored(batch: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the check and the scoring process a `dvc checkout` may put other rows there: never under a manifest that names the first."""
    from mlspec.deploy.launch import launch
    from mlspec.deploy.targets import batch as batches

    batch.add_rows()
    path = batch.root / "pipelines/data/visits/valid.parquet"

    def swapping(*args: Any, **named: Any) -> Any:
        rows(50, seed=7).to_parquet(path)
        return launch(*args, **named)

    with monkeypatch.context() as patch:
        patch.setattr(batches, "launch", swapping)
        refused = batch.one()
    assert [d.code for d in refused.diagnostics] == ["MLS0810"] and "replaced by other rows" in refused.diagnostics[0].message
    assert not predictions(batch).exists() and not predictions(batch).with_suffix(".json").exists()
    assert batch.one().diagnostics == () and len(pd.read_parquet(predictions(batch))) == 50


def test_rows_that_are_overwritten_while_they_are_scored_change_nothing(tmp_path: Path) -> None:
    """In place, so that whoever holds the file open would see it."""
    from mlspec.deploy.targets.batch_input import private_copy

    path = tmp_path / "rows.parquet"
    rows(30).to_parquet(path)
    content = path.read_bytes()
    with private_copy(path, hashlib.md5(content).hexdigest()) as private:
        path.write_bytes(b"x" * len(content))
        assert private.read() == content
    assert [p.name for p in tmp_path.iterdir()] == ["rows.parquet"]


def test_a_scoring_run_ends_with_its_reconcile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody would hear of it, and it would keep the environment locked for hours."""
    import subprocess
    import sys

    from mlspec.deploy.process import alive, wait_gone

    text = "import sys, time\nfrom mlspec.deploy.child import run_reporting\ndef work(report):\n    report.end_with_parent()\n    time.sleep(120)\n"
    (tmp_path / "scorer.py").write_text(text + "sys.exit(run_reporting(work))\n")
    program = (
        "import sys, pathlib, mlspec.deploy.process as p\n"
        f"s = p.spawn('scorer', pathlib.Path('c'), pathlib.Path({str(tmp_path)!r}), open({str(tmp_path / 'log')!r}, 'wb'), 60.0)\n"
        "print(s.pid, flush=True); sys.stdin.read()\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        scorer = int(parent.stdout.readline())
        assert alive(scorer)
        parent.kill()
    assert wait_gone(scorer, 20)
