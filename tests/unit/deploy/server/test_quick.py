"""A request that comes whole is answered at once, and as one that comes in pieces is: the same bytes, counts, limits and refusals."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.server_client import app_of, opened
from support.serving import tensors

from mlspec.deploy.server.access import AccessLog
from mlspec.deploy.server.config import Limits
from mlspec.deploy.server.deadlines import http_protocol, with_head_limit, with_quick_answers
from mlspec.deploy.server.http import Message
from mlspec.deploy.server.quick import Quick
from mlspec.deploy.server.tokens import Tokens

TOKEN = "a-token-of-16-or-more"
INFER = "/v2/models/demand/infer"
LIMITS = Limits(header_seconds=0.5, body_seconds=20, body_bytes=4_000, held_bytes=6_000)


class Served:
    """A server on a port. `at_once`: of each request that `quick` was asked about, whether it answered."""

    def __init__(self, folder: Path, log: Path) -> None:
        import uvicorn
        from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

        tokens = Tokens((TOKEN,))
        self.app, self.metrics, self.endpoints = app_of([opened(folder)], LIMITS, tokens=tokens, access=AccessLog(log))
        self.quick, self.at_once, self.log = Quick(self.endpoints, tokens, self.app), list[bool](), log
        protocol = http_protocol(LIMITS, with_quick_answers(with_head_limit(HttpToolsProtocol), self._asked))
        settings = uvicorn.Config(self.app, lifespan="off", http=protocol, ws="none", log_level="error", timeout_keep_alive=30)
        self.server, self.listener = uvicorn.Server(settings), socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=lambda: asyncio.run(self.server.serve(sockets=[self.listener])), daemon=True)
        self.thread.start()

    def _asked(self, scope: Message, body: bytes) -> tuple[int, bytes] | None:
        found = self.quick(scope, body)
        self.at_once.append(found is not None)
        return found

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.listener.getsockname()[1]), timeout=20)


@pytest.fixture(scope="module")
def served(regression_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = Served(regression_folder, tmp_path_factory.mktemp("quick") / "access.jsonl")
    yield made
    made.server.should_exit = made.server.force_exit = True
    made.thread.join(10)


def request(raw: Any, path: str = INFER, **headers: str) -> tuple[bytes, bytes]:
    body = raw if isinstance(raw, bytes) else json.dumps(raw).encode()
    told = {"Host": "a", "Authorization": f"Bearer {TOKEN}", "Content-Length": str(len(body))}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode(), body


def answer(client: socket.socket) -> tuple[int, list[tuple[str, str]], bytes]:
    found = http.client.HTTPResponse(client)
    found.begin()
    return found.status, [(n, v) for n, v in found.getheaders() if n != "date"], found.read()


def both(served: Served, head: bytes, body: bytes) -> tuple[Any, bool]:
    """The answer to a request that comes whole, which must be the one to its pieces; and whether it was made at once."""
    with served.connect() as client:
        client.sendall(head + body)
        whole = answer(client)
    at_once = served.at_once[-1:] == [True]
    with served.connect() as client:
        client.sendall(head)
        time.sleep(0.05)
        client.sendall(body)
        pieces = answer(client)
    assert whole == pieces
    return whole, at_once


PLAIN = {"inputs": tensors()}


@pytest.mark.parametrize(
    ("sent", "status", "quickly"),
    [
        (request(PLAIN, x_request_id="r-1"), 200, True),
        (request(PLAIN, "/v2/models/demand/versions/v1.0.0/infer", x_request_id="r-1"), 200, True),
        (request(PLAIN | {"id": "ä", "parameters": {"a": 1}, "outputs": [{"name": "predict"}]}, x_request_id="r-1"), 200, True),
        (request({"inputs": tensors(3)}, x_request_id="r-1"), 200, True),
        (request({"inputs": tensors()[1:]}, x_request_id="r-1"), 400, True),
        (request(b"{", x_request_id="r-1"), 400, True),
        (request(PLAIN, x_request_id="r-1", connection="close"), 200, False),
        (request(PLAIN, x_request_id="r-1", content_encoding="gzip"), 415, False),
        (request(PLAIN, x_request_id="r-1", Authorization="Bearer another-token-of-theirs"), 401, False),
        (request(PLAIN, INFER + "/", x_request_id="r-1"), 200, False),
        (request(PLAIN, "/v2/models/other/infer", x_request_id="r-1"), 404, False),
        (request(PLAIN, "/v1/models/demand:predict", x_request_id="r-1"), 400, False),
        (request(json.dumps(PLAIN).encode().ljust(4_001), x_request_id="r-1"), 413, False),
    ],
)
def test_whole_or_in_pieces_the_answer_is_the_same(served: Served, sent: tuple[bytes, bytes], status: int, quickly: bool) -> None:
    served.at_once.clear()
    (found, headers, _), at_once = both(served, *sent)
    assert (found, at_once) == (status, quickly)
    assert ("x-request-id", "r-1") in headers


def test_the_same_is_counted_and_logged(served: Served) -> None:
    def counted() -> int:
        return sum(sum(row[2].values()) for row in served.metrics.snapshot() if row[0] == "demand")

    before = counted()
    both(served, *request(PLAIN, x_request_id="counted"))
    assert counted() == before + 2
    lines = [json.loads(line) for line in served.log.read_text().splitlines()]
    first, second = ({k: v for k, v in line.items() if k not in ("time", "seconds")} for line in lines if line["id"] == "counted")
    assert first == second and first["model"] == "demand" and first["status"] == 200


def test_requests_that_come_together_are_answered_in_turn(served: Served) -> None:
    sent = [b"".join(request(PLAIN | {"id": str(i)}, x_request_id=f"r-{i}")) for i in range(3)]
    with served.connect() as client:
        client.sendall(b"".join(sent))
        got = b""
        while got.count(b"HTTP/1.1 200") < 3 or not got.endswith(b"}"):
            got += client.recv(1 << 16)
    assert [got.index(b'"id":"%d"' % i) for i in range(3)] == sorted(got.index(b'"id":"%d"' % i) for i in range(3))
    assert [got.index(b"x-request-id: r-%d" % i) for i in range(3)] == sorted(got.index(b"x-request-id: r-%d" % i) for i in range(3))


def test_after_an_answer_at_once_a_connection_may_idle_and_a_slow_header_may_not(served: Served) -> None:
    sent = b"".join(request(PLAIN))
    with served.connect() as client:
        for _ in range(2):
            client.sendall(sent)
            assert answer(client)[0] == 200 and served.at_once[-1]
            time.sleep(2 * LIMITS.header_seconds)
        client.sendall(sent[:20])
        assert client.recv(1) == b""


def test_bodies_that_are_held_leave_no_room(served: Served) -> None:
    head, body = request(PLAIN)
    served.endpoints.bodies.held += 6_000
    try:
        assert both(served, *request(PLAIN, x_request_id="r-1"))[0][0] == 503
    finally:
        served.endpoints.bodies.held -= 6_000
    with served.connect() as client:
        client.sendall(head + body)
        assert answer(client)[0] == 200
    assert served.endpoints.bodies.held == 0


def test_while_it_drains_every_answer_closes_its_connection(served: Served) -> None:
    served.app.draining = True
    try:
        (status, headers, _), at_once = both(served, *request(PLAIN, x_request_id="r-1"))
    finally:
        served.app.draining = False
    assert (status, at_once) == (200, False) and ("connection", "close") in headers


def test_a_bug_is_answered_and_logged_once(served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    entry = served.endpoints.models.find("demand")
    monkeypatch.setattr(entry, "answering", Broken())
    (status, _, text), _ = both(served, *request(PLAIN, x_request_id="find-me"))
    assert status == 500 and b"find-me" in text
    assert caplog.text.count("request find-me failed") == 2  # one for each that was sent


class Broken:
    """Answers nothing."""

    def is_quick(self, _: bytes) -> bool:
        return True

    def __call__(self, _: bytes) -> bytes:
        raise ZeroDivisionError


def test_a_swap_is_seen_by_the_next_request(served: Served, classes_folder: Path) -> None:
    old = served.endpoints.models.find("demand").model
    served.endpoints.models.put(opened(classes_folder, "demand", "v2.0.0"))
    try:
        (_, _, text), at_once = both(served, *request(PLAIN, x_request_id="r-1"))
        assert json.loads(text)["model_version"] == "v2.0.0" and at_once
    finally:
        served.endpoints.models.put(old)
    assert json.loads(both(served, *request(PLAIN, x_request_id="r-1"))[0][2])["model_version"] == "v1.0.0"
