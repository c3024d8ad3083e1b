"""Whole runs over the way of a cluster, on a cluster of processes: what is made, what is told, and what a lost worker or a failure costs."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from pathlib import Path

import pytest
from support.cli import command, repository
from support.process_cluster import ProcessCluster
from support.projects import MODEL, PROJECT, SOURCE, SPECS
from support.shared import Shared
from support.trained import EASY, trained_of

from mlspec.diagnostics import Problems
from mlspec.pipelines.engines import worker
from mlspec.pipelines.engines.dispatch import run_dispatched
from mlspec.pipelines.engines.forms import Answer, Task, from_bytes, to_bytes
from mlspec.pipelines.engines.pack import sha256
from mlspec.pipelines.engines.task import Lines
from mlspec.pipelines.run.options import RunOptions, RunResult
from mlspec.pipelines.run.run import run_restored
from mlspec.pipelines.workspace import Workspace, open_workspace

ENGINE = "  engine: {dask: DASK_ADDRESS}\n"
CODE = """\
import os
import time
from pathlib import Path

import pandas as pd


def rows(inputs):
    return pd.read_csv(inputs["sales"], parse_dates=["day"])


def bad(inputs):
    raise ValueError("no rows today")


def slow(inputs):
    marker = Path(os.environ["MARKER"])
    if not marker.exists():
        marker.write_text("begun")
        time.sleep(120)
    return rows(inputs)
