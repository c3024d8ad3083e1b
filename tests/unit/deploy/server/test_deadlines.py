"""A real server against clients that are slow, many, or send what is hard to decode."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from support.serving import World

from mlspec.deploy.server.config import Limits
from mlspec.deploy.server.deadlines import http_protocol, with_head_limit
from mlspec.deploy.server.http import Message, Receive, Send
from mlspec.deploy.targets import rest_observed as observe

LIMITS = Limits(connections=6, header_seconds=0.6, body_seconds=0.6, answer_seconds=0.6)
HEAD = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"


async def answer(_: Message, __: Receive, send: Send) -> None:
    """Answers at once, with more than the buffers of a connection hold."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"x" * 30_000_000})


@pytest.fixture(params=["h11", "httptools"])
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    """A server of the protocol alone."""
    import uvicorn
    from uvicorn.protocols.http.h11_impl import H11Protocol
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

    protocol = http_protocol(LIMITS, H11Protocol if request.param == "h11" else with_head_limit(HttpToolsProtocol))
    settings = uvicorn.Config(answer, port=0, lifespan="off", http=protocol, ws="none", log_level="error", timeout_keep_alive=1)
    server = uvicorn.Server(settings)
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    server.should_exit = server.force_exit = True
    thread.join(10)


def connect(port: int, text: bytes = b"") -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=10)
    made.sendall(text)
    return made


def closes(client: socket.socket) -> float:
    """Seconds until the server closes."""
    start = time.monotonic()
    with client:
        try:
            while client.recv(1 << 20):
                pass
        except ConnectionResetError:
            pass
        return time.monotonic() - start


@pytest.mark.parametrize("text", [b"", b"GET /v2 HTTP/1.1\r\nHo"])
def test_a_header_that_does_not_come_closes_the_connection(port: int, text: bytes) -> None:
    assert 0.3 < closes(connect(port, text)) < 15


def test_bytes_that_drip_do_not_move_the_deadline(port: int) -> None:
    client = connect(port, b"GET / HTTP/1.1\r\n")
    start = time.monotonic()
    try:
        while time.monotonic() - start < 20:
            client.sendall(b"a: b\r\n")
            time.sleep(0.1)
    except OSError:
        pass
    client.close()
    assert time.monotonic() - start < 15


def test_an_answer_that_is_not_read_closes_the_connection(port: int) -> None:
    client = connect(port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    time.sleep(2)
    received = 0
    with client:
        try:
            while part := client.recv(1 << 20):
                received += len(part)
        except ConnectionResetError:
            pass
    assert received < 30_000_000


def test_an_answer_that_is_read_slowly_but_wholly_arrives_and_idle_connections_end(port: int) -> None:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    client.request("GET", "/")
    assert len(client.getresponse().read()) == 30_000_000
    assert client.sock is None or closes(client.sock) < 5


def test_more_connections_than_allowed_are_told_so(port: int) -> None:
    held = [connect(port) for _ in range(LIMITS.connections)]
    time.sleep(0.1)
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    client.connect()
    found = http.client.HTTPResponse(client.sock)
    found.begin()
    assert found.status == 503 and "too many connections" in json.loads(found.read())["error"]
    client.close()
    assert max(closes(c) for c in held) < 5


def test_large_bodies_that_are_hard_to_decode_heal_nothing_and_leave_no_memory_behind(world: World) -> None:
    """Two 60 MB bodies once held the interpreter for 12 seconds, and reconcile killed the healthy server."""
    import psutil

    world.add_version("v1.0.0")
    world.declared["demand"] = "v1.0.0"
    world.one()
    pid, port = world.state()["pid"], world.state()["port"]
    before = psutil.Process(pid).memory_info().rss
    body = b'{"x":[' + b",".join([b"[]"] * (8 * 1024 * 1024 // 3 - 10)) + b"]}"
    statuses: list[int] = []

    def post() -> None:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        client.request("POST", "/v2/models/demand/infer", body)
        statuses.append(client.getresponse().status)
        client.close()

    threads = [threading.Thread(target=post) for _ in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    assert world.one().action.kind == "noop"
    for thread in threads:
        thread.join()
    assert statuses == [400] * 3 and world.state()["pid"] == pid
    time.sleep(0.5)
    assert psutil.Process(pid).memory_info().rss - before < 150e6


def test_a_server_that_misses_the_first_look_is_not_healed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observe, "PATIENCE", (0.3, 10.0))
    world.add_version("v1.0.0")
    world.declared["demand"] = "v1.0.0"
    world.one()
    pid = world.state()["pid"]
    os.kill(pid, signal.SIGSTOP)
    waking = threading.Timer(1.0, os.kill, (pid, signal.SIGCONT))
    waking.start()
    assert world.one().action.kind == "noop" and world.state()["pid"] == pid
    waking.join()


def test_a_server_that_says_it_is_busy_is_alive() -> None:
    program = (
        "import http.server as h\n"
        "class H(h.BaseHTTPRequestHandler):\n"
        "    def do_GET(self): self.send_error(503)\n"
        "s = h.HTTPServer(('127.0.0.1', 0), H); print(s.server_port, flush=True); s.handle_request()\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as busy:
        assert busy.stdout is not None
        assert observe.ask("127.0.0.1", int(busy.stdout.readline()), "/", 10.0) == observe.BUSY


@pytest.mark.parametrize("base", ["h11", "httptools"])
def test_uvicorns_protocols_are_still_those_our_deadlines_were_made_for(base: str) -> None:
    """It is a subclass of a class that uvicorn does not promise to keep: what it overrides and reads must be there, and be called so."""
    import importlib
    import inspect

    module = importlib.import_module(f"uvicorn.protocols.http.{base}_impl")
    above = {"h11": "H11Protocol", "httptools": "HttpToolsProtocol"}[base]
    above, cycle = getattr(module, above), module.RequestResponseCycle
    made = http_protocol(LIMITS, above if base == "h11" else with_head_limit(above))
    ours = {name: value for kind in made.__mro__[: made.__mro__.index(above)] for name, value in vars(kind).items()}
    hooks = {name for name, value in ours.items() if inspect.isfunction(value) and hasattr(above, name)}
    expected = {"connection_made", "data_received", "on_response_complete", "pause_writing", "resume_writing", "connection_lost"}
    assert hooks == expected | ({"on_message_begin", "on_headers_complete"} if base == "httptools" else set())
    for name in hooks:
        here, there = (list(inspect.signature(getattr(kind, name)).parameters) for kind in (made, above))
        assert here == there, f"uvicorn calls {name} with other arguments now"
    ours_alone = {name for name in ours if not name.startswith("__")} - hooks
    assert ours_alone == {"_header", "_unread", "_await_header", "_header_is_late"} | ({"_head"} if base == "httptools" else set())
    assert not [name for name in ours_alone if hasattr(above, name)], "uvicorn has attributes of these names now"
    source = inspect.getsource(above)
    for attribute in ("cycle", "transport", "connections", "loop"):
        assert f"self.{attribute}" in source, f"uvicorn's protocol has no `{attribute}` any more"
    assert "self.response_complete" in inspect.getsource(cycle)
    assert "self.connections.add(self)" in source and "self.on_response_complete" in source
