"""How many stages at once, which process forks one, and with what: the parts of the warm executor that need no run. See e2e/test_run_warm.py."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from types import SimpleNamespace

import pytest

from mlspec.compiler.project.graph import Out, Pipeline, Stage
from mlspec.pipelines.run.reporter import Reporter
from mlspec.pipelines.run.warm import room
from mlspec.pipelines.run.warm.lanes import Lanes, modules
from mlspec.pipelines.run.warm.room import Room, width_of
from mlspec.pipelines.run.warm.walk import Walk, warm_enough
from mlspec.runtime.process import processors
from mlspec.runtime.warm import Ended, Server, Task

pytestmark = pytest.mark.usefixtures("real_pythons")


def walk(name: str, **params: object) -> tuple[Walk, list[str]]:
    stage = Stage(name, "", ("data/a.csv",), (Out("pipelines/models/m/x"),), params)
    pipeline = Pipeline("model/m", "pipelines/models/m", "specs/m.yaml", (stage,))
    said: list[str] = []
    return Walk(pipeline, Reporter(pipeline, said.append), [SimpleNamespace(name=name, cmd=stage.command)]), said


@pytest.mark.parametrize(
    ("others", "width", "fits"),
    [
        ([], 1, True),
        ([], 99, True),
        ([("train", 1)], 1, True),
        ([("train", 1)] * 4, 1, False),
        ([("train", 2)], 2, True),
        ([("train", 2)], 3, False),
        ([("train", 99)], 1, False),
    ],
)
def test_stages_take_as_many_places_as_they_have_threads(others: list[tuple[str, int]], width: int, fits: bool) -> None:
    assert Room(4).fits(others, "train", width) is fits


def test_a_stage_waits_for_memory_that_its_like_took_but_never_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "free_kilobytes", lambda: 1_000)
    rooms = Room(4)
    rooms.learn("train", 2_000)
    rooms.learn("train", 900)
    assert not rooms.fits([("split", 1)], "train", 1)
    assert rooms.fits([("split", 1)], "split", 1)
    assert rooms.fits([], "train", 1)


def test_a_containers_limit_counts(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("1048576\n")
    (tmp_path / "memory.current").write_text("524288\n")
    assert room._of_container(tmp_path) == 512
    (tmp_path / "memory.max").write_text("max\n")
    assert room._of_container(tmp_path) is None
    assert room._of_container(tmp_path / "none") is None


@pytest.mark.parametrize(("n_jobs", "width"), [(None, 1), (1, 1), (3, 3), (-1, processors()), (0, 1), ("2", 1)])
def test_threads_of_an_estimator(n_jobs: object, width: int) -> None:
    params = {"estimator": {"params": {} if n_jobs is None else {"n_jobs": n_jobs}}}
    assert width_of(Stage("train", "", (), (), params)) == width
    assert width_of(Stage("tune", "", (), (), params, limits={"workers": 64})) == max(width, processors())
    assert width_of(Stage("split", "", (), (), {})) == 1


def test_what_trains_again_to_compare_has_other_hash_seeds_than_the_training() -> None:
    """Else a model that hangs on the order of a set comes out the same in a fork of the same process, and counts as reproducible."""
    assert walk("evaluate", train={})[0].lane == "other"
    assert walk("evaluate")[0].lane == walk("train", train={})[0].lane == "usual"
    lanes, lines = Lanes(None), list[str]()
    try:
        lanes.servers["usual"], lanes.servers["other"] = (_bare() for _ in range(2))
        lanes.generations |= {"usual": 1, "other": 1}
        for lane in ("usual", "usual", "other"):
            key = lanes.submit(lane, Task("builtins:exec", ("print(hash('a'))",)), lines.append)
            while key not in [found for found, _ in lanes.poll(None)]:
                continue
    finally:
        lanes.close()
    assert lines[0] == lines[1] != lines[2]


def test_a_killed_process_is_started_again_for_the_next_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlspec.pipelines.run.warm.lanes.modules", list)
    lanes, lines = Lanes(None), list[str]()
    try:
        first = lanes.submit("usual", Task("time:sleep", (60,)), lines.append)
        os.kill(lanes.servers["usual"].process, signal.SIGKILL)
        found = dict(lanes.poll(None)) or dict(lanes.poll(None))
        assert found[first].lost
        second = lanes.submit("usual", Task("builtins:print", ("again",)), lines.append)
        ended: dict[object, Ended] = {}
        while second not in ended:
            ended |= dict(lanes.poll(None))
        assert (ended[second].status, lines) == (0, ["again"])
    finally:
        lanes.close()


def test_what_a_killed_process_ran_is_told_though_new_stages_come_before_anybody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """To hand over a stage is what may find the process gone; one that was started in its place knows nothing of what ran there."""
    monkeypatch.setattr("mlspec.pipelines.run.warm.lanes.modules", list)
    lanes = Lanes(None)
    try:
        lost = {lanes.submit("usual", Task("time:sleep", (60,)), print)}
        os.kill(lanes.servers["usual"].process, signal.SIGKILL)
        os.waitid(os.P_PID, lanes.servers["usual"].process, os.WEXITED | os.WNOWAIT)
        lost.add(lanes.submit("usual", Task("time:sleep", (60,)), print))
        last = lanes.submit("usual", Task("builtins:print", ("again",)), print)
        ended: dict[object, Ended] = {}
        while not {*lost, last} <= set(ended):
            ended |= dict(lanes.poll(None))
        assert {key: found.lost for key, found in ended.items()} == {**dict.fromkeys(lost, True), last: False}
        assert lanes.replaced == []
    finally:
        lanes.close()


def _bare() -> Server:
    return Server([], {k: v for k, v in os.environ.items() if k != "PYTHONHASHSEED"})


def test_modules_are_there_and_none_is_run() -> None:
    found = modules()
    assert "mlspec.runtime.train" in found and "mlspec.metrics.bootstrap" in found and "mlspec.runtime.split.strategies" in found
    assert not [name for name in found if name.startswith("mlspec.runtime.warm") or name.endswith("__main__")]
    assert len(set(found)) == len(found)


def test_a_stage_runs_as_dvc_would_run_it(tmp_path: Path) -> None:
    task = walk("train")[0].task("/r", tmp_path)
    assert (task.function, task.arguments, task.cwd) == ("mlspec.runtime.warm.child:run_module", ("mlspec.runtime", "train"), tmp_path)
    assert task.environment is not None
    assert {k: task.environment[k] for k in ("DVC_ROOT", "DVC_STAGE", "PWD", "NO_COLOR")} == {
        "DVC_ROOT": "/r",
        "DVC_STAGE": "train",
        "PWD": str(tmp_path),
        "NO_COLOR": "1",
    }


@pytest.mark.parametrize(
    ("change", "is_ours"),
    [
        ({}, True),
        ({"cmd": "python -m mlspec.runtime  train"}, False),
        ({"frozen": True}, False),
        ({"always_changed": True}, False),
        ({"wdir": "/else"}, False),
    ],
)
def test_only_a_stage_as_we_generate_it_is_run_warm(change: dict[str, object], is_ours: bool) -> None:
    usual = {"name": "train", "cmd": "python -m mlspec.runtime train", "frozen": False, "always_changed": False, "wdir": "/r/m"}
    assert warm_enough(SimpleNamespace(**(usual | change)), Path("/r/m")) is is_ours


def test_a_failed_stage_is_told_as_dvc_tells_it() -> None:
    one, said = walk("train")
    one.heard("error[MLS0602]: no luck\n")
    failed = one.failed(Ended(1, 1))
    assert [d.message for d in failed.diagnostics] == ["model/m: the stage train failed"]
    assert said == ["      | error[MLS0602]: no luck"]
    killed = walk("train")[0].failed(Ended(1, -signal.SIGKILL))
    assert [d.code for d in killed.diagnostics] == ["MLS0514"]
    refused = walk("train")[0].refused("output 'x' does not exist")
    assert refused.diagnostics[0].message == "model/m: the stage train failed: failed to reproduce 'train': output 'x' does not exist"
    edited = walk("train")[0].edited(["a.csv", "b.csv"])
    assert edited.diagnostics[0].message == "model/m: `a.csv`, `b.csv` changed while the stage train ran; what it made is not recorded"
