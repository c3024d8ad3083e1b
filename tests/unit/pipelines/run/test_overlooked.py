"""Changed inputs that DVC did not see."""

from __future__ import annotations

import os

from mlspec.compiler.project.graph import Pipeline, Stage
from mlspec.pipelines.plan.states import StageState
from mlspec.pipelines.run.overlooked import overlooked, show


def pipeline():
    stages = (
        Stage("ingest", "", ("data/a.csv", "data/b.csv"), (), {}),
        Stage("clean", "", ("pipelines/data/s/raw.parquet", "data/c.csv"), (), {}),
    )
    return Pipeline("source/s", "pipelines/data/s", "specs/s.yaml", stages)


def test_only_what_changed_of_stages_that_were_left_as_they_were():
    states = [
        StageState("source/s", "ingest", "run", ("data/a.csv changed", "its command changed")),
        StageState("source/s", "clean", "run", ("pipelines/data/s/raw.parquet changed", "data/c.csv changed")),
        StageState("source/other", "ingest", "run", ("data/b.csv changed",)),
    ]
    assert overlooked(pipeline(), states, {"clean"}) == ["data/a.csv"]
    assert overlooked(pipeline(), states, {"ingest"}) == ["data/c.csv"]
    assert overlooked(pipeline(), states, {"ingest", "clean"}) == []


def test_files_and_all_files_of_folders_get_a_new_time(tmp_path):
    for name in ("a.csv", "folder/b.csv", "folder/sub/c.csv", "other.csv"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
        os.utime(path, (1, 1))
    (tmp_path / "folder/broken").symlink_to(tmp_path / "gone")
    show(tmp_path, ["a.csv", "folder", "gone"])
    times = {p.name: p.stat().st_mtime for p in tmp_path.rglob("*.csv")}
    assert times.pop("other.csv") == 1
    assert min(times.values()) > 1
