"""`mlspec validate --watch` as somebody leaves it running beside an editor; and what `--no-cache` means."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import remembered
from support.cli import BIN, environment, mlspec
from support.projects import SPECS, write_project
from support.remembered import put

from mlspec.compiler.memory import store

pytestmark = pytest.mark.e2e
PATIENCE = 60.0
BROKEN = SPECS["specs/demand.yaml"].replace("alpha", "alhpa")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_project(tmp_path / "shop")


class Watch:
    """The running command; `lines` is what it has printed, both streams in one file."""

    def __init__(self, root: Path, *words: str) -> None:
        self._path = root.parent / "printed"
        with self._path.open("wb") as printed:
            command = [str(BIN / "mlspec"), "validate", "--watch", *words]
            self.process = subprocess.Popen(command, cwd=root, stdout=printed, stderr=printed, env=environment())

    def lines(self) -> list[str]:
        return self._path.read_text(encoding="utf-8").splitlines()

    def wait_for(self, told: Callable[[list[str]], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not told(self.lines()):
            assert self.process.poll() is None and time.monotonic() < end, self.lines()
            time.sleep(0.05)

    def leave(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)


@pytest.fixture
def watch(root: Path) -> Iterator[Watch]:
    watching = Watch(root, "--format", "concise", "--select", "MLS1010")
    yield watching
    watching.process.kill()
    watching.process.wait()


def test_findings_are_told_anew_after_each_change(root: Path, watch: Watch) -> None:
    watch.wait_for(lambda lines: len(lines) == 1)
    put(root, "specs/demand.yaml", BROKEN)
    watch.wait_for(lambda lines: any("MLS0651" in line for line in lines))
    put(root, "specs/demand.yaml", SPECS["specs/demand.yaml"])
    watch.wait_for(lambda lines: lines[-1].startswith("ok: "))
    lines = watch.lines()
    assert [line for line in lines if line.startswith("changed: ")] == ["changed: specs/demand.yaml"] * 2
    assert lines[0] == lines[-1] and "\x1b" not in "".join(lines)
    assert watch.leave() == 0
    assert watch.lines() == lines


def test_it_ends_with_the_exit_code_of_the_last_check(root: Path, watch: Watch) -> None:
    put(root, "specs/demand.yaml", BROKEN)
    watch.wait_for(lambda lines: any("MLS0651" in line for line in lines))
    assert watch.leave() == 1


def test_a_file_that_is_no_spec_is_watched_where_the_outcome_hangs_on_it(root: Path, watch: Watch) -> None:
    watch.wait_for(lambda lines: len(lines) == 1)
    (root / "requirements.lock").unlink()
    watch.wait_for(lambda lines: any("MLS0401" in line for line in lines))


@pytest.mark.parametrize("words", [["--fix"], ["--no-cache"], ["--format", "json"]])
def test_what_cannot_be_watched_is_refused(root: Path, words: list[str]) -> None:
    assert "`--watch` goes with" in mlspec(root, "validate", "--watch", *words, check=2).err


@pytest.mark.parametrize("style", ["full", "concise", "json", "sarif", "github"])
def test_the_bytes_are_those_of_a_cold_run(root: Path, style: str) -> None:
    put(root, "specs/demand.yaml", SPECS["specs/demand.yaml"].replace("strategy: time", "strategy: random"))
    cold = mlspec(root, "validate", "--no-cache", "--format", style)
    assert not (root / store.FOLDER).exists()
    assert [mlspec(root, "validate", "--format", style) for _ in range(2)] == [cold, cold]
    put(root, "specs/demand.yaml", BROKEN)
    cold = mlspec(root, "validate", "--no-cache", "--format", style, check=1)
    assert [mlspec(root, "validate", "--format", style) for _ in range(2)] == [cold, cold]


@pytest.mark.parametrize("style", ["text", "json", "markdown"])
def test_a_plan_too(root: Path, style: str) -> None:
    for change in (lambda: None, lambda: mlspec(root, "apply"), lambda: put(root, "specs/sales.yaml", remembered.source("sales"))):
        change()
        cold = mlspec(root, "plan", "--no-cache", "--exit-code", "--format", style)
        assert [mlspec(root, "plan", "--exit-code", "--format", style) for _ in range(2)] == [cold, cold]


def test_a_project_that_cannot_be_written_is_checked_all_the_same(root: Path) -> None:
    put(root, ".mlspec/cache", "in the way\n")
    assert mlspec(root, "validate", check=0) == mlspec(root, "validate", check=0)
    assert [p.name for p in (root / ".mlspec").iterdir()] == ["cache"]
