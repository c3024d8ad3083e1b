"""Memory of a real server: flat over many requests, and small for many models."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from support.serving import World, make_world, tensors

pytestmark = pytest.mark.usefixtures("real_pythons")

ASKED = [
    ("POST", "/v2/models/demand/infer", json.dumps({"inputs": tensors()}), 200),
    *[("POST", "/v2/models/demand/infer", json.dumps({"inputs": tensors(weather={"data": [n]})}), 400) for n in range(6)],
    ("POST", "/v1/models/other:predict", "{}", 404),
    ("GET", "/v2/models/demand", "", 200),
    ("GET", "/metrics", "", 200),
]
"""Mostly what is refused: it goes through all but the model, and quickly."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path)
    made.target = "{rest: {port: 0, accessLog: true}}"
    made.add_version("v1.0.0")
    try:
        yield made
    finally:
        made.end()


async def ask_many(port: int, times: int, seconds: float) -> int:
    """Ask over eight connections, until enough or too late; return how often. Every status is the one that is due."""
    end, left = time.monotonic() + seconds, iter(range(times))

    async def one() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        done = 0
        for number in left:
            if time.monotonic() > end:
                break
            method, path, body, status = ASKED[number % len(ASKED)]
            head = f"{method} {path} HTTP/1.1\r\nHost: a\r\nX-Request-ID: id-{number}\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write((head + body).encode())
            answer = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            assert answer.startswith(f"http/1.1 {status}"), answer
            await reader.readexactly(int(answer.split("content-length: ")[1].split("\r\n")[0]))
            done += 1
        writer.close()
        return done

    return sum(await asyncio.gather(*(one() for _ in range(8))))


def growth(world: World, times: int, seconds: float) -> tuple[int, float]:
    """How often it was asked, and by how many bytes the server grew after the first thousand."""
    world.declared["demand"] = "v1.0.0"
    assert world.one().diagnostics == ()
    state, process = world.state(), psutil.Process(world.state()["pid"])
    asyncio.run(ask_many(state["port"], 1000, 60))
    before = process.memory_info().rss
    done = asyncio.run(ask_many(state["port"], times, seconds))
    return done, process.memory_info().rss - before


@pytest.mark.e2e
def test_thousands_of_requests_leave_nothing_behind(world: World) -> None:
    done, grown = growth(world, 4000, 40)
    assert done > 100 and grown < 12e6, f"{grown / 1e6:.1f} MB after {done} requests"


@pytest.mark.e2e
@pytest.mark.slow
def test_a_million_requests_leave_nothing_behind(world: World) -> None:
    """At most a quarter of an hour of them."""
    done, grown = growth(world, 1_000_000, 900)
    assert done > 10_000 and grown < 24e6, f"{grown / 1e6:.1f} MB after {done} requests"


@pytest.mark.e2e
@pytest.mark.slow
def test_a_hundred_models_in_one_process_take_less_than_a_gigabyte_and_swap_one_by_one(world: World) -> None:
    names = [f"m{number:03}" for number in range(100)]
    world.models = {name: name for name in names}
    world.register("v1.0.0")
    world.add_version("v1.1.0", shift=9)
    world.declared = dict.fromkeys(names, "v1.0.0")
    assert {(o.action.kind, o.diagnostics) for o in world.reconcile()} == {("start", ())}
    (pid,) = {world.state(name)["pid"] for name in names}
    assert psutil.Process(pid).memory_info().rss < 1e9
    world.declared["m042"] = "v1.1.0"
    kinds = {o.ref.rsplit("/", 1)[1]: o.action.kind for o in world.reconcile()}
    assert kinds.pop("m042") == "replace" and set(kinds.values()) == {"noop"}
    assert {world.state(name)["pid"] for name in names} == {pid}
