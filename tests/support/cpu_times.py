"""`pytest -p support.cpu_times --cpu-times FILE`: the processor seconds of each test and of the processes it waited for, dearest files first."""

from __future__ import annotations

import json
import os
import resource
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest

TOP = 25
WATCHED: list[tuple[int, int]] = []
SPENT = pytest.StashKey[list[tuple[str, float]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--cpu-times", metavar="FILE", type=Path, help="add a line of JSON for each test: its id, and its processor seconds")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[SPENT] = []


def watch(pid: int) -> None:
    """Count what a process spends that outlives many tests, and what those that it waited for spent."""
    WATCHED.append((pid, os.getpid()))


def spent() -> float:
    """Processor seconds (user and system) of this process, of those that it waited for, and of those that are watched."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    watched = sum(_of(pid) for pid, owner in WATCHED if owner == os.getpid())
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime + watched


def _of(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """With its fixtures: what a module or the session shares is on the account of the first test that asks for it."""
    before = spent()
    try:
        return (yield)
    finally:
        _note(item, spent() - before)


def _note(item: pytest.Item, seconds: float) -> None:
    item.config.stash[SPENT].append((item.nodeid, seconds))
    file: Path | None = item.config.getoption("--cpu-times")
    if file is not None:
        with file.open("a", encoding="utf-8") as out:  # a line at once, so that processes of xdist may share the file
            out.write(json.dumps([item.nodeid, round(seconds, 3)]) + "\n")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    files: Counter[str] = Counter()
    for test, seconds in config.stash[SPENT]:
        files[test.partition("::")[0]] += seconds  # type: ignore[assignment]  # a counter of seconds
    terminalreporter.section("processor seconds")
    for file, seconds in files.most_common(TOP):
        terminalreporter.write_line(f"{seconds:9.1f}  {file}")
