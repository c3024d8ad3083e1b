"""What a train job is made of: earlier results it may trust, inputs it fetches, time limits, the stage's own words."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from support.cli import command, repository
from support.locks import write_locks
from support.projects import SPECS, write_project

from mlspec.ci.plan_file import CiPlan, Layer, PlannedStage, Shard
from mlspec.ci.shard_report import ObjectReport, ShardReport, write_report
from mlspec.ci.train.previous import read_previous
from mlspec.ci.train.stage_message import StageMessage
from mlspec.compiler.pipeline import compile_root
from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Problems
from mlspec.pipelines.engines.time_limit import TimeIsOverError, time_limit
from mlspec.pipelines.one_object import bring_inputs
from mlspec.pipelines.plan.apply import apply
from mlspec.pipelines.plan.part import closure
from mlspec.pipelines.plan.refusals import require_current_files
from mlspec.pipelines.workspace import open_workspace

COMMIT = "c" * 40
LOCK = "pipelines/data/sales/dvc.lock"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_project(tmp_path / "work")


def compiled(root: Path) -> tuple[Project, Graph]:
    found = compile_root(root)
    assert found.project is not None, found.diagnostics
    assert found.graph is not None
    return found.project, found.graph


def plan() -> CiPlan:
    shards = [
        Shard(name=f"{layer}-1", objects=(ref,), needs=(), runs_on=("x",), minutes=1)
        for layer, ref in (("data", "source/sales"), ("models", "model/demand"))
    ]
    layers = tuple(Layer(name=shard.name.removesuffix("-1"), shards=(shard,)) for shard in shards)
    stage = PlannedStage(object="source/sales", stage="ingest", status="run")
    return CiPlan(commit=COMMIT, base=None, mode="pull-request", stages=(stage,), seconds={}, layers=layers, current=0)


def left(folder: Path, shard: str, ref: str, status: str = "ok", commit: str = COMMIT) -> Path:
    """What a job leaves: its report, and a lock."""
    made = ObjectReport.model_validate({"object": ref, "status": status, "why": "" if status == "ok" else "it broke"})
    write_report(folder, ShardReport(shard=shard, commit=commit, objects=(made,)))
    (folder / LOCK).parent.mkdir(parents=True, exist_ok=True)
    (folder / LOCK).write_text("schema: '2.0'\n")
    return folder


def test_earlier_results_are_read_with_their_reports(root: Path, tmp_path: Path) -> None:
    found = read_previous(left(tmp_path / "x", "data-1", "source/sales"), compiled(root)[1], plan())
    assert list(found.files) == [LOCK]
    assert found.is_ok("source/sales")
    assert not found.is_ok("model/demand")
    failed = read_previous(left(tmp_path / "x", "data-1", "source/sales", "failed"), compiled(root)[1], plan())
    assert not failed.is_ok("source/sales")
    assert failed.why("source/sales") == "source/sales failed: it broke"


@pytest.mark.parametrize(
    ("shard", "ref", "commit"),
    [("models-1", "source/sales", COMMIT), ("data-9", "source/sales", COMMIT), ("data-1", "source/sales", "d" * 40)],
)
def test_a_shard_speaks_for_its_own_objects_and_this_commit(root: Path, tmp_path: Path, shard: str, ref: str, commit: str) -> None:
    with pytest.raises(Problems, match="MLS0560"):
        read_previous(left(tmp_path / "x", shard, ref, commit=commit), compiled(root)[1], plan())


def test_earlier_results_that_hold_anything_else_are_refused(root: Path, tmp_path: Path) -> None:
    folder = left(tmp_path / "x", "data-1", "source/sales")
    (folder / "mlspec.yaml").write_text("")
    with pytest.raises(Problems, match="MLS0561"):
        read_previous(folder, compiled(root)[1], plan())


def test_the_part_of_a_project_asks_for_no_other_file(root: Path) -> None:
    workspace = open_workspace(root)
    graph = workspace.graph
    apply(root, lambda: workspace.files)
    write_locks(root, graph)
    for path in sorted((root / "pipelines/models").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    part = closure(graph, ["source/sales"])
    found = workspace.plan_of(part)
    require_current_files(found)
    assert [p.ref for p in part.pipelines] == ["source/sales"]
    assert {s.status for s in found.stages} == {"current"}
    (root / "pipelines/data/sales/params.yaml").unlink()
    with pytest.raises(Problems, match="MLS0503"):
        require_current_files(workspace.plan_of(part))


def test_data_that_dvc_tracks_by_a_file_beside_it_is_fetched(tmp_path: Path) -> None:
    root = repository(tmp_path, SPECS)
    rows = (root / "data/sales.csv").read_bytes()
    command(root, "git", "rm", "-q", "--cached", "data/sales.csv", check=0)
    command(root, "dvc", "add", "-q", "data/sales.csv", check=0)
    command(root, "dvc", "push", "-q", check=0)
    (root / "data/sales.csv").unlink()
    command(root, "rm", "-rf", ".dvc/cache", check=0)
    graph = compiled(root)[1]
    part, told = closure(graph, ["source/sales"]), list[str]()
    bring_inputs(root, part, part.pipelines[0], told.append)
    assert (root / "data/sales.csv").read_bytes() == rows
    assert told == ["      data/sales.csv: fetched by its content"]
    (root / "data/sales.csv").write_text("mine\n")
    bring_inputs(root, part, part.pipelines[0], told.append)
    assert (root / "data/sales.csv").read_text() == "mine\n"


def test_an_input_that_nobody_has_any_more_is_told(tmp_path: Path) -> None:
    root = repository(tmp_path, SPECS)
    graph = compiled(root)[1]
    write_locks(root, graph)
    part = closure(graph, ["model/demand"])
    own = next(p for p in part.pipelines if p.ref == "model/demand")
    with pytest.raises(Problems, match="MLS0971"):
        bring_inputs(root, part, own, lambda _: None)


def test_a_time_limit_ends_a_block_and_leaves_none_behind() -> None:
    with pytest.raises(TimeIsOverError), time_limit(0.05):
        time.sleep(60)
    with time_limit(30), time_limit(None):
        pass
    time.sleep(0.01)


def test_the_words_of_the_stage_that_failed_are_kept() -> None:
    told: list[str] = []
    message = StageMessage(told.append)
    for line in (
        "      | error[MLS0611]: old",
        "      train     running …",
        "      | hm",
        "      | error[MLS0602]: no luck",
        "error[MLS0001]: x",
    ):
        message(line)
    assert message.text == "MLS0602: no luck"
    assert len(told) == 5
