"""Folders of tests in memory: only where there is room, and gone when their run is over."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import quick_disk

HERE = Path(quick_disk.__file__).parents[1]
RUN = """
import os, sys
from pathlib import Path
from support import quick_disk
quick_disk.NEEDED = 0
found = {}
quick_disk.use(found, Path(sys.argv[1]))
print(found[quick_disk.ROOT], flush=True)
(Path(found[quick_disk.ROOT]) / "a").touch()
if sys.argv[2] == "failed":
    quick_disk.keep(found[quick_disk.ROOT])
if sys.argv[2] == "killed":
    os.kill(os.getpid(), 9)
if sys.argv[2] == "waits":
    sys.stdin.read()
"""


def started(memory: Path, how: str) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", RUN, str(memory), how]
    return subprocess.Popen(
        words, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(HERE)}
    )


@pytest.fixture
def enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick_disk, "NEEDED", 0)


def test_where_there_is_no_room_pytest_has_its_own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick_disk, "NEEDED", 1 << 60)
    found: dict[str, str] = {}
    quick_disk.use(found, tmp_path)
    quick_disk.use(found, tmp_path / "nowhere")
    assert not found
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("enough")
@pytest.mark.parametrize("told", [{"TESTS_ON_DISK": "1"}, {quick_disk.ROOT: "/somewhere"}])
def test_who_says_where_is_heard(tmp_path: Path, told: dict[str, str]) -> None:
    found = dict(told)
    quick_disk.use(found, tmp_path)
    assert found == told
    assert not list(tmp_path.iterdir())


def test_a_container_has_the_memory_of_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(quick_disk, "_LIMIT", limit)
    limit.write_text("max\n")
    assert quick_disk._memory() > 4096
    limit.write_text("4096\n")
    assert quick_disk._memory() == 4096


def test_what_is_over_is_gone_and_what_runs_is_left_alone(tmp_path: Path) -> None:
    with started(tmp_path, "waits") as runs:
        assert runs.stdout
        mine = Path(runs.stdout.readline().strip())
        for how, stays in (("well", False), ("failed", True), ("killed", True)):
            with started(tmp_path, how) as process:
                place = Path(process.communicate()[0].strip())
            assert place.exists() == stays, how
        quick_disk.sweep(tmp_path)
        assert [p.name for p in tmp_path.iterdir()] == [mine.name]
        runs.communicate()
    assert not mine.exists()
