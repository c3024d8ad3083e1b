"""The warm executor against `dvc repro`: the same bytes in locks, cache and run-cache; what is edited meanwhile; what is killed at any point."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support.cli import BIN, command, environment, mlspec, repository
from support.processes import lives
from support.projects import MODEL, PROJECT, SOURCE, SPECS
from support.shared import Shared

from mlspec.pipelines.run.options import RunOptions
from mlspec.pipelines.run.run import run_pipeline
from mlspec.pipelines.workspace import open_workspace

pytestmark = pytest.mark.e2e
OTHER = MODEL.replace("{name: demand}", "{name: other}").replace("alpha: 1.0", "alpha: 2.0")
APART = MODEL.replace("{name: demand}", "{name: apart}").replace("test: 25%", "test: 30%")
WORLD = {
    k: SPECS[k] for k in ("mlspec.yaml", "specs/sales.yaml", "specs/sales-rules.yaml", "specs/demand.yaml", "specs/demand-kpis.yaml")
} | {
    "specs/other.yaml": OTHER,
    "specs/apart.yaml": APART,
}
ROWS = """\
import os, time
import pandas as pd

def rows(inputs):
    frame = pd.read_csv(inputs["sales"], parse_dates=["day"])
    if "MARKER" in os.environ:
        open(os.environ["MARKER"], "w").close()
        while os.path.exists(os.environ["MARKER"]):
            time.sleep(0.02)
    return frame
"""
CODED = {
    "mlspec.yaml": PROJECT + "  code: [src]\n",
    "specs/sales.yaml": SOURCE.replace("file: {path: data/sales.csv}", 'python: {callable: "src.load:rows", inputs: [data/sales.csv]}'),
    "src/__init__.py": "",
    "src/load.py": ROWS,
}


def _make(home: Path) -> None:
    """One project, run by DVC, and another one in the same folder's name, run by us: paths of neither may stand in what they wrote."""
    for executor in ("dvc", "warm"):
        root = repository(home / executor, WORLD)
        shutil.copytree(root, home / executor / "before", symlinks=True)
        (home / executor / "told").write_text(mlspec(root, "run", "--executor", executor, "--jobs", "2", check=0, timeout=900).err)


@pytest.fixture(scope="session")
def worlds(shared: Shared) -> Path:
    return shared.once("run-warm", _make)


def written(root: Path) -> dict[str, tuple[str, str]]:
    """All that a run writes and keeps, by path: content and rights."""
    files = [p for folder in ("pipelines", ".dvc/cache") for p in (root / folder).rglob("*") if p.is_file()]
    return {p.relative_to(root).as_posix(): (hashlib.md5(p.read_bytes()).hexdigest(), oct(p.stat().st_mode)) for p in files}


def copy(world: Path, target: Path, name: str = "project") -> Path:
    return Path(shutil.copytree(world / name, target / "project", symlinks=True))


def test_both_executors_write_the_same_bytes(worlds: Path) -> None:
    by_dvc, by_us = written(worlds / "dvc/project"), written(worlds / "warm/project")
    assert by_us == by_dvc
    assert sum("/runs/" in path for path in by_us) == 2  # the stages of the source whose outputs are all in the cache
    assert sum(path.endswith("dvc.lock") for path in by_us) == 4


def test_after_us_dvc_finds_nothing_to_do_and_after_dvc_neither_do_we(worlds: Path, tmp_path: Path) -> None:
    root = copy(worlds / "warm", tmp_path / "a")
    for folder in sorted(p.parent for p in root.glob("pipelines/*/*/dvc.yaml")):
        told = command(folder, "dvc", "repro", check=0).text
        assert "Running" not in told
        assert told.count("didn't change, skipping") >= 3
    assert written(root) == written(worlds / "warm/project")

    root = copy(worlds / "dvc", tmp_path / "b")
    workspace, said = open_workspace(root), list[str]()
    for pipeline in workspace.graph.pipelines:
        reporter = run_pipeline(workspace, pipeline, RunOptions(), said.append)
        assert (reporter.ran, reporter.restored) == ({}, [])
    assert sum("up to date" in line for line in said) == sum(len(p.stages) for p in workspace.graph.pipelines)
    assert written(root) == written(worlds / "dvc/project")