"""


def source(name: str, function: str) -> str:
    code = f'python: {{callable: "src.load:{function}", inputs: [data/sales.csv]}}'
    return SOURCE.replace("name: sales", f"name: {name}").replace("file: {path: data/sales.csv}", code)


def project(home: Path, *sources: tuple[str, str], more: dict[str, str] | None = None) -> Workspace:
    specs = {f"specs/{name}.yaml": source(name, function) for name, function in sources}
    code = {"src/__init__.py": "", "src/load.py": CODE}
    return open_workspace(repository(home, {"mlspec.yaml": PROJECT + "  code: [src]\n" + ENGINE} | specs | code | (more or {})))


@pytest.fixture(autouse=True)
def _address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASK_ADDRESS", "tcp://127.0.0.1:1")


def run(workspace: Workspace, cluster: ProcessCluster, *refs: str, options: RunOptions = RunOptions()) -> tuple[RunResult, list[str]]:  # noqa: B008 - frozen
    said: list[str] = []
    result = run_dispatched(workspace, lambda: workspace.anew().plan, refs, options, said.append, cluster.connect)
    return result, said


def made(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted((root / "pipelines").rglob("*")) if p.is_file()}


def test_what_a_cluster_makes_is_byte_for_byte_what_a_run_makes_here(shared: Shared, tmp_path: Path) -> None:
    specs = SPECS | {"specs/demand-kpis.yaml": EASY, "mlspec.yaml": PROJECT + ENGINE}
    workspace, cluster = open_workspace(repository(tmp_path, specs)), ProcessCluster()
    result, said = run(workspace, cluster)
    stages = ["source/sales:ingest", "source/sales:clean", "source/sales:validate"]
    assert list(result.ran) == [*stages, "model/demand:split", "model/demand:train", "model/demand:evaluate"]
    assert made(workspace.root) == made(trained_of(shared) / "project")
    assert "[1/2] source/sales: sent to Dask (" in said[0] and "      | clean: 240 rows read, 240 kept" in said
    assert cluster.closed and cluster.reached == [("dask", "tcp://127.0.0.1:1")]  # once
    assert [set(from_bytes(Task, sent)[0].inputs) for sent in cluster.sent] == [set(), {"pipelines/data/sales/valid.parquet"}]
    again = ProcessCluster()
    assert run(workspace, again)[0].ran == () and not again.reached
    assert command(workspace.root, "dvc", "repro", "--all-pipelines", check=0).out.count("didn't change") == 6
    for path in ("pipelines/models/demand/model", ".dvc/cache/files"):
        shutil.rmtree(workspace.root / path)
    assert run(workspace.anew(), again)[0].ran == () and not again.sent  # brought from the remote: nothing runs for it
    assert made(workspace.root) == made(trained_of(shared) / "project")


def test_a_failure_is_told_as_it_is_here_and_stops_what_needs_it(tmp_path: Path) -> None:
    model = {"specs/demand.yaml": MODEL.replace("data: sales", "data: bad")}
    workspace = project(tmp_path, ("bad", "bad"), ("good", "rows"), more=model)
    cluster, said_there, said = ProcessCluster(1), list[str](), list[str]()
    with pytest.raises(Problems) as there:
        run_dispatched(workspace, lambda: workspace.anew().plan, [], RunOptions(keep_going=True), said_there.append, cluster.connect)
    with pytest.raises(Problems) as here:
        run_restored(workspace, lambda: workspace.anew().plan, ["source/bad"], RunOptions(), said.append)
    failed, left_out = there.value.diagnostics
    assert [failed] == list(here.value.diagnostics) and failed.code == "MLS0505"
    assert left_out.message == "model/demand was left out: it needs source/bad"
    assert {s.status for s in workspace.anew().stages if s.ref == "source/good"} == {"current"}
    assert not (workspace.root / "pipelines/data/bad/dvc.lock").exists() and len(cluster.sent) == 2
    own = [line for line in said if "error[MLS" in line]
    assert own and [line for line in said_there if "error[MLS" in line] == own


def test_what_runs_here_and_what_is_sent_wait_for_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The source runs here; the model that is sent reads it, and the one that stays here does, too. Both fail at once: no row is left."""
    gone = MODEL.replace("data: sales", "data: good") + "  where: count > 100000\n"
    models = {
        "specs/sent.yaml": gone.replace("name: demand", "name: sent") + ENGINE,
        "specs/stays.yaml": gone.replace("name: demand", "name: stays"),
    }
    workspace = project(tmp_path, ("good", "rows"), more={"mlspec.yaml": PROJECT + "  code: [src]\n"} | models)
    monkeypatch.chdir(tmp_path)  # a notebook may stand anywhere
    cluster, said = ProcessCluster(), list[str]()
    with pytest.raises(Problems) as caught:
        run_dispatched(workspace, lambda: workspace.anew().plan, [], RunOptions(keep_going=True), said.append, cluster.connect)
    told = sorted(found.message.partition(":")[0] for found in caught.value.diagnostics)
    assert told == ["model/sent", "model/stays"], "\n".join(map(str, caught.value.diagnostics))
    heads = [line for line in said if line.startswith("[")]
    assert heads[0] == "[1/3] source/good: here" and heads[1].startswith("[2/3] model/sent: sent to Dask") and len(heads) == 4
    assert sorted(heads[2:]) == ["[2/3] model/sent", "[3/3] model/stays: here"]
    assert [from_bytes(Task, sent)[0].ref for sent in cluster.sent] == ["model/sent"]


