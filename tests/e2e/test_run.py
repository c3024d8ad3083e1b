"""`mlspec run` that is stopped, doubled, or finds outputs that are not what their stage wrote; real DVC."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from support.cli import BIN, commit, environment, git, mlspec, repository
from support.projects import MODEL, PROJECT, SOURCE, SPECS

pytestmark = pytest.mark.e2e
ROWS = """\
import os
import shutil
import time

import pandas as pd


def rows(inputs) -> pd.DataFrame:
    if "SLOW" in os.environ:
        with open(os.environ["SLOW"], "w") as file:
            file.write(str(os.getpid()))
        time.sleep(120)
    return pd.read_csv(inputs["sales"], parse_dates=["day"])
"""
ONLY_SOURCE = {
    "mlspec.yaml": PROJECT + "  code: [src]\n",
    "specs/sales.yaml": SOURCE.replace("file: {path: data/sales.csv}", 'python: {callable: "src.load:rows", inputs: [data/sales.csv]}'),
    "src/__init__.py": "",
    "src/load.py": ROWS,
}


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one source, whose first stage sleeps where SLOW is set."""
    root = repository(tmp_path, ONLY_SOURCE)
    monkeypatch.setenv("ROWS", str(root))
    return root


def start(root: Path, **more: str) -> subprocess.Popen[str]:
    words, env = [str(BIN / "mlspec"), "run"], environment() | more
    return subprocess.Popen(words, cwd=root, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def stage_of(marker: Path) -> int:
    for _ in range(600):
        if marker.exists() and (text := marker.read_text()):
            return int(text)
        time.sleep(0.1)
    raise AssertionError("the stage did not start")


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, -9), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_stopped_in_the_middle_nothing_goes_on_and_the_next_run_is_well(
    slow: Path, tmp_path: Path, number: int, code: int, request: pytest.FixtureRequest
) -> None:
    if number == signal.SIGTERM:
        request.getfixturevalue("real_pythons")
    marker = tmp_path / "marker"
    process = start(slow, SLOW=str(marker))
    try:
        stage = stage_of(marker)
        group = os.getpgid(stage)
        process.send_signal(number)
        assert process.wait(30) == code
        result = mlspec(slow, "run", check=0)  # at once: it waits for what is left of the first
        assert "3 stages ran" in result.out
        assert not lives(stage)
        with pytest.raises(ProcessLookupError):
            os.killpg(group, 0)
    finally:
        process.kill()
        process.communicate()


def test_the_second_of_two_runs_waits_and_says_so(slow: Path) -> None:
    both = [start(slow), start(slow)]
    told = [p.communicate(timeout=120)[1] for p in both]
    assert [p.returncode for p in both] == [0, 0], told
    waited = [i for i, text in enumerate(told) if "waiting for another mlspec run (process" in text]
    assert len(waited) == 1
    assert f"(process {both[1 - waited[0]].pid})" in told[waited[0]]
    assert "running" not in told[waited[0]]


OTHER = MODEL.replace("{name: demand}", "{name: other}").replace("alpha: 1.0", "alpha: 2.0")