def test_equal_splits_are_made_once_and_one_that_differs_is_not_taken_for_them(worlds: Path) -> None:
    told = (worlds / "warm/told").read_text()
    assert sum("split     running" in line for line in told.splitlines()) == 2
    assert told.count("split     taken from the cache") == 1
    assert sum("split     running" in line for line in (worlds / "dvc/told").read_text().splitlines()) == 3


def test_what_comes_after_a_split_that_was_taken_is_not_taken_for_a_split(worlds: Path, tmp_path: Path) -> None:
    root, names = copy(worlds / "warm", tmp_path), ("one", "three", "two")
    for name in names:
        (root / f"specs/{name}.yaml").write_text(MODEL.replace("{name: demand}", f"{{name: {name}}}").replace("test: 25%", "test: 35%"))
    mlspec(root, "apply", check=0)
    told = mlspec(root, "run", "--jobs", "1", *(f"model/{name}" for name in names), check=0).err
    assert told.count("split     running") == 1
    assert told.count("split     taken from the cache") == 2


def test_what_runs_again_by_force_and_what_the_cache_has(worlds: Path, tmp_path: Path) -> None:
    root = copy(worlds / "warm", tmp_path)
    forced = mlspec(root, "run", "--force", "--jobs", "1", "model/other", check=0)
    assert "6 stages ran" in forced.out
    assert forced.err.splitlines()[0].startswith("[1/2] source/sales")
    assert "      ingest    running …" in forced.err.splitlines()
    assert written(root) == written(worlds / "warm/project")
    shutil.rmtree(root / "pipelines/data/sales")
    mlspec(root, "apply", check=0)
    again = mlspec(root, "run", "source/sales", check=0)
    assert again.err.count("taken from the cache") == 2  # by DVC's run-cache; the lock is gone
    assert {k: v for k, v in written(root).items() if "data/sales" in k} == {
        k: v for k, v in written(worlds / "warm/project").items() if "data/sales" in k
    }


@pytest.mark.parametrize("executor", ["warm", "dvc"])
def test_with_pull_an_input_that_is_not_here_and_changed_is_fetched_and_not_taken_for_the_old_one(
    worlds: Path, tmp_path: Path, executor: str
) -> None:
    """As after a merge of new rows, in a clone without data: the source's lock is newer than the model's."""
    root, made = copy(worlds / "warm", tmp_path), ("*.parquet", "model", "baseline")
    (root / "data/sales.csv").write_text((root / "data/sales.csv").read_text() + "2024-09-01,north,2.0,40\n")
    mlspec(root, "run", "source/sales", check=0)
    command(root, "dvc", "push", "--quiet", check=0)
    for path in [root / ".dvc/cache", *(p for name in made for p in (root / "pipelines").rglob(name))]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert "2 stages ran" in mlspec(root, "run", "--pull", "--executor", executor, "model/demand", check=0).out
    assert "model/demand" not in "".join(line for line in mlspec(root, "plan").out.splitlines() if ">" in line)


