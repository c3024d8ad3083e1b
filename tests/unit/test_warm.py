"""What runs warm (`tests/support/warm.py`) is what a process from nothing would have been: same streams, code, folder, environment."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path

import pytest
from support.cli import BIN, WARM, cold, environment, warm
from support.projects import write_project

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
