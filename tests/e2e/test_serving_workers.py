"""A server of several processes: counted as one, and whole again after any of them was killed."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from support.serving import World, make_world, tensors

from mlspec.deploy.process import WORKER_MODULE, wait_gone

BODY = {"inputs": tensors()}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One world for all: each test leaves it with two workers that serve v1.0.0."""
    made = make_world(tmp_path_factory.mktemp("workers"))
    made.target = "{rest: {host: 127.0.0.1, port: 0, workers: 2}}"
    made.add_version("v1.0.0")
    made.add_version("v1.1.0", shift=100)
    made.declared["demand"] = "v1.0.0"
    try:
        assert made.one().diagnostics == ()
        yield made
    finally:
        made.end()


def workers(world: World) -> list[int]:
    import psutil

    found = psutil.process_iter(["cmdline"])
    return [p.pid for p in found if WORKER_MODULE in (p.info["cmdline"] or []) and any(str(world.root) in w for w in p.info["cmdline"])]


def asked(world: World, times: int = 1) -> None:
    for _ in range(times):
        assert httpx2.post(f"{world.url()}/v2/models/demand/infer", json=BODY, timeout=20).status_code == 200


def metric(world: World, name: str) -> float:
    page = httpx2.get(f"{world.url()}/metrics", timeout=20).text
    return sum(float(line.split()[-1]) for line in page.splitlines() if re.match(rf"{name}[ {{]", line))


def eventually(holds: Callable[[], bool], seconds: float = 40) -> bool:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


@pytest.mark.e2e
def test_metrics_are_of_all_workers_whichever_is_asked(world: World) -> None:
    assert len(workers(world)) == 2 and metric(world, "mlspec_workers") == 2
    before = metric(world, "mlspec_requests_total")
    asked(world, 20)
    for _ in range(6):
        assert metric(world, "mlspec_requests_total") == before + 20
    assert world.one().action.kind == "noop"


@pytest.mark.e2e
def test_a_killed_worker_is_started_again_and_told_and_its_requests_stay_counted(world: World) -> None:
    asked(world, 10)
    time.sleep(2.5)  # counts are fetched every two seconds
    before, killed = metric(world, "mlspec_requests_total"), workers(world)[0]
    os.kill(killed, signal.SIGKILL)
    asked(world, 10)
    assert eventually(lambda: metric(world, "mlspec_worker_restarts_total") == 1 and len(workers(world)) == 2)
    assert killed not in workers(world)
    assert eventually(lambda: metric(world, "mlspec_workers") == 2)
    assert metric(world, "mlspec_requests_total") == before + 10
    log = Path(world.state()["log"]).read_text()
    assert f"worker {killed} ended (SIGKILL): another is started" in log
    assert world.one().action.kind == "noop"


@pytest.mark.e2e
def test_a_worker_that_hangs_stops_no_swap(world: World) -> None:
    hung = workers(world)[0]
    os.kill(hung, signal.SIGSTOP)
    world.declared["demand"] = "v1.1.0"
    try:
        assert world.one().diagnostics == ()
    finally:
        world.declared["demand"] = "v1.0.0"
    assert wait_gone(hung, 10)
    assert httpx2.get(f"{world.url()}/v2/models/demand").json()["versions"] == ["v1.1.0"]
    assert world.one().diagnostics == ()


@pytest.mark.e2e
def test_nothing_outlives_a_killed_supervisor_and_the_next_reconcile_heals(world: World) -> None:
    pid, port, left = world.state()["pid"], world.state()["port"], workers(world)
    os.kill(pid, signal.SIGKILL)
    assert all(wait_gone(worker, 15) for worker in left)
    healed = world.one()
    assert (healed.action.kind, healed.diagnostics) == ("heal", ())
    assert world.state()["port"] == port and len(workers(world)) == 2
    asked(world)


@pytest.mark.e2e
def test_a_worker_that_hangs_and_has_lost_its_supervisor_is_taken_from_the_port(world: World) -> None:
    hung = workers(world)[0]
    os.kill(hung, signal.SIGSTOP)
    os.kill(world.state()["pid"], signal.SIGKILL)
    wait_gone(world.state()["pid"], 5)
    assert (world.one().diagnostics, wait_gone(hung, 5)) == ((), True)
    asked(world)


@pytest.mark.e2e
def test_a_version_that_no_worker_can_load_changes_nothing(world: World) -> None:
    bad = world.store / "v1.2.0"
    world.add_version("v1.2.0", shift=7)
    smoke = bad / "smoke.json"
    smoke.write_text(smoke.read_text().replace('"outputs": [', '"outputs": [1e9, ').replace("1e9, ", "1e9, ", 1))
    world.register("v1.2.0")
    world.declared["demand"] = "v1.2.0"
    try:
        failed = world.one()
    finally:
        world.declared["demand"] = "v1.0.0"
    assert failed.failed and "v1.0.0 goes on serving" in failed.diagnostics[-1].message
    assert len(workers(world)) == 2 and world.one().action.kind == "noop"
    asked(world)


@pytest.mark.e2e
def test_stopping_ends_them_all(world: World) -> None:
    from mlspec.deploy.reconcile import stop_all

    left = [world.state()["pid"], *workers(world)]
    assert [o.action.kind for o in stop_all(world.root, "staging")] == ["stop"]
    assert all(wait_gone(pid, 10) for pid in left) and not (world.root / ".mlspec/state/staging/demand.json").exists()
