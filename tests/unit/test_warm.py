"""What runs warm (`tests/support/warm.py`) is what a process from nothing would have been: same streams, code, folder, environment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from support.cli import BIN, WARM, cold, environment, warm
from support.projects import write_project
from support.warm_python import program, same_start

from mlspec.runtime.warm import Server, Task

MLSPEC, DVC = str(BIN / "mlspec"), str(BIN / "dvc")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_project(tmp_path_factory.mktemp("warm") / "project")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    return root


@pytest.mark.parametrize(
    "words",
    [
        [MLSPEC, "--version"],
        [MLSPEC, "plan"],
        [MLSPEC, "plan", "--format", "json"],
        [MLSPEC, "explain", "model/none"],
        [MLSPEC, "no-such-verb"],
        [MLSPEC, "run", "--help"],
        [DVC, "root"],
        [DVC, "no-such-command"],
    ],
    ids=" ".join,
)
def test_a_warm_command_says_and_ends_as_a_cold_one(project: Path, words: list[str]) -> None:
    assert WARM.takes(words, environment())
    assert warm(project, words, environment(), 60) == cold(project, words, environment(), 60)


def test_the_environment_is_the_callers(project: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        own = environment() | {"DVC_GLOBAL_CONFIG_DIR": str(tmp_path / name)}
        assert warm(project, [DVC, "config", "--global", "core.remote", name], own, 60).code == 0
    assert [f"remote = {n}" in (tmp_path / n / "config").read_text() for n in ("a", "b")] == [True, True]


def test_many_run_side_by_side(project: Path) -> None:
    found = []
    threads = [threading.Thread(target=lambda: found.append(warm(project, [MLSPEC, "validate"], environment(), 60))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1 and found[0].code == 0, found
    assert len(found) == 3


def test_what_python_reads_when_it_starts_makes_a_cold_one() -> None:
    """A warm process has read it already."""
    assert not WARM.takes([MLSPEC, "plan"], environment() | {"PYTHONPATH": "elsewhere"})
    assert not WARM.takes([MLSPEC, "plan"], environment() | {"OMP_NUM_THREADS": "1"})
    assert not WARM.takes(["git", "status"], environment())
    assert WARM.takes([MLSPEC, "plan"], environment() | {"MLSPEC_ANYTHING": "1"})


def test_one_that_hangs_is_ended(project: Path) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        warm(project, [MLSPEC, "plan"], environment(), 0.0001)


def test_nothing_of_one_command_is_left_for_the_next(project: Path, tmp_path: Path) -> None:
    elsewhere = write_project(tmp_path / "other", {"mlspec.yaml": "kind: None\n"})
    before = warm(project, [MLSPEC, "validate"], environment(), 60)
    assert warm(elsewhere, [MLSPEC, "validate"], environment(), 60).code == 1
    assert warm(project, [MLSPEC, "validate"], environment(), 60) == before


def python(*words: str, **how: Any) -> tuple[int, str, str]:
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False, timeout=60, **how)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["-m", "mlspec", "explain", "model/none"],
        ["-P", "-m", "mlspec", "plan", "--format", "json"],
        ["-P", "-m", "mlspec.deploy.server"],
        ["-m", "mlspec.runtime", "train"],
    ],
    ids=lambda words: " ".join(Path(word).name for word in words),
)
def test_a_warm_python_says_and_ends_as_one_from_nothing(project: Path, words: list[str], request: pytest.FixtureRequest) -> None:
    assert program([sys.executable, *words], environment())
    found = python(*words, cwd=project, env=environment())
    request.getfixturevalue("real_pythons")
    assert found == python(*words, cwd=project, env=environment())


def test_which_pythons_begin_from_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not program([sys.executable, "-c", "import mlspec"], environment())
    assert not program([sys.executable, "-X", "importtime", "-m", "mlspec"], environment())
    assert not program(["python", "-m", "mlspec"], environment())
    assert same_start([], environment() | {"MLSPEC_ANYTHING": "1"}, environment())
    for name in ("PYTHONPATH", "PYTHONHASHSEED", "TZ", "LD_PRELOAD", "OMP_NUM_THREADS"):
        assert not same_start([], environment() | {name: "3"}, environment())
    assert same_start(["-I"], environment() | {"PYTHONPATH": "elsewhere"}, environment())


def test_a_warm_python_is_told_by_the_kernel_with_its_words_and_ended_by_signals() -> None:
    with Server([], isolated=True) as server:
        shown = Path(f"/proc/{server.process}/cmdline").read_bytes().rstrip(b"\0").decode().split("\0")
        assert shown[:2] == [sys.executable, "-I"] and shown[2].endswith("warm/start.py")
        assert os.getsid(server.process) == server.process
        os.kill(server.process, signal.SIGKILL)
        assert server.run(Task("os:getpid")).lost
    assert server._process.returncode == -signal.SIGKILL


def test_files_that_are_handed_on_keep_their_numbers_and_no_others_are_open() -> None:
    read, write = os.pipe()
    with os.fdopen(read) as told, Server([], keep=[write]) as server:
        os.close(write)
        server.run(Task("os:getpid"))
        handed = Path(f"/proc/self/fd/{told.fileno()}").readlink()
        open_there = [file.readlink() for file in Path(f"/proc/{server.process}/fd").iterdir()]
        assert open_there.count(handed) == 1
        assert len(open_there) < 12, open_there