def edited(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text()
    assert old in text
    (root / path).write_text(text.replace(old, new))


def test_outputs_locks_and_pruning_in_the_life_of_two_models(tmp_path: Path) -> None:
    """One project, since every training costs seconds: what is put back, what runs, what is told, what is deleted."""
    specs = {k: v for k, v in SPECS.items() if k in ("mlspec.yaml", "specs/sales.yaml", "specs/demand.yaml")} | {"specs/other.yaml": OTHER}
    root = repository(tmp_path, specs)
    mlspec(root, "run", check=0)
    commit(root, "Run")
    demand, other = root / "pipelines/models/demand", root / "pipelines/models/other"
    before = {p: p.read_bytes() for p in demand.rglob("*") if p.is_file()}

    # deleted and altered outputs come back from the cache; nothing is trained
    shutil.rmtree(demand / "model")
    (demand / "baseline/signature.json").unlink()
    (demand / "train.parquet").write_bytes(b"forged")
    assert "train.parquet is not what the stage wrote" in mlspec(root, "plan", check=0).out
    assert "stale" in mlspec(root, "status", "model/demand", check=0).out
    result = mlspec(root, "run", check=0)
    assert "Everything is up to date." in result.out
    assert "running" not in result.err
    assert {p: p.read_bytes() for p in demand.rglob("*") if p.is_file()} == before

    # one model edited: DVC is not asked about the other
    edited(root, "specs/demand.yaml", "alpha: 1.0", "alpha: 1.5")
    mlspec(root, "apply", check=0)
    result = mlspec(root, "run", check=0)
    assert "2 stages ran" in result.out
    assert "model/demand" in result.err
    assert "model/other" not in result.err

    # a lock with a merge left in it
    edited(root, "pipelines/models/demand/dvc.lock", "schema:", "<<<<<<< HEAD\nschema:")
    assert "its dvc.lock can't be read" in mlspec(root, "plan", check=0).out
    result = mlspec(root, "run", check=1)
    assert "error[MLS0509]: pipelines/models/demand/dvc.lock" in result.err
    assert "git checkout --ours" in result.err
    edited(root, "pipelines/models/demand/dvc.lock", "<<<<<<< HEAD\n", "")

    # a model that goes takes its outputs along, and Git sees no data
    (root / "specs/other.yaml").unlink()
    refused = mlspec(root, "apply", check=1)
    assert "error[MLS0510]" in refused.err and "--prune" in refused.err and (other / "dvc.yaml").is_file()
    mlspec(root, "apply", "--prune", check=0)
    assert not [p for p in other.rglob("*") if p.suffix in (".parquet", ".joblib")]
    assert not [line for line in git(root, "status", "--porcelain", "--untracked-files=all").splitlines() if line.startswith("??")]
    mlspec(root, "apply", "--check", check=0)

    # without the cache an output is kept, and so is what keeps it out of Git
    shutil.rmtree(root / ".dvc/cache")
    (root / "specs/demand.yaml").unlink()
    result = mlspec(root, "apply", check=0)
    assert "pipelines/models/demand/.gitignore: keeps" in result.err
    assert (demand / "model/model.joblib").exists()
    assert not [line for line in git(root, "status", "--porcelain", "--untracked-files=all").splitlines() if line.startswith("??")]


def test_keep_going_stops_only_what_needs_it(tmp_path: Path) -> None:
    bad = SOURCE.replace("{name: sales}", "{name: orders}").replace("data/sales.csv", "data/orders.csv")
    lame = MODEL.replace("{name: demand}", "{name: lame}").replace("data: sales", "data: orders")
    specs = {"mlspec.yaml": PROJECT, "specs/a.yaml": bad, "specs/b.yaml": SOURCE, "specs/m.yaml": MODEL, "specs/n.yaml": lame}
    root = repository(tmp_path, specs)
    (root / "data/orders.csv").write_text("day,shop,price,count\n2024-01-01,north,cheap,3\n")
    mlspec(root, "apply", check=0)
    result = mlspec(root, "run", "--keep-going", check=1)
    assert "source/orders: the stage" in result.text
    assert "model/lame was left out: it needs source/orders" in result.text
    assert (root / "pipelines/models/demand/evaluation.json").is_file()
    assert not (root / "pipelines/models/lame/dvc.lock").exists()
    assert mlspec(root, "run", "model/demand", check=0).text.count("Everything is up to date") == 1


@pytest.mark.parametrize(("number", "told"), [(signal.SIGKILL, "most likely for memory"), (signal.SIGSEGV, "crashed (SIGSEGV)")])
def test_a_stage_that_is_killed_says_so_and_what_to_do(slow: Path, tmp_path: Path, number: int, told: str) -> None:
    marker = tmp_path / "stage"
    process = start(slow, SLOW=str(marker))
    os.kill(stage_of(marker), number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "error[MLS0514]: source/sales: the stage ingest" in said
    assert told in said


@pytest.mark.slow
def test_a_file_rewritten_in_place_with_its_size_and_time_is_read_again(tmp_path: Path) -> None:
    """DVC by itself takes it for the file that it knows; the plan reads the bytes."""
    import pyarrow.parquet as pq

    root = repository(tmp_path, ONLY_SOURCE)
    mlspec(root, "run", check=0)
    data = root / "data/sales.csv"
    before, text = data.stat(), data.read_text()
    first = text.splitlines()[1]
    data.write_text(text.replace(first, first[:-1] + str((int(first[-1]) + 1) % 10)))
    os.utime(data, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert data.stat().st_size == before.st_size
    told = mlspec(root, "run", check=0).err
    assert "data/sales.csv: changed, though size and time are as they were: read again" in told
    wanted = sorted(int(line.rpartition(",")[2]) for line in data.read_text().splitlines()[1:])
    assert sorted(pq.read_table(root / "pipelines/data/sales/valid.parquet")["count"].to_pylist()) == wanted
    assert "Everything is up to date" in mlspec(root, "run", check=0).out
