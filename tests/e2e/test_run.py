"""`mlspec run` that is stopped, doubled, or finds outputs that are not what their stage wrote; real DVC."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from support.cli import BIN, environment, mlspec, repository
from support.projects import PROJECT, SOURCE

pytestmark = pytest.mark.e2e
ROWS = """\
import os
import time

import pandas as pd


def rows() -> pd.DataFrame:
    if "SLOW" in os.environ:
        with open(os.environ["SLOW"], "w") as file:
            file.write(str(os.getpid()))
        time.sleep(120)
    return pd.read_csv(os.path.join(os.environ["ROWS"], "data/sales.csv"), parse_dates=["day"])
"""
ONLY_SOURCE = {
    "mlspec.yaml": PROJECT + "  code: [src]\n",
    "specs/sales.yaml": SOURCE.replace("file: {path: data/sales.csv}", 'python: {callable: "src.load:rows"}'),
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
    words, env = [BIN / "mlspec", "run"], environment() | more
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
def test_stopped_in_the_middle_nothing_goes_on_and_the_next_run_is_well(slow: Path, tmp_path: Path, number: int, code: int) -> None:
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