def start(root: Path, *words: str, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(BIN / "mlspec"), "run", *words],
        cwd=root,
        env=environment() | more,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def until(what: Callable[[], object], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize("path", ["data/sales.csv", "src/load.py"])
def test_an_input_that_is_edited_while_its_stage_runs_is_not_recorded(tmp_path: Path, path: str) -> None:
    root, marker = repository(tmp_path, CODED), tmp_path / "marker"
    process = start(root, MARKER=str(marker))
    until(marker.exists)
    (root / path).write_text((root / path).read_text() + ("2024-09-01,north,2.0,40\n" if path.endswith("csv") else "# more\n"))
    marker.unlink()
    told, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert f"error[MLS0517]: source/sales: `../../../{path}`" in told
    assert "ran; what it made is not recorded" in told
    assert not (root / "pipelines/data/sales/dvc.lock").exists()
    assert "3 stages ran" in mlspec(root, "run", check=0).out
    assert "didn't change, skipping" in command(root / "pipelines/data/sales", "dvc", "repro", check=0).text


def test_a_failing_stage_says_what_dvc_says_and_spares_what_ran_beside_it(tmp_path: Path) -> None:
    bad = SOURCE.replace("{name: sales}", "{name: orders}").replace("data/sales.csv", "data/orders.csv")
    told: dict[str, str] = {}
    for executor in ("dvc", "warm"):
        root = repository(tmp_path / executor, {"mlspec.yaml": PROJECT, "specs/bad.yaml": bad, "specs/good.yaml": SOURCE})
        (root / "data/orders.csv").write_text("day,shop,price,count\n2024-01-01,north,cheap,3\n")
        mlspec(root, "apply", check=0)
        result = mlspec(root, "run", "--keep-going", "--executor", executor, "--jobs", "1", check=1)
        told[executor] = "\n".join(line for line in result.err.splitlines() if not line.rstrip().endswith(" s"))
        assert (root / "pipelines/data/sales/dvc.lock").is_file()
        assert "validate" not in (root / "pipelines/data/orders/dvc.lock").read_text()
    assert told["warm"] == told["dvc"]


def processes_of(planner: int) -> dict[str, list[int]]:
    """The planner, the process that forks, and its children, as far as they are there."""
    found: dict[str, list[int]] = {"planner": [planner], "server": [], "child": []}
    for name, parents in (("server", "planner"), ("child", "server")):
        for parent in found[parents]:
            for task in Path(f"/proc/{parent}/task").glob("*/children"):
                try:
                    found[name] += [int(word) for word in task.read_text().split()]
                except OSError:
                    continue
    return found


def kill_and_heal(worlds: Path, target: Path, who: str, lines: int, delay: float) -> None:
    """Kill a process when the run has said so many lines and some time more; then run again, and compare with an undisturbed run."""
    root = copy(worlds / "warm", target, "before")
    process = start(root, "--jobs", "2")
    assert process.stdout is not None
    for _ in range(lines):
        if not process.stdout.readline():
            break
    time.sleep(delay)
    there = processes_of(process.pid)
    for victim in there[who]:
        with contextlib.suppress(ProcessLookupError):  # it was quicker
            os.kill(victim, signal.SIGKILL)
    process.communicate(timeout=180)
    until(lambda: not any(lives(pid) for pids in there.values() for pid in pids), 30)
    mlspec(root, "run", check=0)
    mine, whole = written(root), written(worlds / "warm/project")
    assert {k: v for k, v in mine.items() if k.startswith("pipelines/")} == {k: v for k, v in whole.items() if k.startswith("pipelines/")}
    assert {k: mine.get(k) for k in whole} == whole
    assert "Everything is up to date" in mlspec(root, "run", check=0).out


POINTS = [(who, lines, (lines * 7 % 5) / 10) for who in ("planner", "server", "child") for lines in range(1, 40, 3)]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads /proc")
@pytest.mark.parametrize(("who", "lines", "delay"), random.Random(4).sample(POINTS, 3))
def test_a_process_killed_at_some_points_heals(worlds: Path, tmp_path: Path, who: str, lines: int, delay: float) -> None:
    kill_and_heal(worlds, tmp_path, who, lines, delay)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads /proc")
@pytest.mark.parametrize(("who", "lines", "delay"), [*POINTS, *((w, 2, 0.6) for w in ("planner", "server", "child"))])
def test_a_process_killed_at_any_point_heals(worlds: Path, tmp_path: Path, who: str, lines: int, delay: float) -> None:
    kill_and_heal(worlds, tmp_path, who, lines, delay)


def test_a_changed_parameter_runs_what_needs_it_and_is_what_dvc_records(worlds: Path, tmp_path: Path) -> None:
    found = []
    for executor in ("dvc", "warm"):
        root = copy(worlds / executor, tmp_path / executor)
        text = (root / "specs/other.yaml").read_text()
        (root / "specs/other.yaml").write_text(text.replace("alpha: 2.0", "alpha: 3.0"))
        mlspec(root, "apply", check=0)
        assert "2 stages ran" in mlspec(root, "run", "--executor", executor, check=0, timeout=600).out
        found.append(written(root))
    assert found[0] == found[1]
