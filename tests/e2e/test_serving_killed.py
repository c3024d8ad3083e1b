"""A reconcile that is killed in a swap: at every moment something serves, and the next reconcile brings about what is declared."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest
from support.crash import killed
from support.ports import free_port
from support.serving import World, make_world

from mlspec.deploy.process import alive

STEPS = [
    "mlspec.deploy.targets.rest:model_folder",
    "mlspec.deploy.targets.rest_start:launch",
    "mlspec.deploy.launch:spawn",
    "mlspec.deploy.launch:_read_all",
    "mlspec.deploy.targets.rest:_retire",
    "mlspec.deploy.targets.rest:smoke",
]
"""The steps of a swap on the reconcile's side, in order."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path)
    try:
        made.add_version("v1.0.0")
        made.add_version("v1.1.0", shift=100.0)
        made.declared["demand"] = "v1.0.0"
        made.one()
        yield made
    finally:
        made.end()


WATCH = """
import json, sys, time, urllib.request
last = ""
while True:
    found, wrong = "", []
    for port in sys.argv[1:]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/v2/models/demand", timeout=20) as answer:
                found = json.load(answer)["versions"][0]
        except OSError as error:
            wrong.append(repr(error))
    if found != last:
        print(found or "gap: " + "; ".join(wrong), flush=True)
    last = found
    time.sleep(0.02)
"""


class Watcher:
    """Asks all the time which version answers at the ports given; `seen`: each one once in its turn, or `gap: …` where none did.

    A process of its own: the test forks, which goes badly with threads.
    """

    def __init__(self, *ports: int) -> None:
        self._command, self.seen = [sys.executable, "-c", WATCH, *map(str, ports)], list[str]()

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.seen = [self._process.stdout.readline().strip()]
        return self

    def __exit__(self, *_: object) -> None:
        time.sleep(0.1)
        self._process.terminate()
        self.seen += self._process.communicate()[0].split("\n")[:-1]

    @property
    def gaps(self) -> list[str]:
        return [line for line in self.seen if line.startswith("gap")]


def converges(world: World, version: str) -> None:
    """The next reconcile does what is left, and the one after it nothing."""
    outcome = world.one()
    assert not outcome.failed, outcome.diagnostics
    assert world.one().action.kind == "noop"
    with urllib.request.urlopen(f"{world.url()}/v2/models/demand", timeout=10) as answer:
        assert json.load(answer)["versions"] == [version]
    assert alive(world.state()["pid"])


@pytest.mark.e2e
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_each_step_of_a_swap_something_serves_and_the_next_reconcile_converges(world: World, when: str) -> None:
    declared = ["v1.1.0", "v1.0.0"]
    for number, step in enumerate(STEPS):
        world.declared["demand"] = declared[number % 2]
        with Watcher(world.state()["port"]) as watcher:
            killed(world.one, step, when)
            converges(world, declared[number % 2])
        assert watcher.gaps == [], step
    assert len([pid for pid in world.server_pids() if pid != world.state()["pid"]]) <= 1, "none but one that still drains is left"


@pytest.mark.e2e
def test_a_server_on_another_port_ends_the_one_before_by_itself(world: World) -> None:
    """The old server is told by its successor, since the reconcile that wanted to may be gone."""
    old, target = world.state(), free_port()
    world.target = f"{{rest: {{host: 127.0.0.1, port: {target}}}}}"
    with Watcher(old["port"], target) as watcher:
        killed(world.one, "mlspec.deploy.launch:spawn", "after")
        end = time.monotonic() + 30
        while alive(old["pid"]) and time.monotonic() < end:
            time.sleep(0.05)
        assert not alive(old["pid"]) and world.state()["port"] == target
        assert world.one().action.kind == "noop"
    assert watcher.gaps == []


@pytest.mark.e2e
def test_a_successor_killed_before_the_old_one_lets_go_is_forgotten(world: World) -> None:
    """Both are killed, reconcile and new server, when the state file names the new one already: the old one is found again."""
    program = "import mlspec.deploy.server.control as c, os; c.Takeover.finish = lambda self: os.kill(os.getpid(), 9)"
    (world.root.parent / "sitecustomize.py").write_text(program + "\n")
    old = world.state()["pid"]
    world.declared["demand"] = "v1.1.0"
    with Watcher(world.state()["port"]) as watcher, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(world.root.parent))
        failed = world.one()
        assert failed.failed and "v1.0.0 goes on serving" in failed.diagnostics[-1].message
        assert world.state()["pid"] == old, "the state file names the server that serves"
        killed(world.one, "mlspec.deploy.launch:spawn", "after")
        end = time.monotonic() + 30
        while world.state()["pid"] == old and time.monotonic() < end:
            time.sleep(0.05)
    assert watcher.seen[-1] == "v1.0.0"
    converges(world, "v1.1.0")
    assert not alive(old)


@pytest.mark.e2e
def test_a_reconcile_waits_for_the_server_that_a_killed_one_started(world: World) -> None:
    """Two successors at once would fight for the address."""
    world.declared["demand"] = "v1.1.0"
    killed(world.one, "mlspec.deploy.launch:spawn", "after")
    second = world.one()
    assert (second.action.kind, second.diagnostics) == ("noop", ()), "the first one's server was waited for, and is what is declared"


@pytest.mark.e2e
@pytest.mark.slow
def test_killed_at_twenty_four_moments_something_always_serves(world: World) -> None:
    dice, port = random.Random(9), world.state()["port"]
    script = (
        "from support.serving import *\n"
        f"w = World(Path({str(world.root)!r}), Path({str(world.store)!r}), versions={world.versions!r})\n"
        "w.declared['demand'] = sys.argv[1]; w.one()\n"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    for number in range(24):
        version = ["v1.1.0", "v1.0.0"][number % 2]
        sign = [signal.SIGKILL, signal.SIGINT, signal.SIGTERM][number % 3]
        with Watcher(port) as watcher:
            command = [sys.executable, "-c", "import sys, signal; signal.signal(2, signal.default_int_handler)\n" + script, version]
            process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, start_new_session=True)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(dice.uniform(0.5, 4.0))
            process.send_signal(sign)
            process.wait(30)
            world.declared["demand"] = version
            converges(world, version)
        assert watcher.gaps == [], (number, sign)
