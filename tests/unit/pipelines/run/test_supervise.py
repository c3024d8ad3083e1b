"""The supervisor ends the whole process group when its parent goes, and is not in the way otherwise."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.processes import gone, lives

from mlspec.pipelines.run import supervise

pytestmark = pytest.mark.usefixtures("real_pythons")

# a parent that supervises a shell which has a child of its own, as DVC and its stage; every process writes its number
PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-I", "-S", {supervise!r}, "sh", "-c", {script!r}], stdin=subprocess.PIPE, start_new_session=True)
open("supervisor", "w").write(str(child.pid))
child.wait()
"""
SCRIPT = "echo $$ > shell; (sleep 60 & echo $! > sleeper; wait); echo late > late"
STUBBORN = "trap '' TERM; echo $$ > shell; sleep 60 & echo $! > sleeper; while :; do sleep 0.1; done"


def number(file: Path) -> int:
    for _ in range(200):
        if file.exists() and (text := file.read_text().strip()):
            return int(text)
        time.sleep(0.05)
    raise AssertionError(file)


def supervised(*command: str) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-I", "-S", supervise.__file__, *command]
    return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
@pytest.mark.parametrize(
    ("script", "end"), [(SCRIPT, "kill parent"), (SCRIPT, "term parent"), (SCRIPT, "term supervisor"), (STUBBORN, "kill parent")]
)
def test_nothing_of_the_group_survives(tmp_path: Path, script: str, end: str) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT.format(supervise=supervise.__file__, script=script)], cwd=tmp_path)
    pids = [number(tmp_path / name) for name in ("shell", "sleeper", "supervisor")]
    try:
        victim, sign = (
            (pids[2], signal.SIGTERM) if "supervisor" in end else (parent.pid, signal.SIGKILL if "kill" in end else signal.SIGTERM)
        )
        os.kill(victim, sign)
        parent.wait(20)
        assert [gone(pid) for pid in pids] == [True, True, True]
        assert not (tmp_path / "late").exists()
    finally:
        parent.kill()
        if lives(pids[2]):
            with contextlib.suppress(ProcessLookupError):  # it may end by itself meanwhile: the assertion is what counts
                os.killpg(pids[2], signal.SIGKILL)


@pytest.mark.parametrize("code", [0, 3])
def test_exit_code_and_output_pass_through(code: int) -> None:
    process = supervised("sh", "-c", f"echo said; exit {code}")
    assert process.stdout is not None
    assert process.stdout.read() == b"said\n"
    assert process.wait(10) == code


def test_a_command_that_was_killed_is_a_failure() -> None:
    assert supervised("sh", "-c", "kill -9 $$").wait(10) != 0
