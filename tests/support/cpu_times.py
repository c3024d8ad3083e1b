"""`pytest -p support.cpu_times --cpu-times FILE`: the processor seconds of each test and of the processes it waited for, dearest files first."""

from __future__ import annotations

import json
import resource
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest

TOP = 25
ELSEWHERE: list[float] = []
SPENT = pytest.StashKey[list[tuple[str, float]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--cpu-times", metavar="FILE", type=Path, help="add a line of JSON for each test: its id, and its processor seconds")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[SPENT] = []


def add(seconds: float) -> None:
    """Count what a process spent that somebody else waited for."""
    ELSEWHERE.append(seconds)


def spent() -> float:
    """Processor seconds (user and system) of this process and of all processes that were waited for."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime + sum(ELSEWHERE)


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
