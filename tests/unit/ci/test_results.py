"""Which files may come back from a run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.projects import graph_of_two_models

from mlspec.ci import results
from mlspec.ci.shard_report import ObjectReport, ShardReport, StageTime, shard_reports, write_report
from mlspec.compiler.project.graph import Graph
from mlspec.diagnostics import Problems
from mlspec.pipelines.results import MAX_BYTES, MAX_TOLD

LOCK = "pipelines/models/demand/dvc.lock"
COMMIT = "a" * 40


@pytest.fixture(scope="module")
def graph() -> Graph:
    return graph_of_two_models()


def put(folder: Path, path: str, content: bytes = b"{}\n") -> Path:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return target


def refused(folder: Path, graph: Graph, refs: tuple[str, ...] = ("model/demand",)) -> str:
    with pytest.raises(Problems) as caught:
        results.read_results(folder, graph, refs)
    assert {d.code for d in caught.value.diagnostics} == {"MLS0561"}
    return str(caught.value)


def test_results_are_read_with_their_bytes_and_without_the_reports(tmp_path: Path, graph: Graph) -> None:
    put(tmp_path, LOCK, "schema: '2.0' # é\n".encode())
    write_report(tmp_path, ShardReport(shard="models-1", commit=COMMIT, objects=()))
    assert results.read_results(tmp_path, graph, ["model/demand"]) == {LOCK: "schema: '2.0' # é\n".encode()}


def test_an_absent_folder_has_no_results(tmp_path: Path, graph: Graph) -> None:
    assert results.read_results(tmp_path / "none", graph, ["model/demand"]) == {}
    assert shard_reports(tmp_path / "none") == ()


@pytest.mark.parametrize(
    "path",
    [
        "pipelines/models/other/dvc.lock",
        "pipelines/models/demand/dvc.yaml",
        "pipelines/models/demand/plots/evil.csv",
        "pipelines/models/demand/model/model.joblib",
        ".github/workflows/evil.yml",
        "specs/demand.yaml",
        "mlspec.yaml",
        "shards/evil.sh",
        "/".join("d" * 60) + "/x",
        "a`b\nc",
    ],
)
def test_any_other_file_is_refused_by_name(tmp_path: Path, graph: Graph, path: str) -> None:
    put(tmp_path, path)
    told = refused(tmp_path, graph)
    assert "may not come back" in told
    assert "\n" not in told
    assert path in told or len(path) > 50 or "`" in path


def test_links_are_refused_where_a_file_may_stand_and_on_the_way(tmp_path: Path, graph: Graph) -> None:
    secret = put(tmp_path, "secret.txt")
    (tmp_path / "a" / "pipelines/models/demand").mkdir(parents=True)
    (tmp_path / "a" / LOCK).symlink_to(secret)
    assert "link" in refused(tmp_path / "a", graph)
    put(tmp_path, "elsewhere/demand/dvc.lock")
    (tmp_path / "b/pipelines").mkdir(parents=True)
    (tmp_path / "b/pipelines/models").symlink_to(tmp_path / "elsewhere")
    assert "link" in refused(tmp_path / "b", graph)
    (tmp_path / "c").symlink_to(tmp_path / "a")
    refused(tmp_path / "c", graph)


def test_a_pipe_does_not_hang_the_reader(tmp_path: Path, graph: Graph) -> None:
    (tmp_path / "pipelines/models/demand").mkdir(parents=True)
    os.mkfifo(tmp_path / LOCK)
    refused(tmp_path, graph)


def test_what_is_too_large_or_no_text_is_refused(tmp_path: Path, graph: Graph) -> None:
    put(tmp_path, LOCK, b"x" * (MAX_BYTES + 1))
    assert "more than" in refused(tmp_path, graph)
    put(tmp_path, LOCK, b"\xff\xfe")
    assert "UTF-8" in refused(tmp_path, graph)


def test_a_folder_of_many_wrong_files_is_told_shortly(tmp_path: Path, graph: Graph) -> None:
    for number in range(60):
        put(tmp_path, f"x{number}")
    with pytest.raises(Problems) as caught:
        results.read_results(tmp_path, graph, ["model/demand"])
    assert len(caught.value.diagnostics) == MAX_TOLD


def report(shard: str = "models-1") -> ShardReport:
    times = (StageTime(name="train", seconds=1.25), StageTime(name="evaluate", seconds=0.5))
    made = ObjectReport(object="model/demand", status="ok", stages=times)
    return ShardReport(shard=shard, commit=COMMIT, objects=(made, ObjectReport(object="model/other", status="failed", why="it broke")))


def test_reports_come_back_as_they_were_written(tmp_path: Path) -> None:
    for shard in ("models-2", "data-1", "data-2-1"):
        write_report(tmp_path, report(shard))
    found = shard_reports(tmp_path)
    assert [r.shard for r in found] == ["data-1", "data-2-1", "models-2"]
    assert found[0] == report("data-1")
    assert found[0].objects[0].seconds == 1.75


HEAD = f'"version": 1, "shard": "models-1", "commit": "{COMMIT}"'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        f'{{{HEAD.replace("1,", "2,", 1)}, "objects": []}}',
        f'{{{HEAD.replace("models-1", "models-2")}, "objects": []}}',
        f'{{{HEAD.replace(COMMIT, "HEAD")}, "objects": []}}',
        f'{{{HEAD}, "objects": [], "more": 1}}',
        f'{{{HEAD}, "objects": [{{"object": "../x", "status": "ok", "stages": [], "why": ""}}]}}',
        f'{{{HEAD}, "objects": [{{"object": "model/x", "status": "fine", "stages": [], "why": ""}}]}}',
        f'{{{HEAD}, "objects": [{{"object": "model/x", "status": "ok", "stages": [{{"name": "train", "seconds": NaN}}], "why": ""}}]}}',
        "[" * 300,
    ],
)
def test_a_report_that_is_not_what_it_should_be_is_refused(tmp_path: Path, text: str) -> None:
    put(tmp_path, "shards/models-1.json", text.encode())
    with pytest.raises(Problems, match=r"MLS0560: shards/models-1\.json"):
        shard_reports(tmp_path)


def test_the_heading_of_a_good_report_is_good(tmp_path: Path) -> None:
    put(tmp_path, "shards/models-1.json", f'{{{HEAD}, "objects": []}}'.encode())
    assert [r.shard for r in shard_reports(tmp_path)] == ["models-1"]


def test_a_link_in_place_of_a_report_is_refused(tmp_path: Path) -> None:
    write_report(tmp_path / "real", report())
    (tmp_path / "dir/shards").mkdir(parents=True)
    (tmp_path / "dir/shards/models-1.json").symlink_to(tmp_path / "real/shards/models-1.json")
    with pytest.raises(Problems, match="MLS0560"):
        shard_reports(tmp_path / "dir")
