"""One process serves all Deployments of a target, each with its own version and swap: one's swap, end or failure is nobody else's."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx2
import pytest
from support.ports import free_port
from support.serving import World, make_world, tensors

from mlspec.deploy.process import wait_gone

NAMES = ["north", "south", "west"]
BODY = {"inputs": tensors()}


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = make_world(tmp_path_factory.mktemp("many"))
    made.models = {name: name for name in NAMES}
    made.add_version("v1.0.0")
    made.add_version("v1.1.0", shift=1000)
    made.declared = dict.fromkeys(NAMES, "v1.0.0")
    try:
        assert [(o.action.kind, o.diagnostics) for o in made.reconcile()] == [("start", ())] * 3
        yield made
    finally:
        made.end()


def versions(world: World) -> dict[str, str]:
    found = {}
    for name in NAMES:
        answer = httpx2.post(f"{world.url(name)}/v2/models/{name}/infer", json=BODY, timeout=20)
        found[name] = answer.json().get("model_version", answer.status_code)
    return found


def pids(world: World) -> set[int]:
    return {world.state(name)["pid"] for name in NAMES}


@contextmanager
def asked_all_the_time(world: World) -> Iterator[dict[str, list[str]]]:
    """Give, by model, the versions that answered, once each in its turn, and errors; each was seen once by the time the block begins."""
    stop, seen = threading.Event(), {name: list[str]() for name in NAMES}

    def ask(name: str, url: str) -> None:
        with httpx2.Client(timeout=60) as client:
            while not stop.is_set():
                try:
                    answer = client.post(url, json=BODY)
                    found = answer.json()["model_version"] if answer.status_code == 200 else answer.text
                except httpx2.HTTPError as error:
                    found = repr(error)
                if seen[name][-1:] != [found]:
                    seen[name].append(found)

    with ThreadPoolExecutor(len(NAMES)) as pool:
        asking = [pool.submit(ask, name, f"{world.url(name)}/v2/models/{name}/infer") for name in NAMES]
        try:
            while not all(seen.values()):
                time.sleep(0.01)
            yield seen
            time.sleep(0.2)
        finally:
            stop.set()
        for one in asking:
            one.result()


@pytest.mark.e2e
def test_the_swap_of_one_touches_no_other(world: World) -> None:
    assert len(pids(world)) == 1 and len(world.server_pids()) == 1
    first, before = pids(world), {name: world.state(name) for name in NAMES}
    with asked_all_the_time(world) as seen:
        world.declared["south"] = "v1.1.0"
        done = {o.ref: o for o in world.reconcile()}
    assert seen == {"north": ["v1.0.0"], "south": ["v1.0.0", "v1.1.0"], "west": ["v1.0.0"]}
    assert {ref.rsplit("/", 1)[1]: o.action.kind for ref, o in done.items()} == {"north": "noop", "south": "replace", "west": "noop"}
    assert pids(world) == first and world.state("north") == before["north"] and world.state("south")["version"] == "v1.1.0"
    assert [o.action.kind for o in world.reconcile()] == ["noop"] * 3

    world.versions["v1.2.0"] = "sha256:" + "0" * 64  # a version whose bytes are other ones
    bad = world.add_version("v1.2.0", shift=3)
    smoke = world.store / "v1.2.0" / "smoke.json"
    smoke.write_text(smoke.read_text().replace('"outputs": [', '"outputs": [1e9, '))
    assert world.register("v1.2.0") != bad
    world.declared["west"] = "v1.2.0"
    failed = {o.ref.rsplit("/", 1)[1]: o for o in world.reconcile()}
    assert failed["west"].failed and not failed["north"].failed
    assert versions(world) == {"north": "v1.0.0", "south": "v1.1.0", "west": "v1.0.0"} and pids(world) == first

    del world.declared["north"]
    world.declared["west"] = "v1.0.0"
    assert [o.action.kind for o in world.reconcile()] == ["noop", "noop", "stop"]
    assert httpx2.get(f"{world.url('south')}/v2/models/north").status_code == 404
    assert not (world.root / ".mlspec/state/staging/north.json").exists()
    pid = world.state("west")["pid"]
    world.declared.clear()
    assert [o.action.kind for o in world.reconcile()] == ["stop", "stop"]
    assert wait_gone(pid, 10) and world.server_pids() == []


@pytest.mark.e2e
def test_a_killed_process_is_healed_for_all_and_a_lost_state_file_found_again(world: World) -> None:
    old = world.state("north")
    os.kill(old["pid"], signal.SIGKILL)
    wait_gone(old["pid"], 5)
    assert [(o.action.kind, o.diagnostics) for o in world.reconcile()] == [("heal", ())] * 3
    assert len(pids(world)) == 1 and world.state("west")["port"] == old["port"]
    (world.root / ".mlspec/state/staging/north.json").unlink()  # of the Deployment that started the process
    assert [o.action.kind for o in world.reconcile()] == ["start", "noop", "noop"]
    assert len(world.server_pids()) == 1 and set(versions(world).values()) == {"v1.0.0"}


@pytest.mark.e2e
def test_a_changed_target_moves_them_together_on_the_same_port_and_one_by_one_to_another(world: World) -> None:
    port, first = world.state("north")["port"], pids(world)
    world.target = f"{{rest: {{host: 127.0.0.1, port: {port}, workers: 2}}}}"
    with asked_all_the_time(world) as seen:
        assert [(o.action.kind, o.diagnostics) for o in world.reconcile()] == [("replace", ())] * 3
    assert seen == {name: ["v1.0.0"] for name in NAMES}
    assert len(pids(world)) == 1 and pids(world) != first
    world.declared["west"] = "v1.1.0"  # two workers load it, and both have it
    assert [o.action.kind for o in world.reconcile()] == ["noop", "noop", "replace"]
    assert [versions(world)["west"] for _ in range(8)] == ["v1.1.0"] * 8
    elsewhere = free_port()
    world.target = f"{{rest: {{host: 127.0.0.1, port: {elsewhere}}}}}"
    old = world.state("north")["pid"]
    assert [(o.action.kind, o.diagnostics) for o in world.reconcile()] == [("replace", ())] * 3
    assert {world.state(n)["port"] for n in NAMES} == {elsewhere} and len(pids(world)) == 1
    assert wait_gone(old, 10) and versions(world)["west"] == "v1.1.0"


@pytest.mark.e2e
@pytest.mark.usefixtures("imported")
def test_code_that_changed_is_imported_by_a_new_process_that_goes_on_with_all(world: World) -> None:
    """A process that imported the project's code once would run the new version by the old text."""
    code = world.root / "src"
    code.mkdir()
    (code / "__init__.py").write_text("")
    (code / "scale.py").write_text("def scaled(x):\n    return x\n")
    world.add_version("v1.3.0", estimator=_by_code())
    world.declared["north"] = "v1.3.0"
    assert [o.action.kind for o in world.reconcile()] == ["replace", "noop", "noop"]
    first = pids(world)
    (code / "scale.py").write_text("def scaled(x):\n    return x * 1.0\n")
    world.add_version("v1.4.0", estimator=_by_code(), shift=5)
    world.declared["north"] = "v1.4.0"
    assert [(o.action.kind, o.diagnostics) for o in world.reconcile()] == [("replace", ()), ("noop", ()), ("noop", ())]
    assert pids(world) != first and len(pids(world)) == 1
    assert versions(world) == {"north": "v1.4.0", "south": "v1.0.0", "west": "v1.0.0"}
    assert wait_gone(first.pop(), 40)


@pytest.fixture
def imported(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The project's code is this test's for as long as it runs."""
    monkeypatch.syspath_prepend(world.root)
    yield
    _forget()


def _forget() -> None:
    for name in [n for n in sys.modules if n == "src" or n.startswith("src.")]:
        del sys.modules[name]


def _by_code() -> object:
    """A model whose pickle names a function of the project's."""
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    _forget()
    importlib.invalidate_caches()
    return make_pipeline(FunctionTransformer(importlib.import_module("src.scale").scaled), Ridge())
