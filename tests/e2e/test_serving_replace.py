"""A server is replaced under load: no client sees an error, and each sees the new version once and for all."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from support.serving import World, make_world, tensors

from mlspec.deploy.process import wait_gone

BODY = {"inputs": tensors()}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path)
    try:
        yield made
    finally:
        made.end()


def hammer(url: str, stop: threading.Event, *, keep_alive: bool, pause: float = 0.0) -> tuple[list[str], list[str]]:
    """Ask at most 500,000 times, for at most 120 s, until told to stop; return versions in order, and errors."""
    versions: list[str] = []
    errors: list[str] = []
    end = time.monotonic() + 120
    limits = httpx2.Limits(max_keepalive_connections=1 if keep_alive else 0)
    with httpx2.Client(limits=limits, timeout=20) as client:
        while not stop.is_set() and len(versions) < 500_000 and time.monotonic() < end:
            try:
                answer = client.post(f"{url}/v2/models/demand/infer", json=BODY)
                if answer.status_code == 200:
                    versions.append(answer.json()["model_version"])
                else:
                    errors.append(answer.text)
            except httpx2.HTTPError as error:
                errors.append(repr(error))
            time.sleep(pause)
    return versions, errors


@pytest.mark.e2e
@pytest.mark.parametrize("workers", [1, 2])
def test_replacing_under_load_loses_no_request_and_switches_once(world: World, workers: int) -> None:
    world.target = f"{{rest: {{host: 127.0.0.1, port: 0, workers: {workers}}}}}"
    order = ["v1.0.0", "v1.1.0", "v1.2.0", "v1.3.0"]
    for number, version in enumerate(order):
        world.add_version(version, shift=100.0 * number)
    world.declared["demand"] = order[0]
    world.one()
    stop = threading.Event()
    with ThreadPoolExecutor(6) as pool:
        habits = [(True, 0.0), (True, 0.05), (True, 1.3), (False, 0.0), (False, 0.02)]
        clients = [pool.submit(hammer, world.url(), stop, keep_alive=k, pause=p) for k, p in habits]
        try:
            for version in order[1:]:
                time.sleep(0.7)
                world.declared["demand"] = version
                assert world.one().diagnostics == ()
            time.sleep(1.5)
        finally:
            stop.set()
        results = [client.result() for client in clients]
    for versions, errors in results:
        assert errors == []
        assert versions == sorted(versions), "a client went back to an older version"
        assert versions[-1] == order[-1] and versions[0] == order[0]
    assert sum(len(versions) for versions, _ in results) > 200


@pytest.mark.e2e
def test_a_successor_that_dies_while_it_takes_over_leaves_the_old_one_serving(world: World) -> None:
    """The worst moment: the old server has paused, and the new one is killed before it accepts."""
    import socket

    world.add_version("v1.0.0")
    world.declared["demand"] = "v1.0.0"
    world.one()
    stop = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        client = pool.submit(hammer, world.url(), stop, keep_alive=False)
        try:
            for _ in range(3):
                with socket.socket(socket.AF_UNIX) as successor:
                    successor.connect(world.state()["control"])
                    _, fds, _, _ = socket.recv_fds(successor, 64, 1)
                    successor.sendall(b"take\n")
                    assert successor.recv(64) == b"paused\n"
                    time.sleep(0.3)
                os.close(fds[0])
                time.sleep(0.3)
        finally:
            stop.set()
        versions, errors = client.result()
    assert errors == [] and len(versions) > 20
    assert world.one().action.kind == "noop"


@pytest.mark.e2e
def test_a_reconcile_killed_right_after_the_switch_is_in_sync_the_next_time(world: World) -> None:
    """The new server writes the state file itself, and the old one leaves by itself: nothing hangs on the reconcile's life."""
    import subprocess
    import sys

    world.add_version("v1.0.0")
    world.add_version("v1.1.0", shift=50)
    world.declared["demand"] = "v1.0.0"
    world.one()
    old = world.state()["pid"]
    script = (
        "import os, sys, pickle; from support.serving import *; import mlspec.deploy.targets.rest as rest;"
        "rest._retire = lambda observed: os._exit(9);"
        f"w = World(Path({str(world.root)!r}), Path({str(world.store)!r}), versions={world.versions!r}, declared={{'demand': 'v1.1.0'}}); w.one()"
    )
    tests = Path(__file__).resolve().parents[1]
    done = subprocess.run([sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": str(tests)}, timeout=60, check=False)
    assert done.returncode == 9
    assert wait_gone(old, 10), "the old server left by itself"
    world.declared["demand"] = "v1.1.0"
    assert world.one().action.kind == "noop"
    assert httpx2.get(f"{world.url()}/v2/models/demand").json()["versions"] == ["v1.1.0"]


@pytest.mark.e2e
def test_what_is_under_way_is_answered_before_a_server_stops(world: World) -> None:
    """SIGTERM in the middle of a large request."""
    world.add_version("v1.0.0")
    world.declared["demand"] = "v1.0.0"
    world.one()
    body = json.dumps({"inputs": tensors(200_000)}).encode()
    address = urlsplit(world.url())
    with contextlib.closing(http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)) as client:
        client.request("POST", "/v2/models/demand/infer", body, {"Content-Type": "application/json"})  # more than any buffer holds
        os.kill(world.state()["pid"], signal.SIGTERM)
        assert len(json.load(client.getresponse())["outputs"][0]["data"]) == 200_000
    assert wait_gone(world.state()["pid"], 10)