def test_a_lost_worker_costs_its_task_only(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    workspace = project(tmp_path, ("good", "rows"), ("slow", "slow"))
    cluster = ProcessCluster(2, {"MARKER": str(marker)})

    def kill() -> None:
        while not marker.exists():
            time.sleep(0.05)
        os.kill(next(pid for pid in cluster.started if b"data/slow" in _sent_to(pid)), signal.SIGKILL)

    def _sent_to(pid: int) -> bytes:
        return from_bytes(Task, cluster.given[pid])[0].folder.encode()

    thread = threading.Thread(target=kill)
    thread.start()
    result, said = run(workspace, cluster)
    thread.join()
    assert {name.partition(":")[0] for name in result.ran} == {"source/good", "source/slow"}
    assert [line for line in said if "lost" in line] == ["      source/slow: its worker was lost; it runs again (2 of 4)"]
    assert len(cluster.started) == 3


def test_a_task_that_outlives_no_worker_is_given_up_and_carried_only_what_it_may_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = project(tmp_path, ("good", "rows"), more={"secret.env": "TOKEN=hush\n", "src/other.py": "x = 1\n"})
    (workspace.root / ".dvc/config.local").write_text("['remote \"storage\"']\n    password = hush\n")
    monkeypatch.setattr("support.process_cluster._WORKER", ("-c", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n"))
    cluster = ProcessCluster()
    with pytest.raises(Problems, match="MLS0533: source/good: the workers that had it were lost, 4 of them"):
        run(workspace, cluster)
    assert len(cluster.started) == 4 and cluster.closed and len(set(cluster.sent)) == 1
    _, files = from_bytes(Task, cluster.sent[0])
    code, folder = ("src/__init__.py", "src/load.py", "src/other.py"), "pipelines/data/good"
    own = (f"{folder}/dvc.yaml", f"{folder}/params.yaml")
    assert set(files) - {".dvcignore"} == {"mlspec.yaml", ".dvc/config", "requirements.lock", "data/sales.csv", *code, *own}
    assert not any(b"hush" in content for content in files.values())


def test_a_worker_that_is_not_fit_refuses_before_anything_runs(tmp_path: Path) -> None:
    workspace = project(tmp_path, ("good", "rows"))
    (workspace.root / "requirements.lock").write_text("numpy==0.1\n")
    with pytest.raises(Problems, match=r"MLS0532: a worker of the cluster can't do this task: it has numpy .*, and 0.1 is asked for"):
        run(workspace, ProcessCluster())


def test_a_damaged_task_is_not_begun_and_a_worker_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(ValueError, match="damaged on its way"):
        worker.perform(b"task", sha256(b"another"))
    left = tmp_path / f"{worker.PREFIX}killed"
    left.mkdir()
    (left / "lock").touch()
    os.utime(left / "lock", (0, 0))
    answer, _ = from_bytes(Answer, worker.perform(b"no task", sha256(b"no task")))
    assert answer.status == "broke" and answer.findings[0].code == "MLS0537" and "NoPackError" in answer.findings[0].message
    assert not list(tmp_path.iterdir())


def test_what_a_hostile_worker_returns_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = project(tmp_path, ("bad", "bad"))
    forged = to_bytes(Answer(ref="source/bad", status="ok"), {".github/workflows/x.yml": b"on: push"})
    monkeypatch.setattr("support.process_cluster._WORKER", ("-c", f"import sys\nopen(sys.argv[2], 'wb').write({forged!r})\n"))
    with pytest.raises(
        Problems, match=r"MLS0534: what a worker returned of source/bad can't be used: `\.github/workflows/x\.yml` is no result"
    ):
        run(workspace, ProcessCluster())
    assert command(workspace.root, "git", "status", "--porcelain", check=0).out == ""


def test_without_a_remote_or_with_a_file_too_large_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = project(tmp_path, ("good", "rows"))
    monkeypatch.setattr("mlspec.pipelines.engines.carried.MAX_BYTES", 4000)
    with pytest.raises(Problems, match=r"MLS0536: .*the largest is data/sales.csv"):
        run(workspace, ProcessCluster())
    monkeypatch.setattr("mlspec.pipelines.engines.carried.MAX_BYTES", 1 << 20)
    (workspace.root / ".dvc/config").write_text("[core]\n    analytics = false\n")
    with pytest.raises(Problems, match="MLS0535"):
        run(workspace, ProcessCluster())


def test_what_a_task_says_is_bounded_and_names_no_folder_of_the_worker() -> None:
    say = Lines(Path("/tmp/x/project"))
    for _ in range(3000):
        say("      | /tmp/x/project/src/load.py: hm" + "y" * 5000)
    lines = say.all()
    assert len(lines) == 2001 and lines[-1] == "      … 1,000 more lines"
    assert lines[0].startswith("      | src/load.py") and len(lines[0]) == 2000
