"""What every test may ask for, and which process runs it."""

from __future__ import annotations

import compileall
import gc
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from support import quick_disk, warm_python
from support.cli import WARM, environment
from support.shared import Shared, of_run
from support.warm import COLD
from threadpoolctl import threadpool_limits

from mlspec.runtime import threads

if TYPE_CHECKING:
    from xdist.scheduler import WorkStealingScheduling

LONGEST_FIRST = ("workflows", "e2e", "unit/deploy", "unit/pipelines/engines")
"""Folders whose tests take seconds each: none of them is left for the end, when one process would wait for the other."""
SELDOM = (20_000, 20, 50)
"""After how many new objects garbage is collected, and each how many times the older ones: by Python's own measure, 5% of the tests' time."""
HERE = Path(__file__).parent
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")  # how fast a machine is on which others work, too, is no property of ours


@pytest.fixture(scope="session", autouse=True)
def own_memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What `validate` and `plan` remember is signed with a key of the tests' own, and not of whoever runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache-home")))
        yield


@pytest.fixture(scope="session", autouse=True)
def one_thread_each() -> Iterator[None]:
    """Numeric kernels here have one thread, as they have it in mlspec's own processes: threads of two test processes wait for each other.

    Nothing is left in the environment, so what the tests start begins as it always does.
    """
    with threadpool_limits(1), pytest.MonkeyPatch.context() as patch:
        if "sklearn" in sys.modules:  # every library that has threads is loaded: `one_thread` need not look for them, 9 ms a call
            patch.setattr(threads, "_pinned", threading.Event())
            threads._pinned.set()
        yield


@pytest.fixture(scope="session", autouse=True)
def warm_pythons() -> Iterator[None]:
    """Fork servers, desks and servers that mlspec starts are forks of the warm process (`support/warm_python.py`)."""
    with warm_python.installed(WARM.ask, environment()):
        yield


@pytest.fixture
def real_pythons(monkeypatch: pytest.MonkeyPatch) -> None:
    """What mlspec starts begins from nothing, here and in commands: for tests of just that."""
    monkeypatch.setattr(subprocess, "Popen", COLD)
    monkeypatch.setenv(warm_python.REAL, "1")


@pytest.fixture
def other_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder from which nothing can be renamed into `tmp_path`: as where one of temporary files and project stands in memory."""
    places = [place for place in (Path(tempfile.gettempdir()), quick_disk.MEMORY) if os.access(place, os.W_OK)]
    others = [place for place in places if place.stat().st_dev != tmp_path.stat().st_dev]
    if not others:
        pytest.skip("there is one disk")
    with tempfile.TemporaryDirectory(prefix="mlspec-test-", dir=others[0]) as name:
        yield Path(name)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Shared:
    """Folders that are made once in this run, for all its processes."""
    return of_run(tmp_path_factory)


def pytest_configure() -> None:
    """Stages are told to write no bytecode: without it, each of a thousand processes would compile the package anew."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        quick_disk.use(os.environ)
        compileall.compile_dir(HERE.parent / "mlspec", quiet=1)


def pytest_sessionfinish(exitstatus: int) -> None:
    """Folders of tests that failed are to be looked at; else nothing is left."""
    if exitstatus and "PYTEST_XDIST_WORKER" not in os.environ:
        quick_disk.keep(os.environ.get(quick_disk.ROOT))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests come first; else the order is the files'. With one process all stays as it was."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    path = item.path.relative_to(HERE) if item.path.is_relative_to(HERE) else Path()
    return next((number for number, folder in enumerate(LONGEST_FIRST) if path.is_relative_to(folder)), len(LONGEST_FIRST))


def pytest_collection_finish() -> None:
    """What was collected stays: no collection of garbage need look at it, and pages of forks stay shared. What comes is looked at seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> WorkStealingScheduling | None:
    """Each process takes a stretch of the tests, so that a module's fixtures are made in one; whoever is done takes half of what another has left."""
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log) if config.getvalue("dist") == "load" else None
